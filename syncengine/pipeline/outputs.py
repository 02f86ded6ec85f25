"""The fused pass: target rows, quarantined rows, control totals and the bridge, then the tie check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from portal.core.currencies import minor_units
from syncengine.definition.model import FlowDefinition, Measure, MeasureKind, SidedAmount
from syncengine.pipeline import amounts, faults
from syncengine.pipeline.database import AMOUNT, EXACT, SHORT, TOTAL, Database, ident, literal, literals
from syncengine.pipeline.values import (
    BridgeLine,
    Bucket,
    CodeLine,
    ControlLine,
    PipelineError,
    PipelineInputs,
    PipelineResult,
)

_ZERO = Decimal(0)
# with these, of the amount's own fields, a record counts zero on both sides
_NO_MONEY = (faults.MISSING_VALUE, faults.BAD_AMOUNT, faults.BAD_SIDE)

# the n-th line of the same content: a rerun finds it again
_RECORD_KEY = "sha256(_content || '#' || (row_number() OVER (PARTITION BY _content ORDER BY _row))::VARCHAR)"


class Outputs:
    """Computes and writes everything that `_classified` yields."""

    def __init__(
        self,
        flow: FlowDefinition,
        inputs: PipelineInputs,
        db: Database,
        work: Path,
        fill: Callable[[str], str],
    ) -> None:
        self.flow = flow
        self.inputs = inputs
        self.db = db
        self.work = work
        self.fill = fill

    def compute(self, decode: Mapping[str, str], records: int) -> PipelineResult:
        """Runs the pass; `records` is the independent count of source records that must come out again."""
        self._cells(decode["value"])
        self._quarantine(decode)
        source, buckets = self._totals()
        self._tie(source, buckets, records)
        output, quarantine = self.work / "output.parquet", self.work / "quarantine.parquet"
        bridge = self._bridge()
        measures = self._measure_totals()
        rows = self.db.write_parquet(self._output_sql(), output)
        held = self.db.write_parquet(self._quarantine_sql(), quarantine)
        return PipelineResult(
            source=source,
            buckets=buckets,
            quarantined_by_code=self._codes(),
            bridge=bridge,
            output=output,
            output_rows=rows,
            quarantine=quarantine,
            quarantine_rows=held,
            target_net=sum((line.target for line in bridge), _ZERO),
            measure_totals=measures,
            unreadable=self._unreadable(),
        )

    def _cells(self, value: str) -> None:
        """One row for each target key, source currency, sign and normal side of loaded lines.

        Every faulty line has a row of its own, so that one pass over the source is enough. Only what must be
        summed line by line is summed; all else follows exactly from these sums.
        """
        loaded = "_fault = 0"
        keys = [f"CASE WHEN {loaded} THEN {sql} END AS {name}" for name, sql in self._grouping()]
        faulty = (("_row", "_row"), ("_number", "_fault"), ("_value", value))
        keys += [f"CASE WHEN _fault > 0 THEN {sql} END AS {name}" for name, sql in faulty]
        sums = ["sum(_debit) AS _debit", "sum(_credit) AS _credit"]
        if self.flow.translate is not None:
            digits = minor_units(self.flow.translate.to)
            for side in ("_debit", "_credit"):
                short = f"round({side}::{SHORT} * _short_rate, {digits})::{AMOUNT}"
                exact = f"round(({side} * _rate)::{EXACT}, {digits})::{AMOUNT}"
                rounded = f"CASE WHEN abs({side}) <= _short_limit THEN {short} ELSE {exact} END"
                # only loaded lines have a rate for certain, and one of their sides is zero
                value = f"CASE WHEN {loaded} AND {side} <> 0 THEN {rounded} ELSE 0::{AMOUNT} END"
                sums.append(f"sum({value}) AS _to{side}")
        bucket = f"CASE WHEN {loaded} THEN 'loaded' WHEN _fault < 0 THEN 'excluded' ELSE 'quarantined' END"
        self.db.run(
            f"CREATE TEMP TABLE _cells AS SELECT {', '.join(keys)}, {bucket} AS _bucket, _currency, "
            f"count(*) AS _records, {', '.join(sums)} FROM _classified GROUP BY ALL"
        )
        self._loaded()
        self.db.refuse_floats("_cells")
        self.db.refuse_floats("_loaded")

    def _grouping(self) -> list[tuple[str, str]]:
        """(name, SQL) of what loaded lines are grouped by, besides currency."""
        found = [("_sign", "_sign")]
        for at, column in enumerate(self.flow.target.columns):
            if column.field is not None:
                found.append((f"k{at}", f"coalesce({ident(column.field)}, '')"))
        for at, item in enumerate(self.flow.measures):
            if item.normal is not None:
                found.append((f"n{at}", ident(item.normal)))
        return found

    def _loaded(self) -> None:
        """The loaded cells with all keys, the measures as the target shows them, and the bridge's steps."""
        keys = [
            f"k{at}" if column.value is None else f"{literal(self.fill(column.value))} AS k{at}"
            for at, column in enumerate(self.flow.target.columns)
        ]
        translated = self.flow.translate is not None
        debit, credit = ("_to_debit", "_to_credit") if translated else ("_debit", "_credit")
        measures = [
            f"{self._measure(at, item, debit, credit)} AS m{at}" for at, item in enumerate(self.flow.measures)
        ]
        signed = _turned("_debit - _credit")
        exact = f"({signed}) * _rates._rate" if translated else signed
        rates = " LEFT JOIN _rates ON _rates.currency = _currency" if translated else ""
        self.db.run(
            f"CREATE TEMP VIEW _loaded AS SELECT {', '.join(keys)}, _currency, {', '.join(measures)}, "
            f"_debit - _credit AS _source, {signed} AS _signed, ({exact})::{EXACT} AS _exact, "
            f"{_turned(f'{debit} - {credit}')} AS _rounded FROM _cells{rates} "
            f"WHERE _bucket = '{Bucket.LOADED}'"
        )

    @staticmethod
    def _measure(at: int, item: Measure, debit: str, credit: str) -> str:
        net = f"{debit} - {credit}"
        value = {
            MeasureKind.DEBIT: debit,
            MeasureKind.CREDIT: credit,
            MeasureKind.NET: net,
            MeasureKind.NATURAL: f"CASE WHEN n{at} = 'C' THEN -({net}) ELSE {net} END",
        }[item.of]
        return _turned(value)

    def _content(self) -> str:
        """SQL of the hash of a line's source columns."""
        parts = ", ".join(
            f"coalesce(strlen({ident(name)})::VARCHAR || ':' || {ident(name)}, '-')"
            for name in self._source_columns()
        )
        return f"sha256(concat({parts}))"

    def passed(self, keys: Iterable[str]) -> set[str]:
        """Which of these records the computation loaded or excluded; the others are held, or not there."""
        self.db.load("_asked", [("key", "VARCHAR")], [(key,) for key in keys])
        found = self.db.rows(
            f"WITH lines AS (SELECT _row, {self._content()} AS _content FROM _source SEMI JOIN "
            "(SELECT _row FROM _classified WHERE _fault <= 0) USING (_row)), "
            f"keyed AS (SELECT {_RECORD_KEY} AS key FROM lines) "
            "SELECT key FROM keyed SEMI JOIN _asked USING (key)"
        )
        return {key for (key,) in found}

    def _quarantine(self, decode: Mapping[str, str]) -> None:
        """The quarantined lines with a key made of their content, so that a rerun finds them again.

        The source columns are fetched for those rows alone.
        """
        self.db.load("_accepted", [("key", "VARCHAR")], [(key,) for key in sorted(self.inputs.accepted)])
        self.db.run(
            f"CREATE TEMP TABLE _faulty AS SELECT _row, {decode['code']} AS _code, "
            f"{decode['name']} AS _field, _value, {decode['origin']} AS _origin, _currency, "
            f"_debit::{AMOUNT} AS _debit, _credit::{AMOUNT} AS _credit "
            "FROM _cells WHERE _bucket = 'quarantined'"
        )
        self.db.run(
            f"CREATE TEMP TABLE _held_lines AS SELECT *, {self._content()} AS _content "
            "FROM _source SEMI JOIN _faulty USING (_row)"
        )
        self.db.run(
            f"CREATE TEMP TABLE _quarantine AS WITH keyed AS (SELECT _row, {_RECORD_KEY} AS _record_key "
            "FROM _held_lines) "
            "SELECT _faulty.*, _record_key, _accepted.key IS NOT NULL AS _is_accepted FROM _faulty "
            "JOIN keyed USING (_row) LEFT JOIN _accepted ON _accepted.key = _record_key"
        )
        self.db.refuse_floats("_quarantine")

    def _source_columns(self) -> list[str]:
        return [name for name in self.inputs.columns if name != "_row"]

    def _quarantine_sql(self) -> str:
        source = ", ".join(f"_held_lines.{ident(name)}" for name in self._source_columns())
        return f"SELECT _quarantine.*, {source} FROM _quarantine JOIN _held_lines USING (_row) ORDER BY _row"

    def _totals(self) -> tuple[tuple[ControlLine, ...], tuple[ControlLine, ...]]:
        """Control totals: of all source lines, and of each bucket, by source currency."""
        measured = "sum(_records)::BIGINT, sum(_debit), sum(_credit)"
        source = self.db.rows(f"SELECT 'source', _currency, {measured} FROM _cells GROUP BY ALL ORDER BY ALL")
        kept = self.db.rows(
            f"SELECT _bucket, _currency, {measured} FROM _cells WHERE _bucket <> 'quarantined' "
            "GROUP BY ALL ORDER BY ALL"
        )
        held = self.db.rows(
            "SELECT CASE WHEN _is_accepted THEN 'accepted' ELSE 'quarantined' END, _currency, count(*), "
            "sum(_debit), sum(_credit) FROM _quarantine GROUP BY ALL ORDER BY ALL"
        )
        return tuple(ControlLine(*row) for row in source), tuple(ControlLine(*row) for row in kept + held)

    def _tie(self, source: tuple[ControlLine, ...], buckets: tuple[ControlLine, ...], records: int) -> None:
        if sum(line.records for line in source) != records:
            message = f"{records} records were read, {sum(line.records for line in source)} came out"
            raise PipelineError("RUN-199", message)
        for line in source:
            parts = [part for part in buckets if part.currency == line.currency]
            found = (sum(p.records for p in parts), sum(p.debit for p in parts), sum(p.credit for p in parts))
            if found != (line.records, line.debit, line.credit):
                raise PipelineError("RUN-199", f"{line.currency}: source and its buckets do not tie")

    def _codes(self) -> tuple[CodeLine, ...]:
        one = "CASE WHEN count(DISTINCT _currency) = 1 THEN sum({}) END"
        rows = self.db.rows(
            f"SELECT _code, count(*), {one.format('_debit')}, {one.format('_credit')} FROM _quarantine "
            "WHERE NOT _is_accepted GROUP BY _code ORDER BY _code"
        )
        return tuple(CodeLine(*row) for row in rows)

    def _unreadable(self) -> int:
        amount = self.flow.amount
        fields = [", ".join(amounts.amount_columns(amount))]
        if isinstance(amount.shape, SidedAmount):
            fields.append(amount.shape.side)
        found = self.db.row(
            "SELECT count(*) FROM _quarantine WHERE NOT _is_accepted "
            f"AND _code IN {literals(_NO_MONEY)} AND _field IN {literals(fields)}"
        )
        return int(found[0])

    def _bridge(self) -> tuple[BridgeLine, ...]:
        rows = self.db.rows(
            f"SELECT _currency, sum(_source), sum(_signed), sum(_exact), sum(_rounded), "
            f"sum({self._presented()}) FROM _loaded GROUP BY _currency ORDER BY _currency"
        )
        return tuple(
            BridgeLine(
                currency=currency,
                source=source,
                sign=signed - source,
                translation=exact - signed,
                rounding=rounded - exact,
                presentation=target - rounded,
                target=target,
            )
            for currency, source, signed, exact, rounded, target in rows
        )

    def _presented(self) -> str:
        """SQL of the net as the target shows it: its natural measure if that is all it has, else net."""
        kinds = [item.of for item in self.flow.measures]
        if MeasureKind.NATURAL in kinds and MeasureKind.NET not in kinds:
            return f"m{kinds.index(MeasureKind.NATURAL)}"
        return "_rounded"

    def _measure_totals(self) -> dict[str, Decimal]:
        sums = ", ".join(f"coalesce(sum(m{at}), 0)::{TOTAL}" for at in range(len(self.flow.measures)))
        row = self.db.row(f"SELECT {sums} FROM _loaded")
        return {item.name: row[at] for at, item in enumerate(self.flow.measures)}

    def _output_sql(self) -> str:
        columns = list(enumerate(self.flow.target.columns))
        # constants decide no group and no order; without any other column they keep "no rows" from being one
        decisive = [at for at, item in columns if item.value is None] or [at for at, _ in columns]
        keys = [
            f"{f'k{at}' if at in decisive else literal(self.fill(item.value or ''))} AS {ident(item.name)}"
            for at, item in columns
        ]
        sums = [f"sum(m{at})::{AMOUNT} AS {ident(item.name)}" for at, item in enumerate(self.flow.measures)]
        order = ", ".join(f"k{at}" for at in decisive)
        return f"SELECT {', '.join(keys + sums)} FROM _loaded GROUP BY {order} ORDER BY {order}"


def _turned(value: str) -> str:
    """SQL of a sum with the sign its mapping rules give it."""
    return f"CASE WHEN _sign < 0 THEN -({value}) ELSE {value} END"
