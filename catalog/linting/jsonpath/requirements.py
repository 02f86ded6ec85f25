"""Which names a value must have for a filter to be true: most values have none and are passed over."""

from __future__ import annotations

from typing import Any

from catalog.linting.jsonpath.expressions import METHODS
from catalog.linting.jsonpath.segments import Expression

# What values have without having it as a key.
_INHERENT = METHODS | {"length", "constructor"}
_NOTHING: frozenset[str] = frozenset()


def names_of(expression: Expression) -> frozenset[str]:
    """Names of which a mapping must have at least one; empty when any value may pass."""
    operator, *operands = expression
    if operator == "&&":
        found = [names for names in map(names_of, operands) if names]
        return min(found, key=len, default=_NOTHING)
    if operator == "||":
        left, right = map(names_of, operands)
        return left | right if left and right else _NOTHING
    if operator == "get":
        return _member(*operands)
    if operator in ("===", "!==", "==", "!="):
        return _compared(operator, *operands)
    if operator == "Array.isArray":
        return names_of(operands[0])
    return names_of(operands[1]) if operator == "call" and operands[0] != "toString" else _NOTHING


def _member(holder: Expression, key: Expression) -> frozenset[str]:
    if holder == ("@",):
        name: Any = key[1] if key[0] == "value" else None
        return frozenset({name}) if isinstance(name, str) and name not in _INHERENT else _NOTHING
    return names_of(holder) if holder[0] == "get" else _NOTHING


def _compared(operator: str, left: Expression, right: Expression) -> frozenset[str]:
    """A comparison that something undefined cannot pass needs the name that it compares."""
    for one, other in ((left, right), (right, left)):
        if one[0] != "get":
            continue
        nothing = other == ("undefined",) or (other == ("value", None) and len(operator) == 2)
        something = other[0] == "value" and (other[1] is not None or operator == "===")
        if (operator[0] == "!" and nothing) or (operator[0] == "=" and something):
            return names_of(one)
    return _NOTHING
