"""Rate sets: exact rates, versions, approval, what is in force."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from mappings.models import Rate, RateSetVersion
from mappings.selectors import rate_version_hash, rate_version_in_force, rates_for, rates_of
from mappings.services import (
    RateSpec,
    rate_set_register,
    rate_set_version_start,
    rate_set_version_submit,
    rate_set_version_withdraw,
    rates_load,
)
from portal.approvals.content import subject_of
from portal.approvals.services import change_approve
from portal.audit.models import AuditEntry
from portal.core.errors import DomainError, Faults
from tests.factories.mappings import WHY, approve

USD = RateSpec("average", "USD", "EUR", "2024-01", "0.912345678901")
GBP = RateSpec("average", "GBP", "EUR", "2024-01", "1.17")


@pytest.fixture
def rate_set(architect):
    return rate_set_register(actor=architect, reason=WHY, code="group", name="Group rates")


def start(actor, rate_set, effective_from="2024-01") -> RateSetVersion:
    return rate_set_version_start(
        actor=actor, reason=WHY, rate_set_id=rate_set.pk, effective_from=effective_from
    )


def load(actor, version, *rates: RateSpec, **more):
    return rates_load(actor=actor, reason=WHY, version_id=version.pk, rates=rates, **more)


def submit(actor, version):
    return rate_set_version_submit(actor=actor, reason=WHY, version_id=version.pk)


def test_rates_are_exact_approved_by_another_and_in_force(rate_set, architect, controller_a):
    version = start(architect, rate_set)
    load(architect, version, USD, GBP)
    change = submit(architect, version)
    with pytest.raises(DomainError) as caught:
        change_approve(
            actor=architect, reason="Mine", change_id=change.pk, content_sha256=change.content_sha256
        )
    assert caught.value.code in ("APR-006", "IAM-001")
    approve(controller_a, change)
    version.refresh_from_db()
    assert version.content_sha256 == rate_version_hash(version)
    assert rate_version_in_force(rate_set, "2024-05") == version
    assert rate_version_in_force(rate_set, "2023-12") is None
    assert rates_for(version, rate_type="average", to="EUR", period="2024-01") == {
        "USD": Decimal("0.912345678901"),
        "GBP": Decimal("1.17"),
    }
    assert rates_for(version, rate_type="closing", to="EUR", period="2024-01") == {}


def test_a_new_version_starts_with_the_rates_in_force_and_shows_its_changes(
    rate_set, architect, controller_a
):
    first = start(architect, rate_set)
    load(architect, first, USD, GBP)
    approve(controller_a, submit(architect, first))
    second = start(architect, rate_set)
    with pytest.raises(DomainError) as caught:
        submit(architect, second)
    assert caught.value.code == "APR-008"
    result = load(architect, second, RateSpec("average", "GBP", "EUR", "2024-01", "1.18"), replace=True)
    assert (result.added, result.changed, result.removed) == (0, 1, 1)
    change = submit(architect, second)
    assert [(row.field, row.before, row.after, row.kind) for row in subject_of(change).diff(change)] == [
        ("average GBP/EUR 2024-01", "1.17", "1.18", "changed"),
        ("average USD/EUR 2024-01", "0.912345678901", "", "removed"),
    ]
    assert rates_of(first).count() == 2


def test_a_version_that_only_holds_for_other_periods_says_that_no_rate_changes(
    rate_set, architect, controller_a
):
    first = start(architect, rate_set)
    load(architect, first, USD)
    approve(controller_a, submit(architect, first))
    second = start(architect, rate_set, "2024-06")
    findings = submit(architect, second).findings
    assert [(f["level"], f["code"], f["message"]) for f in findings] == [
        ("info", "APR-012", f"No rate changes against {first}; only the periods do.")
    ]


def test_an_edit_under_review_voids_and_a_withdrawn_version_gives_way(rate_set, architect):
    version = start(architect, rate_set)
    load(architect, version, USD)
    change = submit(architect, version)
    before = change.content_sha256
    load(architect, version, GBP)
    change.refresh_from_db()
    assert change.content_sha256 != before
    reason = "The bank has corrected its table"
    rate_set_version_withdraw(actor=architect, reason=reason, version_id=version.pk)
    assert start(architect, rate_set).number == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rate": "1_0"}, "FX-010"),
        ({"rate": "１2"}, "FX-010"),
        ({"rate": "NaN"}, "FX-010"),
        ({"rate": "1e3"}, "FX-010"),
        ({"rate": "-1"}, "FX-010"),
        ({"rate": "0.0"}, "FX-010"),
        ({"rate": 1.1}, "FX-010"),
        ({"rate": "1.1234567890123"}, "FX-010"),
        ({"rate": Decimal("Infinity")}, "FX-010"),
        ({"rate_type": "spot"}, "FX-010"),
        ({"from_currency": "usd"}, "FX-010"),
        ({"from_currency": "EUR"}, "FX-010"),
        ({"period": "2024"}, "FX-010"),
        ({}, "FX-011"),
    ],
)
def test_a_rate_that_is_none_is_refused_with_its_place_and_nothing_is_loaded(
    rate_set, architect, change, code
):
    version = start(architect, rate_set)
    fields = {
        "rate_type": "average",
        "from_currency": "USD",
        "to_currency": "EUR",
        "period": "2024-01",
        "rate": "1",
    }
    with pytest.raises(Faults) as caught:
        load(architect, version, USD, RateSpec(**{**fields, **change}, place="line 7"))
    assert [(fault.code, fault.place) for fault in caught.value.faults] == [(code, "line 7")]
    assert not Rate.objects.exists()


def test_a_version_without_rates_is_not_submitted(rate_set, architect):
    with pytest.raises(DomainError) as caught:
        submit(architect, start(architect, rate_set))
    assert caught.value.code == "FX-012"


@pytest.mark.parametrize(("who", "status"), [("controller_a", 403), ("stranger", 404)])
def test_only_the_rates_duty_loads(rate_set, architect, request, who, status):
    version = start(architect, rate_set)
    with pytest.raises(DomainError) as caught:
        load(request.getfixturevalue(who), version, USD)
    assert caught.value.status == status
    assert AuditEntry.objects.filter(outcome="denied").count() == 1


def test_the_rate_field_takes_no_float():
    with pytest.raises(ValidationError):
        Rate(rate=1.5).full_clean()


def test_the_same_rates_loaded_again_change_nothing(rate_set, architect):
    version = start(architect, rate_set)
    load(architect, version, USD)
    entries = AuditEntry.objects.count()
    assert load(architect, version, USD).unchanged == 1
    assert AuditEntry.objects.count() == entries
