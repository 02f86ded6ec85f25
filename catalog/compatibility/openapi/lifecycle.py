"""Deprecation, sunset and stability of operations, parameters and properties.

A sunset is an RFC 3339 date or time in `x-sunset`. With days of grace a deprecation needs a sunset at least
that many days after the day of the check.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from catalog.compatibility.openapi.comparing import REVISION, Pair
from catalog.compatibility.openapi.options import Options
from catalog.compatibility.openapi.shapes import Shape

STABILITY = {"draft": 0, "alpha": 1, "beta": 2, "stable": 3}
_STABLE = 3


def sunset_date(value: Any) -> dt.date | None:
    """The day of a sunset, None when it is not a date."""
    if not isinstance(value, str):
        return None
    try:
        return dt.date.fromisoformat(value.strip()[:10]) if len(value.strip()) >= 10 else None
    except ValueError:
        return None


def stability_of(value: Any) -> int | None:
    """Rank of a stability level; absent is stable. None when it is no level."""
    if value is None:
        return _STABLE
    return STABILITY.get(value) if isinstance(value, str) else None


def grace_days(options: Options, stability: Any) -> int:
    """Days between deprecation and sunset that the stability level demands."""
    rank = stability_of(stability)
    if rank == STABILITY["beta"]:
        return options.deprecation_days_beta
    return options.deprecation_days_stable if rank in (None, _STABLE) else 0


def too_small(options: Options, sunset: dt.date, stability: Any) -> bool:
    """Whether a sunset leaves less than the days of grace."""
    days = grace_days(options, stability)
    return days > 0 and (sunset - options.today).days < days


def compare_property_life(pair: Pair, before: Shape, after: Shape, pointer: str) -> None:
    """Deprecation and stability of a property; removal is judged as any removal."""
    side = pair.place.side
    if before.deprecated and not after.deprecated:
        pair.report(f"{side}-property-reactivated", REVISION, pointer)
    elif after.deprecated and not before.deprecated:
        _property_deprecated(pair, after, pointer)
    old = stability_of(before.extras.get("x-stability-level"))
    new = stability_of(after.extras.get("x-stability-level"))
    if old is not None and new is not None and old != new:
        names = [shape.extras.get("x-stability-level") or "stable" for shape in (before, after)]
        change = "decreased" if new < old else "increased"
        pair.report(f"{side}-property-stability-{change}", REVISION, pointer, names[0], names[1])


def _property_deprecated(pair: Pair, after: Shape, pointer: str) -> None:
    side, options = pair.place.side, pair.walk.options
    stability, sunset = after.extras.get("x-stability-level"), after.extras.get("x-sunset")
    day = sunset_date(sunset)
    if sunset is None:
        missing = grace_days(options, stability) > 0
        pair.report(f"{side}-property-deprecated" + ("-sunset-missing" if missing else ""), REVISION, pointer)
    elif day is None:
        pair.report(f"{side}-property-deprecated-sunset-invalid", REVISION, pointer, new=sunset)
    elif too_small(options, day, stability):
        pair.report(f"{side}-property-sunset-date-too-small", REVISION, pointer, new=sunset)
    else:
        pair.report(f"{side}-property-deprecated-with-sunset", REVISION, pointer, new=sunset)
