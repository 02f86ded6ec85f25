"""What makes the periods of a calendar consistent. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from portal.core.errors import Fault
from portal.fiscal.codes import Code
from portal.fiscal.periods import Period, is_period

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PeriodSpec:
    """A period to register; days inclusive. `place` names where it was written, for fault messages.

    `state` is that of a new period, open when it says none.
    """

    code: str
    start: dt.date
    end: dt.date
    name: str = ""
    state: str = ""
    place: str = ""

    @property
    def period(self) -> Period:
        return Period.parse(self.code)


def period_faults(periods: Sequence[PeriodSpec], others: Sequence[PeriodSpec] = ()) -> list[Fault]:
    """Every inconsistency: form, double codes, reversed days; days shared, left out or outside their year.

    `others` are periods that are there and stay: days left out between them are not judged again.
    """
    if faults := list(_malformed(periods)):
        return faults
    named = {spec.code for spec in periods}
    every = sorted([*periods, *others], key=lambda spec: spec.code)
    ordinary = [spec for spec in every if not spec.period.is_adjustment]
    faults += _chain_faults(ordinary, named)
    years = {year: list(found) for year, found in groupby(ordinary, lambda spec: spec.period.year)}
    for spec in every:
        if spec.period.is_adjustment:
            faults += _outside(spec, years.get(spec.period.year, []), named)
    return faults


def _malformed(periods: Sequence[PeriodSpec]) -> Iterator[Fault]:
    seen: set[str] = set()
    for spec in periods:
        if not is_period(spec.code):
            yield Fault(Code.PER_002, f"{spec.code!r} is not of the form YYYY-PP.", spec.place)
        if spec.code in seen:
            yield Fault(Code.PER_002, f"The period {spec.code} stands twice.", spec.place)
        if spec.end < spec.start:
            yield Fault(Code.PER_002, f"The period {spec.code} ends before it begins.", spec.place)
        seen.add(spec.code)


def _chain_faults(ordinary: Sequence[PeriodSpec], named: set[str]) -> Iterator[Fault]:
    """Each ordinary period begins on the day after the one before it; no year is left out."""
    for left, right in pairwise(ordinary):
        place = right.place or left.place
        if right.start <= left.end:
            yield Fault(Code.PER_002, f"The periods {left.code} and {right.code} overlap.", place)
        elif left.code not in named and right.code not in named:
            continue
        elif right.start != left.end + _DAY:
            days = f"{left.end + _DAY} to {right.start - _DAY}"
            words = f"There are days between the periods {left.code} and {right.code}: {days}."
            yield Fault(Code.PER_002, words, place)
        elif right.period.year > left.period.year + 1:
            words = f"Between the periods {left.code} and {right.code} a year is left out."
            yield Fault(Code.PER_002, words, place)


def _outside(spec: PeriodSpec, year: Sequence[PeriodSpec], named: set[str]) -> Iterator[Fault]:
    """An adjustment period has days of its fiscal year, which its ordinary periods make."""
    if not year:
        if spec.code in named:
            words = f"{spec.code} adjusts a year of which the calendar has no ordinary period."
            yield Fault(Code.PER_002, words, spec.place)
        return
    first, last = year[0], year[-1]
    if named.isdisjoint({spec.code, first.code, last.code}):
        return
    if spec.start < first.start or spec.end > last.end:
        words = (
            f"The days of {spec.code} are not all in its fiscal year, "
            f"which here goes from {first.start} to {last.end}."
        )
        yield Fault(Code.PER_002, words, spec.place or last.place or first.place)
