"""Rules about the properties of schemas: amounts, currencies, days, rates, sensitive data, codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from catalog.linting.finance import names
from catalog.linting.targets import Function, Result, Target
from catalog.linting.tree import Node

_SECRET = frozenset({"confidential", "restricted"})
_LIMITING = ("enum", "const", "pattern", "maxLength", "format")
_Judge = Callable[[str, dict[str, Any], dict[str, Any]], str]


def kinds_of(schema: dict[str, Any]) -> list[str]:
    """Types that a schema declares, null aside."""
    kinds = schema.get("type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return [kind for kind in listed if isinstance(kind, str) and kind != "null"]


def _properties(target: Target) -> Iterator[tuple[str, Node, dict[str, Any]]]:
    """Name, node and resolved schema of the properties of a schema."""
    holder = target.at("properties")
    for child in holder.children() if holder is not None and isinstance(holder.value, dict) else ():
        node = target.lint.tree.resolve(child)
        if isinstance(node.value, dict):
            yield str(child.key), child, node.value


def _each(judge: _Judge) -> Function:
    """A function that tells what a judge says of each property, given the properties beside it."""

    def run(target: Target) -> Iterator[Result]:
        found = list(_properties(target))
        beside = {name: schema for name, _, schema in found}
        target.lint.budget.spend(len(found))
        for name, node, schema in found:
            message = judge(name, schema, beside)
            if message:
                yield Result(message, node=node)

    return Function(run)


def _not_float(name: str, schema: dict[str, Any], beside: dict[str, Any]) -> str:
    if names.is_money(name) and "number" in kinds_of(schema):
        return (
            f'The amount "{name}" is a binary number; it must be a decimal text or an integer of minor units'
        )
    return ""


def _decimal(name: str, schema: dict[str, Any], beside: dict[str, Any]) -> str:
    if not names.is_money(name) or kinds_of(schema) != ["string"]:
        return ""
    if schema.get("format") == "decimal" or any(word in schema for word in ("pattern", "enum", "const")):
        return ""
    return f'The amount "{name}" must have format decimal or a pattern'


def _is_amount(schema: dict[str, Any]) -> bool:
    return bool({"number", "integer", "string"} & set(kinds_of(schema)))


def _currency(target: Target) -> Iterator[Result]:
    if not isinstance(target.value, dict):
        return
    found = list(_properties(target))
    amounts = [name for name, _, schema in found if names.is_money(name) and _is_amount(schema)]
    told = "x-currency" in target.value or any("x-currency" in schema for _, _, schema in found)
    if amounts and not told and not any(names.is_currency(name) for name, _, _ in found):
        yield Result(
            f'The amount "{amounts[0]}" has no currency beside it, nor does x-currency say which it is'
        )


def _currency_code(name: str, schema: dict[str, Any], beside: dict[str, Any]) -> str:
    if not names.is_currency(name) or kinds_of(schema) != ["string"]:
        return ""
    fixed = schema.get("minLength") == 3 and schema.get("maxLength") == 3
    if fixed or any(word in schema for word in ("pattern", "enum", "const", "format")):
        return ""
    return f'The currency "{name}" must be an ISO 4217 code: an enum, a pattern, or three characters'


def _day(name: str, schema: dict[str, Any], beside: dict[str, Any]) -> str:
    if not names.is_day(name) or "string" not in kinds_of(schema):
        return ""
    if schema.get("format") in ("date", "date-time") or "pattern" in schema:
        return ""
    return f'"{name}" must have format date, or date-time with its zone'


def _period(name: str, schema: dict[str, Any], beside: dict[str, Any]) -> str:
    if not names.is_period(name) or kinds_of(schema) != ["string"]:
        return ""
    if any(word in schema for word in ("pattern", "enum", "const", "format")):
        return ""
    return f'The period "{name}" must have a pattern, for instance YYYY-MM'


def _rate(name: str, schema: dict[str, Any], beside: dict[str, Any]) -> str:
    if not names.is_exchange_rate(name) or not _is_amount(schema):
        return ""
    words = [set(names.words_of(other)) for other in beside if other != name]
    has_day = any(names.is_day(other) for other in beside)
    has_source = any({"source", "provider", "type", "origin"} & found and "rate" in found for found in words)
    missing = [word for word, there in (("day", has_day), ("source", has_source)) if not there]
    return f'The rate "{name}" must have its {" and its ".join(missing)} beside it' if missing else ""


def _classified(name: str, schema: dict[str, Any], beside: dict[str, Any]) -> str:
    if not names.is_sensitive(name) or str(schema.get("x-data-classification")) in _SECRET:
        return ""
    return f'"{name}" is sensitive: its x-data-classification must be confidential or restricted'


def _code(name: str, schema: dict[str, Any], beside: dict[str, Any]) -> str:
    if not names.is_code(name) or kinds_of(schema) != ["string"] or any(word in schema for word in _LIMITING):
        return ""
    return f'The code "{name}" must have a maxLength, a pattern or an enum'


PROPERTIES: dict[str, Function] = {
    "financeClassified": _each(_classified),
    "financeCode": _each(_code),
    "financeCurrency": Function(_currency),
    "financeCurrencyCode": _each(_currency_code),
    "financeDay": _each(_day),
    "financeDecimal": _each(_decimal),
    "financeNotFloat": _each(_not_float),
    "financePeriod": _each(_period),
    "financeRate": _each(_rate),
}
