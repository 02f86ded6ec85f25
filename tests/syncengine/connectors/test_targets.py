"""Slices in a target: replaced as a whole, fenced, confirmed and read back, the same on both databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from portal.core.errors import DomainError
from syncengine.connectors import connect
from syncengine.connectors.base import Adapter, LoadAction, SliceLoad
from syncengine.connectors.database import slices
from syncengine.connectors.database.adapter import DatabaseAdapter
from syncengine.connectors.database.sessions import open_postgres, open_sqlite

from .conftest import COLUMNS

Make = Callable[..., SliceLoad]
ROWS = [
    ("0100", 'say "x", y', "10.5000", "-0.0000"),
    ("0100", "", "99999999999999999999.9999", "0.0001"),
    ("ÅÉ €", "line\nbreak", "0.1", "-3"),
    ("\\.", "\\N", "1", "2"),
]
OTHER = [("0200", "only", "7.25", "7.25")]


def code_of(error: pytest.ExceptionInfo[DomainError]) -> str:
    return error.value.code


def test_a_slice_is_confirmed_and_reads_back_exactly(target: Adapter, output: Make) -> None:
    load = output(ROWS)
    assert target.confirm(load.slice_key) is None
    receipt = target.load(load)
    assert receipt == target.confirm(load.slice_key)
    assert receipt.amounts == {"debit": Decimal("100000000000000000011.5999"), "net": Decimal("-0.9999")}
    back = target.read_back(load.slice_key, load.table, COLUMNS)
    assert (back.output_hash, back.rows, dict(back.amounts)) == (load.content_hash, 4, dict(receipt.amounts))
    assert ("0100", 'say "x", y', "10.5", "0") in list(target.read_rows(load.slice_key, load.table, COLUMNS))


def test_sums_beyond_28_digits_stay_exact(target: Adapter, output: Make) -> None:
    most = "999999999999999999999999.9999"
    load = output([(str(n), "", most, "-0.0001") for n in range(12)])
    receipt = target.load(load)
    assert receipt.amounts["debit"] == Decimal("11999999999999999999999999.9988")
    assert dict(target.read_back(load.slice_key, load.table, COLUMNS).amounts) == dict(receipt.amounts)
    assert target.confirm(load.slice_key) == receipt


def test_a_newer_run_replaces_the_slice_and_leaves_others_alone(target: Adapter, output: Make) -> None:
    target.load(output(ROWS, key="actuals/2026-01"))
    february = output(ROWS, key="actuals/2026-02")
    target.load(february)
    newer = output(OTHER, key="actuals/2026-01", fence=2, run="R-000002")
    target.load(newer)
    assert target.read_back("actuals/2026-01", "plan_actuals", COLUMNS).output_hash == newer.content_hash
    assert target.read_back("actuals/2026-02", "plan_actuals", COLUMNS).output_hash == february.content_hash


def test_a_lower_fence_is_refused_and_changes_nothing(target: Adapter, output: Make) -> None:
    newer = output(OTHER, fence=5)
    target.load(newer)
    with pytest.raises(DomainError) as error:
        target.load(output(ROWS, fence=4))
    assert code_of(error) == "LOAD-004"
    with pytest.raises(DomainError) as planned:
        target.plan_load(output(ROWS, fence=4))
    assert code_of(planned) == "LOAD-004"
    assert target.read_back(newer.slice_key, newer.table, COLUMNS).output_hash == newer.content_hash


def test_the_same_fence_with_the_same_content_is_a_no_op_and_with_another_refused(
    target: Adapter, output: Make
) -> None:
    first = target.load(output(ROWS, fence=3))
    again = output(ROWS, fence=3)
    assert target.plan_load(again).action is LoadAction.NOTHING
    assert target.load(again) == first
    with pytest.raises(DomainError) as error:
        target.load(output(OTHER, fence=3))
    assert code_of(error) == "LOAD-005"


def test_unchanged_content_under_a_newer_fence_keeps_the_rows_only_if_they_still_tie(
    target: Adapter, output: Make
) -> None:
    target.load(output(ROWS, fence=1))
    kept: list[int] = []
    load = output(ROWS, fence=2, run="R-000002")
    assert target.plan_load(load).action is LoadAction.KEEP
    receipt = target.load(load, lambda done, total=None: kept.append(done))
    assert (receipt.fence, receipt.run_ref, kept) == (2, "R-000002", [4])
    _tamper(target, load)
    repaired = output(ROWS, fence=3)
    assert not receipt.altered
    assert target.load(repaired).altered
    assert target.read_back(load.slice_key, load.table, COLUMNS).output_hash == repaired.content_hash


def _execute(target: Adapter, statement: str) -> int:
    """Something done to the target behind the portal's back; `{}` stands before names of tables."""
    assert isinstance(target, DatabaseAdapter)
    if target.address.backend == "sqlite":
        with closing(open_sqlite(target.address, write=True)) as connection:
            return connection.execute(statement.format("")).rowcount
    with open_postgres(target.address) as session:
        return session.execute(statement.format(f'"{target.schema}".')).rowcount


