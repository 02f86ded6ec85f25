"""Reading amounts: the text must match pattern and scale before it is cast; exponents expand exactly."""

from __future__ import annotations

import re
from decimal import Context, Decimal

from syncengine.definition.model import Amount, AmountText, SidedAmount, SignedAmount
from syncengine.pipeline.database import AMOUNT, Database, ident, literal, literals

MAX_DIGITS = 20
MAX_TEXT = 100
GROUP = 3
_WIDE = Context(prec=1200)


def parse_amount(text: str, how: AmountText) -> Decimal | None:
    """The exact value of an amount text, or None when pattern, marks, scale or size refuse it (DQ-001).

    This is the rule itself; the SQL of this module does the same to millions of rows, and tests compare.
    The engine matches patterns in SQL only, in time linear to the text: here one could take for ever.
    """
    if len(text) > MAX_TEXT or not re.fullmatch(how.pattern, text, re.ASCII):
        return None
    return _exact(text, how)


def _exact(text: str, how: AmountText) -> Decimal | None:
    """The exact value of a text that matches the pattern, or None when marks, scale or size refuse it."""
    whole = rf"{_groups(how)}|\d*" if how.grouping_mark else r"\d*"
    shape = rf"([+-]?)({whole})(?:\{how.decimal_mark}(\d*))?(?:[eE]([+-]?\d{{1,3}}))?"
    found = re.fullmatch(shape, text, re.ASCII)
    if not found or not (found[2] or found[3]):
        return None
    digits = found[2].replace(how.grouping_mark, "") if how.grouping_mark else found[2]
    if found[4] and digits != found[2]:
        return None
    value = _WIDE.scaleb(Decimal(f"{found[1]}{digits or '0'}.{found[3] or '0'}"), int(found[4] or 0))
    if value and value.adjusted() >= MAX_DIGITS:
        return None
    if not found[4] and found[2] and len(found[3] or "") == GROUP and _may_be_group(how):
        return None
    scaled = _WIDE.scaleb(value, how.scale)
    if scaled != scaled.to_integral_value():
        return None
    return Decimal(int(scaled)).scaleb(-how.scale)


def _may_be_group(how: AmountText) -> bool:
    """Three digits behind the mark are more than the scale; without a grouping mark they may be thousands."""
    return how.scale < GROUP and not how.grouping_mark


def _decimals(how: AmountText) -> str:
    """A pattern of the decimal mark and what may follow it: digits of the scale, then zeros."""
    scale, mark = how.scale, rf"\{how.decimal_mark}"
    if not _may_be_group(how):
        return rf"{mark}\d{{0,{scale}}}0*"
    fewer = rf"\d{{0,{scale}}}0{{0,{GROUP - 1 - scale}}}"
    return rf"{mark}(?:\d{{{scale}}}0{{{GROUP + 1 - scale},}}|{fewer})"


def _groups(how: AmountText) -> str:
    """Digits with grouping marks: one to three, then groups of three."""
    return rf"\d{{1,3}}(?:[{how.grouping_mark}]\d{{3}})+"


def prepare_exponents(db: Database, relation: str, column: str, how: AmountText) -> str | None:
    """A table of the few amounts written with an exponent, expanded in Python; None when there are none."""
    if "e" not in how.pattern.lower():
        return None
    text = ident(column)
    found = db.rows(
        f"SELECT DISTINCT {text} FROM {relation} "
        f"WHERE (contains({text}, 'E') OR contains({text}, 'e')) AND {_matches(text, how)}"
    )
    values = [(row[0], _exact(row[0], how)) for row in found]
    table = f"_exponents_{column}"
    db.load(table, [("text", "VARCHAR"), ("value", AMOUNT)], [pair for pair in values if pair[1] is not None])
    return table


