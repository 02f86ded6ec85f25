"""Words of a verdict: how bad, in which direction."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """ERROR breaks a client or a control, WARNING may (the contract does not say), INFO does not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


RANK = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}
LETTER = {"E": Level.ERROR, "W": Level.WARNING, "I": Level.INFO}


class Direction(StrEnum):
    """REQUEST is what clients send, RESPONSE what they receive."""

    REQUEST = "request"
    RESPONSE = "response"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Rule:
    """One check. `text` is its sentence with {name}, {old} and {new}."""

    id: str
    level: Level
    direction: Direction
    area: str
    kind: str
    text: str