def _tamper(target: Adapter, load: SliceLoad) -> None:
    statement = f"UPDATE {{}}{load.table} SET debit = '1' WHERE account = '0100' AND note = ''"
    assert _execute(target, statement) == 1
    assert target.read_back(load.slice_key, load.table, COLUMNS).output_hash != load.content_hash


def test_a_stopped_load_leaves_the_previous_rows(target: Adapter, output: Make) -> None:
    before = output(ROWS, fence=1)
    target.load(before)

    def stop(done: int, total: int | None = None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        target.load(output(OTHER, fence=2), stop)
    receipt = target.confirm(before.slice_key)
    assert receipt is not None
    assert receipt.fence == 1
    assert target.read_back(before.slice_key, before.table, COLUMNS).output_hash == before.content_hash


def test_two_rows_for_one_key_are_refused_and_nothing_is_half_done(target: Adapter, output: Make) -> None:
    with pytest.raises(DomainError) as error:
        target.load(output([("1", "a", "1", "1"), ("1", "a", "2", "2")]))
    assert code_of(error) == "LOAD-006"
    assert target.confirm("actuals/2026-01") is None
    assert target.read_back("actuals/2026-01", "plan_actuals", COLUMNS).rows == 0


def test_a_slice_cannot_move_to_another_table(target: Adapter, output: Make) -> None:
    target.load(output(ROWS))
    with pytest.raises(DomainError) as error:
        target.load(output(ROWS, fence=2, table="plan_other"))
    assert code_of(error) == "LOAD-008"


def test_compensation_puts_the_previous_output_back_and_can_empty_the_slice(
    target: Adapter, output: Make
) -> None:
    with pytest.raises(DomainError) as error:
        target.compensate(output(ROWS))
    assert code_of(error) == "LOAD-011"
    target.load(output(ROWS, fence=1))
    target.load(output(OTHER, fence=2))
    target.compensate(output(ROWS, fence=3, run="R-000003"))
    assert (
        target.read_back("actuals/2026-01", "plan_actuals", COLUMNS).output_hash == output(ROWS).content_hash
    )
    receipt = target.compensate(output([], fence=4))
    assert receipt.amounts == {"debit": Decimal(0), "net": Decimal(0)}
    assert target.read_back("actuals/2026-01", "plan_actuals", COLUMNS).rows == 0


def test_names_that_could_carry_sql_are_refused(target: Adapter, output: Make) -> None:
    for load in (
        output(ROWS, table='x"; drop table y'),
        output(ROWS, table="Plan"),
        output(ROWS, key="a\nb"),
    ):
        with pytest.raises(DomainError) as error:
            target.load(load)
        assert code_of(error) == "LOAD-002"


def test_a_slice_key_full_of_quotation_marks_is_only_text(target: Adapter, output: Make) -> None:
    load = output(ROWS, key='a\'); DROP TABLE tieout_slice; --"x"')
    target.load(load)
    assert target.read_back(load.slice_key, load.table, COLUMNS).output_hash == load.content_hash


def test_loads_of_different_slices_into_one_table_run_side_by_side(target: Adapter, output: Make) -> None:
    loads = [
        output(ROWS, key=f"actuals/2026-{month:02}", fence=fence) for month in range(1, 7) for fence in (1,)
    ]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(target.load, loads))
    for load in loads:
        assert target.read_back(load.slice_key, load.table, COLUMNS).output_hash == load.content_hash


