"""Peak memory of runs whose records are all held: the first, one with a line more, one of nothing new. Goal: 512 MB.

Run it: python tests/bench/engine_memory.py [LINES] [one|many]. With `many`, each line has an account of its own,
so that there are as many combinations to map as lines. Uses a SQLite database of its own.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT))
MINI = PROJECT / "tests" / "scenarios" / "mini" / "mini.yaml"
HEADER = "period,entity,account,cost_center,currency,debit,credit,text\n"


def write_files(folder: Path, lines: int, accounts: str) -> Path:
    """The mini organisation without its independent figure, and a journal that no rule maps."""
    ledger = folder / "root" / "ledger"
    ledger.mkdir(parents=True)
    with (ledger / "journal.csv").open("w") as file:
        file.write(HEADER)
        for at in range(lines):
            account = f"9{at:07d}" if accounts == "many" else "9999"
            file.write(f"2026-01,E1,{account},S1,EUR,10.00,,posting {at}\n")
    manifest = folder / "mini.yaml"
    text = MINI.read_text().split("      reconcile:")[0]
    manifest.write_text(text.replace('max_share: "0.5"', 'max_share: "1"'))
    return manifest


def run_flow() -> dict[str, Any]:
    """Plan, and carry out in a process of its own."""
    from tests.bench.measured import run_measured

    run, seconds, usage = run_measured("mini-actuals")
    return {
        "seconds": round(seconds, 1),
        "peak_mb": round(usage.ru_maxrss / 1024),
        "state": run.state,
        "quarantined": {code: line["records"] for code, line in run.quarantined_by_code.items()},
    }


def main(lines: int, accounts: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="tieout-bench-") as name:
        folder = Path(name)
        manifest = write_files(folder, lines, accounts)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "TIEOUT_DATA_DIR": str(folder / "data"),
            "TIEOUT_FILE_ROOTS": str(folder / "root"),
            "PLANNING_URL": f"sqlite:///{folder}/root/planning.sqlite3",
            "BROKER_URL": "",
        }
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        from django.core.management import call_command

        from tests.scenarios.organisation import propose_and_approve

        call_command("migrate", verbosity=0)
        propose_and_approve(manifest)
        first = run_flow()
        with (folder / "root" / "ledger" / "journal.csv").open("a") as file:
            file.write("2026-01,E1,9999,S1,EUR,10.00,,one line more\n")
        return {
            "lines": lines,
            "accounts": accounts,
            "first": first,
            "one_more": run_flow(),
            "unchanged": run_flow(),
        }


if __name__ == "__main__":
    given = sys.argv[1:]
    print(
        json.dumps(main(int(given[0]) if given else 600_000, given[1] if len(given) > 1 else "one"), indent=1)
    )
