"""quickstart as somebody runs it: from nothing, again, after being killed, beside other data, serving."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from portal.audit.models import AuditEntry
from portal.people.models import Person

MANAGE = str(Path(settings.BASE_DIR) / "manage.py")
TABLES = ("audit_auditentry", "approvals_changerequest", "syncengine_run", "mappings_member", "people_person")


def environment(folder: Path, **more: str) -> dict[str, str]:
    """This process's environment, with an own data folder and SQLite."""
    dropped = ("DATABASE_URL", "BROKER_URL", "PLANNING_URL", "TIEOUT_FILE_ROOTS", "DJANGO_SETTINGS_MODULE")
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    return (
        kept | {"TIEOUT_DATA_DIR": str(folder), "TIEOUT_LEASE_SECONDS": "2", "PYTHONUNBUFFERED": "1"} | more
    )


def quickstart(folder: Path, *options: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, MANAGE, "quickstart", *options]
    return subprocess.run(
        command, env=environment(folder, **more), capture_output=True, text=True, timeout=170
    )


def rows(folder: Path, sql: str) -> list[tuple]:
    with sqlite3.connect(folder / "tieout.sqlite3") as connection:
        return connection.execute(sql).fetchall()


def counts(folder: Path) -> list[int]:
    return [rows(folder, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]


def planned(folder: Path) -> list[tuple]:
    """What stands in the planning database, without run references."""
    with sqlite3.connect(folder / "drop" / "halden" / "planning.sqlite3") as connection:
        columns = "scenario, flow, entity, planning_line, cost_center, period, debit, credit, net"
        return connection.execute(f"SELECT {columns} FROM plan_actuals ORDER BY {columns}").fetchall()


def killed_at(folder: Path, line: str) -> None:
    """Start quickstart and kill it as soon as it prints the line."""
    command = [sys.executable, MANAGE, "quickstart", "--no-serve"]
    with subprocess.Popen(command, env=environment(folder), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line in text for text in process.stdout)
        process.send_signal(signal.SIGKILL)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """From nothing, killed three times on the way, then left to end."""
    folder = tmp_path_factory.mktemp("demo")
    for line in ("oskar approves 6", "mira approves 2", " 3/12"):
        killed_at(folder, line)
    return folder, quickstart(folder, "--no-serve")


@pytest.fixture
def copy(demo, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo[0], tmp_path / "copy"))


def test_from_nothing_to_a_summary_that_ties_out(demo) -> None:
    folder, done = demo
    assert done.returncode == 0, done.stderr
    text = done.stdout
    assert "Ties out: in 12 of 12 months" in text
    assert "Differs: 3 months do not agree with the trial balance (2025-04, 2025-05, 2025-11)" in text
    assert "  NO" not in text
    assert "year                     24,000" in text
    for code in ("DQ-001", "MDM-002", "FX-001", "MAP-001", "in the trial balance"):
        assert code in text
    for name in ("anna", "mira", "ruth"):
        assert f"  {name} " in text
    assert len(rows(folder, "SELECT DISTINCT period FROM syncengine_run")) == 12
    assert rows(folder, "SELECT value FROM core_siteflag WHERE key = 'demo'") == [("ready",)]


def test_nobody_approved_what_he_proposed_and_every_entry_says_who_was_played(demo) -> None:
    folder, _ = demo
    same = "SELECT count(*) FROM approvals_decision WHERE person_id = requester_id"
    assert rows(folder, same) == [(0,)]
    played = "SELECT DISTINCT actor_label FROM audit_auditentry WHERE actor_kind = 'person'"
    labels = [label for (label,) in rows(folder, played)]
    assert labels
    assert all(label.endswith("played by quickstart") for label in labels)


def test_the_audit_of_the_demo_verifies(demo) -> None:
    command = [sys.executable, MANAGE, "audit_verify"]
    assert subprocess.run(command, env=environment(demo[0]), capture_output=True, timeout=60).returncode == 0