def refusal(target: Adapter, load: SliceLoad) -> str:
    """The code with which the target refuses a load; "" when it takes it."""
    try:
        target.load(load)
    except DomainError as error:
        return error.code
    return ""


def test_racing_runs_of_one_slice_end_with_the_highest_fence(target: Adapter, output: Make) -> None:
    loads = [output([("1", f"from {fence}", "1", "1")], fence=fence) for fence in range(1, 7)]
    with ThreadPoolExecutor(6) as pool:
        outcomes = set(pool.map(partial(refusal, target), loads))
    assert outcomes <= {"", "LOAD-004"}
    receipt = target.confirm("actuals/2026-01")
    assert receipt is not None
    assert receipt.fence == 6
    assert list(target.read_rows("actuals/2026-01", "plan_actuals", COLUMNS)) == [("1", "from 6", "1", "1")]


def test_a_preflight_makes_no_target_file_and_changes_none(tmp_path: Path) -> None:
    path = tmp_path / "plan.sqlite3"
    adapter = connect("database", {"url": "sqlite:plan.sqlite3"}, allowed_roots=[tmp_path], environ={})
    assert adapter.preflight().facts["database"] == "sqlite"
    assert list(tmp_path.iterdir()) == []
    with closing(sqlite3.connect(path)) as session:
        session.execute("CREATE TABLE theirs (a TEXT)")
    before = path.read_bytes()
    adapter.preflight()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    missing = connect("database", {"url": "sqlite:plan.sqlite3"}, allowed_roots=[tmp_path], environ={})
    path.unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.access", lambda folder, mode: False)
        with pytest.raises(DomainError) as error:
            missing.preflight()
    assert (error.value.code, str(tmp_path) in error.value.message) == ("LOAD-001", True)


def test_a_relative_sqlite_path_has_one_place_whatever_lies_elsewhere(tmp_path: Path) -> None:
    ledgers, home = tmp_path / "ledgers", tmp_path / "data" / "drop"
    for folder in (ledgers, home):
        (folder / "plans").mkdir(parents=True)
    (ledgers / "plans" / "plan.sqlite3").touch()
    (ledgers / "only-here").mkdir()
    roots = [ledgers, home]

    def place(url: str) -> Path | None:
        adapter = connect("database", {"url": url}, allowed_roots=roots, environ={})
        assert isinstance(adapter, DatabaseAdapter)
        return adapter.address.path

    assert place("sqlite:plans/plan.sqlite3") == home / "plans" / "plan.sqlite3"
    assert place(f"sqlite:{ledgers}/plans/plan.sqlite3") == ledgers / "plans" / "plan.sqlite3"
    with pytest.raises(DomainError) as error:
        place("sqlite:only-here/plan.sqlite3")
    assert (error.value.code, str(home / "only-here") in error.value.message) == ("SRC-005", True)


CELLS = {"flow": "a", "period": "2026-01"}


def test_cells_of_another_flow_are_refused_before_anything_is_written(target: Adapter, output: Make) -> None:
    first = output(ROWS, key="a/2026-01", flow="a", cells={"period": "2026-01"})
    target.load(first)
    rival = output(OTHER, key="b/2026-01", flow="b", cells={"period": "2026-01", "scenario": "ACT"})
    for verb in (target.plan_load, target.load):
        with pytest.raises(DomainError) as error:
            verb(rival)
        assert (error.value.code, "a/2026-01" in error.value.message) == ("LOAD-014", True)
    assert target.confirm("b/2026-01") is None
    assert target.read_back("b/2026-01", "plan_actuals", COLUMNS).rows == 0
    for cells in ({"period": "2026-02"}, {"period": "2026-01", "flow": "b"}):
        fine = output(OTHER, key="b/2026-01", flow="b", cells=cells)
        if "flow" in cells:
            target.load(output(ROWS, key="a/2026-01", fence=2, flow="a", cells=CELLS))
            fine = output(OTHER, key="b/2026-03", flow="b", cells=cells)
        assert target.load(fine).rows == 1


def test_an_emptied_slice_gives_its_cells_free(target: Adapter, output: Make) -> None:
    target.load(output(ROWS, key="a/2026-01", flow="a", cells=CELLS))
    target.compensate(output([], key="a/2026-01", fence=2, flow="a", cells=CELLS))
    assert target.load(output(OTHER, key="b/2026-01", flow="b", cells=CELLS)).rows == 1


