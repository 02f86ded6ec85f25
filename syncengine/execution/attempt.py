"""One attempt at a run: its lease, its files, its clock, and the only way its state moves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction

from portal.core.actor import Actor, Source, system_actor
from portal.core.clock import now
from portal.core.states import apply_transition
from syncengine.codes import Code
from syncengine.definition import FlowDefinition
from syncengine.evidence import EvidenceRef, EvidenceStore
from syncengine.leases import Lease, LeaseLost, extend, hold, lease_seconds
from syncengine.models import EvidenceFile, Run, StageResult
from syncengine.states import RUN, Confirmation

# code, sentence and place of what is wrong at the end of a run
Trouble = tuple[str, str, str]


class Stopped(Exception):
    """The worker is asked to stop; the attempt ends at a safe point and its lease is given back."""


class Cancelled(Exception):
    """Somebody cancelled the run; nothing was loaded."""


@dataclass
class Attempt:
    """What all stages share. Rows are written only through `write`, which proves the lease first."""

    lease: Lease
    run: Run
    definition: FlowDefinition
    store: EvidenceStore
    scratch: Path
    should_stop: Callable[[], bool]
    actor: Actor = field(default_factory=lambda: system_actor("Sync engine", Source.WORKER))
    stage: str = ""
    _before_load: str = Confirmation.NONE
    _told: float = 0.0
    _stage_began: float = 0.0
    _lost: threading.Event = field(default_factory=threading.Event)

    @property
    def values(self) -> dict[str, str]:
        """What the placeholders of datasets stand for."""
        return {
            "flow": self.run.flow.code,
            "period": self.run.period,
            "scenario": self.definition.slice.scenario,
        }

    @contextmanager
    def write(self) -> Iterator[Run]:
        """A portal transaction that holds the lease; the run is fresh and locked, and saved at the end."""
        with transaction.atomic():
            _, run = hold(self.lease)
            yield run
            run.save()
        self.run = run

    def begin(self, stage: str) -> None:
        """Move the run into a stage. Raises Stopped, Cancelled, LeaseLost at this safe point.

        With the stage `load` the row says that the target may be touched, before anything is sent.
        """
        self.safe_point()
        with self.write() as run:
            if run.cancel_requested and run.state in RUN["cancel"].sources:
                raise Cancelled
            apply_transition(run, RUN, stage)
            if stage == "load":
                self._before_load, run.confirmation = run.confirmation, Confirmation.UNKNOWN
            run.wait_reason = ""
            if run.started_at is None:
                run.started_at = now()
        self.stage, self._stage_began, self._told = stage, time.monotonic(), 0.0
        extend(self.lease, stage, 0, None)

    def nothing_sent(self) -> None:
        """The target refused this attempt's load and kept what it had: what was known before still holds."""
        with self.write() as run:
            run.confirmation = self._before_load

    def finish(self, records: int | None = None, **detail: Any) -> None:
        """Record the result of the present stage."""
        with transaction.atomic():
            hold(self.lease)
            StageResult.objects.update_or_create(
                run_id=self.run.pk,
                attempt=self.lease.attempt,
                stage=self.stage,
                defaults={
                    "milliseconds": round((time.monotonic() - self._stage_began) * 1000),
                    "records": records,
                    "detail": detail,
                    "finished_at": now(),
                },
            )

    def safe_point(self) -> None:
        """Raises LeaseLost or Stopped."""
        if self._lost.is_set():
            raise LeaseLost(Code.RUN_007, f"The lease of {self.run} was lost.")
        if self.should_stop():
            raise Stopped

    def progress(self, done: int, total: int | None = None) -> None:
        """Told by connectors; renews the lease at most once a second, and may raise to stop."""
        at = time.monotonic()
        if at - self._told < 1:
            return
        self._told = at
        if self.stage == "extract":
            self.safe_point()
        if not extend(self.lease, self.stage, done, total):
            self._lost.set()

    def keep(self, ref: EvidenceRef, name: str, rows: int | None = None) -> None:
        """Name a stored file as evidence of the run."""
        EvidenceFile.objects.update_or_create(
            run_id=self.run.pk,
            kind=str(ref.kind),
            name=name[:200],
            defaults={"sha256": ref.sha256, "size": ref.size, "rows": rows},
        )

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Renews the lease from a thread of its own while the engine computes."""
        done = threading.Event()
        thread = threading.Thread(target=self._beat, args=(done,), daemon=True, name="lease-heartbeat")
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _beat(self, done: threading.Event) -> None:
        try:
            while not done.wait(lease_seconds() / 4):
                try:
                    held = extend(self.lease)
                except DatabaseError:
                    connection.close()
                    continue
                if not held:
                    self._lost.set()
                    return
        finally:
            connection.close()
