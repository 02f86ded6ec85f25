"""Rejecting, pushing back, resubmitting, withdrawing, commenting."""

from __future__ import annotations

import pytest

from portal.approvals.models import Decision
from portal.approvals.services import (
    change_comment,
    change_push_back,
    change_reject,
    change_resubmit,
    change_withdraw,
)
from portal.core.errors import DomainError
from tests.approvals.conftest import WHY, acts_on, by_token, denied, put


@pytest.fixture
def change(play, architect):
    return play.submit(architect)


def say(verb, actor, change, reason=WHY):
    return verb(actor=actor, reason=reason, change_id=change.pk, content_sha256=change.content_sha256)


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code


@pytest.mark.parametrize("verb", [change_reject, change_push_back])
@pytest.mark.parametrize("reason", ["", "no", "          \n    ", "too short"])
def test_turning_down_needs_a_reason_of_ten_characters(change, controller_a, verb, reason):
    assert code_of(say, verb, controller_a, change, reason) == "APR-001"
    assert not Decision.objects.exists()


def test_one_veto_ends_the_request(play, change, controller_a, controller_b):
    assert say(change_reject, controller_a, change).state == "rejected"
    assert code_of(play.approve, controller_b, change) == "APR-002"
    assert code_of(say, change_reject, controller_b, change) == "APR-002"
    assert acts_on(change) == ["submit", "reject"]


def test_an_approver_may_change_his_mind_before_the_quorum(
    play, quorum_of_two, architect, controller_a, controller_b
):
    change = play.submit(architect)
    play.approve(controller_a, change)
    assert say(change_reject, controller_a, change).state == "rejected"
    rows = Decision.objects.order_by("id").values_list("verdict", "voided")
    assert list(rows) == [("approve", True), ("reject", False)]


@pytest.mark.parametrize("verb", [change_reject, change_push_back])
def test_who_may_not_approve_may_not_turn_down_either(change, architect, controller_a, operator, verb):
    assert code_of(say, verb, architect, change) == "APR-006"
    assert code_of(say, verb, operator, change) == "IAM-001"
    assert code_of(say, verb, by_token(controller_a, "approvals:change:view"), change) == "APR-005"
    assert [code for _, code in denied()] == ["APR-006", "IAM-001", "APR-005"]


def test_a_stale_hash_turns_nothing_down(play, change, architect, controller_a):
    play.edit(architect, "second")
    assert code_of(say, change_reject, controller_a, change) == "APR-004"


def test_content_whose_base_moved_can_still_be_rejected(change, controller_a):
    put("base", "moved")
    assert say(change_reject, controller_a, change).state == "rejected"


def test_pushed_back_content_is_edited_and_resubmitted_in_a_new_round(
    play, quorum_of_two, architect, controller_a, controller_b, third
):
    change = play.submit(architect)
    play.approve(controller_a, change)
    assert say(change_push_back, controller_b, change).state == "pushed_back"
    play.edit(architect, "second")
    again = change_resubmit(actor=architect, reason="Corrected", change_id=change.pk)
    assert (again.state, again.round) == ("submitted", 2)
    assert again.content_sha256 != change.content_sha256
    assert play.approve(controller_b, again).state == "in_review"
    assert play.approve(third, again).state == "active"
    acts = ["submit", "approve", "push-back", "edit", "resubmit", "approve", "approve", "activate"]
    assert acts_on(change) == acts


def test_resubmitting_unchanged_content_keeps_no_earlier_approval(
    play, quorum_of_two, architect, controller_a, controller_b
):
    change = play.submit(architect)
    play.approve(controller_a, change)
    say(change_push_back, controller_b, change)
    again = change_resubmit(actor=architect, reason="", change_id=change.pk)
    assert again.content_sha256 == change.content_sha256
    assert play.approve(controller_b, again).state == "in_review"


def test_resubmitting_with_faults_is_refused_and_stays_pushed_back(change, architect, controller_a):
    say(change_push_back, controller_a, change)
    put("fault", "Wrong.")
    assert code_of(change_resubmit, actor=architect, reason="", change_id=change.pk) == "CTR-006"
    change.refresh_from_db()
    assert change.state == "pushed_back"


def test_a_pushed_back_request_can_be_rejected_so_that_it_blocks_nobody(change, controller_a, controller_b):
    say(change_push_back, controller_a, change)
    assert say(change_reject, controller_b, change).state == "rejected"


def test_only_the_requester_withdraws_and_resubmits(change, controller_a):
    for verb in (change_withdraw, change_resubmit):
        assert code_of(verb, actor=controller_a, reason=WHY, change_id=change.pk) == "APR-009"
    assert [code for _, code in denied()] == ["APR-009", "APR-009"]


def test_withdrawing_needs_a_reason_and_an_open_request(play, change, architect, controller_a):
    assert code_of(change_withdraw, actor=architect, reason="no", change_id=change.pk) == "APR-001"
    assert change_withdraw(actor=architect, reason=WHY, change_id=change.pk).state == "withdrawn"
    assert code_of(change_withdraw, actor=architect, reason=WHY, change_id=change.pk) == "APR-002"
    assert code_of(play.approve, controller_a, change) == "APR-002"


def test_what_is_in_force_cannot_be_withdrawn(play, change, architect, controller_a):
    play.approve(controller_a, change)
    assert code_of(change_withdraw, actor=architect, reason=WHY, change_id=change.pk) == "APR-002"


def test_strangers_find_no_request_to_withdraw(change, stranger):
    assert code_of(change_withdraw, actor=stranger, reason=WHY, change_id=change.pk) == "API-404"


def test_a_comment_voids_nothing_and_makes_nobody_a_contributor(
    play, quorum_of_two, architect, controller_a, controller_b
):
    change = play.submit(architect)
    play.approve(controller_a, change)
    change_comment(actor=controller_b, reason="Looks odd?\nBut fine.", change_id=change.pk)
    assert play.approve(controller_b, change).state == "active"
    assert change.comments.get().text == "Looks odd?\nBut fine."


@pytest.mark.parametrize(("text", "code"), [("", "API-005"), ("\x00", "API-011"), ("a\u200bb", "API-011")])
def test_an_empty_or_invisible_comment_is_refused(change, controller_a, text, code):
    assert code_of(change_comment, actor=controller_a, reason=text, change_id=change.pk) == code
