"""Writes snapshots: order-preserving, byte-deterministic Parquet with every source column as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from syncengine.connectors.base import Progress
from syncengine.duck import identifier, literal, session

_LINE_BYTES = 1 << 20
_ROW_GROUP = 122_880
_DICTIONARY = 1_000  # columns with more values of their own gain nothing and cost a fifth of the time
_MOST_BYTES = 4  # of one character in UTF-8
_BATCH = 5_000
_LARGE = 32 << 20


@dataclass(frozen=True, slots=True)
class CsvShape:
    """How DuckDB reads a text file; nothing is left to its sniffing."""

    separator: str = ","
    quote: str = '"'
    line_end: str = "\\n"  # as DuckDB spells it: "\\n" or "\\r\\n"
    header: bool = False
    nulls: bool = False  # an empty field without quotes is null
    line_bytes: int = _LINE_BYTES
    parallel: bool = True


def parquet_from_csv(
    source: Path, target: Path, columns: Sequence[str], shape: CsvShape, scratch: Path
) -> int:
    """Write the snapshot and return its rows. Raises duckdb.Error when the text does not fit the shape."""
    # two names that differ in case only would be one column; sources were checked for that before
    named = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    options = [
        "auto_detect=false",
        f"columns={{{named}}}",
        "header=false",
        f"skip={int(shape.header)}",
        f"delim={literal(shape.separator)}",
        f"quote={literal(shape.quote)}",
        f"escape={literal(shape.quote)}",
        "comment=''",
        f"new_line={literal(shape.line_end)}",
        "strict_mode=true",
        "null_padding=false",
        "ignore_errors=false",
        "encoding='utf-8'",
        f"max_line_size={shape.line_bytes}",
        f"parallel={str(shape.parallel).lower()}",
    ]
    if shape.nulls:
        options += ["nullstr=''", "allow_quoted_nulls=false"]
    else:
        options.append(f"force_not_null=[{', '.join(literal(column) for column in columns)}]")
    cells = ", ".join(identifier(column) for column in columns)
    # numbering the records is one thread's work; a second one would only carry rows between the two
    threads = 1 if source.stat().st_size > _LARGE else None
    with session(scratch=scratch, read=[source], threads=threads) as connection:
        connection.execute(
            f"COPY (SELECT row_number() OVER () AS _row, {cells} "  # noqa: S608
            f"FROM read_csv({literal(source)}, {', '.join(options)})) TO {literal(target)} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP}, "
            f"DICTIONARY_SIZE_LIMIT {_DICTIONARY})"
        )
        return _rows(connection, target)


def _rows(connection: duckdb.DuckDBPyConnection, target: Path) -> int:
    row = connection.execute(f"SELECT count(*) FROM read_parquet({literal(target)})").fetchone()  # noqa: S608
    return int(row[0]) if row else 0


def reframe(records: Iterable[Sequence[str | None]], target: Path, progress: Progress) -> CsvShape:
    """Write records as plain UTF-8 CSV that DuckDB reads exactly; returns the shape to read it with."""
    count = 0
    longest = 0
    pending: list[str] = []
    with target.open("w", encoding="utf-8", newline="") as file:
        for record in records:
            pending.append(_framed(record))
            count += 1
            if len(pending) == _BATCH:
                longest = max(longest, *map(len, pending))
                file.write("".join(pending))
                pending.clear()
                progress(count)
        longest = max([longest, *map(len, pending)])
        file.write("".join(pending))
    progress(count)
    return CsvShape(nulls=True, line_bytes=max(_LINE_BYTES, _MOST_BYTES * longest), parallel=False)


def _framed(record: Sequence[str | None]) -> str:
    cells = ["" if cell is None else '"' + cell.replace('"', '""') + '"' for cell in record]
    return ",".join(cells) + "\n"
