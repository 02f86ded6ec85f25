"""Rates stand for periods of a calendar: others are told in the dry run and at submitting."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mappings.services import (
    RateSpec,
    rate_set_register,
    rate_set_version_start,
    rate_set_version_submit,
    rates_load,
)
from portal.approvals.content import subject_of
from portal.core.errors import DomainError
from portal.fiscal.services import PeriodSpec, calendar_register
from tests.factories.mappings import WHY


@pytest.fixture
def version(architect):
    made = rate_set_register(actor=architect, reason=WHY, code="group", name="Group rates")
    return rate_set_version_start(actor=architect, reason=WHY, rate_set_id=made.pk, effective_from="2025-01")


def calendar(actor, *codes: str, code: str = "group") -> None:
    year = int(codes[0][:4])
    specs = [PeriodSpec(name, dt.date(year, 12, 1), dt.date(year, 12, 31)) for name in codes]
    calendar_register(actor=actor, reason=WHY, code=code, name=code, periods=specs)


def load(actor, version, *periods: str, **more):
    rates = [RateSpec("average", "USD", "EUR", period, "0.91") for period in periods]
    return rates_load(actor=actor, reason=WHY, version_id=version.pk, rates=rates, **more)


def told(result) -> list[tuple]:
    return [(finding.level, finding.code, finding.place) for finding in result.findings]


def test_a_dry_run_tells_periods_that_no_calendar_has(version, architect):
    calendar(architect, "2025-12")
    assert told(load(architect, version, "2025-12", "2025-13", "2031-01", dry_run=True)) == [
        ("error", "FX-013", "period 2025-13"),
        ("warning", "FX-013", "period 2031-01"),
    ]


def test_submitting_a_period_that_the_year_does_not_have_is_refused(version, architect):
    calendar(architect, "2025-12")
    load(architect, version, "2025-13")
    with pytest.raises(DomainError) as caught:
        rate_set_version_submit(actor=architect, reason=WHY, version_id=version.pk)
    assert "FX-013" in str([fault.code for fault in caught.value.faults])


def test_an_adjustment_period_of_any_calendar_is_accepted(version, architect):
    calendar(architect, "2025-12")
    calendar(architect, "2025-12", "2025-13", code="adjusting")
    assert load(architect, version, "2025-13", dry_run=True).findings == []


def test_a_year_of_no_calendar_is_a_warning_and_no_calendar_at_all_is_none(version, architect):
    assert load(architect, version, "2025-13", dry_run=True).findings == []
    calendar(architect, "2024-12")
    load(architect, version, "2025-01")
    change = rate_set_version_submit(actor=architect, reason=WHY, version_id=version.pk)
    assert [finding.level for finding in subject_of(change).validate(change)] == ["warning"]


def test_the_page_of_the_dry_run_shows_it(version, architect, users, client):
    calendar(architect, "2025-12")
    client.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("mappings:rates-import", kwargs={"pk": version.pk})
    line = b"rate_type,from_currency,to_currency,period,rate\naverage,USD,EUR,2025-13,0.91\n"
    form = {"file": SimpleUploadedFile("r.csv", line), "revision": version.revision}
    page = client.post(url, form).content.decode()
    assert "FX-013" in page
    assert "2025-13, a period that no calendar has" in page
