"""Rows that are not Tieout's in the cells of a slice: whoever reads the cells counts them too."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from syncengine.definition import parse_definition
from syncengine.definitions import version_hash
from syncengine.models import FlowVersion
from syncengine.runsummary import run_summary


def put_by_hand(mini, slice_key: str, period: str, entity: str = "XX") -> None:
    with closing(sqlite3.connect(mini.planning)) as connection, connection:
        connection.execute(
            "INSERT INTO mini_facts VALUES (?, 'mini-actuals', ?, ?, 'east', 'REV', '0', '7', '-7')",
            (slice_key, period, entity),
        )


def in_the_cells(mini, period: str) -> int:
    return len([row for row in mini.rows() if row[1:3] == ("mini-actuals", period)])


@pytest.mark.parametrize("slice_key", ["mini-actuals/ACTUALS/2026-01", "anything"])
def test_a_row_of_another_slice_in_the_cells_is_no_confirmation(mini, slice_key):
    mini.run("2026-01")
    ours = mini.run("2026-02").target_rows
    put_by_hand(mini, slice_key, "2026-02")
    assert in_the_cells(mini, "2026-02") == ours + 1
    run = mini.run("2026-02")
    assert (run.state, run.confirmation, run.error_code) == ("failed", "partial", "REC-006")
    assert run.error_message.startswith("1 row of the table mini_facts ")
    assert "flow = 'mini-actuals', period = '2026-02'" in run.error_message
    assert run_summary(run)["target_rows"] == ours
    assert in_the_cells(mini, "2026-02") == ours + 1, "a row that is not ours is deleted by nobody here"


def test_rows_outside_the_cells_disturb_nobody(mini):
    mini.run("2026-02")
    put_by_hand(mini, "theirs", "2026-03")
    run = mini.run("2026-02")
    assert run.confirmation == "confirmed"


def take_the_period_from(field: str, **derived: str) -> None:
    """The target's column of the period from a field instead of a fixed value."""
    version = FlowVersion.objects.select_related("flow").get()
    data = version.definition
    for column in data["target"]["columns"]:
        if column["name"] == "period":
            del column["value"]
            column["from"] = field
    if derived:
        data["fields"].append({"name": field, **derived})
    version.definition = data
    version.content_sha256 = version_hash(version.flow.code, version.effective_from, parse_definition(data))
    version.save()


def test_a_period_from_a_field_that_the_source_fixes_names_the_cells_as_a_fixed_value_does(mini):
    take_the_period_from("period")
    assert [mini.run(period).confirmation for period in ("2026-01", "2026-02")] == ["confirmed"] * 2
    put_by_hand(mini, "mini-actuals/ACTUALS/2026-01", "2026-02")
    run = mini.run("2026-02")
    assert (run.state, run.error_code) == ("failed", "REC-006")
    assert "period = '2026-02'" in run.error_message


def test_in_cells_that_name_no_slice_only_rows_of_no_run_are_strangers(mini):
    """Other slices of the flow lie in the same cells."""
    take_the_period_from("month", **{"from": "period", "pattern": "\\d{4}-(\\d\\d)"})
    assert [mini.run(period).confirmation for period in ("2026-01", "2026-02")] == ["confirmed"] * 2
    put_by_hand(mini, "anything", "02")
    assert mini.run("2026-02").error_code == "REC-006"