def test_of_two_flows_that_race_for_the_same_cells_one_is_refused(target: Adapter, output: Make) -> None:
    loads = [output(ROWS, key=f"{flow}/2026-01", flow=flow, cells={"period": "x"}) for flow in "abcdef"]
    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(partial(refusal, target), loads))
    assert outcomes == ["", *["LOAD-014"] * 5]


def test_new_content_over_rows_changed_by_hand_says_so(target: Adapter, output: Make) -> None:
    first = output(ROWS, fence=1)
    target.load(first)
    assert not target.load(output(OTHER, fence=2)).altered
    target.load(output(ROWS, fence=3))
    assert not target.altered(output(OTHER, fence=4))
    _tamper(target, first)
    assert target.altered(output(ROWS, fence=4))
    assert target.altered(output(OTHER, fence=4))
    assert target.load(output(OTHER, fence=4)).altered
    _execute(target, "UPDATE {}plan_actuals SET note = 'other'")  # sums and rows are as they were
    changed = target.load(output(ROWS, fence=5))
    assert changed.altered
    assert target.read_back(first.slice_key, first.table, COLUMNS).output_hash == first.content_hash
    _execute(target, "DELETE FROM {}plan_actuals")
    assert target.load(output(OTHER, fence=6)).altered
    assert not target.load(output(ROWS, fence=7)).altered


def test_a_large_slice_is_compared_by_rows_and_sums_only(
    target: Adapter, output: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "_KNOWN_BY_HASH", 0)
    target.load(output(ROWS, fence=1))
    _execute(target, "UPDATE {}plan_actuals SET note = 'other' WHERE account = '0100' AND note = ''")
    assert not target.load(output(OTHER, fence=2)).altered
    _execute(target, "UPDATE {}plan_actuals SET debit = '1'")
    assert target.load(output(ROWS, fence=3)).altered


def test_records_of_an_earlier_installation_are_read_and_extended(target: Adapter, output: Make) -> None:
    target.load(output(ROWS, fence=1, flow="a", cells=CELLS))
    for name in ("flow", "cells", "columns"):
        _execute(target, f"ALTER TABLE {{}}tieout_slice DROP COLUMN {name}")
    receipt = target.confirm("actuals/2026-01")
    assert receipt is not None
    assert receipt.fence == 1
    assert target.plan_load(output(OTHER, fence=2)).action is LoadAction.REPLACE
    assert not target.load(output(OTHER, fence=2, flow="a", cells=CELLS)).altered
    with pytest.raises(DomainError) as error:
        target.load(output(ROWS, key="b", flow="b", cells=CELLS))
    assert error.value.code == "LOAD-014"


def test_the_key_of_a_table_we_make_leads_with_the_cells(target: Adapter, output: Make) -> None:
    """So that rows of others in the cells are found without reading the other slices."""
    load = output(ROWS, cells={"note": ""})
    target.load(load)
    assert isinstance(target, DatabaseAdapter)
    if target.address.backend == "sqlite":
        with closing(open_sqlite(target.address, write=False)) as connection:
            found = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'plan_actuals'").fetchone()
    else:
        with open_postgres(target.address) as session:
            query = (
                "SELECT indexdef FROM pg_indexes WHERE schemaname = %s AND tablename LIKE 'plan_actuals_%%'"
            )
            found = session.execute(query, (target.schema,)).fetchone()
    assert found
    assert '"note", "account"' in found[0] or "note, account" in found[0]


def test_rows_in_the_cells_of_a_slice_that_are_not_its_own_are_counted(target: Adapter, output: Make) -> None:
    january = output(ROWS, key="actuals/2026-01", cells={"account": "0100"})
    assert target.foreign_rows(january) == 0
    target.load(january)
    assert target.foreign_rows(january) == 0
    target.load(output(OTHER, key="actuals/2026-02"))
    assert target.foreign_rows(january) == 0
    target.load(output([("0100", "it's", "1", "1"), *OTHER], key="actuals/2026-02", fence=2))
    assert target.foreign_rows(january) == 1
    shared = replace(january, shared=True)
    assert target.foreign_rows(shared) == 0
    _execute(target, "DELETE FROM {}tieout_slice WHERE slice = 'actuals/2026-02'")
    assert target.foreign_rows(shared) == 1
