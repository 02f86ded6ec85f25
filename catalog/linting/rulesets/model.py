"""A ruleset that has been read: rules, levels for places, exceptions, and what could not be applied."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from catalog.linting.codes import LintCode


class Level(StrEnum):
    """How bad a finding is. Spectral writes warn for WARNING."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    HINT = "hint"


RANK = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Then:
    """One function of a rule. `field` is empty, `@key`, a path of names, or a JSONPath (`$.`) below it."""

    function: str
    options: dict[str, Any] = field(default_factory=dict)
    field: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A path without aliases. The document must have one of the formats of each set."""

    path: str
    formats: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `level` is None when it is off, `own_level` what it is when switched on.

    `formats` empty means any document; `place` is its pointer in the ruleset it was read from;
    `builtin` that it came with the engine and looks at what it always looks at.
    """

    id: str
    given: tuple[Given, ...]
    then: tuple[Then, ...]
    level: Level | None = Level.WARNING
    own_level: Level = Level.WARNING
    description: str = ""
    message: str = ""
    formats: frozenset[str] = frozenset()
    resolved: bool = True
    recommended: bool = True
    documentation_url: str = ""
    place: str = ""
    builtin: bool = False


@dataclass(frozen=True, slots=True)
class Scoped:
    """The level of a rule for what stands at a pointer or below it (`overrides` with a pointer)."""

    rule: str
    pointer: str
    level: Level | None


@dataclass(frozen=True, slots=True)
class Exemption:
    """An accepted violation: of one rule (`*`: any), at a pointer or below it, until a day inclusive."""

    rule: str
    pointer: str
    reason: str
    expires: dt.date
    place: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of the ruleset that could not be applied. `line` is 0 where it did not come as text."""

    code: LintCode
    message: str
    pointer: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Ruleset:
    rules: dict[str, Rule]
    scoped: tuple[Scoped, ...] = ()
    exceptions: tuple[Exemption, ...] = ()
    problems: tuple[Problem, ...] = ()
    parser_levels: dict[str, Level | None] = field(default_factory=dict)
