"""Parses conditions and derived fields."""

from __future__ import annotations

import re

from syncengine.definition import keys
from syncengine.definition.faults import BAD_VALUE, MISSING
from syncengine.definition.model import (
    Condition,
    ConstantField,
    DateField,
    DerivedField,
    JoinField,
    MemberField,
    Op,
    PatternField,
    PeriodField,
)
from syncengine.definition.reader import Node

_OPS = tuple(Op)
# DuckDB matches with RE2, which is linear in time; these are what it does not know.
_NOT_RE2 = re.compile(r"\(\?(?:=|!|<=|<!|>|P=|\()|\\[1-9]|[*+?}]\+")
_DATE_DIRECTIVES = set("YmdyjHMSbB")


def conditions(node: Node, key: str) -> tuple[Condition, ...]:
    """The conditions of a `where` list."""
    return tuple(_condition(item.mapping(keys.CONDITION)) for item in node.items(key))


def _condition(node: Node) -> Condition:
    field = node.name("field")
    found = [op for op in _OPS if node.has(op)]
    if len(found) != 1:
        node.fault(MISSING, f"exactly one of {', '.join(_OPS)} is needed")
        return Condition(field, Op.BLANK)
    op = found[0]
    if op in (Op.BLANK, Op.NOT_BLANK):
        if not node.flag(op, default=True):
            node.child(op).fault(BAD_VALUE, f"write {op}: true, or the other one of blank and not_blank")
        return Condition(field, op)
    if op is Op.EQUALS:
        return Condition(field, op, (node.text(op, blank=True),))
    return Condition(field, op, node.texts(op, required=True, blank=True))


def fields(node: Node, key: str) -> tuple[DerivedField, ...]:
    """The derived fields, in their order; each may use source columns and earlier fields."""
    found = []
    for item in node.items(key):
        field = _field(item.mapping(keys.FIELD))
        if field is not None:
            found.append(field)
    return tuple(found)


def _field(node: Node) -> DerivedField | None:
    name = node.name("name")
    kinds = [
        kind for kind in ("pattern", "join", "member", "constant", "date", "period_of") if node.has(kind)
    ]
    if len(kinds) != 1:
        node.fault(MISSING, "exactly one of pattern, join, member, constant, date, period_of is needed")
        return None
    kind = kinds[0]
    if kind == "pattern":
        return PatternField(name, node.name("from"), pattern(node, "pattern"))
    if kind == "join":
        return JoinField(name, node.texts("join", required=True), node.text("with", "", blank=True))
    if kind == "member":
        member = node.child("member").mapping(keys.MEMBER)
        return MemberField(name, member.code("dimension"), member.name("key"), member.text("attribute"))
    if kind == "constant":
        return ConstantField(name, node.text("constant"))
    if kind == "date":
        return DateField(name, node.name("from"), _date_format(node))
    return PeriodField(name, node.name("period_of"))


def pattern(node: Node, key: str) -> str:
    """A regular expression that Python and RE2 read alike."""
    found = node.text(key)
    place = node.child(key)
    try:
        re.compile(found, re.ASCII)
    except re.error as error:
        place.fault(BAD_VALUE, f"not a regular expression: {error}")
        return ""
    if _NOT_RE2.search(found):
        place.fault(BAD_VALUE, "look-around, back references and possessive repeats are not supported")
    return found


def _date_format(node: Node) -> str:
    found = node.text("date")
    directives = re.findall(r"%(.?)", found)
    if not directives or not set(directives) <= _DATE_DIRECTIVES:
        node.child("date").fault(BAD_VALUE, "a strptime format such as %Y%m%d is expected")
    return found
