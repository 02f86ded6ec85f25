"""Systems of record: one owner per object, part and day, by service and by database; gaps are shown."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import FinanceObject, Ownership, System
from catalog.selectors import is_owner, owner_of, ownership_matrix
from catalog.services import ownership_end_propose, ownership_propose
from portal.access.functions import Function as F
from portal.access.models import Grant, Role
from portal.approvals.services import change_approve
from portal.audit.services import audited
from portal.core.actor import Source, system_actor
from portal.core.errors import DomainError
from portal.people.actors import actor_for
from tests.examples import examples

YEAR = {"valid_from": dt.date(2026, 1, 1), "valid_to": dt.date(2026, 12, 31)}


@pytest.fixture
def erp(db):
    FinanceObject.objects.create(code="actuals", name="Actuals")
    FinanceObject.objects.create(code="budget", name="Budget")
    System.objects.create(code="plan", name="Plan", kind="planning")
    return System.objects.create(code="erp", name="ERP", kind="erp")


def propose(actor, **kwargs):
    values = {"finance_object": "actuals", "system": "erp", "reason": "It books there.", **YEAR, **kwargs}
    return ownership_propose(actor=actor, **values)


def approve(actor, change):
    return change_approve(actor=actor, reason="", change_id=change.pk, content_sha256=change.content_sha256)


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def own(**kwargs) -> Ownership:
    values = {
        "finance_object": FinanceObject.objects.get(code="actuals"),
        "system": System.objects.get(code="erp"),
        "change_ref": "CR-1",
        **YEAR,
        **kwargs,
    }
    return Ownership.objects.create(**values)


OVERLAPS = [
    (dt.date(2026, 12, 31), None),
    (dt.date(2025, 1, 1), dt.date(2026, 1, 1)),
    (dt.date(2025, 1, 1), None),
    (dt.date(2026, 5, 5), dt.date(2026, 5, 5)),
    (dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
]


@pytest.mark.parametrize(("first", "last"), OVERLAPS)
def test_an_overlap_is_refused_at_submission_with_owner_and_days(erp, architect, first, last):
    own()
    with pytest.raises(DomainError) as caught:
        propose(architect, system="plan", valid_from=first, valid_to=last)
    assert (caught.value.code, caught.value.status) == ("CTR-003", 422)
    assert "ERP is the owner from 2026-01-01" in caught.value.message


@pytest.mark.parametrize(("first", "last"), OVERLAPS)
def test_an_overlap_is_refused_by_the_database_itself(erp, first, last):
    own()
    with pytest.raises(DatabaseError), transaction.atomic():
        own(valid_from=first, valid_to=last)
    other = own(valid_from=dt.date(2020, 1, 1), valid_to=dt.date(2020, 1, 2))
    with pytest.raises(DatabaseError), transaction.atomic():
        Ownership.objects.filter(pk=other.pk).update(valid_from=first, valid_to=last)
    assert Ownership.objects.count() == 2


def test_an_ownership_may_be_saved_again_as_it_is(erp):
    row = own()
    row.save()
    row.valid_to = None
    row.save()


@pytest.mark.parametrize(
    "other",
    [
        {"valid_from": dt.date(2027, 1, 1), "valid_to": None},
        {"valid_from": dt.date(2025, 1, 1), "valid_to": dt.date(2025, 12, 31)},
        {"attribute": "amount"},
        {"legal_entity": "DE01"},
        {"finance_object": "budget"},
    ],
)
def test_neighbours_and_other_parts_stand_beside_it(erp, architect, controller_a, other):
    own()
    assert approve(controller_a, propose(architect, **other)).state == "active"
    assert Ownership.objects.count() == 2


def test_a_lost_race_at_the_database_is_a_conflict_with_a_code(erp):
    @audited("test:own")
    def twice(*, actor):
        own()
        own()

    assert code_of(twice, actor=system_actor()) == "API-409"


def test_an_overlap_that_came_meanwhile_stops_the_approval(erp, architect, controller_a):
    change = propose(architect)
    own(system=System.objects.get(code="plan"))
    assert code_of(approve, controller_a, change) == "APR-004"
    change.refresh_from_db()
    assert code_of(approve, controller_a, change) == "CTR-003"
    assert Ownership.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"system": "nowhere"}, "CTR-002"),
        ({"finance_object": "nothing"}, "CTR-002"),
        ({"steward": "nobody"}, "CTR-002"),
        ({"valid_to": dt.date(2025, 1, 1)}, "CTR-003"),
        ({"legal_entity": "DE\u202e"}, "API-011"),
    ],
)
def test_a_wrong_proposal_is_refused(erp, architect, wrong, code):
    assert code_of(propose, architect, **wrong) == code


def test_only_the_duty_over_the_system_proposes_and_approves(
    erp, controller_a, operator, make_user, architect
):
    assert code_of(propose, operator) == "IAM-001"
    user = make_user("local", [])
    role = Role.objects.create(
        code="local", name="x", functions=[str(F.SOR_ASSIGN), str(F.SOR_APPR), str(F.VIEW)]
    )
    plan = System.objects.get(code="plan")
    Grant.objects.create(
        person=user.person, role=role, scope_kind="system", scope_id=plan.pk, valid_from=dt.date(2020, 1, 1)
    )
    local = actor_for(user, source=Source.UI)
    assert code_of(propose, local) == code_of(propose, local, system="nowhere") == "CTR-002"
    assert propose(local, system="plan", finance_object="budget").state == "submitted"
    assert code_of(approve, local, propose(architect)) == "API-404"


def test_an_ownership_is_ended_and_followed_by_another_system(erp, architect, controller_a):
    approve(controller_a, propose(architect, valid_to=None))
    held = Ownership.objects.get()
    end = ownership_end_propose(
        actor=architect, reason="Moves to plan", ownership_id=held.pk, last_day=dt.date(2026, 6, 30)
    )
    approve(controller_a, end)
    approve(controller_a, propose(architect, system="plan", valid_from=dt.date(2026, 7, 1), valid_to=None))
    actuals = FinanceObject.objects.get(code="actuals")
    owners = [owner_of(actuals, dt.date(2026, m, d)).system.code for m, d in ((6, 30), (7, 1))]
    assert owners == ["erp", "plan"]
    assert owner_of(actuals, dt.date(2025, 12, 31)) is None


def test_an_ownership_does_not_end_before_it_begins(erp, architect):
    held = own()
    end = {"actor": architect, "reason": "x", "ownership_id": held.pk, "last_day": dt.date(2025, 1, 1)}
    assert code_of(ownership_end_propose, **end) == "CTR-003"


def test_the_owner_of_a_part_goes_before_the_general_one(erp):
    own()
    plan = System.objects.get(code="plan")
    own(system=plan, legal_entity="DE01")
    actuals, day = FinanceObject.objects.get(code="actuals"), dt.date(2026, 5, 1)
    assert owner_of(actuals, day).system_id == erp.pk
    assert owner_of(actuals, day, legal_entity="DE01").system_id == plan.pk
    assert is_owner(plan, actuals, day)
    assert not is_owner(plan, actuals, dt.date(2027, 5, 1))


def test_the_matrix_shows_owners_and_gaps_of_a_day(erp, architect):
    own()
    own(attribute="amount", system=System.objects.get(code="plan"))
    columns, rows = ownership_matrix(architect, dt.date(2026, 5, 1))
    assert [system.code for system in columns] == ["erp", "plan"]
    assert [(r.finance_object.code, r.gap, sorted(r.owned)) for r in rows] == [
        ("actuals", False, sorted(s.pk for s in columns)),
        ("budget", True, []),
    ]
    assert [r.gap for r in ownership_matrix(architect, dt.date(2027, 5, 1))[1]] == [True, True]


def test_an_owner_outside_ones_scope_is_no_gap(erp, make_user):
    own()
    user = make_user("local", [])
    role = Role.objects.create(code="local", name="x", functions=[str(F.VIEW)])
    plan = System.objects.get(code="plan")
    Grant.objects.create(
        person=user.person, role=role, scope_kind="system", scope_id=plan.pk, valid_from=dt.date(2020, 1, 1)
    )
    columns, rows = ownership_matrix(actor_for(user, source=Source.UI), dt.date(2026, 5, 1))
    assert [system.code for system in columns] == ["plan"]
    assert [(row.gap, row.owned) for row in rows] == [(False, {}), (True, {})]


@examples(25)
@given(
    spans=st.lists(
        st.tuples(st.integers(0, 30), st.none() | st.integers(0, 10), st.sampled_from(["", "amount"])),
        min_size=2,
        max_size=7,
    )
)
def test_no_day_ever_has_two_owners_whatever_is_written(erp, spans):
    start = dt.date(2026, 1, 1)
    with transaction.atomic():
        for first, length, attribute in spans:
            valid_from = start + dt.timedelta(first)
            valid_to = None if length is None else valid_from + dt.timedelta(length)
            expected = not any(
                row.attribute == attribute
                and row.valid_from <= (valid_to or dt.date.max)
                and valid_from <= (row.valid_to or dt.date.max)
                for row in Ownership.objects.all()
            )
            try:
                with transaction.atomic():
                    own(valid_from=valid_from, valid_to=valid_to, attribute=attribute)
                written = True
            except DatabaseError:
                written = False
            assert written is expected
        transaction.set_rollback(True)
