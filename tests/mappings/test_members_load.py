"""Members: loaded all or nothing, pinned by hash."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from mappings.models import Member
from mappings.selectors import members_of, members_snapshot, unknown_members
from mappings.services import MemberSpec, dimension_register, member_edit, members_load
from mappings.services.members import hierarchy_faults
from portal.audit.models import AuditEntry
from portal.core.errors import DomainError, Faults
from tests.factories.mappings import WHY, make_dimension, make_systems


@pytest.fixture
def dimension(architect):
    make_systems()
    return make_dimension(architect, "ledger", "ledger-account", ("4000", "4010"))


def load(actor, dimension, *specs: MemberSpec):
    return members_load(actor=actor, reason=WHY, dimension_id=dimension.pk, members=specs)


def test_a_load_adds_and_changes_and_leaves_the_others(dimension, architect):
    before = members_snapshot(dimension)
    result = load(
        architect,
        dimension,
        MemberSpec("4010", "Rent", "4", {"type": "cost"}, dt.date(2024, 1, 1), dt.date(2024, 12, 31)),
        MemberSpec("4", "All"),
    )
    assert (result.added, result.changed, result.unchanged) == (1, 1, 0)
    after = members_snapshot(dimension)
    assert after.sha256 == result.sha256 != before.sha256
    rent = next(member for member in after.members if member.code == "4010")
    assert (rent.parent, rent.attributes, rent.valid_to) == ("4", {"type": "cost"}, dt.date(2024, 12, 31))
    assert [member.code for member in after.members] == ["4", "4000", "4010"]
    assert AuditEntry.objects.filter(action="mappings:members:load").count() == 2


def test_loading_the_same_again_changes_nothing_and_is_not_audited(dimension, architect):
    spec = MemberSpec("4000", "Name of 4000")
    result = load(architect, dimension, spec)
    assert (result.added, result.changed, result.unchanged) == (0, 0, 1)
    assert AuditEntry.objects.filter(action="mappings:members:load").count() == 1


def test_every_fault_is_named_with_its_place_and_nothing_is_loaded(dimension, architect):
    with pytest.raises(Faults) as caught:
        load(
            architect,
            dimension,
            MemberSpec("5000", place="line 2"),
            MemberSpec("5000", place="line 3"),
            MemberSpec("", place="line 4"),
            MemberSpec("50\u200b", place="line 5"),
            MemberSpec("6", valid_from=dt.date(2024, 2, 1), valid_to=dt.date(2024, 1, 1), place="line 6"),
        )
    assert [(fault.code, fault.place) for fault in caught.value.faults] == [
        ("MDM-010", "line 3"),
        ("MDM-010", "line 4, column code"),
        ("API-011", "line 5, column code"),
        ("MDM-010", "line 6, column valid_to"),
    ]
    assert members_of(dimension).count() == 2


def test_a_missing_parent_or_a_circle_is_refused(dimension, architect):
    with pytest.raises(Faults) as caught:
        load(architect, dimension, MemberSpec("5", parent="nowhere", place="line 2"))
    assert [(fault.code, fault.place) for fault in caught.value.faults] == [("MDM-011", "line 2")]
    with pytest.raises(Faults) as caught:
        load(
            architect,
            dimension,
            MemberSpec("a", parent="b"),
            MemberSpec("b", parent="c"),
            MemberSpec("c", parent="a"),
        )
    assert [fault.code for fault in caught.value.faults] == ["MDM-011"]
    with pytest.raises(Faults):
        member_edit(
            actor=architect, reason=WHY, dimension_id=dimension.pk, code="4000", name="x", parent="4000"
        )


def test_a_deep_hierarchy_is_checked_in_linear_time():
    parents = {str(i): str(i + 1) for i in range(100_000)} | {"100000": ""}
    assert hierarchy_faults(parents, {}) == []


def test_one_member_is_edited(dimension, architect):
    member = member_edit(
        actor=architect,
        reason=WHY,
        dimension_id=dimension.pk,
        code="4000",
        name="Sales",
        valid_to=dt.date(2025, 1, 1),
    )
    assert (member.name, member.valid_to) == ("Sales", dt.date(2025, 1, 1))
    assert AuditEntry.objects.get(action="mappings:member:edit").stream_id == str(member.pk)
    with pytest.raises(DomainError) as caught:
        member_edit(actor=architect, reason=WHY, dimension_id=dimension.pk, code="none", name="x")
    assert (caught.value.code, caught.value.status) == ("MDM-012", 404)


@pytest.mark.parametrize(("who", "status"), [("controller_a", 403), ("stranger", 404)])
def test_only_master_data_duty_loads_members(dimension, request, who, status):
    with pytest.raises(DomainError) as caught:
        load(request.getfixturevalue(who), dimension, MemberSpec("5000"))
    assert caught.value.status == status


def test_a_dimension_code_is_taken_once(dimension, architect):
    with pytest.raises(DomainError) as caught:
        dimension_register(actor=architect, reason=WHY, system="ledger", code="Ledger-Account", name="x")
    assert caught.value.code == "MAP-041"
    with pytest.raises(DomainError) as caught:
        dimension_register(actor=architect, reason=WHY, system="none", code="x", name="x")
    assert caught.value.code == "CTR-002"


def test_unknown_members_are_told_even_of_thousands(dimension):
    wanted = {"4000", "4010", *(f"x{i}" for i in range(1_200))}
    assert len(unknown_members(dimension, wanted)) == 1_200


def test_the_database_refuses_dates_out_of_order(dimension):
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.update(valid_from=dt.date(2024, 2, 1), valid_to=dt.date(2024, 1, 1))
