"""Sets the result of a run against an independent figure: full outer, by key and amount, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from syncengine.definition.model import Compare, FlowDefinition, MeasureKind, Reconcile, ReconcileAmount
from syncengine.pipeline import amounts, tables
from syncengine.pipeline.compute import Pipeline
from syncengine.pipeline.database import AMOUNT, ident, literal
from syncengine.pipeline.names import check_reconcile_names
from syncengine.pipeline.statement import Chain, conditions_sql, derive
from syncengine.pipeline.values import PipelineError

UNREADABLE = "REC-002"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How many keys and amounts were compared, how many amounts differ; `path` holds the rows that do."""

    keys: int
    compared: int
    differences: int
    path: Path


def reconcile(
    pipeline: Pipeline, snapshot: Path, columns: tuple[str, ...], path: Path, origin: str = ""
) -> Reconciliation:
    """Compares the run just aggregated with the independent figure in another snapshot, that of `origin`.

    A key that one side lacks counts zero there. Raises `PipelineError`: REC-001 when the flow has no
    independent figure, REC-002 when one of its amounts cannot be read (nothing is proven then).
    """
    item = pipeline.flow.reconcile
    if item is None:
        raise PipelineError("REC-001", "the flow names no independent figure")
    check_reconcile_names(item, columns, origin)
    return _Comparison(pipeline, item, snapshot).run(path)


class _Comparison:
    def __init__(self, pipeline: Pipeline, item: Reconcile, snapshot: Path) -> None:
        self.pipeline = pipeline
        self.flow: FlowDefinition = pipeline.flow
        self.db = pipeline.db
        self.item = item
        self.snapshot = snapshot
        self.keys = [name for name, _ in item.keys]
        self.fixed = [name for name, _ in item.amounts[0].fixed]

    def run(self, path: Path) -> Reconciliation:
        self._expected_lines()
        self._expected()
        self._actual()
        key = [*self.keys, *self.fixed, "_measure"]
        named = ", ".join(ident(name) for name in key)
        self.db.run(
            f"CREATE TEMP TABLE _compared AS SELECT {named}, coalesce(e.amount, 0)::{AMOUNT} AS expected, "
            f"coalesce(a.amount, 0)::{AMOUNT} AS actual FROM _expected e FULL JOIN _actual a USING ({named})"
        )
        self.db.refuse_floats("_compared")
        off = f"abs(actual - expected) > {self.item.tolerance}::{AMOUNT}"
        rows = self.db.write_parquet(
            f"SELECT {named}, expected, actual, (actual - expected)::{AMOUNT} AS difference FROM _compared "
            f"WHERE {off} ORDER BY abs(actual - expected) DESC, {named}",
            path,
        )
        distinct = ", ".join(ident(name) for name in self.keys)
        keys = self.db.row(f"SELECT count(*) FROM (SELECT DISTINCT {distinct} FROM _compared)")[0]
        (total,) = self.db.row("SELECT count(*) FROM _compared")
        return Reconciliation(int(keys), int(total), rows, path)

    def _expected_lines(self) -> None:
        """The independent lines, read as strictly as source lines are."""
        source = literal(str(self.snapshot.resolve()))
        self.db.run(f"CREATE TEMP VIEW _independent AS SELECT * FROM read_parquet({source})")
        members = tables.load_members(
            self.db, self.flow, self.pipeline.inputs, self.item.fields, prefix="_other"
        )
        chain = Chain.over("_independent")
        for field in self.item.fields:
            derive(chain, field, members)
        chain.add("", where=conditions_sql(self.item.where, self.pipeline.fill, {}))
        for at, amount in enumerate(self.item.amounts):
            table = amounts.prepare_exponents(self.db, "_independent", amount.column, self.item.text)
            join = (
                f" LEFT JOIN {ident(table)} ON {ident(table)}.text = lines.{ident(amount.column)}"
                if table
                else ""
            )
            blank = f"trim(coalesce(lines.{ident(amount.column)}, '')) = ''"
            read = amounts.amount_sql(amount.column, self.item.text, table)
            chain.add(f"CASE WHEN {blank} THEN 0::{AMOUNT} ELSE {read} END AS _read_{at}", join)
        self.db.run(f"CREATE TEMP TABLE _independent_lines AS {chain.view()}")
        for at, amount in enumerate(self.item.amounts):
            bad = self.db.rows(
                f'SELECT "_row", {ident(amount.column)} FROM _independent_lines '
                f'WHERE _read_{at} IS NULL ORDER BY "_row" LIMIT 1'
            )
            if bad:
                place = f"record {bad[0][0]}, column {amount.column}"
                raise PipelineError(
                    UNREADABLE, f"the independent figure holds {str(bad[0][1])[:40]!r}", place
                )

    def _measure_of(self, amount: ReconcileAmount) -> str:
        return amount.measure or self.flow.measures[0].name

    def _expected(self) -> None:
        parts = []
        for at, amount in enumerate(self.item.amounts):
            columns = [f"coalesce({ident(source)}, '') AS {ident(name)}" for name, source in self.item.keys]
            columns += [f"{literal(value)} AS {ident(name)}" for name, value in amount.fixed]
            columns.append(f"{literal(self._measure_of(amount))} AS _measure")
            parts.append(f"SELECT {', '.join(columns)}, _read_{at} AS amount FROM _independent_lines")
        group = ", ".join(ident(name) for name in [*self.keys, *self.fixed, "_measure"])
        self.db.run(
            f"CREATE TEMP TABLE _expected AS SELECT {group}, sum(amount) AS amount "
            f"FROM ({' UNION ALL '.join(parts)}) GROUP BY {group}"
        )

    def _actual(self) -> None:
        """The run's own figures: the loaded cells, or every source line at source sign and currency."""
        used = sorted({self._measure_of(amount) for amount in self.item.amounts})
        names = [*self.keys, *self.fixed]
        if self.item.compare is Compare.TARGET:
            at = {column.name: f"k{place}" for place, column in enumerate(self.flow.target.columns)}
            sums = {item.name: f"m{place}" for place, item in enumerate(self.flow.measures)}
            keys, relation = [at[name] for name in names], "_loaded"
        else:
            sums = {
                MeasureKind.DEBIT: "_debit",
                MeasureKind.CREDIT: "_credit",
                MeasureKind.NET: "_debit - _credit",
            }
            keys, relation = [ident(name) for name in names], "_classified"
        selected = ", ".join(
            f"coalesce({key}, '') AS {ident(name)}" for key, name in zip(keys, names, strict=True)
        )
        parts = [
            f"SELECT {selected}, {literal(name)} AS _measure, {sums[name]} AS amount FROM {relation}"
            for name in used
        ]
        group = ", ".join(ident(name) for name in [*names, "_measure"])
        self.db.run(
            f"CREATE TEMP TABLE _actual AS SELECT {group}, sum(amount) AS amount "
            f"FROM ({' UNION ALL '.join(parts)}) GROUP BY {group}"
        )
