"""A manifest over a calendar that is there: judged together with the periods that it does not name."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from portal.fiscal.models import FiscalPeriod

HEAD = "tieout: 1\ncalendars:\n"
YEAR = f"{HEAD}  - {{code: group, name: Group, monthly: {{first_day: 2026-01-01, years: 1}}}}\n"


@pytest.fixture
def apply(tmp_path, architect):
    def act(text: str) -> None:
        path = tmp_path / "calendars.yaml"
        path.write_text(text)
        call_command("apply", str(path), "--as", "architect")

    return act


def rows(*lines: str) -> str:
    return f"{HEAD}  - code: group\n    name: Group\n    periods:\n" + "".join(
        f"      - {{{line}}}\n" for line in lines
    )


def test_some_periods_of_a_calendar_are_judged_among_all_of_them(apply):
    apply(YEAR)
    apply(
        rows(
            "code: 2026-02, start: 2026-02-01, end: 2026-02-28, name: February",
            "code: 2026-05, start: 2026-05-01, end: 2026-05-31, name: May",
            "code: 2026-13, end: 2026-12-31",
        )
    )
    assert FiscalPeriod.objects.exclude(name="").count() == 2
    assert FiscalPeriod.objects.get(code="2026-13").is_adjustment
    with pytest.raises(CommandError):
        apply(rows("code: 2026-14, end: 2027-01-01"))


def test_a_state_in_a_manifest_is_the_one_a_period_begins_with(apply):
    apply(YEAR)
    FiscalPeriod.objects.filter(code="2026-01").update(state="closed")
    apply(rows("code: 2026-01, start: 2026-01-01, end: 2026-01-31, name: January, state: open"))
    found = FiscalPeriod.objects.get(code="2026-01")
    assert (found.name, found.state) == ("January", "closed")
