"""Thin Celery tasks: each claims like any worker; losing or doubling a message does no harm."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from portal.approvals.services import changes_activate_pending
from syncengine import dispatch
from syncengine.leases import lease_seconds, worker_name


@shared_task(name="syncengine.work_on", acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def work_on(run_id: int) -> bool:
    """Carry out a run if nobody else does."""
    return dispatch.work_once(worker_name(), run_id)


@shared_task(name="syncengine.sweep", ignore_result=True)
def sweep() -> int:
    """Announce runs whose message was lost or whose worker died; activate what was approved meanwhile."""
    changes_activate_pending()
    return dispatch.sweep()


@worker_ready.connect
def keep_sweeping(sender: Any, **kwargs: Any) -> None:
    """Every worker sweeps now and then, so that nobody need remember to start a scheduler beside it.

    A killed worker's message comes back at once, long before its lease runs out, and is then used up.
    """
    seconds = max(1.0, lease_seconds() / 2)
    sender.timer.call_repeatedly(
        seconds, sender.app.send_task, ("syncengine.sweep",), {"expires": seconds, "retry": False}
    )
