"""Runs in a process of its own: plans a run, has a worker process killed at a point, recovers, reports.

Usage: drive.py celery:POINT | drive.py serve, which takes prepare, none or a POINT. Settings come from the
environment. The killed worker is a forked process that runs the `runworker` command; it sends itself
SIGKILL: nothing is cleaned up. `serve` reads points from standard input and forks a process for each, so that
booting is paid once; whoever asks puts the installation back to its beginning between two points.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT))
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from portal.audit.models import AuditEntry  # noqa: E402
from syncengine import dispatch  # noqa: E402
from syncengine.connectors.database import slices  # noqa: E402
from syncengine.connectors.database.adapter import DatabaseAdapter  # noqa: E402
from syncengine.connectors.file.adapter import FileAdapter  # noqa: E402
from syncengine.execution import load as load_stage  # noqa: E402
from syncengine.execution import runner  # noqa: E402
from syncengine.leases import worker_name  # noqa: E402
from syncengine.models import QuarantinedRecord, Run, TargetLease  # noqa: E402
from syncengine.pipeline.compute import Pipeline  # noqa: E402
from syncengine.runsummary import run_summary  # noqa: E402
from syncengine.services import run_plan  # noqa: E402
from tests.scenarios.organisation import person, propose_and_approve  # noqa: E402

Owner = Any
# where the worker dies: before the named function is called, or after it returned
POINTS: dict[str, tuple[Owner, str, bool]] = {
    "extract": (FileAdapter, "extract", True),
    "extracted": (FileAdapter, "extract", False),
    "validate": (Pipeline, "validate", True),
    "map": (Pipeline, "map", True),
    "translate": (Pipeline, "translate", True),
    "aggregate": (Pipeline, "aggregate", True),
    "aggregated": (Pipeline, "aggregate", False),
    "load": (DatabaseAdapter, "load", True),
    "target-transaction": (slices, "check_tie", False),
    "gap": (DatabaseAdapter, "load", False),
    "portal-transaction": (load_stage, "follow", False),
    "confirm": (DatabaseAdapter, "read_back", True),
    "reconcile": (runner, "prove", True),
    "finish": (runner, "_finish", True),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(owner: Owner, name: str, before: bool) -> None:
    """Replace a function by one that kills this process around the call."""
    original: Callable[..., Any] = getattr(owner, name)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        if before:
            die()
        result = original(*args, **kwargs)
        die()
        return result

    setattr(owner, name, deadly)


def killed_worker(point: str) -> int:
    """Fork a worker that dies at the point; gives the signal that ended it."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        arm(*POINTS[point])
        call_command("runworker", "--until-idle")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def recover(run: Run) -> Run:
    """A fresh worker, until the run has ended: it has to wait for the dead one's lease to run out."""
    owner, limit = worker_name(), time.monotonic() + 60
    while time.monotonic() < limit:
        worked = dispatch.work_once(owner)
        run.refresh_from_db()
        if run.is_final:
            return run
        if not worked:
            time.sleep(0.05)
    raise TimeoutError(f"{run} is still {run.state}")


def target_rows() -> list[list[str]]:
    """All rows of the target table, whatever slice they carry, and all of its slices."""
    url = os.environ["PLANNING_URL"]
    queries = ("SELECT * FROM mini_facts", "SELECT slice, rows FROM tieout_slice")
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            found = [row for query in queries for row in connection.execute(query)]
    else:
        import psycopg

        with psycopg.connect(url) as connection:
            found = [row for query in queries for row in connection.execute(query)]
    return sorted([str(cell) for cell in row] for row in found)


def report(run: Run, ended_by: int) -> dict[str, Any]:
    """What must be the same wherever the worker died."""
    summary = run_summary(run)
    for name in ("seconds", "run"):
        del summary[name]
    call_command("audit_verify", stdout=io.StringIO())
    return {
        "signal": ended_by,
        "attempts": run.partitions.get().attempt,
        "loads": AuditEntry.objects.filter(action="syncengine:run:load").count(),
        "same": {
            "summary": summary,
            "target": target_rows(),
            "quarantined": sorted(QuarantinedRecord.objects.values_list("code", "state")),
            "runs": Run.objects.count(),
            "finishes": AuditEntry.objects.filter(action="syncengine:run:finish").count(),
            "free": TargetLease.objects.filter(until__isnull=True).count(),
        },
    }


def celery_worker(point: str = "") -> int:
    """Fork a Celery worker on this installation's queue, armed or not; gives its process number."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    from portal.celery import app

    if point:
        arm(*POINTS[point])
    signal.alarm(100)  # an orphan ends by itself
    name = f"faults-{os.getpid()}@%h"
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR"]
    app.worker_main(["worker", "-P", "solo", "-n", name, *quiet])
    os._exit(0)


def through_the_broker(point: str) -> dict[str, Any]:
    """A Celery worker gets the message and dies at the point; the next one is woken and finishes."""
    first = celery_worker(point)
    run = plan()
    _, status = os.waitpid(first, 0)
    second, limit = celery_worker(), time.monotonic() + 60
    while not run.is_final and time.monotonic() < limit:  # nobody helps: the worker sweeps for itself
        time.sleep(0.5)
        run.refresh_from_db()
    os.kill(second, signal.SIGKILL)
    os.waitpid(second, 0)
    with import_string(settings.CELERY_APP).connection_for_write() as broker:
        broker.default_channel.queue_delete(settings.BROKER_QUEUE)
    return report(run, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)


def plan() -> Run:
    return run_plan(actor=person("otto"), reason="Fault test.", flow_code="mini-actuals", period="2026-01")


def serve() -> None:
    """A process for each point; one line of JSON for each, with `failed` when it did not report itself."""
    connections.close_all()
    for point in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            signal.alarm(120)
            main(point.strip())
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps({"failed": status}), flush=True)


def main(point: str) -> None:
    if point == "serve":
        serve()
        return
    if point == "prepare":
        call_command("migrate", verbosity=0)
        propose_and_approve(PROJECT / "tests" / "scenarios" / "mini" / "mini.yaml")
        print(json.dumps({}))
        return
    if point.startswith("celery:"):
        print(json.dumps(through_the_broker(point.removeprefix("celery:"))))
        return
    run = plan()
    ended_by = killed_worker(point) if point != "none" else 0
    print(json.dumps(report(recover(run), ended_by)))


if __name__ == "__main__":
    main(sys.argv[1])
