"""Validate, map, translate, aggregate: the pure pipeline, with its files kept and its totals recorded."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from portal.core.canonical import decimal_text
from syncengine.definition.model import FlowDefinition
from syncengine.evidence import EvidenceKind, EvidenceRef
from syncengine.execution.attempt import Attempt
from syncengine.execution.extract import Extracted
from syncengine.models import ControlTotal, QuarantinedRecord, Run
from syncengine.outputhash import Column, ColumnType
from syncengine.pinning import calendar_pins, mapping_pins, member_rows, rate_pins
from syncengine.pipeline.compute import Pipeline
from syncengine.pipeline.values import BridgeLine, PipelineInputs, PipelineResult
from syncengine.states import RecordState


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


def open_pipeline(attempt: Attempt, extracted: Extracted) -> Pipeline:
    """The pipeline over everything the run has pinned. Raises Conflict RUN-005 when a pin no longer holds."""
    run, pins = attempt.run, attempt.run.pins
    calendar = calendar_pins(pins)
    accepted = QuarantinedRecord.objects.filter(
        flow=run.flow, slice_key=run.slice_key, state=RecordState.ACCEPTED_UNLOADED
    )
    inputs = PipelineInputs(
        flow=run.flow.code,
        snapshot=extracted.path,
        columns=extracted.columns,
        period=next((row for row in calendar if row.code == run.period), None),
        calendar=calendar,
        members={
            code: member_rows(pin, attempt.store, attempt.scratch) for code, pin in pins["members"].items()
        },
        mappings=mapping_pins(pins),
        rates=rate_pins(pins, attempt.definition),
        accepted=frozenset(accepted.values_list("record_key", flat=True)),
    )
    return Pipeline(
        attempt.definition,
        inputs,
        attempt.scratch / "engine",
        readable=[attempt.store.root],
    )


def compute(attempt: Attempt, pipeline: Pipeline) -> Computed:
    """All computing stages. Raises `PipelineError`."""
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
    attempt.finish(pipeline.records)
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
    run.output_hash, run.output_rows = computed.output_hash, result.output_rows
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
    steps = ("source", "sign", "translation", "rounding", "presentation", "target")
    return {"currency": line.currency, **{step: decimal_text(getattr(line, step)) for step in steps}}
