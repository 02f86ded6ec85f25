"""One run of a flow in a process of its own, with what the process used."""

from __future__ import annotations

import os
import resource
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncengine.models import Run


def run_measured(flow_code: str) -> tuple[Run, float, resource.struct_rusage]:
    """Plan 2026-01 and carry it out: the run as it ended, seconds, and the process's CPU seconds and peak KB."""
    from django.db import connections

    from syncengine import dispatch
    from syncengine.leases import worker_name
    from syncengine.models import Run
    from syncengine.services import run_plan
    from tests.scenarios.organisation import person

    run = run_plan(actor=person("otto"), reason="Benchmark.", flow_code=flow_code, period="2026-01")
    connections.close_all()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        dispatch.work_once(worker_name(), run.pk)
        os._exit(0)
    _, _, usage = os.wait4(child, 0)
    return Run.objects.get(pk=run.pk), time.monotonic() - began, usage
