"""Calendars: consistent as a whole, corrected only where open, states moved by the machine."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.audit.models import AuditEntry
from portal.core.errors import DomainError, Faults
from portal.fiscal.consistency import period_faults
from portal.fiscal.models import FiscalCalendar, FiscalPeriod
from portal.fiscal.periods import Period, is_period
from portal.fiscal.selectors import calendar_hash, period_of
from portal.fiscal.services import PeriodSpec, calendar_edit, calendar_register, period_set_state
from tests.examples import examples

DAY = dt.timedelta(days=1)


def month(number: int, **kwargs) -> PeriodSpec:
    start = dt.date(2026, number, 1)
    end = dt.date(2026 + number // 12, number % 12 + 1, 1) - DAY
    return PeriodSpec(
        **{"code": f"2026-{number:02d}", "start": start, "end": end, "place": f"line {number}", **kwargs}
    )


YEAR = [month(number) for number in range(1, 13)]


def span(code: str, start: str, end: str) -> PeriodSpec:
    days = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    return PeriodSpec(code, *days, place=f"line {code}")


def register(actor, periods=YEAR, code="group", name="Group"):
    """The calendar, made or completed, and whether anything changed."""
    known = FiscalCalendar.objects.filter(code=code).first()
    before = AuditEntry.objects.count()
    values = {"actor": actor, "reason": "New year", "name": name, "periods": periods}
    if known:
        result = calendar_edit(calendar_id=known.pk, **values)
    else:
        result = calendar_register(code=code, **values)
    return result.calendar, AuditEntry.objects.count() > before


def faults_of(actor, periods) -> list[str]:
    with pytest.raises(Faults) as caught:
        register(actor, periods)
    return [str(fault) for fault in caught.value.faults]


def test_a_year_is_registered_once(architect):
    calendar, changed = register(architect)
    assert (changed, calendar.periods.count()) == (True, 12)
    assert register(architect) == (calendar, False)
    assert AuditEntry.objects.filter(action="fiscal:calendar:register").count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([month(1, code="2026-1")], "form YYYY-PP"),
        ([month(1, code="2026-17")], "form YYYY-PP"),
        ([month(1, code="2026-00")], "form YYYY-PP"),
        ([month(1, code="\uff12\uff10\uff12\uff16-01")], "form YYYY-PP"),
        ([month(1), month(1)], "stands twice"),
        ([month(1, end=dt.date(2025, 12, 31))], "ends before it begins"),
        ([month(1), month(2, start=dt.date(2026, 1, 31))], "2026-01 and 2026-02 overlap"),
        ([month(1), month(2), month(3, start=dt.date(2026, 1, 5))], "2026-02 and 2026-03 overlap"),
        ([month(1, start=dt.date(2026, 3, 1), end=dt.date(2026, 3, 31)), month(2)], "overlap"),
        ([month(1, end=dt.date(2026, 1, 15)), month(2)], "days between the periods 2026-01 and 2026-02"),
        (
            [month(12), month(1, code="2027-01", start=dt.date(2027, 1, 2), end=dt.date(2027, 1, 31))],
            "days between",
        ),
        ([month(1), month(3)], "periods 2026-01 and 2026-03: 2026-02-01 to 2026-02-28"),
        (
            [month(11), span("2027-01", "2027-03-01", "2027-03-31")],
            "2026-11 and 2027-01: 2026-12-01 to 2027-02",
        ),
        ([month(12), span("2028-01", "2028-01-01", "2028-01-31")], "2026-12 and 2028-01"),
        ([month(12), span("2028-01", "2027-01-01", "2027-01-31")], "a year is left out"),
        ([*YEAR, span("2026-13", "1999-01-01", "1999-02-01")], "not all in its fiscal year"),
        ([*YEAR, span("2026-13", "2026-12-31", "2027-01-01")], "from 2026-01-01 to 2026-12-31"),
        ([*YEAR, span("2027-13", "2026-12-31", "2026-12-31")], "2027-13 adjusts a year"),
    ],
)
def test_an_inconsistent_calendar_is_refused_with_the_place(architect, wrong, words):
    found = faults_of(architect, wrong)
    assert any(words in text and text.startswith("line ") for text in found), found
    assert not FiscalCalendar.objects.exists()


def test_all_faults_are_named_at_once(architect):
    assert len(faults_of(architect, [month(1, code="x"), month(2, code="y")])) == 2


def test_a_period_added_later_may_not_overlap_one_that_is_there(architect):
    register(architect, [month(1), month(2), month(3)])
    FiscalPeriod.objects.get(code="2026-02").delete()
    assert "overlap" in faults_of(architect, [month(2, end=dt.date(2026, 3, 1))])[0]
    register(architect, [month(2)])
    assert FiscalPeriod.objects.count() == 3


def test_an_open_period_is_not_shortened_away_from_its_neighbour(architect):
    register(architect)
    assert "days between" in faults_of(architect, [month(1, end=dt.date(2026, 1, 15))])[0]
    register(architect, [month(1, end=dt.date(2026, 1, 15)), month(2, start=dt.date(2026, 1, 16))])
    assert FiscalPeriod.objects.get(code="2026-02").start == dt.date(2026, 1, 16)


def test_days_that_were_left_out_once_hinder_no_other_period(architect):
    register(architect)
    FiscalPeriod.objects.filter(code="2026-03").update(start=dt.date(2026, 3, 5))
    register(architect, [month(12, name="December")])
    assert FiscalPeriod.objects.get(code="2026-12").name == "December"


def test_an_old_fault_hinders_no_other_period_and_no_other_name(architect):
    register(architect, [*YEAR, span("2026-13", "2026-12-31", "2026-12-31")])
    FiscalPeriod.objects.filter(code="2026-13").update(start=dt.date(1999, 1, 1))
    FiscalPeriod.objects.get(code="2026-05").delete()
    register(architect, [month(9, name="September")], name="Renamed")
    assert FiscalPeriod.objects.get(code="2026-09").name == "September"
    assert "2026-13 are not all" in faults_of(architect, [month(12, name="December")])[0]


def test_a_year_is_not_shortened_away_from_its_adjustment_period(architect):
    register(architect, [*YEAR, span("2026-13", "2026-12-31", "2026-12-31")])
    assert "2026-13 are not all" in faults_of(architect, [month(12, end=dt.date(2026, 12, 30))])[0]


def test_a_calendar_may_begin_and_end_within_a_year(architect):
    register(architect, [month(11), month(12), span("2027-01", "2027-01-01", "2027-01-31")])
    register(architect, [month(10), span("2027-02", "2027-02-01", "2027-02-28")])
    assert FiscalPeriod.objects.count() == 5


def test_a_calendar_is_registered_once(architect):
    calendar, _ = register(architect)
    with pytest.raises(DomainError) as caught:
        calendar_register(actor=architect, reason="Again", code="group", name="Other", periods=[])
    assert (caught.value.code, caught.value.status) == ("PER-004", 409)
    assert "own page" in caught.value.hint
    calendar.refresh_from_db()
    assert calendar.name == "Group"
    with pytest.raises(DomainError) as caught:
        calendar_edit(actor=architect, reason="x", calendar_id=999_999, name="Group")
    assert caught.value.code == "API-404"


def test_adjustment_periods_share_days(architect):
    adjustment = PeriodSpec("2026-13", dt.date(2026, 12, 31), dt.date(2026, 12, 31))
    calendar, _ = register(architect, [*YEAR, adjustment])
    assert calendar.periods.get(code="2026-13").is_adjustment


def test_an_open_period_is_corrected_and_the_hash_follows(architect):
    calendar, _ = register(architect)
    before = calendar_hash(calendar)
    register(architect, [month(12, end=dt.date(2026, 12, 30))])
    assert calendar_hash(calendar) != before
    assert period_of(calendar, "2026-12").end == dt.date(2026, 12, 30)


@pytest.mark.parametrize("state", ["closed", "locked"])
def test_the_days_of_a_period_that_is_not_open_do_not_move(architect, state):
    calendar, _ = register(architect)
    period = period_of(calendar, "2026-12")
    period_set_state(actor=architect, reason="Closed", period_id=period.pk, state=state)
    with pytest.raises(DomainError) as caught:
        register(architect, [month(12, end=dt.date(2026, 12, 30))])
    assert (caught.value.code, caught.value.status) == ("PER-003", 409)
    register(architect, [month(12, name="December")])
    period.refresh_from_db()
    assert (period.name, period.state) == ("December", state)


def test_a_state_that_is_given_is_that_of_new_periods_only(architect):
    register(architect, [month(1, state="closed")])
    for wrong in ("open", "locked"):
        (fault,) = faults_of(architect, [month(1, state=wrong, name="January"), month(2)])
        assert (
            fault == f"line 1: PER-006 2026-01 is closed, not {wrong}; its state is changed on its own page."
        )
    register(architect, [month(1, name="January"), month(2, state="closed")])
    register(architect, [month(1, state="closed", name="First")])
    assert list(FiscalPeriod.objects.values_list("name", "state")) == [("First", "closed"), ("", "closed")]


def test_what_becomes_of_the_periods_is_counted(architect):
    values = {"actor": architect, "reason": "Counted", "name": "Group"}
    made = calendar_register(code="group", periods=YEAR[:3], **values)
    assert made.counts == {"new": 3, "changed": 0, "unchanged": 0}
    periods = [month(1), month(2, name="February"), month(3), month(4)]
    for dry_run in (True, False):
        done = calendar_edit(calendar_id=made.calendar.pk, periods=periods, dry_run=dry_run, **values)
        assert done.counts == {"new": 1, "changed": 1, "unchanged": 2}


@pytest.mark.parametrize(
    ("now", "then", "words", "hint"),
    [
        ("open", "open", "2026-01 is open already", "closed or locked"),
        ("closed", "closed", "2026-01 is closed already", "open or locked"),
        ("locked", "open", "2026-01 is locked; it cannot become open", "stays locked"),
    ],
)
def test_a_state_that_cannot_follow_is_refused_with_those_that_can(architect, now, then, words, hint):
    calendar, _ = register(architect, [month(1, state=now)])
    with pytest.raises(DomainError) as caught:
        period_set_state(actor=architect, reason="x", period_id=period_of(calendar, "2026-01").pk, state=then)
    assert caught.value.code == "API-409"
    assert words in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("path", "fails"),
    [
        (["closed", "open", "closed", "locked"], None),
        (["locked", "open"], "API-409"),
        (["open"], "API-409"),
        (["closed", "closed"], "API-409"),
        (["ajar"], "PER-002"),
    ],
)
def test_periods_move_along_the_machine(architect, path, fails):
    calendar, _ = register(architect, [month(1)])
    period = period_of(calendar, "2026-01")

    def walk():
        for state in path:
            period_set_state(actor=architect, reason="Close", period_id=period.pk, state=state)

    if fails is None:
        walk()
        period.refresh_from_db()
        assert period.state == path[-1]
    else:
        with pytest.raises(DomainError) as caught:
            walk()
        assert caught.value.code == fails


def test_only_the_duty_maintains_calendars(controller_a, architect):
    with pytest.raises(DomainError) as caught:
        register(controller_a)
    assert caught.value.code == "IAM-001"
    calendar, _ = register(architect)
    with pytest.raises(DomainError) as caught:
        period_set_state(
            actor=controller_a, reason="x", period_id=period_of(calendar, "2026-01").pk, state="closed"
        )
    assert caught.value.code == "IAM-001"


def test_an_unknown_period_is_not_found(architect):
    calendar, _ = register(architect)
    with pytest.raises(DomainError) as caught:
        period_of(calendar, "2027-01")
    assert caught.value.code == "PER-001"
    with pytest.raises(DomainError) as caught:
        period_set_state(actor=architect, reason="x", period_id=999_999, state="closed")
    assert caught.value.code == "API-404"


@pytest.mark.parametrize(("values", "code"), [({"code": "a b"}, "API-011"), ({"name": "x\u202e"}, "API-011")])
def test_names_and_codes_are_clean(architect, values, code):
    with pytest.raises(DomainError) as caught:
        register(architect, **values)
    assert caught.value.code == code


@examples(100)
@given(text=st.text("0123456789-１", max_size=8) | st.from_regex(r"[0-9]{4}-[0-9]{2}", fullmatch=True))
def test_a_period_reads_back_as_it_is_written_or_is_none(text):
    if is_period(text):
        assert str(Period.parse(text)) == text
        assert 1 <= Period.parse(text).number <= 16
    else:
        with pytest.raises(ValueError, match="fiscal period"):
            Period.parse(text)


@examples(100)
@given(cuts=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 40)), min_size=1, max_size=8))
def test_periods_without_fault_share_no_day(cuts):
    start = dt.date(2026, 1, 1)
    specs = [
        PeriodSpec(f"2026-{n + 1:02d}", start + a * DAY, start + (a + b) * DAY)
        for n, (a, b) in enumerate(cuts)
    ]
    days = [spec.start + k * DAY for spec in specs for k in range((spec.end - spec.start).days + 1)]
    if not period_faults(specs):
        assert len(days) == len(set(days)) == (max(days) - min(days)).days + 1
