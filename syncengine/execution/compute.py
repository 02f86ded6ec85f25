"""Validate, map, translate, aggregate: the pure pipeline, with its files kept and its totals recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from portal.core.canonical import decimal_text
from syncengine.definition.model import FlowDefinition
from syncengine.evidence import EvidenceKind, EvidenceRef
from syncengine.execution.attempt import Attempt
from syncengine.execution.extract import Extracted
from syncengine.execution.reuse import (
    STEPS,
    accepted_keys,
    computed_before,
    inputs_hash,
    result_files,
    result_of,
    stages_of,
)
from syncengine.models import ControlTotal, Run
from syncengine.outputhash import Column, ColumnType
from syncengine.pinning import calendar_pins, check_pins, mapping_pins, member_rows, rate_pins
from syncengine.pipeline.compute import Pipeline
from syncengine.pipeline.values import BridgeLine, PipelineError, PipelineInputs, PipelineResult


@dataclass(frozen=True, slots=True)
class Computed:
    """The result with its output and quarantine as evidence."""

    result: PipelineResult
    output: EvidenceRef
    output_hash: str
    quarantine: EvidenceRef


def output_columns(definition: FlowDefinition) -> tuple[Column, ...]:
    """The columns of the output in the order they are hashed and loaded: keys, then measures."""
    keys = [Column(column.name, ColumnType.TEXT) for column in definition.target.columns]
    return (*keys, *(Column(item.name, ColumnType.AMOUNT) for item in definition.measures))


class Computation:
    """The computation of a run, carried out when it is first asked for.

    Where an earlier run had the same inputs it may never be: then `reused` is that run.
    """

    def __init__(self, attempt: Attempt, extracted: Extracted) -> None:
        self.reused: Run | None = None
        self._attempt = attempt
        self._extracted = extracted
        self._accepted = accepted_keys(attempt.run)
        self._pipeline: Pipeline | None = None

    @property
    def inputs(self) -> str:
        return inputs_hash(self._attempt.run, self._accepted)

    def open(self) -> Pipeline:
        """The pipeline over all that the run has pinned. Raises Conflict RUN-005 when one no longer holds."""
        if self._pipeline is None:
            self._pipeline = self._opened()
        return self._pipeline

    def performed(self) -> Pipeline:
        """The pipeline after all its stages. Raises `PipelineError` RUN-199 when it does not give again what
        was taken over."""
        pipeline = self.open()
        if not pipeline.is_done:
            pipeline.validate()
            pipeline.map()
            pipeline.translate()
            result = pipeline.aggregate()
            columns = output_columns(self._attempt.definition)
            if pipeline.digest(result.output, columns) != self._attempt.run.output_hash:
                raise PipelineError("RUN-199", f"computed again, the output is not that of {self.reused}")
        return pipeline

    def passed(self, keys: Iterable[str]) -> set[str]:
        """Which of these quarantine keys name records that were loaded or excluded."""
        return self.performed().passed(keys)

    def close(self) -> None:
        if self._pipeline is not None:
            self._pipeline.close()

    def _opened(self) -> Pipeline:
        attempt, extracted = self._attempt, self._extracted
        run, pins = attempt.run, attempt.run.pins
        calendar = calendar_pins(pins)
        inputs = PipelineInputs(
            flow=run.flow.code,
            snapshot=extracted.path,
            columns=extracted.columns,
            period=next((row for row in calendar if row.code == run.period), None),
            calendar=calendar,
            members={code: member_rows(pin, attempt.store) for code, pin in pins["members"].items()},
            mappings=mapping_pins(pins),
            rates=rate_pins(pins, attempt.definition),
            accepted=self._accepted,
            origin=extracted.origin,
        )
        return Pipeline(attempt.definition, inputs, attempt.scratch / "engine", readable=[attempt.store.root])


def compute(attempt: Attempt, computation: Computation) -> Computed:
    """All computing stages. Raises `PipelineError`."""
    computation.reused = computed_before(attempt, computation.inputs)
    if computation.reused is not None:
        return _take_over(attempt, computation.reused, computation.inputs)
    pipeline = computation.open()
    attempt.begin("validate")
    records = pipeline.validate()
    attempt.finish(records, **({"strays": asdict(pipeline.strays)} if pipeline.strays else {}))
    attempt.begin("map")
    compiled = pipeline.map()
    with attempt.write():
        for table in compiled:
            ref = attempt.store.put_file(table.path, EvidenceKind.COMPILED)
            attempt.keep(ref, table.mapping_set, table.combinations)
    attempt.finish(
        sum(table.combinations for table in compiled), unmapped=sum(table.unmapped for table in compiled)
    )
    attempt.begin("translate")
    pipeline.translate()
    attempt.finish()
    attempt.begin("aggregate")
    result = pipeline.aggregate()
    computed = Computed(
        result=result,
        output=attempt.store.put_file(result.output, EvidenceKind.OUTPUT),
        output_hash=pipeline.digest(result.output, output_columns(attempt.definition)),
        quarantine=attempt.store.put_file(result.quarantine, EvidenceKind.QUARANTINE),
    )
    with attempt.write() as run:
        _record(run, attempt.definition, computed)
        attempt.keep(computed.output, "output", result.output_rows)
        attempt.keep(computed.quarantine, "quarantine", result.quarantine_rows)
    attempt.finish(pipeline.records, inputs=computation.inputs, unreadable=result.unreadable)
    return computed


def _take_over(attempt: Attempt, earlier: Run, inputs: str) -> Computed:
    """The result of an earlier run of the same inputs, recorded as this one's. Raises Conflict RUN-005."""
    check_pins(attempt.run.pins)
    before = stages_of(earlier)
    for stage in ("validate", "map", "translate"):
        attempt.begin(stage)
        attempt.finish(before[stage].records, **before[stage].detail | {"reused": earlier.ref})
    attempt.begin("aggregate")
    result, output, quarantine = result_of(attempt, earlier)
    computed = Computed(result, output, earlier.output_hash, quarantine)
    with attempt.write() as run:
        _record(run, attempt.definition, computed)
        for ref, name, rows in result_files(attempt, earlier):
            attempt.keep(ref, name, rows)
    attempt.finish(
        before["aggregate"].records, inputs=inputs, unreadable=result.unreadable, reused=earlier.ref
    )
    return computed


