"""The mini organisation: fourteen ledger lines with one fault of each kind, approved and ready to run."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection

from portal.core.actor import Actor
from syncengine import dispatch
from syncengine.duck import shared_instance
from syncengine.leases import worker_name
from syncengine.models import Run
from syncengine.services import run_plan
from tests.factories.shared import Rows, every_row, rows_since, shared_rows, write_back
from tests.scenarios.organisation import person, propose_and_approve

MINI = Path(__file__).resolve().parents[1] / "scenarios" / "mini"
# every run of the organisation tells this about its fault of that kind
UNREADABLE = {
    "code": "DQ-001",
    "message": "1 record has no readable amount; it counts in records, not in money.",
}


@dataclass
class FirstRun:
    """The rows before a run, those it made or changed, its files by name, and its number."""

    before: Rows
    rows: Rows
    files: dict[str, bytes]
    pk: int


_first_runs: list[FirstRun] = []


@dataclass
class Mini:
    """The organisation with its files; `ledger` may be edited, `planning` is the target's database file."""

    root: Path
    author: Actor
    controller: Actor
    operator: Actor

    @property
    def ledger(self) -> Path:
        return self.root / "ledger"

    @property
    def planning(self) -> Path:
        return self.root / "planning.sqlite3"

    def plan(self, period: str = "2026-01", *, dry_run: bool = False) -> Run:
        return run_plan(
            actor=self.operator, reason="Test.", flow_code="mini-actuals", period=period, dry_run=dry_run
        )

    def work(self, run: Run) -> Run:
        dispatch.work_once(worker_name(), run.pk)
        return Run.objects.get(pk=run.pk)

    def run(self, period: str = "2026-01", *, dry_run: bool = False) -> Run:
        """Plan and carry out one run."""
        return self.work(self.plan(period, dry_run=dry_run))

    def first_run(self) -> Run:
        """What run() gives as the first act of a test: carried out once in a test process, then written back."""
        before = every_row()
        if connection.vendor != "sqlite" or (_first_runs and _first_runs[0].before != before):
            return self.run()
        data = self.root.parent
        if not _first_runs:
            run = self.run()
            made = [path for path in data.rglob("*") if path.is_file() and self.ledger not in path.parents]
            files = {str(path.relative_to(data)): path.read_bytes() for path in made}
            _first_runs.append(FirstRun(before, rows_since(before), files, run.pk))
            return run
        first = _first_runs[0]
        write_back(first.rows)
        for name, content in first.files.items():
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            (data / name).write_bytes(content)
        return Run.objects.get(pk=first.pk)

    def rows(self, table: str = "mini_facts") -> list[tuple]:
        """What the target holds, sorted."""
        with closing(sqlite3.connect(self.planning)) as connection:
            return sorted(connection.execute(f"SELECT * FROM {table}").fetchall())


def _places(folder: Path) -> dict[str, object]:
    """Settings whose files all lie in one folder."""
    root = folder / "root"
    shutil.copytree(MINI / "ledger", root / "ledger", copy_function=shutil.copyfile)
    return {
        "DATA_DIR": folder / "data",
        "EVIDENCE_DIR": folder / "evidence",
        "FILE_ROOTS": [root],
        "BROKER_URL": "",
    }


@pytest.fixture(scope="session", autouse=True)
def one_duckdb(tmp_path_factory) -> Iterator[None]:
    """One instance for all tests: starting one costs more than most of them."""
    with shared_instance([tmp_path_factory.getbasetemp()], threads=2):
        yield


@pytest.fixture(scope="module")
def mini_database(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """The organisation, approved once for all tests of a module; each test rolls back to it."""
    places = _places(tmp_path_factory.mktemp("mini"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANNING_URL", f"sqlite:///{places['FILE_ROOTS'][0] / 'planning.sqlite3'}")
        with shared_rows(
            django_db_blocker, lambda: propose_and_approve(MINI / "mini.yaml"), "mini", **places
        ):
            yield


@pytest.fixture
def mini(mini_database, db, tmp_path: Path, settings, monkeypatch) -> Mini:
    for name, value in _places(tmp_path).items():
        setattr(settings, name, value)
    root = tmp_path / "root"
    monkeypatch.setenv("PLANNING_URL", f"sqlite:///{root / 'planning.sqlite3'}")
    return Mini(root, person("ada"), person("carl"), person("otto"))
