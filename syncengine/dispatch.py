"""Who does the work: any process that claims. Broker messages only wake workers; they may be lost."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from portal.core.clock import database_now
from syncengine.models import Partition
from syncengine.states import PartitionState

log = logging.getLogger("tieout.dispatch")


def wake(run_id: int) -> None:
    """Tell the workers behind a broker that a run waits. Failing to is harmless: the sweeper looks too."""
    if not settings.BROKER_URL:
        return
    try:
        import_string(settings.CELERY_APP).send_task("syncengine.work_on", args=[run_id], retry=False)
    except Exception as error:  # a broker that is down must not fail the plan; the sweeper finds the run
        log.warning("run %s could not be announced: %s", run_id, type(error).__name__)


def work_once(owner: str, run_id: int | None = None, should_stop: Callable[[], bool] = lambda: False) -> bool:
    """Claim one partition and carry it out; False when there was none to claim."""
    from syncengine.execution.runner import execute
    from syncengine.leases import claim

    lease = claim(owner, run_id)
    if lease is None:
        return False
    execute(lease, should_stop)
    return True


def sweep() -> int:
    """Announce every run that waits or whose worker died; gives how many. Run by workers, now and then."""
    at = database_now()
    due = Q(state=PartitionState.WAITING) & (Q(not_before__isnull=True) | Q(not_before__lte=at))
    due |= Q(state=PartitionState.RUNNING, lease_until__lt=at)
    found = Partition.objects.filter(due).order_by("id").values_list("run_id", flat=True)[:500]
    for run_id in found:
        wake(run_id)
    return len(found)
