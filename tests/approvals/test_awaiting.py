"""The queue of one person holds exactly the requests on which that person's decision would be taken."""

from __future__ import annotations

import datetime as dt

import pytest

from catalog.models import System
from catalog.services import connection_propose, ownership_propose
from portal.access.functions import Function
from portal.access.models import Grant, Role
from portal.access.services import grant_propose, role_propose
from portal.approvals.eligibility import demand_seat
from portal.approvals.models import ChangeRequest
from portal.approvals.selectors import awaiting
from portal.approvals.states import DECIDABLE
from portal.core.actor import Source
from portal.core.errors import Forbidden
from portal.people.actors import actor_for
from tests.conftest import DUTIES
from tests.factories.web import WHY, make_world


def decidable_by(actor) -> set[int]:
    """The slow truth: every open request asked one by one."""
    found = set()
    for change in ChangeRequest.objects.filter(state__in=DECIDABLE):
        try:
            demand_seat(actor, change)
        except Forbidden:
            continue
        found.add(change.pk)
    return found


@pytest.fixture
def proposals(users, sod_admin):
    world = make_world(users)
    architect = world.actor("architect")
    System.objects.create(code="other", name="Other", kind="erp")
    for system in ("other", "planning"):
        ownership_propose(
            actor=architect, reason=WHY, finance_object="budget", attribute=system, system=system,
            valid_from=dt.date(2024, 1, 1),
        )  # fmt: skip
        connection_propose(
            actor=architect, reason=WHY, system=system, code=f"{system}-files", environment="production",
            connector="file", config={"folder": "."},
        )  # fmt: skip
    for person in ("operator", "sod_approver", "controller_a"):
        grant_propose(
            actor=sod_admin, reason=WHY, person=person, role="role-auditor", valid_from=dt.date(2026, 1, 1)
        )
    role_propose(actor=sod_admin, reason=WHY, code="role-sod_approver", name="x", functions=["ROLE.APPR"])
    return world


@pytest.fixture
def one_system(make_user, proposals):
    """Somebody who approves over one system only."""
    user = make_user("regional", [])
    role = Role.objects.create(
        code="regional", name="r", functions=[Function.VIEW, Function.SOR_APPR, Function.CONN_APPR]
    )
    system = System.objects.get(code="other")
    Grant.objects.create(
        person=user.person, role=role, valid_from=dt.date(2020, 1, 1), scope_kind="system", scope_id=system.pk
    )
    return actor_for(user, source=Source.UI, request_id="test-request")


@pytest.mark.parametrize("name", DUTIES)
def test_the_queue_is_what_asking_one_by_one_gives(proposals, name):
    actor = proposals.actor(name)
    assert {change.pk for change in awaiting(actor)} == decidable_by(actor)


def test_a_scoped_approver_gets_the_requests_of_the_scope(one_system):
    found = {change.pk for change in awaiting(one_system)}
    assert found == decidable_by(one_system)
    assert len(found) == 2


def test_requests_beyond_the_first_chunk_are_reached(proposals, monkeypatch, one_system):
    monkeypatch.setattr("portal.approvals.selectors._CHUNK", 1)
    assert {change.pk for change in awaiting(one_system)} == decidable_by(one_system)


def test_the_queue_costs_the_same_however_long_it_is(proposals, controller_a, django_assert_max_num_queries):
    first = ChangeRequest.objects.filter(kind="catalog.ownership", state__in=DECIDABLE).first()
    for number in range(60):
        first.pk, first.subject_key = None, f"more-{number}"
        first.save()
    for change in ChangeRequest.objects.filter(subject_key__startswith="more-"):
        change.scopes.create(token=f"system:{System.objects.get(code='ledger').pk}")
    with django_assert_max_num_queries(60):
        assert len(awaiting(controller_a)) > 60
