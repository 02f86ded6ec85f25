"""What the caller may decide: days of grace, the day it is, and levels of single checks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.compatibility.openapi.levels import Level

_NAMES = {"err": "error", "error": "error", "warn": "warning", "warning": "warning", "info": "info"}


@dataclass(frozen=True, slots=True)
class Options:
    """`deprecation_days_*`: days between deprecation and sunset, 0 demands none. `today`: day of the check.

    `levels` overrides the level of a check by id; None switches it off.
    """

    deprecation_days_stable: int = 0
    deprecation_days_beta: int = 0
    today: dt.date = dt.date.min
    levels: Mapping[str, Level | None] = field(default_factory=dict)


def options_of(values: Mapping[str, Any], *, today: dt.date) -> Options:
    """Options from JSON: `deprecation_days_stable`, `deprecation_days_beta`, `today` (ISO date), `levels`.

    Raises ValueError on an unknown option or a value that is not of its kind.
    """
    days = {}
    for name in ("deprecation_days_stable", "deprecation_days_beta"):
        value = values.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 36_500:
            raise ValueError(f"{name} is a number of days from 0 to 36500")
        days[name] = value
    unknown = sorted(set(values) - {*days, "today", "levels"})
    if unknown:
        raise ValueError(f"unknown option {unknown[0]}")
    levels = values.get("levels") or {}
    if not isinstance(levels, dict):
        raise ValueError("levels is a mapping of check ids to levels")
    return Options(
        today=dt.date.fromisoformat(str(values["today"])) if values.get("today") else today,
        levels={str(key): level_of(str(value)) for key, value in levels.items()},
        **days,
    )


def level_of(word: str) -> Level | None:
    """Level of oasdiff's severity words err, warn, info and none. Raises ValueError on others."""
    if word.lower() == "none":
        return None
    if word.lower() not in _NAMES:
        raise ValueError(f"{word!r} is not a level; err, warn, info and none are")
    return Level(_NAMES[word.lower()])


def levels_of(text: str) -> dict[str, Level | None]:
    """Read oasdiff's severity file: a line per check, `id level`. Raises ValueError with the line."""
    found: dict[str, Level | None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        if len(words) != 2:
            raise ValueError(f"line {number}: expected an id and a level")
        try:
            found[words[0]] = level_of(words[1])
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
    return found