def _matches(text: str, how: AmountText) -> str:
    found = f"length({text}) <= {MAX_TEXT} AND regexp_full_match({text}, {literal(how.pattern)})"
    if not how.grouping_mark:
        return found
    shape = literal(rf"[+-]?{_groups(how)}(?:\{how.decimal_mark}\d*)?")
    grouped = f"regexp_full_match({text}, {shape})"
    return f"{found} AND (NOT contains({text}, {literal(how.grouping_mark)}) OR {grouped})"


def amount_sql(column: str, how: AmountText, exponents: str | None) -> str:
    """SQL that gives the amount of a text column as DECIMAL(28,4), or NULL when it cannot be read.

    Only a text that has the marks where they belong is read, whatever the pattern lets pass.
    """
    text = f"lines.{ident(column)}"
    digits = f"replace({text}, {literal(how.grouping_mark)}, '')" if how.grouping_mark else text
    plain = f"replace({digits}, {literal(how.decimal_mark)}, '.')" if how.decimal_mark != "." else digits
    leading = rf"|\{how.decimal_mark}\d{{1,{how.scale}}}0*" if how.scale else ""
    exact = literal(rf"[+-]?(?:0*\d{{1,{MAX_DIGITS}}}(?:{_decimals(how)})?{leading})")
    value = (
        f"CASE WHEN {_matches(text, how)} AND "
        f"regexp_full_match({digits}, {exact}) THEN TRY_CAST({plain} AS {AMOUNT}) END"
    )
    if exponents is None:
        return value
    return f"coalesce({value}, {ident(exponents)}.value)"


def amount_columns(amount: Amount) -> tuple[str, ...]:
    """The source columns that hold amounts."""
    shape = amount.shape
    if isinstance(shape, SidedAmount | SignedAmount):
        return (shape.column,)
    return (shape.debit, shape.credit)


def side_sql(shape: SidedAmount) -> str:
    """SQL that gives D, C or NULL (unknown side, DQ-005)."""
    side = ident(shape.side)
    blank = ""
    if shape.blank:
        other = ident(shape.blank)
        blank = f" WHEN trim(coalesce({side}, '')) = '' AND {other} IN ('D', 'C') THEN {other}"
    return (
        f"CASE WHEN {side} IN {literals(shape.debit)} THEN 'D' "
        f"WHEN {side} IN {literals(shape.credit)} THEN 'C'{blank} END"
    )


def blank_sql(amount: Amount) -> str:
    """SQL that is true when no amount was given at all (DQ-002)."""
    parts = [f"trim(coalesce({ident(column)}, '')) = ''" for column in amount_columns(amount)]
    return "(" + " AND ".join(parts) + ")"


def money_sql(amount: Amount) -> tuple[str, str, str]:
    """SQL for (debit, credit, is unreadable) over the columns `_read_0`, `_read_1`, `_side`.

    A record whose amount or side cannot be read counts zero on both sides; it is quarantined.
    """
    shape, zero = amount.shape, f"0::{AMOUNT}"
    if isinstance(shape, SidedAmount):
        debit = f"CASE WHEN _side = 'D' THEN coalesce(_read_0, {zero}) ELSE {zero} END"
        credit = f"CASE WHEN _side = 'C' THEN coalesce(_read_0, {zero}) ELSE {zero} END"
        return debit, credit, "_read_0 IS NULL"
    if isinstance(shape, SignedAmount):
        debit = f"CASE WHEN _read_0 >= 0 THEN _read_0 ELSE {zero} END"
        credit = f"CASE WHEN _read_0 < 0 THEN -_read_0 ELSE {zero} END"
        return debit, credit, "_read_0 IS NULL"
    bad = [
        f"(_read_{at} IS NULL AND trim(coalesce({ident(column)}, '')) <> '')"
        for at, column in enumerate(amount_columns(amount))
    ]
    unreadable = " OR ".join(bad)
    return (
        f"CASE WHEN {unreadable} THEN {zero} ELSE coalesce(_read_0, {zero}) END",
        f"CASE WHEN {unreadable} THEN {zero} ELSE coalesce(_read_1, {zero}) END",
        f"({unreadable})",
    )
