"""Parses a flow definition: one function for each part, every fault with its path."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from syncengine.definition import keys, parse_fields, parse_money
from syncengine.definition.crosscheck import crosscheck
from syncengine.definition.faults import BAD_VALUE, MISSING, DefinitionError, DefinitionFault
from syncengine.definition.model import (
    CalendarCheck,
    Check,
    Compare,
    FlowDefinition,
    FlowSource,
    MappingUse,
    MemberCheck,
    OnDifference,
    Per,
    Quarantine,
    QuarantineUnit,
    Reconcile,
    ReconcileAmount,
    RequiredCheck,
    Slice,
    Target,
    TargetColumn,
    Translate,
)
from syncengine.definition.reader import Node

RATE_TYPES = ("average", "closing", "historical")


def parse_definition(data: object) -> FlowDefinition:
    """A valid definition, or `DefinitionError` with every fault found (codes RUN-101 to RUN-105)."""
    faults: list[DefinitionFault] = []
    root = Node(data, "", faults).mapping(keys.DEFINITION)
    definition = FlowDefinition(
        finance_object=root.code("finance_object"),
        calendar=root.code("calendar") if root.has("calendar") else None,
        slice=_slice(root.child("slice").mapping(keys.SLICE)),
        source=_source(root.child("source").mapping(keys.SOURCE)),
        fields=parse_fields.fields(root, "fields"),
        amount=parse_money.amount(root),
        checks=tuple(filter(None, (_check(node) for node in root.items("checks")))),
        mappings=tuple(_mapping(node) for node in root.items("mappings")),
        translate=_translate(root),
        measures=parse_money.measures(root),
        target=_target(root.child("target").mapping(keys.TARGET)),
        quarantine=_quarantine(root.child("quarantine")),
        reconcile=_reconcile(root.child("reconcile")) if root.has("reconcile") else None,
    )
    if not faults:
        crosscheck(definition, faults)
    if faults:
        raise DefinitionError(faults)
    return definition


def _slice(node: Node) -> Slice:
    return Slice(scenario=node.code("scenario"), per=Per(node.choice("per", Per, Per.PERIOD)))


def _dataset(node: Node) -> Mapping[str, object]:
    """The dataset is the connector's own language: kept as it is, checked by the connector."""
    found = node.child("dataset")
    if not isinstance(found.value, Mapping) or not found.value:
        found.fault(MISSING, "a mapping that says what to read is required")
        return {}
    return dict(found.value)


def _source(node: Node) -> FlowSource:
    shrink = _share(node, "max_shrink", "1") if node.has("max_shrink") else None
    where = parse_fields.conditions(node, "where")
    return FlowSource(node.code("connection"), _dataset(node), where, shrink)


def _share(node: Node, key: str, default: str) -> Decimal:
    share = node.decimal(key, default)
    if share > 1:
        node.child(key).fault(BAD_VALUE, "a share between 0 and 1 is expected")
    return share


def _check(node: Node) -> Check | None:
    node.mapping(keys.CHECK)
    field = node.name("field")
    if node.has("dimension"):
        when = node.choice("effective", ("period_end", "any"), "period_end")
        return MemberCheck(node.code("dimension"), field, effective=when == "period_end")
    if node.flag("calendar", default=False):
        return CalendarCheck(field)
    if node.flag("required", default=False):
        return RequiredCheck(field)
    node.fault(MISSING, "one of dimension, calendar: true, required: true is needed")
    return None


def _mapping(node: Node) -> MappingUse:
    node.mapping(keys.MAPPING)
    inputs = tuple((name, value.scalar()) for name, value in node.pairs("inputs", required=True))
    return MappingUse(node.code("set"), inputs, node.name("into"))


def _translate(root: Node) -> Translate | None:
    if not root.has("translate"):
        return None
    node = root.child("translate").mapping(keys.TRANSLATE)
    return Translate(
        node.code("rate_set"), node.choice("rate_type", RATE_TYPES), parse_money.currency_code(node, "to")
    )


def _target(node: Node) -> Target:
    columns = []
    for item in node.items("columns", required=True):
        item.mapping(keys.TARGET_COLUMN)
        if item.has("value") == item.has("from"):
            item.fault(MISSING, "exactly one of value and from is needed")
        value = item.text("value") if item.has("value") else None
        field = item.name("from") if value is None else None
        columns.append(TargetColumn(item.target_name("name"), value, field))
    return Target(node.code("connection"), node.target_name("table"), tuple(columns))


def _quarantine(node: Node) -> Quarantine:
    if node.value is None:
        node = Node({}, node.path, node.faults)
    node.mapping(keys.QUARANTINE)
    unit = QuarantineUnit(node.choice("unit", QuarantineUnit, QuarantineUnit.LINE))
    journal = node.texts("journal_key")
    if (unit is QuarantineUnit.JOURNAL) != bool(journal):
        node.fault(MISSING, "belongs to unit: journal, and only to it", "journal_key")
    return Quarantine(unit, journal, _share(node, "max_share", "1"))


def _reconcile(node: Node) -> Reconcile:
    node.mapping(keys.RECONCILE)
    return Reconcile(
        connection=node.code("connection"),
        dataset=_dataset(node),
        where=parse_fields.conditions(node, "where"),
        fields=parse_fields.fields(node, "fields"),
        compare=Compare(node.choice("compare", Compare, Compare.TARGET)),
        keys=tuple((name, value.scalar()) for name, value in node.pairs("keys", required=True)),
        amounts=tuple(_reconcile_amount(name, value) for name, value in node.pairs("amounts", required=True)),
        text=parse_money.amount_text(node.child("amount"), optional=True),
        tolerance=node.decimal("tolerance", "0"),
        on_difference=OnDifference(node.choice("on_difference", OnDifference, OnDifference.PROTECT)),
    )


def _reconcile_amount(column: str, node: Node) -> ReconcileAmount:
    if not isinstance(node.value, Mapping):
        node.mapping(())
        return ReconcileAmount(column, (), "")
    fixed = tuple(
        (str(name), node.child(str(name)).scalar(blank=True)) for name in node.value if name != "measure"
    )
    return ReconcileAmount(column, fixed, node.text("measure", "", blank=True))
