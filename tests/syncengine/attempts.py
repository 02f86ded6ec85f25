"""An attempt of an ended run with a chosen fence, to see what a worker that comes too late may do."""

from __future__ import annotations

from pathlib import Path

from syncengine.definitions import read_definition
from syncengine.evidence import EvidenceKind, EvidenceRef
from syncengine.execution.attempt import Attempt
from syncengine.execution.compute import Computed
from syncengine.leases import Lease
from syncengine.models import Run
from syncengine.pipeline.values import PipelineResult
from syncengine.storage import evidence_store


def attempt_at(run: Run, *, fence: int) -> tuple[Attempt, Computed]:
    """The attempt and what it computed, taken from the run's evidence."""
    store = evidence_store()
    kept = run.evidence.get(kind=EvidenceKind.OUTPUT)
    output = EvidenceRef(kept.sha256, kept.size, EvidenceKind.OUTPUT)
    attempt = Attempt(
        lease=Lease(run.partitions.get().pk, run.pk, "stale", 1, fence),
        run=run,
        definition=read_definition(run.flow_version.definition),
        store=store,
        scratch=Path("."),
        should_stop=lambda: False,
    )
    none = Path(".")
    result = PipelineResult((), (), (), (), none, run.output_rows or 0, none, 0, run.target_net or 0, {}, 0)
    return attempt, Computed(result, output, "f" * 64, output)
