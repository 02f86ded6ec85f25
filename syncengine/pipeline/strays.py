"""Records that belong to no slice: their period is none of the calendar, so that no run would read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from syncengine.definition.crosscheck import sources_of
from syncengine.definition.model import Condition, DerivedField, FlowDefinition, Op
from syncengine.pipeline.database import Database, ident, literals
from syncengine.pipeline.statement import Chain, MemberTable, calendar_fields, conditions_sql, derive
from syncengine.pipeline.values import PeriodRow, Strays

SHOWN = 5
_PERIOD = "{period}"


def find_strays(
    db: Database,
    flow: FlowDefinition,
    calendar: Sequence[PeriodRow],
    members: Mapping[str, MemberTable],
    fill: Callable[[str], str],
) -> Strays | None:
    """The records that every slice leaves out for their period alone; None without any, or without periods.

    The distinct values of the columns that decide are counted once; all else is asked of those few rows.
    """
    naming = [item for item in flow.source.where if item.op in (Op.EQUALS, Op.IN) and _names_period(item)]
    derived, columns = _needed(flow.fields, [item.field for item in flow.source.where])
    if not naming or not columns:
        return None
    cells = ", ".join(ident(name) for name in columns)
    db.run(f"CREATE TEMP TABLE _deciding AS SELECT {cells}, count(*) AS _n FROM _source GROUP BY ALL")
    chain = Chain.over("_deciding")
    for item in derived:
        derive(chain, item, members)
    known = calendar_fields(flow.checks, literals(period.code for period in calendar))
    here = conditions_sql(flow.source.where, fill, known)
    others = conditions_sql([item for item in flow.source.where if item not in naming], fill, known)
    nowhere = " OR ".join(
        f"{ident(item.field)} NOT IN {_everywhere(item, calendar, fill)}" for item in naming
    )
    shown = " || ' ' || ".join(ident(item.field) for item in naming)
    found = db.rows(
        f"SELECT {shown}, sum(_n)::BIGINT, (sum(sum(_n)) OVER ())::BIGINT FROM ({chain.view()}) "
        f"WHERE NOT ({here}) AND ({others}) AND ({nowhere}) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {SHOWN}"
    )
    if not found:
        return None
    field = ", ".join(item.field for item in naming)
    return Strays(field, found[0][2], tuple((value, records) for value, records, _ in found))


def _names_period(item: Condition) -> bool:
    return any(_PERIOD in value for value in item.values)


def _everywhere(item: Condition, calendar: Sequence[PeriodRow], fill: Callable[[str], str]) -> str:
    """The values that put a record into the slice of some period of the calendar."""
    return literals(fill(value.replace(_PERIOD, period.code)) for value in item.values for period in calendar)


def _needed(fields: Sequence[DerivedField], names: Sequence[str]) -> tuple[list[DerivedField], list[str]]:
    """The derived fields that these names need, in their order, and the source columns below them."""
    wanted = {name.lower(): name for name in names}
    derived: list[DerivedField] = []
    for item in reversed(fields):
        if item.name.lower() in wanted:
            del wanted[item.name.lower()]
            derived.insert(0, item)
            wanted |= {name.lower(): name for name in sources_of(item)}
    return derived, sorted(wanted.values())
