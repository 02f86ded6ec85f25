"""Approval policies change under approval."""

from __future__ import annotations

import pytest

from portal.approvals.content import policy_for
from portal.approvals.models import Policy
from portal.approvals.selectors import awaiting
from portal.approvals.services import change_approve, policy_propose
from portal.core.errors import DomainError
from tests.approvals.conftest import KIND, by_token

WHY = "Two controllers for what moves money."


def approve(actor, change):
    return change_approve(actor=actor, reason="", change_id=change.pk, content_sha256=change.content_sha256)


def test_without_any_policy_four_eyes_hold(db):
    assert policy_for("anything").approvals == 1
    assert Policy.objects.count() == 1


def test_a_policy_is_in_force_after_another_persons_approval(note, sod_admin, sod_approver):
    change = policy_propose(actor=sod_admin, reason=WHY, kind=KIND, approvals=2)
    assert policy_for(KIND).approvals == 1
    assert approve(sod_approver, change).state == "active"
    assert (policy_for(KIND).kind, policy_for(KIND).approvals) == (KIND, 2)
    assert policy_for("catalog.ownership").approvals == 1


def test_a_policy_of_a_kind_goes_before_the_general_one(note, sod_admin, sod_approver):
    approve(sod_approver, policy_propose(actor=sod_admin, reason=WHY, kind="", approvals=3))
    assert policy_for(KIND).approvals == 3
    assert policy_for("").number == 2


@pytest.mark.parametrize(("kind", "approvals"), [("", 0), ("", 10), ("no.such", 1)])
def test_a_policy_without_approvals_or_of_an_unknown_kind_is_refused(sod_admin, kind, approvals):
    with pytest.raises(DomainError) as caught:
        policy_propose(actor=sod_admin, reason=WHY, kind=kind, approvals=approvals)
    assert caught.value.code == "API-005"


def test_only_the_duty_proposes_policies(controller_a):
    with pytest.raises(DomainError) as caught:
        policy_propose(actor=controller_a, reason=WHY, kind="", approvals=1)
    assert (caught.value.code, caught.value.recorded) == ("IAM-001", True)


def test_the_waiting_list_holds_what_this_person_can_decide_now(
    play, quorum_of_two, architect, controller_a, controller_b, operator
):
    change = play.submit(architect)
    assert [c.pk for c in awaiting(controller_a)] == [change.pk]
    assert awaiting(architect) == awaiting(operator) == awaiting(by_token(controller_a)) == []
    play.approve(controller_a, change)
    assert awaiting(controller_a) == []
    assert [c.pk for c in awaiting(controller_b)] == [change.pk]
    play.edit(architect, "second")
    assert [c.pk for c in awaiting(controller_a)] == [change.pk]
