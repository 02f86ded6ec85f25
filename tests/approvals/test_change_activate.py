"""Activation: a step by the system in which hash, seats and guards still hold."""

from __future__ import annotations

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError

from portal.approvals.models import ChangeRequest, Policy
from portal.approvals.ports import activation_guards
from portal.approvals.services import (
    change_activate,
    change_content_edited,
    change_push_back,
    change_reject,
    change_withdraw,
    changes_activate_pending,
)
from portal.audit.models import AuditEntry
from portal.core.errors import Conflict
from portal.people.models import Person
from tests.approvals.conftest import KIND, WHY, acts_on, put


@pytest.fixture
def held(play, architect, controller_a):
    """Approved, but held by a refusal of the domain."""
    play.subject.raises = Conflict("API-409", "The target is frozen.")
    change = play.approve(controller_a, play.submit(architect))
    play.subject.raises = None
    return change


def test_activation_is_done_by_the_system_and_not_by_the_approver(play, architect, controller_a):
    change = play.approve(controller_a, play.submit(architect))
    entry = AuditEntry.objects.get(action="approvals:change:activate")
    assert (entry.actor_kind, entry.actor_person, entry.request_id) == ("system", None, "test-request")
    assert entry.content_sha256 == change.content_sha256


def test_a_refused_activation_keeps_the_approval_and_says_why_once(held):
    assert (held.state, held.activation_fault) == ("approved", "API-409 The target is frozen.")
    assert acts_on(held) == ["submit", "approve", "hold"]


def test_pending_activations_are_tried_again(play, held):
    assert changes_activate_pending() == 1
    held.refresh_from_db()
    assert (held.state, held.activation_fault) == ("active", "")
    assert play.subject.applied == [held.content_sha256]
    assert changes_activate_pending() == 0


def test_the_same_refusal_twice_is_recorded_once(play, held):
    play.subject.raises = Conflict("API-409", "The target is frozen.")
    change_activate(change_id=held.pk)
    assert acts_on(held) == ["submit", "approve", "hold"]


@pytest.mark.parametrize("fault", [ValidationError({"name": ["Too long."]}), ObjectDoesNotExist("gone")])
def test_faults_of_models_hold_the_activation_instead_of_failing_the_decision(
    play, architect, controller_a, fault
):
    play.subject.raises = fault
    change = play.approve(controller_a, play.submit(architect))
    assert change.state == "approved"
    assert change.activation_fault


def test_an_unknown_error_leaves_the_approval_and_is_no_activation(play, architect, controller_a):
    play.subject.raises = RuntimeError("bug")
    with pytest.raises(RuntimeError):
        play.approve(controller_a, play.submit(architect))
    assert ChangeRequest.objects.get().state == "approved"


def test_a_guard_holds_the_activation(play, architect, controller_a):
    def frozen(change):
        raise Conflict("API-409", "Frozen until Monday.")

    activation_guards.register("tests.freeze", frozen)
    try:
        change = play.approve(controller_a, play.submit(architect))
    finally:
        activation_guards._entries.pop("tests.freeze")
    assert (change.state, "Monday" in change.activation_fault) == ("approved", True)


@pytest.mark.parametrize("moved", ["note", "base", "preview", "fault"])
def test_what_moved_since_the_approval_is_not_activated_and_must_be_approved_again(
    play, held, controller_b, moved
):
    put(moved, "moved")
    change = change_activate(change_id=held.pk)
    assert (change.state, change.round, play.subject.applied) == ("submitted", 2, [])
    assert change.content_sha256 != held.content_sha256
    if moved != "fault":
        assert play.approve(controller_b, change).state == "active"


def test_an_approver_who_left_opens_the_seat_again(play, held, controller_a, controller_b):
    Person.objects.filter(pk=controller_a.person_id).update(is_active=False)
    change = change_activate(change_id=held.pk)
    assert (change.state, play.subject.applied) == ("in_review", [])
    assert play.approve(controller_b, change).state == "active"
    assert acts_on(held) == ["submit", "approve", "hold", "reopen", "approve", "activate"]


def test_an_approver_who_contributed_since_opens_the_seat_again(held, controller_a):
    change_content_edited(actor=controller_a, kind=KIND, subject_key="note")
    assert change_activate(change_id=held.pk).state == "in_review"


def test_a_stricter_policy_opens_a_seat_again(play, held, controller_b):
    Policy.objects.create(kind=KIND, number=1, approvals=2)
    change = change_activate(change_id=held.pk)
    assert change.state == "in_review"
    assert play.approve(controller_b, change).state == "active"


def test_a_held_request_can_be_edited_withdrawn_rejected_or_pushed_back(play, held, architect, controller_b):
    assert play.edit(architect, "second").state == "submitted"
    say = {"actor": controller_b, "reason": WHY, "change_id": held.pk}
    held.refresh_from_db()
    assert change_push_back(**say, content_sha256=held.content_sha256).state == "pushed_back"
    assert change_reject(**say, content_sha256=held.content_sha256).state == "rejected"


def test_a_held_request_can_be_withdrawn(held, architect):
    assert change_withdraw(actor=architect, reason=WHY, change_id=held.pk).state == "withdrawn"
    assert change_activate(change_id=held.pk).state == "withdrawn"


def test_an_unknown_error_of_one_request_keeps_no_other_waiting(play, held, architect, controller_a, caplog):
    play.key = "other"
    put("other", "text")
    play.subject.raises = Conflict("API-409", "Frozen.")
    other = play.approve(controller_a, play.submit(architect))
    apply = play.subject.apply

    def fail_first(change, actor):
        play.subject.raises = RuntimeError("bug") if change.pk == held.pk else None
        apply(change, actor)

    play.subject.apply = fail_first
    assert changes_activate_pending() == 1
    other.refresh_from_db()
    assert other.state == "active"
    assert "bug" in caplog.text
