"""Keywords that judge a value alone. Each returns what the value must be, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context
from typing import Any

from catalog.compatibility.documents import canonical_text, same
from catalog.linting.budget import Budget
from catalog.linting.codes import LintCode, LintError
from catalog.linting.jsonpath.values import is_number
from catalog.linting.jsonschema.dialects import Dialect
from catalog.linting.jsonschema.formats import fits
from catalog.linting.regexes import regex_of

_EXACT = Context(prec=1000)
_KINDS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": is_number,
    "integer": lambda value: is_number(value) and (isinstance(value, int) or value % 1 == 0),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def type_problem(schema: dict[str, Any], value: Any, dialect: Dialect) -> str:
    """`type must be ...` when the value is of none of the declared types."""
    kinds = schema.get("type")
    if kinds is None:
        return ""
    names = kinds if isinstance(kinds, list) else [kinds]
    if any(not isinstance(name, str) or name not in _KINDS or _KINDS[name](value) for name in names):
        return ""
    if value is None and dialect.null_word and schema.get(dialect.null_word) is True:
        return ""
    return "type must be " + " or ".join(names)


def _enum(values: Any, value: Any, schema: dict[str, Any], dialect: Dialect, budget: Budget) -> str:
    if not isinstance(values, list):
        return ""
    budget.spend(len(values) // 4)
    if any(same(value, item) for item in values):
        return ""
    shown = ", ".join(canonical_text(item)[:60] for item in values[:20])
    return "must be equal to one of the allowed values: " + shown + (", ..." if len(values) > 20 else "")


def _const(wanted: Any, value: Any, schema: dict[str, Any], dialect: Dialect, budget: Budget) -> str:
    return "" if same(value, wanted) else f"must be equal to {canonical_text(wanted)[:80]}"


def _limit(sign: int, strict: bool) -> Callable[[Any, Any, dict[str, Any], Dialect, Budget], str]:
    def check(limit: Any, value: Any, schema: dict[str, Any], dialect: Dialect, budget: Budget) -> str:
        if not is_number(limit) or not is_number(value):
            return ""
        tight = strict or (
            dialect.flag_limits and schema.get("exclusiveMinimum" if sign > 0 else "exclusiveMaximum") is True
        )
        distance = (value - limit) * sign
        if distance > 0 or (distance == 0 and not tight):
            return ""
        return f"must be {'>' if sign > 0 else '<'}{'' if tight else '='} {limit}"

    return check


def _size(kind: type, sign: int, word: str) -> Callable[[Any, Any, dict[str, Any], Dialect, Budget], str]:
    def check(limit: Any, value: Any, schema: dict[str, Any], dialect: Dialect, budget: Budget) -> str:
        if not is_number(limit) or not isinstance(value, kind):
            return ""
        if (len(value) - limit) * sign >= 0:  # type: ignore[arg-type]
            return ""
        return f"must not have {'fewer' if sign > 0 else 'more'} than {limit} {word}"

    return check


def _multiple(step: Any, value: Any, schema: dict[str, Any], dialect: Dialect, budget: Budget) -> str:
    if not is_number(step) or not is_number(value) or step <= 0 or not _EXACT.remainder(value, step):
        return ""
    return f"must be multiple of {step}"


def _pattern(pattern: Any, value: Any, schema: dict[str, Any], dialect: Dialect, budget: Budget) -> str:
    if not isinstance(pattern, str) or not isinstance(value, str):
        return ""
    try:
        return "" if regex_of(pattern).search(value, budget) else f'must match pattern "{pattern[:120]}"'
    except LintError as error:
        if error.code == LintCode.WORK:
            raise
        return ""  # what cannot be run judges nothing; rules are checked when they are read


def _format(name: Any, value: Any, schema: dict[str, Any], dialect: Dialect, budget: Budget) -> str:
    return "" if not isinstance(name, str) or fits(name, value) else f'must match format "{name[:40]}"'


ASSERTIONS: dict[str, Callable[[Any, Any, dict[str, Any], Dialect, Budget], str]] = {
    "enum": _enum,
    "const": _const,
    "minimum": _limit(1, strict=False),
    "maximum": _limit(-1, strict=False),
    "exclusiveMinimum": _limit(1, strict=True),
    "exclusiveMaximum": _limit(-1, strict=True),
    "minLength": _size(str, 1, "characters"),
    "maxLength": _size(str, -1, "characters"),
    "minItems": _size(list, 1, "items"),
    "maxItems": _size(list, -1, "items"),
    "minProperties": _size(dict, 1, "properties"),
    "maxProperties": _size(dict, -1, "properties"),
    "multipleOf": _multiple,
    "pattern": _pattern,
    "format": _format,
}
