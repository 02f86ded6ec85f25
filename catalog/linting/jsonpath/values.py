"""What JavaScript makes of values: truth, equality, order, text. Containers are nodes or lists."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from catalog.linting.tree import Node

UNDEFINED = object()
_NAN = Decimal("NaN")


def is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def truthy(value: Any) -> bool:
    """JavaScript's truth: empty lists and mappings are true, empty text, 0, null and NaN are not."""
    if value is None or value is UNDEFINED or value is False or value == "":
        return False
    if is_number(value):
        return not (isinstance(value, Decimal) and value.is_nan()) and value != 0
    return True


def kind_of(value: Any) -> str:
    """undefined, null, boolean, number, string, array or object."""
    if value is UNDEFINED:
        return "undefined"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if is_number(value):
        return "number"
    inner = value.value if isinstance(value, Node) else value
    return "array" if isinstance(inner, list) else "object"


def to_number(value: Any) -> int | Decimal:
    """The number JavaScript makes of a value; NaN where it makes none."""
    if isinstance(value, bool) or value is None:
        return int(bool(value))
    if isinstance(value, (int, Decimal)):
        return value
    if isinstance(value, str):
        text = value.strip()
        if len(text) > 60 or "_" in text:
            return _NAN
        try:
            found = Decimal(text) if text else Decimal(0)
        except InvalidOperation:
            return _NAN
        return found if found.is_finite() and abs(found.adjusted()) < 400 else _NAN
    return _NAN


def to_text(value: Any) -> str:
    """The text JavaScript makes of a value."""
    kind = kind_of(value)
    if kind == "string":
        return str(value)
    if kind in ("undefined", "null", "object"):
        return "[object Object]" if kind == "object" else kind
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "array":
        return ",".join(to_text(item) for item in (value if isinstance(value, list) else value.value))
    return number_text(value)


def number_text(value: int | Decimal) -> str:
    """Digits of a number without needless zeros."""
    if isinstance(value, Decimal):
        if value.is_finite() and value == value.to_integral_value() and value.adjusted() < 21:
            return str(int(value))
        return (
            "NaN" if value.is_nan() else format(value.normalize(), "f" if -7 < value.adjusted() < 21 else "e")
        )
    return str(value)


def strictly_equal(left: Any, right: Any) -> bool:
    """`===`: same kind and same value; containers only when they are the same one."""
    if isinstance(left, Node) or isinstance(right, Node):
        return left is right
    return kind_of(left) == kind_of(right) and bool(left == right)


def loosely_equal(left: Any, right: Any) -> bool:
    """`==`: null is undefined, and numbers are compared with texts as numbers."""
    kinds = {kind_of(left), kind_of(right)}
    if kinds <= {"null", "undefined"}:
        return True
    if kinds & {"null", "undefined"}:
        return False
    if len(kinds) == 1:
        return strictly_equal(left, right)
    if kinds & {"array", "object"}:
        return not kinds <= {"array", "object"} and to_text(left) == to_text(right)
    return to_number(left) == to_number(right)


def compare(operator: str, left: Any, right: Any) -> bool:
    """`<`, `<=`, `>`, `>=`: texts by their characters, everything else as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        one, two = left, right
        return (
            one < two
            if operator == "<"
            else one <= two
            if operator == "<="
            else compare_above(operator, one, two)
        )
    low, high = to_number(left), to_number(right)
    if (isinstance(low, Decimal) and low.is_nan()) or (isinstance(high, Decimal) and high.is_nan()):
        return False
    return (
        low < high
        if operator == "<"
        else low <= high
        if operator == "<="
        else compare_above(operator, low, high)
    )


def compare_above(operator: str, left: Any, right: Any) -> bool:
    return bool(left > right if operator == ">" else left >= right)
