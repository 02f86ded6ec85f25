"""Writes snapshots and runs the pure pipeline in tests."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from syncengine.definition import parse_definition
from syncengine.duck import identifier, session
from syncengine.pipeline.compute import Pipeline
from syncengine.pipeline.values import PeriodRow, PipelineInputs, PipelineResult

JANUARY = PeriodRow("2026-01", dt.date(2026, 1, 1), dt.date(2026, 1, 31))
FEBRUARY = PeriodRow("2026-02", dt.date(2026, 2, 1), dt.date(2026, 2, 28))


def write_snapshot(
    path: Path, columns: Sequence[str], rows: Sequence[Sequence[str | None]]
) -> tuple[str, ...]:
    """A Parquet file as connectors write it: every column as text and `_row`; gives all column names."""
    names = ", ".join(f"unnest(${at}::VARCHAR[]) AS {identifier(x)}" for at, x in enumerate(columns, start=2))
    lists = [[row[at] for row in rows] for at in range(len(columns))]
    with session(scratch=path.parent) as connection:
        connection.execute(
            f"COPY (SELECT unnest($1::BIGINT[]) AS _row, {names}) TO '{path}' (FORMAT parquet)",
            [list(range(1, len(rows) + 1)), *lists],
        )
    return ("_row", *columns)


def definition(**changes: Any) -> dict[str, Any]:
    """A small valid flow over the columns period, account, side, amount, currency."""
    base: dict[str, Any] = {
        "finance_object": "actuals",
        "calendar": "std",
        "slice": {"scenario": "ACT", "per": "period"},
        "source": {
            "connection": "ledger",
            "dataset": {"file": "x.csv"},
            "where": [{"field": "period", "equals": "{period}"}],
        },
        "amount": {
            "column": "amount",
            "pattern": r"-?\d+(?:\.\d+)?",
            "scale": "2",
            "currency": {"constant": "EUR"},
            "side": {"column": "side", "debit": ["D"], "credit": ["C"]},
        },
        "measures": [{"name": "net", "of": "net"}],
        "target": {
            "connection": "plan",
            "table": "facts",
            "columns": [
                {"name": "part", "value": "{flow}/{period}"},
                {"name": "account", "from": "account"},
            ],
        },
    }
    return base | changes


def run_pipeline(
    work: Path,
    data: Mapping[str, Any],
    columns: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    **inputs: Any,
) -> tuple[PipelineResult, Pipeline]:
    """Runs all stages over the rows; the pipeline is left open for questions."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    names = write_snapshot(work / "snapshot.parquet", columns, rows)
    settings = {"period": JANUARY, "calendar": [JANUARY, FEBRUARY]} | inputs
    given = PipelineInputs(flow="f", snapshot=work / "snapshot.parquet", columns=names, **settings)
    pipeline = Pipeline(parse_definition(data), given, work / "engine")
    pipeline.validate()
    pipeline.map()
    pipeline.translate()
    return pipeline.aggregate(), pipeline


def read(path: Path) -> list[tuple[Any, ...]]:
    """All rows of a Parquet file in its order."""
    with session(scratch=path.parent, read=[path]) as connection:
        return connection.execute(f"FROM read_parquet('{path}')").fetchall()
