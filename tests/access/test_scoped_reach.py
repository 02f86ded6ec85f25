"""A grant over one system reaches that system: what belongs to everybody can be read with it, never changed."""

from __future__ import annotations

import datetime as dt

import pytest

from catalog.models import System
from catalog.services import finance_object_edit, finance_object_register, system_edit, system_register
from mappings.services import rate_set_register
from portal.access.functions import Function as F
from portal.access.models import Grant
from portal.access.services import role_propose
from portal.audit.models import AuditEntry
from portal.core.actor import Actor, Source
from portal.core.errors import Forbidden
from portal.fiscal.models import FiscalPeriod
from portal.fiscal.selectors import calendars
from portal.fiscal.services import PeriodSpec, calendar_register, period_set_state
from portal.people.actors import actor_for

WHY = "Reaches beyond its scope"
DAY = dt.date(2024, 1, 1)


@pytest.fixture
def mine(db) -> System:
    return System.objects.create(code="mine", name="Mine", kind="erp")


@pytest.fixture
def local(mine, make_user) -> Actor:
    user = make_user("local", [F.VIEW, F.CAT_AUTHOR, F.CAL_MAINT, F.FX_RATE, F.ROLE_DEF])
    Grant.objects.filter(person=user.person).update(scope_kind="system", scope_id=mine.pk, scope_label="mine")
    return actor_for(user, source=Source.UI, request_id="test-request")


@pytest.fixture
def period(architect) -> FiscalPeriod:
    spec = PeriodSpec("2024-01", DAY, dt.date(2024, 1, 31))
    calendar_register(actor=architect, reason=WHY, code="group", name="Group", periods=[spec])
    return FiscalPeriod.objects.get()


def test_a_period_of_everybody_is_not_closed_with_a_grant_over_one_system(local, period):
    assert calendars(local).count() == 1
    with pytest.raises(Forbidden):
        period_set_state(actor=local, reason=WHY, period_id=period.pk, state="closed")
    period.refresh_from_db()
    assert period.state == "open"
    assert AuditEntry.objects.get(outcome="denied").subject_label == "2024-01 of Group"


def test_a_finance_object_is_not_changed_with_a_grant_over_one_system(local, architect):
    item = finance_object_register(actor=architect, reason=WHY, code="actuals", name="Actuals")
    with pytest.raises(Forbidden):
        finance_object_edit(actor=local, reason=WHY, finance_object_id=item.pk, name="Mine now")


def test_nothing_new_for_everybody_is_made_with_a_grant_over_one_system(local):
    for act in (
        lambda: system_register(actor=local, reason=WHY, code="new", name="New", kind="erp"),
        lambda: finance_object_register(actor=local, reason=WHY, code="new", name="New"),
        lambda: rate_set_register(actor=local, reason=WHY, code="new", name="New"),
        lambda: calendar_register(
            actor=local, reason=WHY, code="new", name="New", periods=[PeriodSpec("2024-01", DAY, DAY)]
        ),
        lambda: role_propose(actor=local, reason=WHY, code="new", name="New", functions=["VIEW"]),
    ):
        with pytest.raises(Forbidden):
            act()


def test_the_system_of_the_grant_is_changed_with_it(local, mine):
    assert system_edit(actor=local, reason=WHY, system_id=mine.pk, name="Renamed").name == "Renamed"


@pytest.mark.parametrize("address", ["/audit/", "/metrics/", "/api/v1/audit/", "/api/v1/audit/verify/"])
def test_the_whole_audit_is_not_read_with_a_grant_over_one_system(client, mine, make_user, address):
    user = make_user("clerk", [F.AUDIT_READ])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code == 200
    Grant.objects.filter(person=user.person).update(scope_kind="system", scope_id=mine.pk, scope_label="mine")
    assert client.get(address).status_code == 403
