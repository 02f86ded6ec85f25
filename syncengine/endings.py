"""The end of a run, told in the transaction that ends it: to the audit, and to whoever listens for events."""

from __future__ import annotations

from typing import Any

from portal.audit.services import record
from portal.core.actor import Actor
from syncengine.models import OutboxEvent, Run
from syncengine.tags import Tag


def publish_end(run: Run) -> dict[str, Any]:
    """Write the event of the run's end; gives its data."""
    data = {
        "flow": run.flow.code,
        "slice": run.slice_key,
        "state": run.state,
        "dry_run": run.dry_run,
        "output_hash": run.output_hash,
        "confirmation": run.confirmation,
        "reconciliation": run.reconciliation,
        "release": run.release_ref,
        "code": run.error_code,
        "message": run.error_message,
    }
    OutboxEvent.objects.create(type=f"tieout.run.{run.state}", subject=run.ref, data=data)
    return data


def tell_end(run: Run, actor: Actor) -> None:
    """The same with an entry in the audit, for ends that are no act of a person."""
    record(
        Tag.RUN_FINISH,
        actor=actor,
        subject=run,
        after=publish_end(run),
        content_sha256=run.output_hash,
        run_id=run.pk,
        code=run.error_code,
    )
