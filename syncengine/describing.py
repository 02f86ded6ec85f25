"""A flow definition in words: what it reads, checks, maps, loads and proves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from syncengine.definition import FlowDefinition
from syncengine.definition.model import (
    Amount,
    CalendarCheck,
    Compare,
    Condition,
    ConstantField,
    DateField,
    JoinField,
    MeasureKind,
    MemberCheck,
    MemberField,
    OnDifference,
    Op,
    PatternField,
    Per,
    PeriodField,
    QuarantineUnit,
    RequiredCheck,
    SidedAmount,
    SignedAmount,
    TwoColumnAmount,
)

_MEASURES = {
    MeasureKind.CREDIT: "the credit amount",
    MeasureKind.DEBIT: "the debit amount",
    MeasureKind.NATURAL: "the amount, positive on the account's normal side",
    MeasureKind.NET: "debit less credit",
}
_ON_DIFFERENCE = {
    OnDifference.HOLD: "nothing is loaded",
    OnDifference.LOAD: "loaded all the same, and told",
    OnDifference.PROTECT: "nothing is loaded where the target holds a load that agreed; else loaded and told",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One statement of a definition."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a definition; `empty` says what its absence means."""

    title: str
    lines: list[Line]
    empty: str = ""


def describe(flow: FlowDefinition) -> list[Part]:
    """All parts, in the order in which a run goes through them."""
    return [
        Part("Slice", _slice(flow)),
        Part("Source", _source(flow)),
        Part("Derived fields", [Line(f.name, derived(f)) for f in flow.fields], "None: columns as they are."),
        Part("Amount", _amount(flow.amount)),
        Part("Checks", [Line(c.field, checked(c)) for c in flow.checks], "None beyond amount and date."),
        Part("Mappings", _mappings(flow), "None: members go through unchanged."),
        Part("Translation", _translation(flow), "None: amounts stay in the source currency."),
        Part("Measures", [Line(m.name, _MEASURES[m.of]) for m in flow.measures]),
        Part("Target", _target(flow)),
        Part("Quarantine", _quarantine(flow)),
        Part("Reconciliation", _reconcile(flow), "No independent figure: completeness is not proven."),
    ]


def _slice(flow: FlowDefinition) -> list[Line]:
    per = "one fiscal period at a time" if flow.slice.per is Per.PERIOD else "everything at once"
    lines = [Line("Finance object", flow.finance_object), Line("Scenario", flow.slice.scenario)]
    lines.append(Line("Replaces", per))
    return [*lines, Line("Calendar", flow.calendar)] if flow.calendar else lines


def _source(flow: FlowDefinition) -> list[Line]:
    source = flow.source
    lines = _dataset(source.connection, source.dataset, source.where)
    if source.max_shrink is None:
        return lines
    share = f"a slice has lost more than {(source.max_shrink * 100).normalize():f} % of its records"
    return [*lines, Line("Run is held when", share)]


def _dataset(connection: str, dataset: Mapping[str, Any], where: Iterable[Condition]) -> list[Line]:
    lines = [Line("Connection", connection)]
    lines += [
        Line(str(name).replace("_", " ").capitalize(), _plain(value)) for name, value in dataset.items()
    ]
    return lines + [Line("Only records where", condition(item)) for item in where]


