"""Files that a manifest names: where they may lie, and what a table file may not contain."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.core.errors import BadInput
from portal.core.manifest.files import ManifestFiles, read_csv


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    (home / "members.csv").write_text("code,name\n4000,Sales\n")
    return home


def refusal(files: ManifestFiles, name: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        files.find(name, "org.yaml:7")
    return caught.value


def broken(path: Path, data: bytes) -> BadInput:
    path.write_bytes(data)
    with pytest.raises(BadInput) as caught:
        list(read_csv(path))
    return caught.value


def test_a_file_beside_the_manifest_is_found(folder: Path) -> None:
    assert ManifestFiles(folder).find("members.csv", "") == (folder / "members.csv").resolve()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../secret.csv",
        "/etc/passwd",
        "sub/../../secret.csv",
        "a\x00.csv",
        "..\\secret.csv",
        ".",
        "absent.csv",
    ],
)
def test_names_that_lead_elsewhere_are_refused_with_the_place(folder: Path, name: str) -> None:
    (folder.parent / "secret.csv").write_text("code\n1\n")
    error = refusal(ManifestFiles(folder), name)
    assert (error.code, error.place) == ("YAM-107", "org.yaml:7")


def test_a_listed_root_opens_its_files_and_nothing_beside_it(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    root.mkdir()
    (root / "ledger.csv").write_text("code\n1\n")
    (tmp_path / "database.csv").write_text("code\n1\n")
    files = ManifestFiles(folder, [root])
    assert files.find("../data/ledger.csv", "") == (root / "ledger.csv").resolve()
    assert files.find(str(root / "ledger.csv"), "") == (root / "ledger.csv").resolve()
    assert refusal(files, "../data/../database.csv").code == "YAM-107"
    assert refusal(files, "../database.csv").code == "YAM-107"


def test_links_are_refused_as_file_and_as_folder(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.csv").write_text("code\n1\n")
    (folder / "link.csv").symlink_to(outside / "x.csv")
    (folder / "inner.csv").symlink_to(folder / "members.csv")
    (folder / "sub").symlink_to(outside)
    for name in ("link.csv", "inner.csv", "sub/x.csv"):
        assert "link" in refusal(ManifestFiles(folder), name).message


def test_a_folder_a_pipe_and_a_huge_file_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    (folder / "sub").mkdir()
    os.mkfifo(folder / "pipe.csv")
    monkeypatch.setattr("portal.core.manifest.files.MAX_FILE_BYTES", 10)
    for name in ("sub", "pipe.csv", "members.csv"):
        assert refusal(ManifestFiles(folder), name).code == "YAM-107"


def test_rows_know_their_file_and_line(folder: Path) -> None:
    path = folder / "m.csv"
    path.write_text('\ufeffcode,name\n1,"two\nlines"\n\n2,Müller\n')
    rows = list(read_csv(path))
    assert [row.cells for row in rows] == [
        {"code": "1", "name": "two\nlines"},
        {"code": "2", "name": "Müller"},
    ]
    assert [row.place for row in rows] == ["m.csv:3", "m.csv:5"]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b"code,\n1,2\n", 1),
        (b"code,code\n1,2\n", 1),
        (b"code,name\n1\n", 2),
        (b"code,name\n1,2,3\n", 2),
        (b'code,name\n1,"x" y\n', 2),
        (b'code,name\n1,"never closed\n2,x\n', 3),
        (b"code,name\n1,\xff\n", 2),
        (b"code,name\n1,x\n2,a\x00b\n", 3),
        (b"code,name\n1,a\x1bb\n", 2),
        (b"code,name\n1,=HYPERLINK(1)\n", 2),
        (b"code,name\n1,+1+cmd\n", 2),
        (b"code,name\n1,@SUM(1)\n", 2),
        (b"code,name\n1,-2+3\n", 2),
    ],
)
def test_a_broken_table_is_refused_with_file_and_line(folder: Path, data: bytes, line: int) -> None:
    error = broken(folder / "bad.csv", data)
    assert (error.code, error.place) == ("YAM-108", f"bad.csv:{line}")


def test_negative_numbers_are_no_formulas(folder: Path) -> None:
    path = folder / "m.csv"
    path.write_text("code,rate\n1,-2.50\n2,+3\n")
    assert [row.cells["rate"] for row in read_csv(path)] == ["-2.50", "+3"]


def test_an_endless_line_is_refused_before_it_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = broken(folder / "long.csv", b"code,name\n1," + b"x" * 5_000_000 + b"\n")
    assert error.code == "YAM-108"
    assert error.place == "long.csv:2"


def test_a_file_that_is_too_big_is_told_so_and_not_to_be_put_elsewhere(tmp_path: Path) -> None:
    with (tmp_path / "big.yaml").open("wb") as file:
        file.truncate(100_000_001)
    with pytest.raises(BadInput) as caught:
        ManifestFiles(tmp_path).find("big.yaml", "big.yaml")
    assert "too big: 100,000,001 bytes, at most 100,000,000" in caught.value.message
    assert "at most 5,000,000 bytes" in caught.value.hint
