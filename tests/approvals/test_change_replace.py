"""Correcting what was pushed back: another proposal over the same subject takes its place."""

from __future__ import annotations

import pytest

from catalog.models import System
from portal.access.functions import Function
from portal.access.models import Grant
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_push_back, change_withdraw
from portal.approvals.timeline import events
from portal.core.errors import Conflict, DomainError
from tests.approvals.conftest import WHY, acts_on, by_token, put

WRONG, RIGHT = {"folder": "wrong"}, {"folder": "right"}


def push_back(actor, change) -> ChangeRequest:
    change.refresh_from_db()
    return change_push_back(
        actor=actor, reason=WHY, change_id=change.pk, content_sha256=change.content_sha256
    )


def refusal(call, *args, **kwargs) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value


@pytest.fixture
def pushed_back(play, architect, controller_a) -> ChangeRequest:
    return push_back(controller_a, play.submit(architect, payload=WRONG))


def test_a_new_proposal_takes_the_place_of_what_was_pushed_back(play, pushed_back, architect, controller_a):
    again = play.submit(architect, payload=RIGHT)
    assert (again.pk, again.state, again.round) == (pushed_back.pk, "submitted", 2)
    assert (again.payload, again.requested_by_id) == (RIGHT, architect.person_id)
    assert again.content_sha256 != pushed_back.content_sha256
    assert refusal(play.approve, controller_a, again, pushed_back.content_sha256).code == "APR-004"
    assert play.approve(controller_a, again).state == "active"
    assert acts_on(again) == ["submit", "push-back", "replace", "approve", "approve", "activate"]


def test_nobody_who_proposed_content_in_any_round_approves_it(
    play, pushed_back, controller_a, controller_b, architect, users
):
    give = users["architect"].person.grants.get().role
    give.functions = [*give.functions, Function.SOR_APPR]
    give.save()
    again = play.submit(controller_b, payload=RIGHT)
    assert again.requested_by_id == controller_b.person_id
    for actor in (architect, controller_b):
        assert refusal(play.approve, actor, again).code == "APR-006"
    assert play.approve(controller_a, again).state == "active"


def test_approvals_of_the_earlier_content_are_void(
    play, quorum_of_two, architect, controller_a, controller_b, third
):
    change = play.submit(architect, payload=WRONG)
    play.approve(controller_a, change)
    push_back(controller_b, change)
    again = play.submit(architect, payload=RIGHT)
    assert list(again.decisions.values_list("verdict", "voided")) == [("approve", True), ("push_back", False)]
    assert play.approve(third, again).state == "in_review"
    assert play.approve(controller_a, again).state == "active"


def test_the_timeline_tells_who_put_what_in_the_place_of_what(play, pushed_back, architect, controller_b):
    change = play.submit(controller_b, payload=RIGHT)
    last = events(change, architect)[-1]
    words = f"{last.who} {last.what}"
    assert words == "Controller B proposed other content: round 2 begins, no decision was given"
    assert (last.text, [(row.field, row.before, row.after) for row in last.rows]) == (
        WHY,
        [("folder", "wrong", "right")],
    )


def test_content_of_a_scope_that_the_reader_may_not_see_is_not_told(
    play, architect, controller_a, controller_b, make_user
):
    for code in ("erp", "plan"):
        System.objects.create(code=code, name=code, kind="erp")
    put("scopes", "erp")
    push_back(controller_a, play.submit(architect, payload=WRONG))
    reader = make_user("reader", [Function.VIEW])
    scope = {"scope_kind": "system", "scope_id": System.objects.get(code="plan").pk}
    Grant.objects.filter(person=reader.person).update(**scope)
    put("scopes", "plan")
    change = play.submit(architect, payload=RIGHT)
    from portal.core.actor import Source
    from portal.people.actors import actor_for

    play.subject.scopes = lambda seen: System.objects.filter(
        code="erp" if (seen.payload or {}) == WRONG else "plan"
    )
    assert events(change, architect)[-1].rows
    assert not events(change, actor_for(reader, source=Source.UI))[-1].rows


def test_a_correction_with_faults_leaves_the_earlier_content(play, pushed_back, architect):
    put("fault", "Wrong.")
    assert refusal(play.submit, architect, payload=RIGHT).code == "CTR-006"
    pushed_back.refresh_from_db()
    assert (pushed_back.state, pushed_back.round, pushed_back.payload) == ("pushed_back", 1, WRONG)


def test_what_waits_for_a_decision_is_not_replaced(play, architect, controller_b):
    change = play.submit(architect, payload=WRONG)
    error = refusal(play.submit, controller_b, payload=RIGHT)
    assert (error.code, error.hint) == (
        "APR-003",
        f"Let {change.ref} be decided, pushed back or withdrawn first.",
    )


def test_a_request_outside_the_authors_scope_is_not_replaced(play, architect, controller_a, make_user):
    System.objects.create(code="erp", name="ERP", kind="erp")
    put("scopes", "erp")
    change = push_back(controller_a, play.submit(architect, payload=WRONG))
    from portal.core.actor import Source
    from portal.people.actors import actor_for

    blind = actor_for(make_user("blind", []), source=Source.UI)
    error = refusal(play.submit, blind, payload=RIGHT)
    assert (error.code, error.hint) == (
        "APR-003",
        f"{change.ref} is outside your scope: let its requester correct or withdraw it.",
    )


def test_a_token_corrects_on_behalf_of_its_owner(play, pushed_back, architect):
    assert play.submit(by_token(architect), payload=RIGHT).payload == RIGHT


def test_content_that_names_fixed_things_is_withdrawn_and_proposed_anew_at_once(
    play, pushed_back, architect, monkeypatch
):
    monkeypatch.setattr(type(play.subject), "fixed", True)
    error = refusal(play.submit, architect, payload=RIGHT)
    assert isinstance(error, Conflict)
    assert (error.code, "proposed anew" in error.hint) == ("APR-003", True)
    change_withdraw(actor=architect, reason=WHY, change_id=pushed_back.pk)
    assert play.submit(architect, payload=RIGHT).pk != pushed_back.pk


def test_content_with_rows_of_its_own_is_submitted_again_under_its_request(
    play, architect, controller_a, controller_b
):
    change = push_back(controller_a, play.submit(architect))
    play.edit(architect, "second")
    assert refusal(play.submit, controller_b).code == "APR-009"
    again = play.submit(architect)
    assert (again.pk, again.state, again.round) == (change.pk, "submitted", 2)
