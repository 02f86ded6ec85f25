"""The days of a period stay as the runs read them."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from portal.core.errors import Denied409
from portal.fiscal.models import FiscalCalendar
from portal.fiscal.services import PeriodSpec, calendar_edit
from syncengine.models import Run

DAY = dt.timedelta(days=1)


@pytest.fixture
def calendar(mini) -> FiscalCalendar:
    return FiscalCalendar.objects.get(code="mini")


@pytest.fixture
def edit(mini, calendar):
    def act(*periods: PeriodSpec) -> None:
        values = {"name": calendar.name, "periods": periods}
        calendar_edit(actor=mini.author, reason="Corrected", calendar_id=calendar.pk, **values)

    return act


def last(calendar: FiscalCalendar) -> PeriodSpec:
    """The calendar's last ordinary period, as it is."""
    period = calendar.periods.filter(is_adjustment=False).order_by("-code").first()
    return PeriodSpec(period.code, period.start, period.end, period.name)


def test_days_with_a_run_do_not_move_while_names_and_new_periods_are_free(mini, calendar, edit):
    spec = last(calendar)
    run = mini.plan(spec.code)
    with pytest.raises(Denied409) as caught:
        edit(dataclasses.replace(spec, end=spec.end - DAY))
    assert caught.value.code == "PER-005"
    assert run.ref in caught.value.message
    assert "new calendar" in caught.value.hint
    edit(dataclasses.replace(spec, name="The last"))
    found = calendar.periods.get(code=spec.code)
    assert (found.name, found.end) == ("The last", spec.end)


@pytest.mark.parametrize("values", [{"state": "failed"}, {"state": "cancelled"}, {"dry_run": True}])
def test_a_run_that_loaded_nothing_hinders_no_correction(mini, calendar, edit, values):
    spec = last(calendar)
    run = mini.plan(spec.code)
    Run.objects.filter(pk=run.pk).update(**values)
    edit(dataclasses.replace(spec, end=spec.end - DAY))
    assert calendar.periods.get(code=spec.code).end == spec.end - DAY


def test_a_run_of_no_period_stands_on_every_day(mini, calendar, edit):
    spec = last(calendar)
    Run.objects.filter(pk=mini.plan(spec.code).pk).update(period="")
    with pytest.raises(Denied409):
        edit(dataclasses.replace(spec, end=spec.end - DAY))
