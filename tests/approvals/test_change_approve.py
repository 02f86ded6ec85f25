"""Approving: four eyes over one exact hash."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from catalog.models import FinanceObject, Ownership, System
from catalog.services import ownership_propose
from portal.access.functions import Function as F
from portal.access.models import Grant, Role
from portal.approvals import selectors
from portal.approvals.models import Decision, Policy
from portal.approvals.services import change_approve, change_content_edited
from portal.audit.models import AuditEntry
from portal.audit.verification import verify
from portal.core.actor import Source, system_actor
from portal.core.errors import DomainError
from portal.people.actors import actor_for
from portal.people.models import Person, User
from tests.approvals.conftest import KIND, acts_on, by_token, denied, give_duty, put


def refused(call, *args, **kwargs) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value


@pytest.fixture
def change(play, architect):
    return play.submit(architect)


def test_an_ownership_approved_by_another_person_comes_into_force(architect, controller_a):
    System.objects.create(code="erp", name="ERP", kind="erp")
    FinanceObject.objects.create(code="actuals", name="Actuals")
    change = ownership_propose(
        actor=architect,
        reason="The ERP owns it",
        finance_object="actuals",
        system="erp",
        valid_from=dt.date(2024, 1, 1),
    )
    kept = [row.field for row in selectors.diff_of(change)]
    assert "system" in kept
    done = change_approve(
        actor=controller_a,
        reason="Looks right",
        change_id=change.pk,
        content_sha256=change.content_sha256,
    )
    assert done.state == "active", done.activation_fault
    assert [row.field for row in selectors.diff_of(done)] == kept
    assert Ownership.objects.get().system.code == "erp"
    assert acts_on(change) == ["submit", "approve", "activate"]
    assert verify().ok


def test_the_decision_keeps_hash_requester_and_the_leaf_of_its_audit_entry(play, change, controller_a):
    play.approve(controller_a, change)
    decision = Decision.objects.get()
    assert decision.content_sha256 == change.content_sha256 == play.subject.applied[0]
    assert decision.requester_id == change.requested_by_id != decision.person_id
    assert AuditEntry.objects.get(leaf=decision.audit_leaf).action == "approvals:change:approve"


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [
        ("architect", "APR-006", 403),
        ("operator", "IAM-001", 403),
        ("pipeline", "APR-005", 403),
        ("stranger", "API-404", 404),
    ],
)
def test_who_may_not_approve_is_refused_and_the_audit_shows_it(play, change, request, who, code, status):
    actor = request.getfixturevalue(who)
    error = refused(play.approve, actor, change)
    assert (error.code, error.status) == (code, status)
    change.refresh_from_db()
    assert change.state == "submitted"
    if status == 403:
        denial = AuditEntry.objects.get(outcome="denied")
        assert (denial.code, denial.actor_person) == (code, actor.person_id)
        assert code == "APR-005" or denial.stream_id == str(change.pk)
    assert verify().ok


def test_the_proposer_does_not_approve_even_with_the_duty(play, change, architect):
    give_duty(architect, F.SOR_APPR)
    assert refused(play.approve, architect, change).code == "APR-006"
    assert denied() == [("approvals:change:approve", "APR-006")]


def test_the_proposer_does_not_approve_through_a_second_account(play, change, architect, users):
    give_duty(architect, F.SOR_APPR)
    second = User.objects.create_user(username="architect2", password="x", person=users["architect"].person)
    assert refused(play.approve, actor_for(second, source=Source.UI), change).code == "APR-006"


def test_no_token_approves_whatever_its_scopes(play, change, controller_a):
    for scopes in ([], ["approvals:change:view"], ["approvals:change:view", "catalog:ownership:approve"]):
        error = refused(play.approve, by_token(controller_a, *scopes), change)
        assert (error.code, error.status) == ("APR-005", 403)
    assert denied() == [("approvals:change:approve", "APR-005")] * 3


def test_a_service_account_of_an_approver_does_not_approve(play, change, users):
    robot = User.objects.create_user(
        username="robot", password="x", person=users["controller_a"].person, kind="service"
    )
    assert refused(play.approve, actor_for(robot, source=Source.UI), change).code == "APR-005"


def test_the_system_does_not_approve(play, change):
    assert refused(play.approve, system_actor(), change).code == "APR-005"


def test_a_superuser_flag_means_nothing(play, change, make_user):
    user = make_user("root", [F.VIEW])
    user.is_superuser = user.is_staff = True
    user.save()
    assert refused(play.approve, actor_for(user, source=Source.UI), change).code == "IAM-001"


def test_an_approver_who_helped_with_an_edit_does_not_approve(play, change, controller_a, controller_b):
    edited = play.edit(controller_a, "first, but clearer")
    assert refused(play.approve, controller_a, edited).code == "APR-006"
    assert play.approve(controller_b, edited).state == "active"


def test_an_edit_taken_back_leaves_the_editor_a_contributor(play, change, controller_a):
    play.edit(controller_a, "second")
    back = play.edit(controller_a, "first")
    assert back.content_sha256 == change.content_sha256
    assert refused(play.approve, controller_a, back).code == "APR-006"


def test_an_edit_through_a_token_makes_its_owner_a_contributor(play, change, controller_a):
    edited = play.edit(by_token(controller_a, "x"), "by a robot")
    assert refused(play.approve, controller_a, edited).code == "APR-006"


def test_a_person_whom_the_change_concerns_does_not_decide(play, change, controller_a, controller_b):
    put("barred", str(controller_a.person_id))
    assert refused(play.approve, controller_a, change).code == "APR-006"
    assert play.approve(controller_b, change).state == "active"


def test_every_touched_scope_must_be_covered(play, architect, make_user):
    one, two = (System.objects.create(code=code, name=code, kind="erp") for code in ("one", "two"))
    put("scopes", "one two")
    change = play.submit(architect)
    user = make_user("local", [])
    role = Role.objects.create(code="local", name="Local", functions=[str(F.VIEW), str(F.SOR_APPR)])
    grant = {"person": user.person, "role": role, "scope_kind": "system", "valid_from": dt.date(2020, 1, 1)}
    Grant.objects.create(**grant, scope_id=one.pk)
    local = actor_for(user, source=Source.UI)
    error = refused(play.approve, local, change)
    assert (error.code, "two" in error.message) == ("IAM-001", True)
    Grant.objects.create(**grant, scope_id=two.pk)
    assert play.approve(local, change).state == "active"


def test_what_touches_everything_needs_the_duty_everywhere(play, change, make_user):
    system = System.objects.create(code="one", name="one", kind="erp")
    user = make_user("local", [])
    role = Role.objects.create(code="local", name="Local", functions=[str(F.VIEW), str(F.SOR_APPR)])
    Grant.objects.create(
        person=user.person, role=role, scope_kind="system", scope_id=system.pk, valid_from=dt.date(2020, 1, 1)
    )
    assert refused(play.approve, actor_for(user, source=Source.UI), change).code == "IAM-001"


def test_a_stale_hash_gets_409_and_an_audit_entry(play, change, controller_a):
    error = refused(play.approve, controller_a, change, "0" * 64)
    assert (error.code, error.status) == ("APR-004", 409)
    assert error.details["content_sha256"] == change.content_sha256
    assert denied() == [("approvals:change:approve", "APR-004")]


def test_the_hash_read_before_an_edit_gets_409(play, change, architect, controller_a):
    play.edit(architect, "second")
    assert refused(play.approve, controller_a, change).code == "APR-004"
    assert not Decision.objects.exists()


def test_content_that_changed_behind_the_services_is_not_approved(play, change, controller_a):
    put("note", "changed by hand")
    error = refused(play.approve, controller_a, change)
    assert error.code == "APR-004"
    change.refresh_from_db()
    assert (change.content_sha256, change.round) == (error.details["content_sha256"], 2)
    assert play.approve(controller_a, change).state == "active"


def test_a_base_that_moved_voids_the_decisions_given(
    play, quorum_of_two, architect, controller_a, controller_b
):
    change = play.submit(architect)
    change = play.approve(controller_a, change)
    assert change.state == "in_review"
    put("base", "moved")
    assert refused(play.approve, controller_b, change).code == "APR-004"
    change.refresh_from_db()
    assert change.state == "submitted"
    assert [d.voided for d in change.decisions.all()] == [True]
    assert acts_on(change) == ["submit", "approve", "approve", "edit"]


def test_a_fault_that_appeared_since_is_shown_and_stops_the_approval(play, change, controller_a):
    put("fault", "The account is gone.")
    assert refused(play.approve, controller_a, change).code == "APR-004"
    change.refresh_from_db()
    assert change.findings[0]["message"] == "The account is gone."
    error = refused(play.approve, controller_a, change)
    assert (error.code, error.status) == ("CTR-006", 422)


def test_a_second_click_is_harmless(play, change, controller_a):
    play.approve(controller_a, change)
    again = play.approve(controller_a, change)
    assert again.state == "active"
    assert (Decision.objects.count(), len(play.subject.applied)) == (1, 1)


def test_one_person_fills_one_seat_of_two(play, quorum_of_two, architect, controller_a, users):
    change = play.submit(architect)
    play.approve(controller_a, change)
    play.approve(controller_a, change)
    second = User.objects.create_user(username="ca2", password="x", person=users["controller_a"].person)
    assert play.approve(actor_for(second, source=Source.UI), change).state == "in_review"
    assert Decision.objects.count() == 1


def test_two_persons_fill_two_seats(play, quorum_of_two, architect, controller_a, controller_b):
    change = play.submit(architect)
    assert play.approve(controller_a, change).state == "in_review"
    assert play.approve(controller_b, change).state == "active"


def test_an_edit_between_two_approvals_voids_the_first(
    play, quorum_of_two, architect, controller_a, controller_b, third
):
    change = play.submit(architect)
    play.approve(controller_a, change)
    edited = play.edit(architect, "second")
    assert (edited.state, edited.round) == ("submitted", 2)
    assert play.approve(controller_b, edited).state == "in_review"
    assert play.approve(third, edited).state == "active"
    assert list(Decision.objects.order_by("id").values_list("voided", flat=True)) == [True, False, False]


def test_who_left_after_approving_no_longer_counts(
    play, quorum_of_two, architect, controller_a, controller_b, third
):
    change = play.submit(architect)
    play.approve(controller_a, change)
    Person.objects.filter(pk=controller_a.person_id).update(is_active=False)
    assert play.approve(controller_b, change).state == "in_review"
    assert play.approve(third, change).state == "active"


def test_who_became_a_contributor_after_approving_no_longer_counts(
    play, quorum_of_two, architect, controller_a, controller_b
):
    change = play.submit(architect)
    play.approve(controller_a, change)
    change_content_edited(actor=controller_a, kind=KIND, subject_key="note")
    assert play.approve(controller_b, change).state == "in_review"


def test_a_stricter_policy_reaches_open_requests_and_a_looser_one_does_not(
    play, architect, controller_a, controller_b
):
    Policy.objects.create(kind=KIND, number=1, approvals=1)
    change = play.submit(architect)
    Policy.objects.create(kind=KIND, number=2, approvals=2)
    assert play.approve(controller_a, change).state == "in_review"
    Policy.objects.create(kind=KIND, number=3, approvals=1)
    assert play.approve(controller_b, change).state == "active"
    play.key = "other"
    put("other", "text")
    Policy.objects.create(kind=KIND, number=4, approvals=2)
    other = play.submit(architect)
    Policy.objects.create(kind=KIND, number=5, approvals=1)
    assert play.approve(controller_a, other).state == "in_review"


def test_a_closed_request_takes_no_further_decision(play, change, controller_a, controller_b):
    play.approve(controller_a, change)
    assert refused(play.approve, controller_b, change).code == "APR-002"


def test_the_database_itself_refuses_ones_own_approval(change, db):
    from django.db import IntegrityError, transaction

    from portal.core.clock import now

    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(
            change=change,
            round=1,
            person=change.requested_by,
            requester=change.requested_by,
            verdict="approve",
            content_sha256=change.content_sha256,
            audit_leaf="0" * 64,
            at=now(),
        )


def test_the_history_of_the_request_names_the_user_of_the_browser(
    play, architect, controller_a, users, client
):
    change = play.submit(architect)
    client.force_login(users["controller_a"])
    from simple_history.models import HistoricalRecords

    class Request:
        user = users["controller_a"]

    HistoricalRecords.context.request = Request()
    try:
        play.approve(controller_a, change)
    finally:
        del HistoricalRecords.context.request
    states = list(change.history.order_by("history_id").values_list("state", "history_user__username"))
    assert states == [("submitted", None), ("approved", "controller_a"), ("active", "controller_a")]


def test_a_comment_with_refused_characters_decides_nothing(play, change, controller_a):
    error = refused(
        change_approve,
        actor=controller_a,
        reason="fine\u202e",
        change_id=change.pk,
        content_sha256=change.content_sha256,
    )
    assert error.code == "API-011"
    assert not Decision.objects.exists()


def test_a_machine_that_kept_its_person_is_still_a_machine(controller_a):
    assert not controller_a.is_machine
    assert by_token(controller_a).is_machine
    assert replace(controller_a, kind="service").is_machine
