"""Running the demo flow for every month of the year, with a progress bar."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Protocol

from portal.core.errors import Conflict
from syncengine import dispatch
from syncengine.demo.cast import REASON, played
from syncengine.demo.codes import Code
from syncengine.demo.journals import PERIODS
from syncengine.leases import worker_name
from syncengine.models import Run
from syncengine.runwaits import lease_words
from syncengine.services import run_plan
from syncengine.states import Confirmation, RunState

FLOW = "halden-actuals"
_WIDTH = 24
_POLL_SECONDS = 0.5
_BROKEN = (RunState.FAILED, RunState.UNKNOWN, RunState.HELD, RunState.CANCELLED)


class Output(Protocol):
    def write(self, text: str) -> object: ...

    def flush(self) -> None: ...

    def isatty(self) -> bool: ...


def latest_runs() -> dict[str, Run]:
    """The newest run of each period; dry runs do not count."""
    runs = Run.objects.filter(flow__code=FLOW, dry_run=False).order_by("id")
    return {run.period: run for run in runs.select_related("flow")}


def confirmed_runs() -> dict[str, Run]:
    """The newest run of each period that the target confirmed, whatever people held or cancelled since."""
    runs = Run.objects.filter(flow__code=FLOW, confirmation=Confirmation.CONFIRMED).order_by("id")
    return {run.period: run for run in runs.select_related("flow")}


def run_year(out: Output) -> None:
    """Run each period that has no proper run yet. A run left by a killed process is carried on."""
    with_bar = out.isatty()
    for done, (period, run) in enumerate(_runs(), start=1):
        _finish(run, out)
        text = f"{period}  {run.ref}  {run.get_state_display()}"
        if with_bar:
            filled = _WIDTH * done // len(PERIODS)
            out.write(f"\r\x1b[K[{'#' * filled}{'.' * (_WIDTH - filled)}] {done}/{len(PERIODS)}  {text}")
        else:
            out.write(f"{done:>2}/{len(PERIODS)}  {text}\n")
        out.flush()
    if with_bar:
        out.write("\n")


def _runs() -> Iterator[tuple[str, Run]]:
    known = latest_runs()
    for period in PERIODS:
        run = known.get(period)
        if run is None or run.state in _BROKEN:
            run = run_plan(actor=played("olga"), reason=REASON, flow_code=FLOW, period=period)
        yield period, run


def _finish(run: Run, out: Output) -> None:
    """Work on the run here until it ends; a dead worker's lease is waited for. Raises Conflict RUN-903."""
    owner, told = worker_name(), ""
    while not run.is_final:
        if not dispatch.work_once(owner, run.pk):
            told = _tell_wait(run, told, out)
            time.sleep(_POLL_SECONDS)
        run.refresh_from_db()
    if run.state in _BROKEN:
        raise Conflict(
            Code.RUN_903, f"{run.ref} of {run.period} ended {run.get_state_display()}: {run.error_message}"
        )


def _tell_wait(run: Run, told: str, out: Output) -> str:
    """Say whose lease is waited for and how long at most: once, or on a terminal until it has run out."""
    owner, words = lease_words(run)
    if not owner:
        return told
    text = f"{run.period}  {words}"
    if out.isatty():
        out.write(f"\r\x1b[K{text}")
    elif owner != told:
        out.write(f"{text}\n")
    out.flush()
    return owner
