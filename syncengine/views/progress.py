"""How far a run is: its stages, its count, and an estimate from the flow's last complete run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.core.clock import now
from syncengine.models import Partition, Run, StageResult
from syncengine.selectors.runs import Retry, retry_of
from syncengine.states import STAGES, SUCCESS, Confirmation, RunState

STEPS = ("extract", "validate", "map", "translate", "aggregate", "reconcile", "load", "confirm")
STEP_OF = dict(zip(map(str, STAGES), STEPS, strict=True))
_WRITING = ("load", "confirm")
_ENDS = {
    str(RunState.CANCELLED): "the run was cancelled",
    str(RunState.FAILED): "the run failed",
    str(RunState.HELD): "the run was held",
    str(RunState.UNKNOWN): "the run’s end is unknown",
}
_LATE = 10  # runs that are asked how long they took


@dataclass(frozen=True, slots=True)
class Step:
    """One stage: its state in the vocabulary of statuses, seconds and records once it is done."""

    name: str
    state: str
    seconds: float | None
    records: int | None
    note: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """`percent` of the whole run; `left` in seconds when an earlier run or the count allows a guess."""

    steps: list[Step]
    percent: int
    done: int
    total: int | None
    elapsed: float | None
    left: float | None
    waiting_since: dt.datetime | None
    part: Partition | None
    retry: Retry | None


def progress_of(run: Run) -> Progress:
    """Where a run stands now."""
    part = next(iter(run.partitions.all()), None)
    results = {row.stage: row for row in run.stages.all()}  # a later attempt replaces an earlier one
    steps = [_step(run, name, results.get(name), part) for name in STEPS]
    usual = _usual_seconds(run)
    elapsed = _elapsed(run)
    fraction = 1.0 if run.is_final else _fraction(steps, usual, part)
    left = None
    if run.is_running and elapsed is not None:
        left = max(sum(usual.values()) * (1 - fraction), 0.0) if usual else None
        if left is None and fraction > 0.1:
            left = elapsed * (1 - fraction) / fraction
    return Progress(
        steps=steps,
        percent=round(fraction * 100),
        done=part.progress_done if part else 0,
        total=part.progress_total if part else None,
        elapsed=elapsed,
        left=left,
        waiting_since=None if run.is_final or run.is_running else run.created_at,
        part=part,
        retry=retry_of(run),
    )


def _step(run: Run, name: str, result: StageResult | None, part: Partition | None) -> Step:
    current = STEP_OF.get(run.state) == name
    seconds = result.milliseconds / 1000 if result else None
    state, note = "planned", ""
    if current:
        state = run.state
        records = part.progress_done if part and part.progress_stage == name else None
        return Step(name, state, None, records, "", True)
    if result is not None:
        state = "ok"
        note = "not proven" if result.detail.get("code") else _taken_over(result)
        if run.dry_run and name == "confirm":
            note = "target read only"
    elif run.is_final:
        state, note = _never(run, name)
    return Step(name, state, seconds, result.records if result else None, note, False)


def _taken_over(result: StageResult) -> str:
    """That the stage computed nothing: an earlier run had the same inputs."""
    source = result.detail.get("reused")
    return f"taken over from {source}" if isinstance(source, str) else ""


def _never(run: Run, name: str) -> tuple[str, str]:
    """Why a run that ended has no result for a stage."""
    if run.dry_run and name in _WRITING:
        return "not_loaded", "dry run"
    if run.confirmation == Confirmation.NOT_LOADED and name in _WRITING:
        return "not_loaded", "held"
    stopped = run.state in (RunState.FAILED, RunState.CANCELLED, RunState.UNKNOWN)
    first = next((step for step in STEPS if step not in _done(run)), "")
    if stopped and name == first:
        return run.state, run.error_code
    return "not_reached", _ENDS.get(run.state, "")


def _done(run: Run) -> set[str]:
    return {row.stage for row in run.stages.all()}


def _elapsed(run: Run) -> float | None:
    if run.started_at is None:
        return None
    return ((run.finished_at or now()) - run.started_at).total_seconds()


def _usual_seconds(run: Run) -> dict[str, float]:
    """Seconds of each stage in the flow's last complete run that computed; {} when none of late did."""
    if run.is_final:
        return {}
    earlier = run.flow.runs.filter(dry_run=run.dry_run, state__in=SUCCESS, pk__lt=run.pk)
    for last in earlier.order_by("-pk").prefetch_related("stages")[:_LATE]:
        stages = last.stages.all()
        if not any(map(_taken_over, stages)):
            return {row.stage: row.milliseconds / 1000 for row in stages}
    return {}


def _fraction(steps: list[Step], usual: dict[str, float], part: Partition | None) -> float:
    """The share of the work that is done, weighted by what each stage usually takes."""
    weights = {step.name: usual.get(step.name, 0.0) or 0.001 for step in steps} if usual else {}
    whole = sum(weights.values()) or len(steps)
    done = 0.0
    for step in steps:
        weight = weights.get(step.name, 1.0)
        if step.state == "ok":
            done += weight
        elif step.is_current and part and part.progress_total:
            done += weight * min(part.progress_done / part.progress_total, 1.0)
    return min(done / whole, 0.99)
