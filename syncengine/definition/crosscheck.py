"""Checks that run over the whole definition: names used before they exist, doubles, placeholders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from syncengine.definition.faults import BAD_REFERENCE, BAD_VALUE, MISSING, DefinitionFault
from syncengine.definition.model import (
    CalendarCheck,
    Condition,
    DerivedField,
    FlowDefinition,
    JoinField,
    MeasureKind,
    MemberCheck,
    MemberField,
    Per,
    PeriodField,
)

PLACEHOLDERS = ("flow", "period", "scenario")
Add = Callable[[str, str, str], None]
RESERVED = re.compile(r"_.*|tieout_.*")


def crosscheck(flow: FlowDefinition, faults: list[DefinitionFault]) -> None:
    """Adds what no single part can see."""

    def add(code: str, message: str, path: str) -> None:
        faults.append(DefinitionFault(code, message, path))

    _names(flow, add)
    _order(flow.fields, "fields", add)
    if flow.reconcile:
        _order(flow.reconcile.fields, "reconcile.fields", add)
    _placeholders(flow, add)
    _calendar(flow, add)
    _currency(flow, add)
    _reconcile(flow, add)


def sources_of(field: DerivedField) -> tuple[str, ...]:
    """The fields a derived field reads."""
    if isinstance(field, JoinField):
        return field.parts
    if isinstance(field, MemberField):
        return (field.key,)
    source = getattr(field, "source", None)
    return (source,) if source else ()


def _names(flow: FlowDefinition, add: Add) -> None:
    derived = [field.name for field in flow.fields] + [use.into for use in flow.mappings]
    target = [column.name for column in flow.target.columns] + [item.name for item in flow.measures]
    for place, names in (("fields", derived), ("target.columns", target)):
        for name, count in Counter(names).items():
            if count > 1:
                add(BAD_VALUE, f"{name!r} is defined {count} times", place)
            if RESERVED.fullmatch(name):
                add(BAD_VALUE, f"{name!r}: names that start with _ or tieout_ are the engine's", place)
    sets = Counter(use.mapping_set for use in flow.mappings)
    for name, count in sets.items():
        if count > 1:
            add(BAD_VALUE, f"mapping set {name!r} is used {count} times", "mappings")
    if all(column.field is not None for column in flow.target.columns):
        add(MISSING, "at least one column with a fixed value must name the slice", "target.columns")


def _order(fields: tuple[DerivedField, ...], place: str, add: Add) -> None:
    later = {field.name for field in fields}
    for at, field in enumerate(fields):
        for source in sources_of(field):
            if source in later:
                add(BAD_REFERENCE, f"{source!r} is defined later or by itself", f"{place}[{at}]")
        later.discard(field.name)


def _check_text(text: str, allowed: set[str], path: str, add: Add) -> None:
    for name in re.findall(r"\{([^}]*)\}", text):
        if name not in allowed:
            add(
                BAD_VALUE,
                f"{{{name}}} is not known here; allowed: {', '.join(sorted(allowed)) or 'none'}",
                path,
            )


def _placeholders(flow: FlowDefinition, add: Add) -> None:
    allowed = set(PLACEHOLDERS) if flow.slice.per is Per.PERIOD else set(PLACEHOLDERS) - {"period"}
    for at, column in enumerate(flow.target.columns):
        _check_text(column.value or "", allowed, f"target.columns[{at}].value", add)
    groups: list[tuple[str, tuple[Condition, ...]]] = [("source.where", flow.source.where)]
    if flow.reconcile:
        groups.append(("reconcile.where", flow.reconcile.where))
    for place, conditions in groups:
        for at, condition in enumerate(conditions):
            for value in condition.values:
                _check_text(value, allowed, f"{place}[{at}]", add)


def _calendar(flow: FlowDefinition, add: Add) -> None:
    by_period = flow.slice.per is Per.PERIOD
    checks = [check for check in flow.checks if isinstance(check, MemberCheck)]
    needs = by_period or any(isinstance(item, CalendarCheck) for item in flow.checks)
    needs = needs or any(isinstance(item, PeriodField) for item in flow.fields)
    if needs and flow.calendar is None:
        add(MISSING, "a fiscal calendar is needed by slice, checks or fields", "calendar")
    if not by_period and any(check.effective for check in checks):
        add(BAD_VALUE, "effective: period_end needs slice.per: period; write effective: any", "checks")
    if not by_period and flow.translate:
        add(BAD_VALUE, "translation needs slice.per: period", "translate")
    mentions = any("{period}" in value for item in flow.source.where for value in item.values)
    if by_period and not mentions:
        add(
            MISSING,
            "one condition must compare with {period}, else each run takes all periods",
            "source.where",
        )


def _currency(flow: FlowDefinition, add: Add) -> None:
    """Amounts of two currencies never share a target row."""
    field = flow.amount.currency.field
    if field and not flow.translate and all(column.field != field for column in flow.target.columns):
        add(
            MISSING,
            f"a column from {field!r} is needed, or currencies mix",
            "target.columns",
        )


def _reconcile(flow: FlowDefinition, add: Add) -> None:
    if flow.reconcile is None:
        return
    compare_target = flow.reconcile.compare == "target"
    measures = [item.name for item in flow.measures] if compare_target else [
        MeasureKind.DEBIT, MeasureKind.CREDIT, MeasureKind.NET
    ]  # fmt: skip
    columns = {column.name for column in flow.target.columns}
    keys = [name for name, _ in flow.reconcile.keys]
    for item in flow.reconcile.amounts:
        place = f"reconcile.amounts.{item.column}"
        if item.measure and item.measure not in measures:
            add(BAD_REFERENCE, f"measure {item.measure!r} is not one of {', '.join(measures)}", place)
        if not item.measure and len(measures) > 1:
            add(MISSING, f"measure is needed: one of {', '.join(measures)}", place)
        if {name for name, _ in item.fixed} != {name for name, _ in flow.reconcile.amounts[0].fixed}:
            add(BAD_VALUE, "every amount must fix the same keys", place)
        keys += [name for name, _ in item.fixed if name not in keys]
    for name in keys:
        if compare_target and name not in columns:
            add(BAD_REFERENCE, f"{name!r} is no target column", "reconcile.keys")
