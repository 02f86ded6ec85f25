"""The ordered list of everything that can keep a record from being loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syncengine.pipeline.database import ident, literal

BAD_AMOUNT = "DQ-001"
MISSING_VALUE = "DQ-002"
BAD_DATE = "DQ-003"
NO_MATCH = "DQ-004"
BAD_SIDE = "DQ-005"
BAD_CURRENCY = "DQ-006"
ODD_KEY = "DQ-007"
JOURNAL_HELD = "DQ-010"
NO_PERIOD = "PER-001"
UNKNOWN_MEMBER = "MDM-001"
EXPIRED_MEMBER = "MDM-002"
NO_RULE = "MAP-001"
NO_RATE = "FX-001"
TOO_LARGE = "FX-002"

EXCLUDED = -1


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A test in SQL; the first that is true decides. `name` and `value` (SQL) tell the reader where."""

    code: str
    test: str
    name: str
    value: str
    origin: str = ""


def fault_sql(rules: Sequence[FaultRule], ignored: Sequence[tuple[int, str]] = ()) -> str:
    """SQL that gives the number of the first fault (from 1), 0 for none, -1 for excluded by a rule.

    `ignored` holds (position, test): the test is asked before the rule at that position, so that a record
    that fails an earlier check is quarantined and never silently excluded.
    """
    parts = []
    for at, rule in enumerate(rules):
        parts += [f"WHEN {test} THEN {EXCLUDED}" for place, test in ignored if place == at]
        parts.append(f"WHEN {rule.test} THEN {at + 1}")
    parts += [f"WHEN {test} THEN {EXCLUDED}" for place, test in ignored if place >= len(rules)]
    return f"CASE {' '.join(parts)} ELSE 0 END" if parts else "0"


def decode_sql(rules: Sequence[FaultRule], what: str) -> str:
    """SQL that turns the fault number into its code, name, origin (constant texts) or value (a column).

    The value is asked of the lines, where the number is `_fault`, the texts of the cells (`_number`).
    """
    arms = []
    for at, rule in enumerate(rules, start=1):
        text = getattr(rule, what)
        arms.append(f"WHEN {at} THEN {text if what == 'value' else literal(text)}")
    number = "_fault" if what == "value" else "_number"
    return f"CASE {number} {' '.join(arms)} END" if arms else "NULL"


def text_of(column: str) -> str:
    """SQL of a column as text, for the value shown with a fault."""
    return f"coalesce({ident(column)}, '')"
