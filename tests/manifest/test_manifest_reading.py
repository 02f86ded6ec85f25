"""Reading a manifest: every fault of every entry, each with its file and line, before anything is applied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.core.errors import BadInput, Faults
from portal.core.keys import Key
from portal.core.manifest import (
    UNCHANGED,
    Applying,
    Columns,
    Entry,
    Reading,
    Result,
    Row,
    Section,
    Table,
    export_manifest,
    read_manifest,
    sections,
    write_manifest,
)
from portal.core.ports import Registry

COLUMNS = Columns(("code",), ("name", "valid_to"), ("attributes",))


class Boxes(Section[dict[str, Any]]):
    """A section like those of the apps, without a database."""

    name = "boxes"
    order = 1
    fields = (Key("code", "code", "its code"), Key("rows", "table", "its rows"))
    stock: list[dict[str, Any]] = []

    def read(self, entry: Entry, reading: Reading) -> dict[str, Any]:
        return {
            "code": entry.code(),
            "size": entry.integer("size", 1, 9, 1),
            "lid": entry.boolean("lid", False),
            "made": entry.day("made"),
            "colour": entry.choice("colour", ["red", "blue"], "red"),
            "inside": reading.reference(entry, "inside", "boxes", required=False),
            "rows": reading.rows(entry, "rows", COLUMNS),
        }

    def key(self, item: dict[str, Any]) -> str:
        return str(item["code"])

    def known(self, key: str) -> bool:
        return key == "STORED"

    def apply(self, item: dict[str, Any], applying: Applying) -> Result:
        return UNCHANGED

    def export(self) -> Iterator[dict[str, Any]]:
        yield from self.stock


@pytest.fixture(autouse=True)
def only_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    registry: Registry[Section[Any]] = Registry("manifest section")
    registry.register("boxes", Boxes())
    monkeypatch.setattr("portal.core.manifest.ports.sections", registry)


def write(folder: Path, text: str, **files: str) -> Path:
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)
    path = folder / "org.yaml"
    path.write_text(text)
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(Faults) as caught:
        read_manifest(path)
    return [f"{fault.place} {fault.code}" for fault in caught.value.faults]


def rows(path: Path) -> list[Row]:
    return list(read_manifest(path)[0].item["rows"])


def test_entries_come_with_their_place_and_typed_values(tmp_path: Path) -> None:
    text = "tieout: 1\nboxes:\n  - code: A\n    size: 3\n    lid: true\n    made: 2026-01-31\n"
    text += "  - code: 'NO'\n    inside: A\n"
    first, second = read_manifest(write(tmp_path, text))
    assert (first.key, first.place, second.place) == ("A", "org.yaml:3", "org.yaml:7")
    assert (first.item["size"], first.item["lid"], str(first.item["made"])) == (3, True, "2026-01-31")
    assert (second.key, second.item["inside"]) == ("NO", "A")


def test_every_fault_is_reported_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = (
        "boxes:\n  - code: A\n    size: ten\n    lid: yes\n  - size: 1\n  - code: A b\n  - code: B\n"
        "    made: 2026-02-30\n    colour: green\n    colr: red\n  - code: B\n  - just text\n  - code: C\n"
        "    inside: NOWHERE\nbottles: []\n"
    )
    assert faults(write(tmp_path, text)) == [
        "org.yaml:1 YAM-102",  # no tieout: 1
        "org.yaml:3 YAM-104",
        "org.yaml:4 YAM-104",
        "org.yaml:5 YAM-102",
        "org.yaml:6 API-011",
        "org.yaml:8 YAM-104",
        "org.yaml:9 YAM-104",
        "org.yaml:10 YAM-101",
        "org.yaml:12 YAM-103",
        "org.yaml:12 YAM-102",
        "org.yaml:14 YAM-106",
        "org.yaml:15 YAM-101",
    ]


def test_the_same_key_twice_names_the_first_place(tmp_path: Path) -> None:
    with pytest.raises(Faults) as caught:
        read_manifest(write(tmp_path, "tieout: 1\nboxes:\n  - code: A\n  - code: A\n"))
    (fault,) = caught.value.faults
    assert (fault.code, fault.place) == ("YAM-105", "org.yaml:4")
    assert "org.yaml:3" in fault.message


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("tieout: 1\nboxes: &a []\n", "YAM-008", "org.yaml:2"),
        ("tieout: 1\nboxes: []\nboxes: []\n", "YAM-007", "org.yaml:3"),
        ("tieout: 1\nboxes: " + "[" * 70, "YAM-005", "org.yaml:2"),
    ],
)
def test_what_the_yaml_reader_refuses_names_file_and_line(
    tmp_path: Path, text: str, code: str, place: str
) -> None:
    with pytest.raises(BadInput) as caught:
        read_manifest(write(tmp_path, text))
    assert (caught.value.code, caught.value.place) == (code, place)


def test_a_reference_to_the_database_or_to_a_later_entry_is_known(tmp_path: Path) -> None:
    text = "tieout: 1\nboxes:\n  - {code: A, inside: B}\n  - {code: B, inside: STORED}\n"
    assert len(read_manifest(write(tmp_path, text))) == 2


def test_tables_mix_rows_and_files_and_rename_columns(tmp_path: Path) -> None:
    text = """
