"""Connections to DuckDB reach what they are given and nothing else, whether they share an instance or not."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from syncengine.duck import connect, session, shared_instance

MINE = "CREATE TEMP TABLE mine AS SELECT 1 AS a"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A folder that is shared and one that is not, each with a file."""
    for name in ("inside", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file.csv").write_text("1\n")
    return tmp_path / "inside", tmp_path / "outside"


def reads(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    try:
        connection.execute(f"SELECT * FROM read_csv('{path}')").fetchall()
    except duckdb.PermissionException:
        return False
    return True


def test_a_connection_of_its_own_reads_only_what_it_was_given(folders: tuple[Path, Path]) -> None:
    inside, outside = folders
    with session(scratch=inside, read=[outside / "file.csv"], threads=1) as alone:
        assert reads(alone, inside / "file.csv")
        assert reads(alone, outside / "file.csv")
        assert not reads(alone, outside.parent / "other.csv")
        with pytest.raises(duckdb.Error):
            alone.execute("SET memory_limit = '8GB'")


def test_connections_of_one_instance_see_nothing_of_each_other(folders: tuple[Path, Path]) -> None:
    inside, _ = folders
    with shared_instance([inside], threads=1):
        first, second = connect(scratch=inside), connect(scratch=inside)
        first.execute(MINE)
        second.execute(MINE)  # the name is free
        first.close()
        assert second.execute("SELECT a FROM mine").fetchall() == [(1,)]
        second.close()
        with session(scratch=inside) as third, pytest.raises(duckdb.CatalogException):
            third.execute("SELECT * FROM mine")


def test_a_shared_instance_is_left_for_files_that_lie_elsewhere(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    inside = tmp_path_factory.mktemp("inside")
    with shared_instance([inside], threads=1), session(scratch=inside) as shared:
        assert not reads(shared, Path(__file__))
        with session(scratch=inside, read=[Path(__file__)]) as alone:
            assert reads(alone, Path(__file__))