def in_one_currency(definition: FlowDefinition, result: PipelineResult) -> bool:
    """Whether the loaded amounts may be added up; across currencies a sum is no amount."""
    return definition.translate is not None or len(result.bridge) <= 1


def _record(run: Run, definition: FlowDefinition, computed: Computed) -> None:
    """Control totals and bridge of the run; a later attempt replaces those of an earlier one."""
    result = computed.result
    run.control_totals.all().delete()
    ControlTotal.objects.bulk_create(
        [
            ControlTotal(
                run=run,
                bucket=line.bucket,
                currency=line.currency,
                records=line.records,
                debit=line.debit,
                credit=line.credit,
            )
            for line in (*result.source, *result.buckets)
        ]
    )
    run.output_hash, run.output_rows, run.release_ref = computed.output_hash, result.output_rows, ""
    totals = result.measure_totals if in_one_currency(definition, result) else {}
    run.measure_totals = {name: decimal_text(total) for name, total in totals.items()}
    run.quarantined_by_code = {
        line.code: {
            "records": line.records,
            "debit": None if line.debit is None else decimal_text(line.debit),
            "credit": None if line.credit is None else decimal_text(line.credit),
        }
        for line in result.quarantined_by_code
    }
    run.bridge = [_bridge_row(line) for line in result.bridge]


def _bridge_row(line: BridgeLine) -> dict[str, str]:
    return {"currency": line.currency, **{step: decimal_text(getattr(line, step)) for step in STEPS}}
