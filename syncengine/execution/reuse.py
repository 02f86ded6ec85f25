"""A run with exactly the inputs of an earlier one takes over its result, so that such a replay is cheap."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from portal.core.canonical import content_hash
from portal.core.errors import DomainError
from syncengine.evidence import EvidenceKind, EvidenceRef
from syncengine.execution.attempt import Attempt
from syncengine.models import ControlTotal, QuarantinedRecord, Run, StageResult
from syncengine.pipeline.values import BridgeLine, CodeLine, ControlLine, PipelineResult
from syncengine.states import RecordState

COMPUTED = (EvidenceKind.COMPILED, EvidenceKind.OUTPUT, EvidenceKind.QUARANTINE)
STEPS = ("source", "sign", "translation", "rounding", "presentation", "target")


def accepted_keys(run: Run) -> frozenset[str]:
    """The records of the slice that were accepted unloaded."""
    accepted = QuarantinedRecord.objects.filter(
        flow=run.flow, slice_key=run.slice_key, state=RecordState.ACCEPTED_UNLOADED
    )
    return frozenset(accepted.values_list("record_key", flat=True))


def inputs_hash(run: Run, accepted: frozenset[str]) -> str:
    """Names everything a result follows from: the pins (the engine's version among them), the snapshot of the
    source, and the records accepted unloaded."""
    return content_hash(
        {"pins": run.pins_sha256, "snapshot": run.snapshot_sha256, "accepted": sorted(accepted)}
    )


def computed_before(attempt: Attempt, inputs: str) -> Run | None:
    """The last other run of the slice from these inputs, if all files of its result are unaltered."""
    run = attempt.run
    found = StageResult.objects.filter(
        run__flow=run.flow, run__slice_key=run.slice_key, stage="aggregate", detail__inputs=inputs
    )
    last = found.exclude(run=run).select_related("run").order_by("-id").first()
    if last is None:
        return None
    try:
        for ref, _, _ in result_files(attempt, last.run):
            attempt.store.verify(ref)
    except DomainError:
        return None
    return last.run


def result_files(attempt: Attempt, run: Run) -> list[tuple[EvidenceRef, str, int | None]]:
    """Reference, name and rows of the files a computation left. Raises NotFound SRC-024."""
    return [
        (attempt.store.find(file.sha256, EvidenceKind(file.kind)), file.name, file.rows)
        for file in run.evidence.filter(kind__in=COMPUTED)
    ]


def stages_of(run: Run) -> dict[str, StageResult]:
    """The last result of each stage."""
    return {result.stage: result for result in run.stages.order_by("id")}


def result_of(attempt: Attempt, run: Run) -> tuple[PipelineResult, EvidenceRef, EvidenceRef]:
    """What the pipeline gave in that run, with its output and its quarantine as stored."""
    files = {ref.kind: (ref, rows) for ref, _, rows in result_files(attempt, run)}
    output, quarantine = files[EvidenceKind.OUTPUT], files[EvidenceKind.QUARANTINE]
    totals = [
        ControlLine(line.bucket, line.currency, line.records, line.debit, line.credit)
        for line in run.control_totals.all()
    ]
    bridge = tuple(
        BridgeLine(currency=row["currency"], **{step: Decimal(row[step]) for step in STEPS})
        for row in run.bridge
    )
    result = PipelineResult(
        source=tuple(line for line in totals if line.bucket == ControlTotal.Bucket.SOURCE),
        buckets=tuple(line for line in totals if line.bucket != ControlTotal.Bucket.SOURCE),
        quarantined_by_code=tuple(_code_line(*item) for item in sorted(run.quarantined_by_code.items())),
        bridge=bridge,
        output=attempt.store.path(output[0]),
        output_rows=output[1] or 0,
        quarantine=attempt.store.path(quarantine[0]),
        quarantine_rows=quarantine[1] or 0,
        target_net=sum((line.target for line in bridge), Decimal(0)),
        measure_totals={name: Decimal(total) for name, total in run.measure_totals.items()},
        unreadable=stages_of(run)["aggregate"].detail["unreadable"],
    )
    return result, output[0], quarantine[0]


def _code_line(code: str, line: Mapping[str, Any]) -> CodeLine:
    debit, credit = (None if line[side] is None else Decimal(line[side]) for side in ("debit", "credit"))
    return CodeLine(code, line["records"], debit, credit)
