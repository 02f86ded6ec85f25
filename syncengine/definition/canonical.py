"""The canonical dict of a definition: what is hashed, approved and stored. Parsing it gives it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncengine.definition.model import (
    Amount,
    AmountText,
    CalendarCheck,
    Check,
    Condition,
    ConstantField,
    DateField,
    DerivedField,
    FlowDefinition,
    FlowSource,
    JoinField,
    MemberCheck,
    MemberField,
    OnDifference,
    Op,
    PatternField,
    Reconcile,
    SidedAmount,
    SignedAmount,
)
from syncengine.definition.parse_money import default_pattern


def definition_dict(flow: FlowDefinition) -> dict[str, Any]:
    """Plain JSON values only: text, integers, booleans, lists, mappings. Decimals are text."""
    found: dict[str, Any] = {
        "finance_object": flow.finance_object,
        "slice": {"scenario": flow.slice.scenario, "per": str(flow.slice.per)},
        "source": _source(flow.source),
        "fields": [_field(item) for item in flow.fields],
        "amount": _amount(flow.amount),
        "checks": [_check(item) for item in flow.checks],
        "mappings": [
            {"set": use.mapping_set, "inputs": dict(use.inputs), "into": use.into} for use in flow.mappings
        ],
        "measures": [
            {"name": item.name, "of": str(item.of)} | ({"normal": item.normal} if item.normal else {})
            for item in flow.measures
        ],
        "target": {
            "connection": flow.target.connection,
            "table": flow.target.table,
            "columns": [
                {"name": item.name} | ({"from": item.field} if item.value is None else {"value": item.value})
                for item in flow.target.columns
            ],
        },
        "quarantine": _quarantine(flow),
    }
    if flow.calendar:
        found["calendar"] = flow.calendar
    if flow.translate:
        use = flow.translate
        found["translate"] = {"rate_set": use.rate_set, "rate_type": use.rate_type, "to": use.to}
    if flow.reconcile:
        found["reconcile"] = _reconcile(flow.reconcile)
    return found


def written(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical dict as people write it: without patterns that the marks beside them imply.

    Who then changes the marks changes what is read. Hashes are those of the canonical dict.
    """
    found = dict(definition)
    if "amount" in found:
        found["amount"] = _without_usual_pattern(found["amount"])
    if "amount" in (figure := found.get("reconcile") or {}):
        found["reconcile"] = figure | {"amount": _without_usual_pattern(figure["amount"])}
    return found


def _without_usual_pattern(amount: Mapping[str, Any]) -> dict[str, Any]:
    usual = default_pattern(amount.get("decimal_mark", "."), amount.get("grouping_mark", ""))
    return {key: value for key, value in amount.items() if (key, value) != ("pattern", usual)}


def _source(item: FlowSource) -> dict[str, Any]:
    """A key that was added later is absent at its default: hashes of approved versions stay what they are."""
    found = {
        "connection": item.connection,
        "dataset": plain(item.dataset),
        "where": [_condition(entry) for entry in item.where],
    }
    return found if item.max_shrink is None else found | {"max_shrink": str(item.max_shrink)}


def plain(value: object) -> Any:
    """A copy in JSON values; anything that is not one is refused (`TypeError`)."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    raise TypeError(f"a definition holds no {type(value).__name__}")


def _condition(item: Condition) -> dict[str, Any]:
    if item.op in (Op.BLANK, Op.NOT_BLANK):
        return {"field": item.field, str(item.op): True}
    value: Any = item.values[0] if item.op is Op.EQUALS else list(item.values)
    return {"field": item.field, str(item.op): value}


def _field(item: DerivedField) -> dict[str, Any]:
    if isinstance(item, PatternField):
        return {"name": item.name, "from": item.source, "pattern": item.pattern}
    if isinstance(item, JoinField):
        return {"name": item.name, "join": list(item.parts), "with": item.separator}
    if isinstance(item, MemberField):
        member = {"dimension": item.dimension, "key": item.key, "attribute": item.attribute}
        return {"name": item.name, "member": member}
    if isinstance(item, ConstantField):
        return {"name": item.name, "constant": item.value}
    if isinstance(item, DateField):
        return {"name": item.name, "from": item.source, "date": item.format}
    return {"name": item.name, "period_of": item.source}


def _amount_text(text: AmountText) -> dict[str, Any]:
    return {
        "pattern": text.pattern,
        "scale": text.scale,
        "decimal_mark": text.decimal_mark,
        "grouping_mark": text.grouping_mark,
    }


def _amount(amount: Amount) -> dict[str, Any]:
    found = _amount_text(amount.text)
    constant, field = amount.currency.constant, amount.currency.field
    found["currency"] = {"constant": constant} if constant else {"column": field}
    shape = amount.shape
    if isinstance(shape, SidedAmount):
        side = {"column": shape.side, "debit": list(shape.debit), "credit": list(shape.credit)}
        return found | {"column": shape.column, "side": {**side, "blank": shape.blank or "refuse"}}
    if isinstance(shape, SignedAmount):
        return found | {"signed": shape.column}
    return found | {"debit": shape.debit, "credit": shape.credit}


def _check(item: Check) -> dict[str, Any]:
    if isinstance(item, MemberCheck):
        effective = "period_end" if item.effective else "any"
        return {"dimension": item.dimension, "field": item.field, "effective": effective}
    if isinstance(item, CalendarCheck):
        return {"field": item.field, "calendar": True}
    return {"field": item.field, "required": True}


def _quarantine(flow: FlowDefinition) -> dict[str, Any]:
    found: dict[str, Any] = {"unit": str(flow.quarantine.unit), "max_share": str(flow.quarantine.max_share)}
    if flow.quarantine.journal_key:
        found["journal_key"] = list(flow.quarantine.journal_key)
    return found


def _reconcile(item: Reconcile) -> dict[str, Any]:
    found = {
        "connection": item.connection,
        "dataset": plain(item.dataset),
        "where": [_condition(entry) for entry in item.where],
        "fields": [_field(entry) for entry in item.fields],
        "compare": str(item.compare),
        "keys": dict(item.keys),
        "amounts": {
            entry.column: dict(entry.fixed) | ({"measure": entry.measure} if entry.measure else {})
            for entry in item.amounts
        },
        "amount": _amount_text(item.text),
        "tolerance": str(item.tolerance),
    }
    default = item.on_difference is OnDifference.PROTECT
    return found if default else found | {"on_difference": str(item.on_difference)}
