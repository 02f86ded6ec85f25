"""DuckDB sessions with every door closed: bounded memory, no extensions, no files but those given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

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


@dataclass(frozen=True, slots=True)
class _Instance:
    """A database engine that is running, and the folders it may read and write."""

    connection: duckdb.DuckDBPyConnection
    folders: tuple[Path, ...]

    def covers(self, paths: Iterable[Path]) -> bool:
        return all(any(path.is_relative_to(folder) for folder in self.folders) for path in paths)


_shared: ContextVar[_Instance | None] = ContextVar("shared duckdb instance", default=None)


@contextmanager
def shared_instance(folders: Sequence[Path], *, threads: int | None = None) -> Iterator[None]:
    """One instance for all connections that this thread opens inside, as far as they stay below the folders.

    Starting an instance costs 25 ms of CPU, which is most of what a small run takes; and connections that
    share one share its memory limit. Inside another one for these folders it is that one.
    """
    real = tuple(map(_real, folders))
    outer = _shared.get()
    if outer is not None and outer.covers(real):
        yield
        return
    real[0].mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="duckdb-", dir=real[0]) as spill:
        instance = _Instance(_start(Path(spill), directories=real, threads=threads), real)
        token = _shared.set(instance)
        try:
            yield
        finally:
            _shared.reset(token)
            instance.connection.close()


def connect(
    *, scratch: Path, read: Sequence[Path] = (), threads: int | None = None, memory_limit: str = MEMORY_LIMIT
) -> duckdb.DuckDBPyConnection:
    """A connection that may read the files and folders in `read` and do what it likes in folder `scratch`.

    Inside `shared_instance` it is one to that instance, with its limits, unless a number of threads is asked
    for. Tables must be temporary ones: others would be seen by all connections to an instance. Spilling goes
    below `scratch` or to the instance's own folder. The configuration is locked.
    """
    shared = _shared_for([scratch, *read], threads)
    if shared is not None:
        return shared.connection.cursor()
    spill = scratch / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    folders = [_real(path) for path in read if path.is_dir()]
    files = [path for path in read if not path.is_dir()]
    return _start(
        spill,
        directories=[_real(scratch), *folders],
        files=files,
        threads=threads,
        memory_limit=memory_limit,
    )


@contextmanager
def session(
    *,
    scratch: Path | None = None,
    read: Sequence[Path] = (),
    threads: int | None = None,
    memory_limit: str = MEMORY_LIMIT,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """`connect`, closed at the end. Without a folder `scratch` it can only read."""
    with ExitStack() as stack:
        if scratch is not None:
            folder = scratch
        elif (shared := _shared_for(read, threads)) is not None:
            folder = shared.folders[0]
        else:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="duckdb-")))
        connection = connect(scratch=folder, read=read, threads=threads, memory_limit=memory_limit)
        stack.callback(connection.close)
        yield connection


def _shared_for(paths: Iterable[Path], threads: int | None) -> _Instance | None:
    """The shared instance, if there is one that may touch these paths."""
    shared = _shared.get()
    fits = shared is not None and threads is None and shared.covers(map(_real, paths))
    return shared if fits else None


def _real(path: Path) -> Path:
    return path.resolve()


def _start(
    spill: Path,
    *,
    directories: Sequence[Path],
    files: Sequence[Path] = (),
    threads: int | None = None,
    memory_limit: str = MEMORY_LIMIT,
) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(spill),
        "preserve_insertion_order": True,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads is not None:
        config["threads"] = threads
    connection = duckdb.connect(":memory:", config=config)
    try:
        for statement in (
            f"SET allowed_directories=[{', '.join(map(literal, directories))}]",
            f"SET allowed_paths=[{', '.join(map(literal, files))}]",
            "SET enable_external_access=false",
            "SET lock_configuration=true",
        ):
            connection.execute(statement)
    except duckdb.Error:
        connection.close()
        raise
    return connection
