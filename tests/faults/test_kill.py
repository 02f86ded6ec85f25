"""SIGKILL of a worker process in each stage and between the two transactions: same hash, same rows, once."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

HERE = Path(__file__).resolve().parent
LEDGER = HERE.parent / "scenarios" / "mini" / "ledger"
POSTGRES = "postgresql" in settings.DATABASES["default"]["ENGINE"]
POINTS = [
    "extract", "extracted", "validate", "map", "translate", "aggregate", "aggregated", "reconcile", "load",
    "target-transaction", "gap", "portal-transaction", "confirm", "finish",
]  # fmt: skip


NUMBERS = itertools.count(1)


class Installation:
    """A folder with its own portal database, planning database and evidence."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder = folder
        self.database = f"tieout_faults_{os.getpid()}_{number}"

    @property
    def environment(self) -> dict[str, str]:
        given = {
            "TIEOUT_DATA_DIR": str(self.folder / "data"),
            "TIEOUT_FILE_ROOTS": str(self.folder / "root"),
            "TIEOUT_LEASE_SECONDS": "1",
            "PLANNING_URL": f"sqlite:///{self.folder / 'root' / 'planning.sqlite3'}",
            "DATABASE_URL": "",
            "BROKER_URL": "",
        }
        if POSTGRES:
            given["DATABASE_URL"] = given["PLANNING_URL"] = self.url
            given["TIEOUT_SHARED_DATABASE"] = "true"
        else:
            del given["DATABASE_URL"]
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return kept | given

    @property
    def url(self) -> str:
        place = settings.DATABASES["default"]
        user, host, port = place["USER"], place["HOST"] or "127.0.0.1", place["PORT"] or "5432"
        return f"postgres://{user}:{place['PASSWORD']}@{host}:{port}/{self.database}"

    def drive(self, point: str, **more: str) -> dict:
        """One point in a process of its own, with more settings."""
        done = subprocess.run(
            [sys.executable, str(HERE / "drive.py"), point],
            env=self.environment | more, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])

    @contextmanager
    def driver(self) -> Iterator[Callable[[str], dict]]:
        """drive(point) for many points: each in a process of its own, forked from one that has booted."""
        command = [sys.executable, str(HERE / "drive.py"), "serve"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
        with subprocess.Popen(command, env=self.environment, **pipes) as server:

            def drive(point: str) -> dict:
                server.stdin.write(f"{point}\n")
                found = json.loads(server.stdout.readline())
                assert "failed" not in found, found
                return found

            yield drive
            server.stdin.close()

    def create(self, template: str = "template1") -> None:
        if POSTGRES:
            _administer(f'CREATE DATABASE "{self.database}" TEMPLATE "{template}"')

    def drop(self) -> None:
        if POSTGRES:
            _administer(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')


def _administer(statement: str) -> None:
    import psycopg

    place = settings.DATABASES["default"]
    with psycopg.connect(
        host=place["HOST"] or "127.0.0.1", port=place["PORT"] or 5432, user=place["USER"],
        password=place["PASSWORD"], dbname="postgres", autocommit=True,
    ) as connection:  # fmt: skip
        connection.execute(statement)


def put(installation: Installation, beginning: Installation) -> None:
    """Make the installation what the other one is, whatever it was."""
    installation.drop()
    shutil.rmtree(installation.folder, ignore_errors=True)
    shutil.copytree(beginning.folder, installation.folder)
    installation.create(beginning.database)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """An approved organisation that has not run yet, and drive(point) on a copy that is made again each time."""
    live, prepared = (Installation(tmp_path_factory.mktemp("faults") / "all", next(NUMBERS)) for _ in "12")
    shutil.copytree(LEDGER, live.folder / "root" / "ledger", copy_function=shutil.copyfile)
    live.create()
    with live.driver() as drive:
        drive("prepare")
        put(prepared, live)

        def drive_afresh(point: str) -> dict:
            put(live, prepared)
            return drive(point)

        yield prepared, drive_afresh
    live.drop()
    prepared.drop()


@pytest.fixture(scope="module")
def undisturbed(workshop):
    """What a run reports that nobody disturbs."""
    _, drive_afresh = workshop
    return drive_afresh("none")


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_at(point, workshop, undisturbed):
    _, drive_afresh = workshop
    found = drive_afresh(point)
    assert found["signal"] == 9, "the worker was not killed where it should have been"
    assert found["attempts"] == 2
    # killed after the load was recorded, the second attempt records that it found the slice as it should be
    assert found["loads"] == (2 if point in ("confirm", "finish") else 1)
    assert found["same"] == undisturbed["same"]
    assert found["same"]["summary"]["state"] == "completed_with_exceptions"


@pytest.mark.broker
def test_a_celery_worker_killed_between_the_transactions(workshop, undisturbed, tmp_path):
    fresh = Installation(tmp_path / "all", next(NUMBERS))
    put(fresh, workshop[0])
    queue = f"tieout-test-{fresh.database}"
    # the message comes back at once, while the dead worker's lease still stands: only a sweep finds the run
    found = fresh.drive(
        "celery:gap", BROKER_URL=settings.BROKER_URL, TIEOUT_BROKER_QUEUE=queue, TIEOUT_LEASE_SECONDS="12"
    )
    fresh.drop()
    assert found["signal"] == 9
    assert found["same"] == undisturbed["same"]