tieout: 1
boxes:
  - code: A
    rows:
      - {code: inline, attributes: {region: north}}
      - file: plain.csv
      - file: theirs.csv
        columns:
          code: {join: [unit, {from: year, strip_suffix: ".0"}], with: "-"}
          name: label
          valid_to: {from: closed, date: "%Y%m%d000000"}
          attributes: {region: area, kind: {value: foreign}}
        where:
          - {field: active, equals: Y}
          - {field: unit, in: [BL, BA]}
"""
    path = write(
        tmp_path,
        text,
        plain="code,attributes.region\np1,south\n",
        theirs="unit,year,label,closed,area,active\nBL,2009.0,One,20081231000000,w,Y\n"
        "BA,2009.0,Two,,e,N\nXX,2009.0,Three,,e,Y\n",
    )
    assert [(row.cells, row.place) for row in rows(path)] == [
        ({"code": "inline", "attributes.region": "north"}, "org.yaml:6"),
        ({"code": "p1", "attributes.region": "south"}, "plain.csv:2"),
        (
            {
                "code": "BL-2009", "name": "One", "valid_to": "2008-12-31",
                "attributes.region": "w", "attributes.kind": "foreign",
            },
            "theirs.csv:2",
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "content", "expected"),
    [
        ("{file: t.csv}", "code,colour\n1,red\n", "t.csv:2 YAM-101"),
        ("{file: t.csv}", "name\nx\n", "t.csv:2 YAM-102"),
        ("{file: t.csv}", "code,name\n1,x\n2\n", "t.csv:3 YAM-108"),
        ("{file: absent.csv}", "", "org.yaml:4 YAM-107"),
        ("{file: ../t.csv}", "", "org.yaml:4 YAM-107"),
        ("{file: t.csv, columns: {code: nr}}", "code\n1\n", "t.csv:2 YAM-108"),
        ("{file: t.csv, columns: {code: {from: end, date: '%Y%m%d'}}}", "end\nsoon\n", "t.csv:2 YAM-108"),
        ("{file: t.csv, sheet: x}", "code\n1\n", "org.yaml:4 YAM-101"),
        ("[[x]]", "", "org.yaml:4 YAM-103"),
        ("[{colour: red}]", "", "org.yaml:4 YAM-101"),
    ],
)  # fmt: skip
def test_a_faulty_table_names_its_line(tmp_path: Path, source: str, content: str, expected: str) -> None:
    path = write(tmp_path, f"tieout: 1\nboxes:\n  - code: A\n    rows: {source}\n", t=content)
    assert faults(path)[0] == expected


def test_a_manifest_that_is_a_link_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "tieout: 1\n")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "org.yaml")
    with pytest.raises(BadInput, match="link"):
        read_manifest(tmp_path / "link.yaml")


def test_only_leaves_out_other_sections_but_still_checks_them(tmp_path: Path) -> None:
    path = write(tmp_path, "tieout: 1\nboxes:\n  - {code: A}\n")
    assert read_manifest(path, only=["others"]) == []
    assert len(read_manifest(path, only=["boxes"])) == 1
    assert faults(write(tmp_path, "tieout: 1\nboxes:\n  - {}\n")) == ["org.yaml:3 YAM-102"]


def test_what_is_written_reads_back_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = [(f"m{n}", f"Member {n}", "w" if n % 2 else "") for n in range(70)]
    short = [("007", "NO", ""), ("=1+1", "12:30:45", "x")]
    columns = ("code", "name", "attributes.area")
    stock = [
        {"code": "A", "size": "3", "colour": "", "rows": Table(columns, long)},
        {"code": "NO", "inside": "A", "rows": Table(columns, short)},
    ]
    monkeypatch.setattr(Boxes, "stock", stock)
    written = write_manifest(tmp_path / "back.yaml")
    assert [path.name for path in written] == ["boxes-A-rows.csv", "back.yaml"]
    first, second = read_manifest(tmp_path / "back.yaml")
    assert [row.cells["code"] for row in first.item["rows"]] == [row[0] for row in long]
    assert [row.cells for row in second.item["rows"]] == [
        {"code": "007", "name": "NO"},
        {"code": "=1+1", "name": "12:30:45", "attributes.area": "x"},
    ]
    text, files = export_manifest(inline=True)
    assert files == {}
    assert "m69" in text
    assert sections is not None
