"""One computation of a flow: snapshot in, output, quarantine and control totals out, proven to tie.

The stages prepare views and small tables; the lines themselves are read in one fused pass by `aggregate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from portal.core.currencies import NO_CURRENCY
from syncengine.definition.model import (
    CalendarCheck,
    FlowDefinition,
    MemberCheck,
    Op,
    QuarantineUnit,
    RequiredCheck,
    SidedAmount,
)
from syncengine.duck import MEMORY_LIMIT
from syncengine.outputhash import Column
from syncengine.pipeline import amounts, faults, outputs, tables
from syncengine.pipeline.database import Database, ident, literal, literals
from syncengine.pipeline.faults import FaultRule, decode_sql, fault_sql, text_of
from syncengine.pipeline.keys import odd_key, unproven_keys
from syncengine.pipeline.mapping import compile_mapping, inputs_text, join_sql, odd_inputs
from syncengine.pipeline.names import check_names
from syncengine.pipeline.statement import (
    Chain,
    MemberTable,
    calendar_fields,
    conditions_sql,
    derive,
    join_member,
)
from syncengine.pipeline.strays import find_strays
from syncengine.pipeline.values import CompiledTable, PipelineError, PipelineInputs, PipelineResult, Strays

# rises with every change of what a computation gives: runs of one version take over each other's results
ENGINE_VERSION = "4"


class Pipeline:
    """Runs the pure stages in their order: validate, map, translate, aggregate; then close."""

    def __init__(
        self,
        flow: FlowDefinition,
        inputs: PipelineInputs,
        work: Path,
        *,
        readable: Sequence[Path] = (),
        memory_limit: str = MEMORY_LIMIT,
        threads: int | None = None,
    ) -> None:
        """Works in the folder `work`; reads the snapshot's folder and the folders in `readable`."""
        self.flow = flow
        self.inputs = inputs
        self.work = work
        folders = [inputs.snapshot.parent, *readable]
        self.db = Database(work, folders, memory_limit=memory_limit, threads=threads)
        self.records = 0
        self.strays: Strays | None = None
        self.rules: list[FaultRule] = []
        self._chain: Chain | None = None
        self._ignored: list[tuple[int, str]] = []
        self._done = False

    @property
    def is_done(self) -> bool:
        """Whether `aggregate` has proven its result."""
        return self._done

    def close(self) -> None:
        self.db.close()

    def fill(self, text: str) -> str:
        """Replaces the placeholders of the definition by the values of this run."""
        period = self.inputs.period.code if self.inputs.period else ""
        filled = text.replace("{scenario}", self.flow.slice.scenario).replace("{flow}", self.inputs.flow)
        return filled.replace("{period}", period)

    def validate(self) -> int:
        """Prepares reading and checking; gives the number of source records of the slice, and `strays`.

        Raises `PipelineError` for names the snapshot does not have or pins that are missing.
        """
        flow, db = self.flow, self.db
        check_names(flow, self.inputs.columns, self.inputs.origin)
        snapshot = literal(self.inputs.snapshot.resolve())
        db.run(f"CREATE TEMP VIEW _source AS SELECT * FROM read_parquet({snapshot})")
        members = tables.load_members(db, flow, self.inputs, flow.fields)
        tables.load_days(db, self.inputs.calendar)
        chain = Chain.over("_source")
        for item in flow.fields:
            derive(chain, item, members)
        codes = literals(period.code for period in self.inputs.calendar)
        where = conditions_sql(flow.source.where, self.fill, calendar_fields(flow.checks, codes))
        chain.add("", where=where)
        db.run(f"CREATE TEMP VIEW _slice AS {chain.view()}")
        self._read_money(chain)
        self._checks(chain, members, codes)
        self._chain = chain
        self.strays = find_strays(db, flow, self.inputs.calendar, members, self.fill)
        self.records = int(db.row("SELECT count(*) FROM _slice")[0])
        return self.records

    def _read_money(self, chain: Chain) -> None:
        amount = self.flow.amount
        for at, column in enumerate(amounts.amount_columns(amount)):
            table = amounts.prepare_exponents(self.db, "_source", column, amount.text)
            join = (
                f" LEFT JOIN {ident(table)} ON {ident(table)}.text = lines.{ident(column)}" if table else ""
            )
            chain.add(f"{amounts.amount_sql(column, amount.text, table)} AS _read_{at}", join)
        currency = amount.currency
        read = literal(currency.constant) if currency.constant else ident(currency.field or "")
        side = f"{amounts.side_sql(amount.shape)} AS _side, " if isinstance(amount.shape, SidedAmount) else ""
        chain.add(f"{side}{read} AS _raw_currency")
        debit, credit, unreadable = amounts.money_sql(amount)
        valid = "regexp_full_match(_raw_currency, '[A-Z]{3}')"
        chain.add(
            f"{debit} AS _debit, {credit} AS _credit, {unreadable} AS _unreadable, "
            f"CASE WHEN {valid} THEN _raw_currency ELSE {literal(NO_CURRENCY)} END AS _currency"
        )

    def _money_rules(self) -> list[FaultRule]:
        amount = self.flow.amount
        columns = amounts.amount_columns(amount)
        shown = " || ' | ' || ".join(text_of(column) for column in columns)
        name = ", ".join(columns)
        rules = [
            FaultRule(faults.MISSING_VALUE, amounts.blank_sql(amount), name, shown),
            FaultRule(faults.BAD_AMOUNT, "_unreadable", name, shown),
        ]
        if isinstance(amount.shape, SidedAmount):
            side = amount.shape.side
            rules.append(FaultRule(faults.BAD_SIDE, "_side IS NULL", side, text_of(side)))
        if amount.currency.field:
            field = amount.currency.field
            rules.append(
                FaultRule(faults.BAD_CURRENCY, f"_currency = {literal(NO_CURRENCY)}", field, text_of(field))
            )
        return rules

    def _checks(self, chain: Chain, members: Mapping[str, MemberTable], codes: str) -> None:
        quality, master = chain.quality, chain.members
        for item in self.flow.source.where:
            if item.op not in (Op.BLANK, Op.NOT_BLANK):
                test = f"{ident(item.field)} IS NULL"
                quality.append(FaultRule(faults.MISSING_VALUE, test, item.field, text_of(item.field)))
        for check in self.flow.checks:
            name, value = check.field, text_of(check.field)
            if isinstance(check, RequiredCheck):
                test = f"trim(coalesce({ident(name)}, '')) = ''"
                quality.append(FaultRule(faults.MISSING_VALUE, test, name, value))
            elif isinstance(check, CalendarCheck):
                test = f"({ident(name)} IN {codes}) IS NOT TRUE"
                quality.append(FaultRule(faults.NO_PERIOD, test, name, value))
            elif isinstance(check, MemberCheck):
                alias = ident(join_member(chain, check.dimension, name, members))
                origin = check.dimension
                master.append(FaultRule(faults.UNKNOWN_MEMBER, f"{alias} IS NULL", name, value, origin))
                if check.effective:
                    master.append(FaultRule(faults.EXPIRED_MEMBER, f"NOT {alias}", name, value, origin))
        quality += map(odd_key, unproven_keys(self.flow))
        self.rules = self._money_rules() + quality + master + self._normal_rules()

    def _normal_rules(self) -> list[FaultRule]:
        rules = []
        for item in self.flow.measures:
            if item.normal:
                test = f"({ident(item.normal)} IN ('D', 'C')) IS NOT TRUE"
                rules.append(FaultRule(faults.BAD_SIDE, test, item.normal, text_of(item.normal)))
        return rules

    def map(self) -> list[CompiledTable]:
        """Compiles each mapping for the combinations of the slice and joins it to the lines."""
        compiled = []
        chain = self._ready()
        for at, use in enumerate(self.flow.mappings):
            pin = self.inputs.mappings.get(use.mapping_set)
            if pin is None:
                raise PipelineError("RUN-112", f"mapping set {use.mapping_set!r} was not pinned for this run")
            path = self.work / f"mapping-{at}.parquet"
            compiled.append(compile_mapping(self.db, "_slice", use, pin, f"_map_{at}", path))
            chain.add(*join_sql(use, pin, at))
            self.rules += [odd_key(name) for name in odd_inputs(self.db, use, pin, f"_map_{at}")]
            self._ignored.append((len(self.rules), f"_map_{at} = 'ignored'"))
            test = f"(_map_{at} = 'mapped') IS NOT TRUE"
            self.rules.append(FaultRule(faults.NO_RULE, test, use.into, inputs_text(use), use.mapping_set))
        signs = " * ".join(f"_map_{at}_sign" for at in range(len(compiled))) or "1"
        chain.add(f"({signs}) AS _sign")
        return compiled

    def translate(self) -> None:
        """Joins the pinned rates; without a translation part the rate is one and nothing is rounded."""
        use, chain = self.flow.translate, self._ready()
        if use is None:
            return
        tables.load_rates(self.db, self.inputs, use.to)
        columns = ", ".join(f"_rates.{name}" for name in ("_rate", "_limit", "_short_rate", "_short_limit"))
        chain.add(columns, " LEFT JOIN _rates ON _rates.currency = lines._currency")
        self.rules.append(FaultRule(faults.NO_RATE, "_rate IS NULL", "currency", "_currency", use.rate_set))
        largest = "greatest(abs(_debit), abs(_credit)) > _limit"
        self.rules.append(FaultRule(faults.TOO_LARGE, largest, "currency", "_currency", use.rate_set))

    def aggregate(self) -> PipelineResult:
        """The fused pass. Raises `PipelineError` RUN-199 when source and buckets do not tie exactly."""
        chain = self._ready()
        chain.add(f"{fault_sql(self.rules, self._ignored)}::INTEGER AS _fault")
        if self.flow.quarantine.unit is QuarantineUnit.JOURNAL:
            self._hold_journals(chain)
        self.db.run(f"CREATE TEMP VIEW _classified AS {chain.view()}")
        decode = {what: decode_sql(self.rules, what) for what in ("code", "name", "value", "origin")}
        result = self._outputs().compute(decode, self.records)
        self._done = True
        return result

    def passed(self, keys: Iterable[str]) -> set[str]:
        """Which of these quarantine keys name records that were loaded or excluded. Needs `aggregate`."""
        return self._outputs().passed(keys)

    def _outputs(self) -> outputs.Outputs:
        return outputs.Outputs(self.flow, self.inputs, self.db, self.work, self.fill)

    def digest(self, path: Path, columns: Sequence[Column]) -> str:
        """The output hash of a file this pipeline wrote."""
        return self.db.digest(path, columns)

    def _hold_journals(self, chain: Chain) -> None:
        """A journal with a faulty line is held whole, excluded lines with it, so that it stays in balance."""
        keys = " || chr(31) || ".join(text_of(name) for name in self.flow.quarantine.journal_key)
        self.db.run(
            f"CREATE TEMP TABLE _held AS SELECT DISTINCT {keys} AS journal FROM ({chain.view()}) "
            "WHERE _fault > 0"
        )
        self.rules.append(FaultRule(faults.JOURNAL_HELD, "true", "journal_key", keys))
        chain.add(f"{keys} AS _journal")
        number = len(self.rules)
        sound = "lines._fault <= 0 AND _held.journal IS NOT NULL"
        body = f"CASE WHEN {sound} THEN {number} ELSE lines._fault END"
        last = chain.steps[-1][0]
        joined = f"FROM {last} AS lines LEFT JOIN _held ON _held.journal = lines._journal"
        chain.steps.append(
            (f"_step_{len(chain.steps)}", f"SELECT lines.* REPLACE ({body} AS _fault) {joined}")
        )

    def _ready(self) -> Chain:
        if self._chain is None:
            raise PipelineError("RUN-199", "validate comes first")
        return self._chain
