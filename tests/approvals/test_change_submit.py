"""Submitting: one exact content, one open request per subject, no faults."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.models import System
from portal.approvals.models import ChangeRequest, Contribution
from portal.approvals.services import change_reject, change_withdraw
from portal.core.errors import DomainError, Faults
from tests.approvals.conftest import WHY, acts_on, by_token, put


def test_a_request_is_submitted_with_hash_scopes_contributor_and_audit(play, architect):
    System.objects.create(code="erp", name="ERP", kind="erp")
    put("scopes", "erp")
    change = play.submit(architect)
    assert (change.state, change.round, len(change.content_sha256)) == ("submitted", 1, 64)
    assert change.scopes.get().token == f"system:{System.objects.get().pk}"
    assert Contribution.objects.get().person_id == architect.person_id
    assert acts_on(change) == ["submit"]


@pytest.mark.parametrize("moved", ["note", "base", "preview"])
def test_the_hash_covers_content_base_and_preview(play, architect, moved):
    first = play.submit(architect)
    change_withdraw(actor=architect, reason=WHY, change_id=first.pk)
    put(moved, "moved")
    assert play.submit(architect).content_sha256 != first.content_sha256


def test_the_same_content_has_the_same_hash_again_and_starts_at_zero(play, architect, controller_a):
    first = play.submit(architect)
    change_withdraw(actor=architect, reason=WHY, change_id=first.pk)
    second = play.submit(architect)
    assert second.content_sha256 == first.content_sha256
    assert not second.decisions.exists()


def test_a_second_open_request_over_the_same_subject_is_refused(play, architect, controller_a):
    change = play.submit(architect)
    with pytest.raises(DomainError) as caught:
        play.submit(controller_a)
    assert (caught.value.code, caught.value.details) == ("APR-003", {"change": change.ref})


def test_faults_block_the_submission_and_nothing_is_kept(play, architect):
    put("fault", "Wrong.")
    with pytest.raises(Faults) as caught:
        play.submit(architect)
    assert caught.value.faults[0].place == "note"
    assert not ChangeRequest.objects.exists()
    assert not Contribution.objects.exists()


def test_nobody_submits_without_a_person_behind(play):
    from portal.core.actor import system_actor

    with pytest.raises(DomainError) as caught:
        play.submit(system_actor())
    assert caught.value.code == "APR-005"


def test_a_token_may_propose_on_behalf_of_its_owner(play, architect):
    assert play.submit(by_token(architect)).requested_by_id == architect.person_id


def test_decimals_in_a_payload_keep_one_text(play, architect):
    change = play.submit(architect, payload={"amount": Decimal("1.50"), "list": (1, 2)})
    change.refresh_from_db()
    assert change.payload == {"amount": "1.5", "list": [1, 2]}


def test_who_proposed_withdrawn_content_does_not_approve_it_for_another(play, architect, controller_a):
    first = play.submit(controller_a)
    change_withdraw(actor=controller_a, reason=WHY, change_id=first.pk)
    change = play.submit(architect)
    with pytest.raises(DomainError) as caught:
        play.approve(controller_a, change)
    assert caught.value.code == "APR-006"


def test_the_next_content_of_a_key_starts_with_its_own_contributors(
    play, architect, controller_a, controller_b
):
    play.approve(controller_b, play.submit(controller_a))
    put("note", "next year's")
    assert play.approve(controller_a, play.submit(architect)).state == "active"


def test_rejected_content_keeps_its_contributors(play, architect, controller_a, controller_b):
    change = play.submit(controller_a)
    change_reject(actor=controller_b, reason=WHY, change_id=change.pk, content_sha256=change.content_sha256)
    again = play.submit(architect)
    with pytest.raises(DomainError) as caught:
        play.approve(controller_a, again)
    assert caught.value.code == "APR-006"


def test_the_database_itself_refuses_a_second_open_request_and_unknown_states(play, architect):
    from django.db import IntegrityError, transaction

    change = play.submit(architect)
    for values in ({"pk": None}, {"state": "done"}, {"state": "active"}):
        row = ChangeRequest.objects.get(pk=change.pk)
        for name, value in values.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
