"""Conditions in words, for lists, diffs and searching."""

from __future__ import annotations

from collections.abc import Mapping

from mappings.rules.conditions import Between, Condition, Exact, In


def value_text(value: str | None) -> str:
    """The value; what cannot be seen is named."""
    if value is None:
        return "(absent)"
    return value if value.strip() else "(empty)" if not value else f"'{value}'"


def condition_text(condition: Condition) -> str:
    """One condition after its column's name: `= 4000`, `in 1, 2`, `4000 to 4999 as number`, `like 40*`."""
    if isinstance(condition, Exact):
        return f"= {value_text(condition.value)}"
    if isinstance(condition, In):
        return f"in {', '.join(value_text(value) for value in condition.ordered())}"
    if isinstance(condition, Between):
        return f"{value_text(condition.low)} to {value_text(condition.high)} as {condition.compare}"
    return f"like {condition.pattern}"


def conditions_text(conditions: Mapping[str, Condition]) -> str:
    """All conditions, columns in alphabetical order."""
    return "; ".join(f"{column} {condition_text(conditions[column])}" for column in sorted(conditions))


def witness_text(columns: tuple[str, ...], witness: tuple[str | None, ...], used: set[str]) -> str:
    """The values of an ambiguity for the columns the rules look at."""
    pairs = zip(columns, witness, strict=True)
    return ", ".join(f"{column} = {value_text(value)}" for column, value in pairs if column in used)
