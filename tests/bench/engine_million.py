"""A million journal lines through an approved flow into PostgreSQL, beside a plain COPY of the same CSV.

Run it: python tests/bench/engine_million.py [LINES]. Uses a database of its own on the server of DATABASE_URL
(default: 127.0.0.1:5432) and drops it. Prints one JSON object; the goal is a ratio of at most 3.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT))
SERVER = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
DATABASE = f"tieout_bench_{os.getpid()}"


@contextmanager
def bench_database() -> Iterator[str]:
    """A fresh database; gives its URL."""
    parts = urlsplit(SERVER)
    url = parts._replace(path=f"/{DATABASE}").geturl()
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
        try:
            yield url
        finally:
            connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def write_organisation(folder: Path, host: str, port: int) -> Path:
    """A manifest with the rule mix as CSV beside it."""
    from mappings.rules.conditions import Between, Exact
    from tests.bench.million import COLUMNS, CURRENCIES, rule_mix

    def cell(condition: Any) -> str:
        if condition is None:
            return ""
        if isinstance(condition, Exact):
            return condition.value or ""
        if isinstance(condition, Between):
            return f"number:{condition.low}..{condition.high}"
        return f"like:{condition.pattern}"

    columns = ("account", "cost_center", "entity")
    rules = rule_mix()
    with (folder / "rules.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["priority", "kind", *columns, "target", "sign"])
        for rule in rules:
            cells = [cell(rule.conditions.get(name)) for name in columns]
            writer.writerow([rule.priority, str(rule.kind), *cells, rule.target, rule.sign])
    with (folder / "lines.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code"])
        writer.writerows([code] for code in sorted({rule.target for rule in rules if rule.target}))
    with (folder / "rates.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["rate_type", "from_currency", "to_currency", "period", "rate"])
        writer.writerows(
            ["average", name, "EUR", "2026-01", "1.12345678"] for name in CURRENCIES if name != "EUR"
        )
    assert set(columns) <= set(COLUMNS)
    manifest = folder / "bench.yaml"
    template = Path(__file__).with_name("engine_million.yaml").read_text()
    manifest.write_text(template.replace("HOST", host).replace("PORT", str(port)))
    return manifest


def cpu_of(process: int) -> float:
    """CPU seconds a process of this machine has used; 0 where that cannot be seen."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def copy_raw(url: str, path: Path) -> tuple[float, float]:
    """Seconds, and CPU seconds of client and server, to COPY the CSV into one plain table of text columns."""
    from tests.bench.million import COLUMNS

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS raw")
        connection.execute(f"CREATE TABLE raw ({', '.join(f'{name} text' for name in COLUMNS)})")
        processes = (os.getpid(), connection.info.backend_pid)
        began, used = time.monotonic(), sum(map(cpu_of, processes))
        with (
            connection.cursor() as cursor,
            path.open("rb") as file,
            cursor.copy("COPY raw FROM STDIN (FORMAT csv, HEADER)") as copy,
        ):
            while chunk := file.read(1 << 20):
                copy.write(chunk)
        seconds, used = time.monotonic() - began, sum(map(cpu_of, processes)) - used
        connection.execute("DROP TABLE raw")
    return seconds, used


def run_flow() -> dict[str, Any]:
    """Plan, and carry out in a process of its own: seconds, peak memory in MB, and the run's own report."""
    from syncengine.runsummary import run_summary
    from tests.bench.measured import run_measured

    run, seconds, usage = run_measured("bench")
    summary = run_summary(run)
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
        "stages": summary["seconds"],
        "state": summary["state"],
        "quarantined": summary["quarantined_by_code"],
        "target_rows": summary["target_rows"],
        "output_hash": summary["output_hash"],
    }


def prepare(folder: Path, url: str) -> None:
    """Settings of an installation of its own, its tables, and the approved flow."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "TIEOUT_DATA_DIR": str(folder / "data"),
        "TIEOUT_FILE_ROOTS": str(folder / "root"),
        "DATABASE_URL": url,
        "PLANNING_URL": url,
        "TIEOUT_SHARED_DATABASE": "true",
        "BROKER_URL": "",
    }
    import django

    django.setup()
    from django.core.management import call_command

    from tests.scenarios.organisation import propose_and_approve

    call_command("migrate", verbosity=0)
    parts = urlsplit(SERVER)
    propose_and_approve(write_organisation(folder, parts.hostname or "127.0.0.1", parts.port or 5432))


def main(lines: int) -> dict[str, Any]:
    from tests.bench.million import write_ledger

    with tempfile.TemporaryDirectory(prefix="tieout-bench-") as name, bench_database() as url:
        folder = Path(name)
        path = folder / "root" / "ledger" / "journal.csv"
        path.parent.mkdir(parents=True)
        write_ledger(path, lines)
        prepare(folder, url)
        copies = [copy_raw(url, path)]
        full = run_flow()
        copies.append(copy_raw(url, path))
        again = run_flow()
        copies.append(copy_raw(url, path))
    copy, copy_cpu = (sorted(figures)[1] for figures in zip(*copies, strict=True))
    return {
        "lines": lines,
        "copy_seconds": [round(seconds, 2) for seconds, _ in copies],
        "copy_cpu_seconds": [round(used, 2) for _, used in copies],
        "run": full,
        "ratio": round(full["seconds"] / copy, 2),
        "cpu_ratio": round(full["cpu_seconds"] / copy_cpu, 2) if copy_cpu else None,
        "unchanged_replay": again,
        "replay_share": round(again["seconds"] / full["seconds"], 2),
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000), indent=1))
