"""Races at one request: one decision each, closed once, and an edit that won voids."""

from __future__ import annotations

import pytest
from django.db import transaction

from catalog.models import System
from portal.approvals.models import ChangeRequest, Decision
from portal.approvals.services import change_content_edited, change_withdraw
from portal.audit.verification import verify
from portal.core.errors import DomainError
from portal.core.locking import locked
from tests.approvals.conftest import KIND, WHY, put
from tests.threads import needs_postgres, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres, needs_postgres]


def codes(results) -> list[str]:
    assert all(isinstance(r, (ChangeRequest, DomainError)) for r in results), results
    return sorted(r.code if isinstance(r, DomainError) else r.state for r in results)


def test_fifty_clicks_of_one_person_are_one_decision(play, quorum_of_two, architect, controller_a):
    change = play.submit(architect)
    results = together([lambda: play.approve(controller_a, change)] * 12)
    assert codes(results) == ["in_review"] * 12
    assert Decision.objects.count() == 1
    assert verify().ok


def test_two_approvers_race_for_the_last_seat_and_one_gets_it(play, architect, controller_a, controller_b):
    for number in range(4):
        play.key = f"note{number}"
        put(play.key, "text")
        change = play.submit(architect)
        results = together(
            [lambda c=change: play.approve(controller_a, c), lambda c=change: play.approve(controller_b, c)]
        )
        assert codes(results) == ["APR-002", "active"]
        assert (change.decisions.count(), play.subject.applied.count(change.content_sha256)) == (1, 1)
    assert verify().ok


def test_an_approval_and_an_edit_never_bring_unapproved_content_into_force(play, architect, controller_a):
    """The content's own row is locked first by both, as edit services and subjects do."""
    system = System.objects.create(code="note", name="note", kind="erp")

    def lock(change=None) -> None:
        locked(System.objects.all()).get(pk=system.pk)

    play.subject.lock = lock

    def edit(text: str):
        with transaction.atomic():
            lock()
            request = ChangeRequest.objects.filter(kind=KIND).first()
            if request.state == "active":
                return request
            put(play.key, text)
            return change_content_edited(actor=architect, kind=KIND, subject_key=play.key)

    for number in range(6):
        ChangeRequest.objects.filter(kind=KIND, state="submitted").update(state="withdrawn")
        play.key = f"note{number}"
        put(play.key, "text")
        change = play.submit(architect)
        results = together(
            [lambda c=change: play.approve(controller_a, c), lambda n=number: edit(f"edited {n}")]
        )
        change.refresh_from_db()
        found = codes(results)
        assert found in (["active", "active"], ["APR-004", "submitted"], ["submitted", "submitted"]), found
        if change.state == "active":
            assert change.content_sha256 in play.subject.applied
        else:
            assert not change.decisions.filter(voided=False).exists()
    assert verify().ok


def test_an_approval_and_a_withdrawal_end_in_one_of_both(play, architect, controller_a):
    for number in range(4):
        play.key = f"note{number}"
        put(play.key, "text")
        change = play.submit(architect)
        together(
            [
                lambda c=change: play.approve(controller_a, c),
                lambda c=change: change_withdraw(actor=architect, reason=WHY, change_id=c.pk),
            ]
        )
        change.refresh_from_db()
        assert change.state in ("active", "withdrawn")
    assert verify().ok


def test_one_of_many_proposals_over_the_same_subject_is_opened(play, architect, controller_a, controller_b):
    people = [architect, controller_a, controller_b] * 2
    results = together([lambda a=actor: play.submit(a) for actor in people])
    assert codes(results) == ["APR-003"] * 5 + ["submitted"]
    assert ChangeRequest.objects.filter(kind=KIND).count() == 1
