"""DuckDB sessions with every door closed: bounded memory, no extensions, no files but those given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

MEMORY_LIMIT = "250MB"


def literal(value: str | Path) -> str:
    """A text as SQL literal, for statements that take no parameters."""
    return "'" + str(value).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Any column name as quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def copy_cell_sql(text: str) -> str:
    """SQL of a text as one cell of PostgreSQL's COPY text format; unlike in CSV, no text ends the data."""
    for code, letter in ((92, "\\"), (9, "t"), (10, "n"), (13, "r")):
        text = f"replace({text}, chr({code}), {literal(chr(92) + letter)})"
    return text


def copy_line_sql(cells: Sequence[str]) -> str:
    """SQL of a whole line of that format, with its line end; no cell may be null."""
    return " || chr(9) || ".join(cells) + " || chr(10)"


@contextmanager
def session(
    *, scratch: Path, read: Sequence[Path] = (), threads: int | None = None, memory_limit: str = MEMORY_LIMIT
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that may read the files in `read` and do what it likes in the folder `scratch`.

    Spilling goes to `scratch`. The configuration is locked before the connection is handed out.
    """
    spill = scratch / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(":memory:")
    try:
        settings = [
            f"SET memory_limit={literal(memory_limit)}",
            f"SET temp_directory={literal(spill)}",
            "SET preserve_insertion_order=true",
            "SET autoinstall_known_extensions=false",
            "SET autoload_known_extensions=false",
            f"SET allowed_directories=[{literal(scratch)}]",
            f"SET allowed_paths=[{', '.join(literal(path) for path in read)}]",
        ]
        if threads is not None:
            settings.append(f"SET threads={int(threads)}")
        for statement in [*settings, "SET enable_external_access=false", "SET lock_configuration=true"]:
            connection.execute(statement)
        yield connection
    finally:
        connection.close()