def test_however_often_it_was_killed_it_proposed_decided_and_ran_everything_once(demo) -> None:
    folder, _ = demo
    once = "SELECT count(*), count(DISTINCT {}) FROM {}"
    for columns, table in (("title", "approvals_changerequest"), ("period", "syncengine_run")):
        every, different = rows(folder, once.format(columns, table))[0]
        assert every == different > 0


def test_a_database_that_is_not_a_demo_is_refused_and_left_alone(users, capsys) -> None:
    before = Person.objects.count(), AuditEntry.objects.count()
    with pytest.raises(CommandError, match="RUN-901"):
        call_command("quickstart", "--no-serve")
    assert capsys.readouterr().out == ""
    assert before == (Person.objects.count(), AuditEntry.objects.count())


def test_a_port_that_is_taken_is_refused_before_anything_is_done(db, capsys) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CommandError, match="RUN-902"):
            call_command("quickstart", "--port", str(taken.getsockname()[1]))
    assert capsys.readouterr().out == ""
    assert not Person.objects.exists()


def test_a_database_of_something_else_is_refused_before_it_is_migrated(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "tieout.sqlite3") as connection:
        connection.execute("CREATE TABLE invoices (id integer)")
    refused = quickstart(tmp_path, "--no-serve")
    assert refused.returncode == 1
    assert "RUN-901" in refused.stderr
    assert rows(tmp_path, "SELECT name FROM sqlite_master WHERE type = 'table'") == [("invoices",)]


@pytest.fixture
def two_databases() -> Iterator[tuple[str, str]]:
    """Addresses of two empty PostgreSQL databases on the server of the tests."""
    import psycopg

    there = settings.DATABASES["default"]
    server = psycopg.conninfo.make_conninfo(
        host=there["HOST"], port=there["PORT"] or 5432, user=there["USER"], password=there["PASSWORD"] or None
    )
    names = [f"tieout_quickstart_{os.getpid()}_{part}" for part in ("portal", "planning")]
    with psycopg.connect(server, dbname="postgres", autocommit=True) as connection:
        for name in names:
            connection.execute(f'CREATE DATABASE "{name}"')
        login = there["USER"] + (f":{there['PASSWORD']}" if there["PASSWORD"] else "")
        yield tuple(f"postgres://{login}@{there['HOST']}:{there['PORT'] or 5432}/{name}" for name in names)  # type: ignore[misc]
        for name in names:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.postgres
def test_the_same_on_postgresql_portal_and_target(demo, two_databases, tmp_path: Path) -> None:
    portal, planning = two_databases
    done = quickstart(tmp_path, "--no-serve", DATABASE_URL=portal, PLANNING_URL=planning)
    assert done.returncode == 0, done.stderr

    def summary(text: str) -> str:
        return text.split("Halden Group", 1)[1].split("Ties out:")[0]

    assert summary(done.stdout) == summary(demo[1].stdout)
    again = quickstart(tmp_path, "--no-serve", DATABASE_URL=portal, PLANNING_URL=planning)
    assert again.returncode == 0, again.stderr
    assert "loaded already" in again.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response:
            return response.status == 200
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


def wait_for(condition, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to look at child processes")
def test_again_it_loads_nothing_serves_restarts_a_dead_worker_and_ends_everything_on_a_signal(copy) -> None:
    before, plan = counts(copy), planned(copy)
    port = free_port()
    command = [sys.executable, MANAGE, "quickstart", "--port", str(port)]
    with subprocess.Popen(command, env=environment(copy), stdout=subprocess.PIPE, text=True) as process:
        wait_for(lambda: answers(port))
        server, worker = children_of(process.pid)
        os.kill(worker, signal.SIGKILL)
        wait_for(lambda: len(children_of(process.pid)) == 2 and worker not in children_of(process.pid))
        family = [*children_of(process.pid), *children_of(server)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stdout is not None
        said = process.stdout.read()
    assert f"http://127.0.0.1:{port}/" in said
    assert "loaded already" in said
    assert "Ties out: in 12 of 12 months" in said
    wait_for(lambda: not any(alive(pid) for pid in family), 10)
    assert not answers(port)
    assert (counts(copy), planned(copy)) == (before, plan)