def _plain(value: Any) -> str:
    """A value of a connector's own language, readable on one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(item)}" for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return "; ".join(_plain(item) for item in value)
    return str(value) if value != "" else "(empty)"


def condition(item: Condition) -> str:
    values = ", ".join(value or "(empty)" for value in item.values)
    words = {
        Op.BLANK: "is blank",
        Op.EQUALS: f"is {values}",
        Op.IN: f"is one of {values}",
        Op.NOT_BLANK: "is not blank",
        Op.NOT_IN: f"is none of {values}",
    }
    return f"{item.field} {words[item.op]}"


@singledispatch
def derived(field: Any) -> str:
    raise TypeError(f"no words for a {type(field).__name__}")


@derived.register
def _(field: PatternField) -> str:
    return f"taken from {field.source} by the pattern {field.pattern}"


@derived.register
def _(field: JoinField) -> str:
    return f"{' and '.join(field.parts)} joined with “{field.separator}”"


@derived.register
def _(field: MemberField) -> str:
    return f"{field.attribute} of the {field.dimension} member that {field.key} names"


@derived.register
def _(field: ConstantField) -> str:
    return f"always {field.value}"


@derived.register
def _(field: DateField) -> str:
    return f"the date in {field.source}, written as {field.format}"


@derived.register
def _(field: PeriodField) -> str:
    return f"the fiscal period that holds {field.source}"


def _amount(amount: Amount) -> list[Line]:
    lines, shape = [], amount.shape
    if isinstance(shape, TwoColumnAmount):
        lines += [Line("Debit", f"column {shape.debit}"), Line("Credit", f"column {shape.credit}")]
    elif isinstance(shape, SignedAmount):
        lines.append(Line("Amount", f"column {shape.column}; negative is a credit"))
    elif isinstance(shape, SidedAmount):
        blank = f"; blank takes the side in {shape.blank}" if shape.blank else "; blank is refused"
        sides = f"debit is {', '.join(shape.debit)}, credit is {', '.join(shape.credit)}{blank}"
        lines += [Line("Amount", f"column {shape.column}"), Line("Side", f"column {shape.side}: {sides}")]
    currency = amount.currency
    lines.append(Line("Currency", currency.constant or f"column {currency.field}"))
    exact = f"must match {amount.text.pattern}, exact at {amount.text.scale} decimals"
    marks = f", decimal mark “{amount.text.decimal_mark}”" if amount.text.decimal_mark != "." else ""
    return [*lines, Line("Written", exact + marks)]


def checked(check: MemberCheck | CalendarCheck | RequiredCheck) -> str:
    if isinstance(check, MemberCheck):
        when = ", effective at the period's end" if check.effective else ""
        return f"must be a member of {check.dimension}{when}"
    return "must be a period of the calendar" if isinstance(check, CalendarCheck) else "must not be empty"


def _mappings(flow: FlowDefinition) -> list[Line]:
    return [
        Line(use.mapping_set, f"{', '.join(field for _, field in use.inputs)} become {use.into}")
        for use in flow.mappings
    ]


def _translation(flow: FlowDefinition) -> list[Line]:
    use = flow.translate
    return [Line("To", use.to), Line("Rates", f"{use.rate_type} of {use.rate_set}")] if use else []


def _target(flow: FlowDefinition) -> list[Line]:
    target = flow.target
    lines = [Line("Connection", target.connection), Line("Table", target.table)]
    return lines + [
        Line(
            f"Column {item.name}", f"always {item.value}" if item.value is not None else f"from {item.field}"
        )
        for item in target.columns
    ]


def _quarantine(flow: FlowDefinition) -> list[Line]:
    rule = flow.quarantine
    journal = rule.unit is QuarantineUnit.JOURNAL
    unit = f"the whole journal ({', '.join(rule.journal_key)})" if journal else "the line alone"
    share = f"more than {(rule.max_share * 100).normalize():f} % of the records are held"
    return [Line("Holds back", unit), Line("Run is held when", share)]


def _reconcile(flow: FlowDefinition) -> list[Line]:
    item = flow.reconcile
    if item is None:
        return []
    what = "the loaded rows" if item.compare is Compare.TARGET else "all source records"
    lines = [Line("Compares", f"{what} with an independent figure")]
    lines += _dataset(item.connection, item.dataset, item.where)
    lines += [Line("By", ", ".join(name for name, _ in item.keys)), Line("Tolerance", str(item.tolerance))]
    return [*lines, Line("If they differ", _ON_DIFFERENCE[item.on_difference])]
