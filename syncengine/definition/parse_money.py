"""Parses the parts of a definition that say where money is and how it is written."""

from __future__ import annotations

import re

from syncengine.definition import keys, parse_fields
from syncengine.definition.faults import BAD_VALUE, MISSING
from syncengine.definition.keys import DEFAULT_PATTERN
from syncengine.definition.model import (
    Amount,
    AmountShape,
    AmountText,
    Currency,
    Measure,
    MeasureKind,
    SidedAmount,
    SignedAmount,
    TwoColumnAmount,
)
from syncengine.definition.reader import Node
from syncengine.definition.samples import UnknownToEngine, grouped_by, sample_taken

MAX_SCALE = 4


def amount(root: Node) -> Amount:
    """The `amount` part; its absence is a fault, since every flow moves amounts."""
    if not root.has("amount"):
        root.fault(MISSING, "is required", "amount")
    node = root.child("amount")
    node = node if node.value is not None else Node({"signed": "x", "currency": {"constant": "XXX"}}, "", [])
    node.mapping(keys.AMOUNT)
    return Amount(amount_text(node), _shape(node), _currency(node))


def amount_text(node: Node, *, optional: bool = False) -> AmountText:
    """How an amount is written; decimals of the scale at most 4."""
    if node.value is None:
        return AmountText(DEFAULT_PATTERN, MAX_SCALE)
    before = len(node.faults)
    if optional:
        node.mapping(keys.AMOUNT_TEXT)
    scale = node.integer("scale", 0, MAX_SCALE, 2)
    decimal_mark = node.text("decimal_mark", ".")
    grouping = node.text("grouping_mark", "", blank=True)
    if decimal_mark not in (".", ","):
        node.child("decimal_mark").fault(BAD_VALUE, "',' or '.' is expected")
    if grouping not in ("", ".", ",", " ", "'", "\u00a0", "\u202f") or grouping == decimal_mark:
        node.child("grouping_mark").fault(
            BAD_VALUE, "one of . , ' and space, other than the decimal mark, is expected"
        )
    usual = default_pattern(decimal_mark, grouping)
    how = AmountText(
        parse_fields.pattern(node, "pattern") if node.has("pattern") else usual, scale, decimal_mark, grouping
    )
    if how.pattern != usual and len(node.faults) == before:
        _check_marks(node, how)
    return how


def _check_marks(node: Node, how: AmountText) -> None:
    """A pattern for other marks than the declared ones would make other numbers of the same texts."""
    place, way_out = node.child("pattern"), "leave pattern out: then it follows the marks"
    other = "." if how.decimal_mark == "," else ","
    try:
        taken = how.grouping_mark and sample_taken(how.pattern, how.grouping_mark, may_group=True)
        grouped = grouped_by(how.pattern, how.decimal_mark, how.scale)
        own = sample_taken(how.pattern, how.decimal_mark, how.grouping_mark)
        foreign = own or sample_taken(how.pattern, other, may_group=True)
    except UnknownToEngine as error:
        place.fault(BAD_VALUE, f"the pattern cannot be used: {error}")
        return
    if taken:
        words = f"the pattern takes {taken!r}, with the grouping mark where decimals stand; {way_out}"
        place.fault(BAD_VALUE, words)
    elif grouped:
        words = f"the pattern takes {grouped!r}, with the decimal mark where thousands are grouped"
        place.fault(BAD_VALUE, f"{words}; declare it as grouping_mark, or {way_out}")
    elif not own and (foreign or (how.scale and how.decimal_mark != ".")):
        words = f"the pattern takes no amount with the decimal mark {how.decimal_mark!r}; {way_out}"
        place.fault(BAD_VALUE, f"{words}, and for whole numbers write scale: 0")


def default_pattern(decimal_mark: str, grouping: str) -> str:
    """Amounts with these marks: thousands may be grouped, then all of them."""
    whole = rf"(?:\d{{1,3}}(?:[{grouping}]\d{{3}})+|\d+)" if grouping else r"\d+"
    return rf"-?{whole}(?:\{decimal_mark}\d+)?"


def _shape(node: Node) -> AmountShape:
    if node.has("signed"):
        return SignedAmount(node.name("signed"))
    if node.has("debit") or node.has("credit"):
        return TwoColumnAmount(node.name("debit"), node.name("credit"))
    if not node.has("column"):
        node.fault(MISSING, "one of column with side, debit with credit, signed is needed")
    column = node.name("column")
    side = node.child("side").mapping(keys.SIDE)
    blank = side.text("blank", "refuse")
    return SidedAmount(
        column=column,
        side=side.name("column"),
        debit=side.texts("debit", required=True),
        credit=side.texts("credit", required=True),
        blank=None if blank == "refuse" else blank,
    )


def currency_code(node: Node, key: str) -> str:
    """An ISO 4217 code by its form; whether it exists is checked against the reference list later."""
    found = node.text(key)
    if found and not re.fullmatch(r"[A-Z]{3}", found, re.ASCII):
        node.child(key).fault(BAD_VALUE, f"{found!r} is no currency code (three capital letters)")
    return found


def _currency(node: Node) -> Currency:
    if not node.has("currency"):
        node.fault(MISSING, "is required", "currency")
        return Currency(None, None)
    found = node.child("currency").mapping(keys.CURRENCY)
    if found.has("constant") == found.has("column"):
        found.fault(MISSING, "exactly one of constant and column is needed")
        return Currency(None, None)
    if found.has("constant"):
        return Currency(currency_code(found, "constant"), None)
    return Currency(None, found.name("column"))


def measures(root: Node) -> tuple[Measure, ...]:
    """The target's amount columns."""
    found = []
    for node in root.items("measures", required=True):
        node.mapping(keys.MEASURE)
        kind = MeasureKind(node.choice("of", MeasureKind))
        if (kind is MeasureKind.NATURAL) != node.has("normal"):
            node.fault(MISSING, "belongs to of: natural, and only to it", "normal")
        normal = node.name("normal") if node.has("normal") else None
        found.append(Measure(node.target_name("name"), kind, normal))
    return tuple(found)
