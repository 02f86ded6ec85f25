"""Conditions a rule puts on one source column. Empty text is a value; `None` is an absent one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mappings.rules.faults import FaultCode, RuleError
from mappings.rules.glob import glob

MAX_LENGTH = 200
"""Longest value, bound or pattern in characters; source codes are far shorter."""


class Compare(StrEnum):
    """How a range compares: text by code point, number for plain ASCII digits only."""

    NUMBER = "number"
    TEXT = "text"


def checked_text(value: object) -> str:
    """The value, if it is text a reviewer can see whole. Raises RuleError MAP-015."""
    if not isinstance(value, str):
        raise RuleError(FaultCode.VALUE, f"a value must be text, not {type(value).__name__}")
    if len(value) > MAX_LENGTH:
        raise RuleError(FaultCode.VALUE, f"a value has at most {MAX_LENGTH} characters")
    if not value.isprintable():
        bad = next(char for char in value if not char.isprintable())
        raise RuleError(FaultCode.VALUE, f"a value holds the invisible character U+{ord(bad):04X}")
    return value


def digits_key(value: str) -> tuple[int, str] | None:
    """Sort key of a plain number (ASCII digits, leading zeros ignored), or None."""
    if not (value.isascii() and value.isdigit()):
        return None
    bare = value.lstrip("0")
    return len(bare), bare


@dataclass(frozen=True, slots=True)
class Exact:
    """One value; `Exact(None)` matches only records where the value is absent."""

    value: str | None

    def __post_init__(self) -> None:
        if self.value is not None:
            checked_text(self.value)

    def matches(self, value: str | None) -> bool:
        return value == self.value

    def as_json(self) -> dict[str, Any]:
        return {"is": self.value}


@dataclass(frozen=True, slots=True, init=False)
class In:
    """Any of several values; None among them matches an absent value."""

    values: frozenset[str | None]

    def __init__(self, values: Iterable[str | None]) -> None:
        if isinstance(values, str):
            raise RuleError(FaultCode.VALUE, "a list needs several values, not one text")
        chosen = frozenset(v if v is None else checked_text(v) for v in values)
        if not chosen:
            raise RuleError(FaultCode.VALUE, "a list needs at least one value")
        object.__setattr__(self, "values", chosen)

    def matches(self, value: str | None) -> bool:
        return value in self.values

    def ordered(self) -> list[str | None]:
        """Absent first, then by code point."""
        return sorted(self.values, key=lambda v: (v is not None, v or ""))

    def as_json(self) -> dict[str, Any]:
        return {"in": self.ordered()}


@dataclass(frozen=True, slots=True)
class Between:
    """An inclusive range that says how it compares. Raises RuleError MAP-011 when it is empty."""

    low: str
    high: str
    compare: Compare

    def __post_init__(self) -> None:
        checked_text(self.low)
        checked_text(self.high)
        if self.compare not in tuple(Compare):
            raise RuleError(FaultCode.RANGE, "a range must declare text or number comparison")
        object.__setattr__(self, "compare", Compare(self.compare))
        if self.compare == Compare.TEXT:
            empty = self.low > self.high
        else:
            low, high = digits_key(self.low), digits_key(self.high)
            if low is None or high is None:
                raise RuleError(FaultCode.RANGE, "a number range takes plain digits 0 to 9 only")
            empty = low > high
        if empty:
            raise RuleError(
                FaultCode.RANGE,
                f"the range from '{self.low}' to '{self.high}' is empty: low is above high",
            )

    def matches(self, value: str | None) -> bool:
        if value is None:
            return False
        if self.compare == Compare.TEXT:
            return self.low <= value <= self.high
        key = digits_key(value)
        return key is not None and self.bounds[0] <= key <= self.bounds[1]

    @property
    def bounds(self) -> tuple[tuple[int, str], tuple[int, str]]:
        """Low and high as number keys; only for number ranges."""
        low, high = self.low.lstrip("0"), self.high.lstrip("0")
        return (len(low), low), (len(high), high)

    def as_json(self) -> dict[str, Any]:
        return {"between": [self.low, self.high], "as": str(self.compare)}


@dataclass(frozen=True, slots=True)
class Like:
    """A pattern with `*` and `?` over the whole value; never matches an absent value."""

    pattern: str

    def __post_init__(self) -> None:
        checked_text(self.pattern)

    def matches(self, value: str | None) -> bool:
        return value is not None and glob(self.pattern).matches(value)

    def as_json(self) -> dict[str, Any]:
        return {"like": self.pattern}


Condition = Exact | In | Between | Like


def condition_from_json(data: object) -> Condition:
    """The condition stored as JSON. Raises RuleError when the shape is not one of the four."""
    if isinstance(data, dict):
        keys = set(data)
        if keys == {"is"}:
            return Exact(data["is"])
        if keys == {"in"} and isinstance(data["in"], list):
            return In(data["in"])
        if keys == {"like"}:
            return Like(data["like"])
        if keys == {"between", "as"}:
            between = data["between"]
            if isinstance(between, list) and len(between) == 2:
                return Between(between[0], between[1], data["as"])
    raise RuleError(
        FaultCode.SHAPE,
        "a condition is one of is, in, like, or between with as: text or number",
    )
