"""Puts pinned master data - members, calendar days, rates - into DuckDB tables with unique keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Context, Decimal

from syncengine.definition.model import DerivedField, FlowDefinition, MemberField
from syncengine.outputhash import SCALE
from syncengine.pipeline.database import AMOUNT, RATE, Database
from syncengine.pipeline.statement import MemberTable
from syncengine.pipeline.values import MemberRow, PeriodRow, PipelineError, PipelineInputs

_LARGEST_PRODUCT = Decimal(10) ** 15
_SHORT_DIGITS = 18  # of a decimal that DuckDB keeps in 64 bits
_SHORT_DECIMALS = 9
_FLOOR = Context(prec=60, rounding=ROUND_FLOOR)


def load_members(
    db: Database,
    flow: FlowDefinition,
    inputs: PipelineInputs,
    fields: Sequence[DerivedField],
    prefix: str = "_members",
) -> dict[str, MemberTable]:
    """One table for each dimension used; a member with several validities counts as the one in force."""
    found = {}
    for at, dimension in enumerate(flow.dimensions):
        if dimension not in inputs.members:
            raise PipelineError("RUN-112", f"dimension {dimension!r} was not pinned for this run")
        used = (item for item in fields if isinstance(item, MemberField) and item.dimension == dimension)
        attributes = tuple(sorted({item.attribute for item in used}))
        day = inputs.period.end if inputs.period else None
        rows = [
            (row.code, day is None or row.in_force(day), *(_attribute(row, name) for name in attributes))
            for row in _in_force_last(inputs.members[dimension], day)
        ]
        table = f"{prefix}_{at}"
        columns = [("_code", "VARCHAR"), ("_in_force", "BOOLEAN")]
        db.load(table, columns + [(name, "VARCHAR") for name in attributes], rows)
        found[dimension] = MemberTable(table, attributes)
    return found


def _in_force_last(rows: Sequence[MemberRow], day: date | None) -> list[MemberRow]:
    """One row for each code: the one in force on the day, else the latest."""
    chosen: dict[str, MemberRow] = {}
    for row in sorted(rows, key=lambda item: (item.code, item.valid_from or date.min)):
        held = chosen.get(row.code)
        if held is None or day is None or not held.in_force(day):
            chosen[row.code] = row
    return list(chosen.values())


def _attribute(row: MemberRow, name: str) -> str:
    if name in row.attributes:
        return row.attributes[name]
    return {"code": row.code, "name": row.name, "parent": row.parent}.get(name, "")


def load_days(db: Database, calendar: Sequence[PeriodRow]) -> None:
    """A table from ISO day to period; adjustment periods share days with others and take none."""
    days: dict[str, str] = {}
    for period in calendar:
        if period.is_adjustment:
            continue
        for offset in range((period.end - period.start).days + 1):
            day = (period.start + timedelta(days=offset)).isoformat()
            if days.setdefault(day, period.code) != period.code:
                message = f"{day} lies in {days[day]} and in {period.code}"
                raise PipelineError("RUN-113", message, "calendar")
    db.load("_days", [("day", "VARCHAR"), ("period", "VARCHAR")], list(days.items()))


def load_rates(db: Database, inputs: PipelineInputs, to: str) -> None:
    """A table of rates into the target currency; `_limit` is the largest amount whose product stays exact.

    The product of an amount up to `_short_limit` and `_short_rate` is the same and fits 64 bits, in which
    DuckDB multiplies and rounds several times faster than in 128; rates with many decimals have none.
    """
    rates = {to: Decimal(1), **{name: rate for name, rate in inputs.rates.items() if name != to}}
    for name, rate in rates.items():
        if rate <= 0:
            raise PipelineError("FX-003", f"the rate from {name} to {to} is not positive", "translate")
    scale = max(places for places in map(_decimals, rates.values()) if places <= _SHORT_DECIMALS)
    rows: list[tuple[str, Decimal, Decimal, Decimal, Decimal]] = []
    for name, rate in sorted(rates.items()):
        limit = _floor(_LARGEST_PRODUCT, rate)
        short = _floor(Decimal(10) ** (_SHORT_DIGITS - SCALE - scale) - 1, rate)
        if _decimals(rate) > scale or not short:
            rows.append((name, rate, limit, Decimal(0), Decimal(-1)))
        else:
            rows.append((name, rate, limit, rate, short))
    columns = [("currency", "VARCHAR"), ("_rate", RATE), ("_limit", AMOUNT)]
    columns += [("_short_rate", f"DECIMAL({_SHORT_DIGITS},{scale})"), ("_short_limit", AMOUNT)]
    db.load("_rates", columns, rows)


def _floor(product: Decimal, rate: Decimal) -> Decimal:
    """The largest whole amount whose product with the rate is not above this one."""
    return min(_FLOOR.divide(product, rate), Decimal(10) ** 20).to_integral_value(ROUND_FLOOR)


def _decimals(rate: Decimal) -> int:
    return max(0, -int(rate.normalize().as_tuple().exponent))
