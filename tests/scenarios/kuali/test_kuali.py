"""The real ledger by the one command: every figure as computed independently from the files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
LEDGER = HERE.parents[2].parent / "shared" / "data" / "gl" / "kuali_kfs"
pytestmark = pytest.mark.skipif(not LEDGER.is_dir(), reason=f"needs the shared ledger in {LEDGER}")

# period: source, loaded, excluded, quarantined as (records, debit, credit); MAP-001, MDM-002; rows, net
ORACLE = {
    "2009-01": (
        (1598, "1688167.67", "1688167.67"), (950, "949643.52", "717951.02"), (488, "697049.32", "212346.91"),
        (160, "41474.83", "757869.74"), (84, 76), (14, "231692.50"),
    ),
    "2009-02": (
        (2727, "2765522.30", "2765522.30"), (1490, "1729833.84", "2289908.75"), (852, "960897.97", "351497.39"),
        (385, "74790.49", "124116.16"), (99, 286), (19, "-560074.91"),
    ),
    "2009-03": (
        (2554, "5306107.18", "5306107.18"), (1537, "2814694.06", "3078125.70"), (649, "2035906.57", "1807460.22"),
        (368, "455506.55", "420521.26"), (136, 232), (15, "-263431.64"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def runs() -> list[dict]:
    """Standard output of the command, with the first period run a second time at the end."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "PLANNING_URL")
    }
    done = subprocess.run(
        [sys.executable, str(HERE / "run"), *ORACLE, "2009-01"],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_balances_of_the_whole_ledger_reconcile_without_a_difference(runs):
    run = runs[0]
    assert (run["flow"], run["state"], run["confirmation"]) == ("kuali-balances", "completed", "confirmed")
    assert run["totals"]["source"]["records"] == run["totals"]["loaded"]["records"] == 22264
    assert run["reconciliation"] == {"outcome": "reconciled", "keys": 15175, "differences": 0}


@pytest.mark.parametrize("at", range(3))
def test_the_actuals_of_a_period_equal_the_oracle(runs, at):
    run = runs[1 + at]
    source, loaded, excluded, quarantined, codes, target = ORACLE[run["period"]]
    expected = {"source": source, "loaded": loaded, "excluded": excluded, "quarantined": quarantined}
    expected["accepted"] = (0, "0.00", "0.00")
    found = {name: (t["records"], t["debit"], t["credit"]) for name, t in run["totals"].items()}
    assert found == expected
    assert run["quarantined_by_code"] == {"MAP-001": codes[0], "MDM-002": codes[1]}
    assert (run["target_rows"], run["target_net"]) == target
    assert (run["state"], run["confirmation"]) == ("completed_with_exceptions", "confirmed")
    assert run["reconciliation"]["outcome"] == "not_proven"


def test_a_second_run_of_a_period_gives_the_same_output_and_changes_nothing(runs):
    first, again = runs[1], runs[-1]
    assert again["run"] != first["run"]
    for name in ("output_hash", "mapping_hash", "target_rows", "target_net", "totals", "quarantined_by_code"):
        assert again[name] == first[name]
