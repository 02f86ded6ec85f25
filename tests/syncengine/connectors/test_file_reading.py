"""Both ways of reading text agree, exactly: DuckDB where it is exact, Python everywhere else."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import DomainError
from syncengine.connectors import connect, parse_dataset
from syncengine.connectors.base import Snapshot
from syncengine.connectors.file.adapter import _straight
from syncengine.connectors.file.dataset import FileDataset
from syncengine.connectors.file.dataset import parse_dataset as parse_file
from syncengine.connectors.file.reader import open_table, read_rows
from syncengine.connectors.file.scan import CHUNK, ByteScan
from syncengine.evidence import EvidenceStore
from tests.examples import examples
from tests.syncengine.pipeline.snapshots import read

Rows = list[tuple[str | None, ...]]
_TEXT = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0\ufeff\ufffd")
    | st.sampled_from(list(',"|; \n\r\t\\')),
    max_size=12,
)
_AWKWARD = st.text(st.sampled_from(list('ab,"\n\r ')), max_size=30)
relaxed = examples(150)


def extract(folder: Path, data: bytes, **keys: object) -> tuple[Snapshot, Rows]:
    """The snapshot of a file with these bytes, and its rows without `_row`, which must count from 1."""
    name = f"{hashlib.sha256(data).hexdigest()[:16]}.txt"
    (folder / name).write_bytes(data)
    store = EvidenceStore(folder / "evidence")
    adapter = connect("file", {}, allowed_roots=[folder], environ={})
    snapshot = adapter.extract(parse_dataset("file", {"file": name, **keys}), store, folder / "scratch")
    rows = read(store.path(snapshot.parquet))
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert store.path(snapshot.raw[0]).read_bytes() == data
    return snapshot, [row[1:] for row in rows]


def straight(folder: Path, data: bytes, dataset: FileDataset, columns: tuple[str, ...]) -> Rows | None:
    """What the fast path makes of the bytes; None where it declines."""
    scan = ByteScan(dataset, "x")
    for start in range(0, len(data), 7):
        scan.feed(data[start : start + 7])
    path, target = folder / "fast.csv", folder / "fast.parquet"
    path.write_bytes(data)
    target.unlink(missing_ok=True)
    if not (
        scan.plain and scan.fits(len(columns)) and _straight(path, target, columns, dataset, scan) is not None
    ):
        return None
    return [row[1:] for row in read(target)]


@relaxed
@given(rows=st.lists(st.tuples(_TEXT, _TEXT, _TEXT), max_size=6), separator=st.sampled_from(",;|\t"))
def test_what_python_wrote_reads_back_identically(
    tmp_path: Path, rows: list[tuple[str, ...]], separator: str
) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator).writerows([("a", "b", "c"), *rows])
    data = buffer.getvalue().encode()
    assert extract(tmp_path, data, separator=separator)[1] == rows
    fast = straight(tmp_path, data, parse_file({"file": "x", "separator": separator}), ("a", "b", "c"))
    assert fast is None or fast == rows


@relaxed
@given(body=_AWKWARD, quote=st.sampled_from(['"', ""]), trailing=st.booleans())
def test_whatever_the_fast_path_accepts_python_reads_the_same(
    tmp_path: Path, body: str, quote: str, trailing: bool
) -> None:
    data = (("a,b," if trailing else "a,b") + "\n" + body).encode()
    dataset = parse_file({"file": "x", "quote": quote, "trailing_separator": trailing})
    fast = straight(tmp_path, data, dataset, ("a", "b"))
    path = tmp_path / "slow.csv"
    path.write_bytes(data)
    try:
        with open_table(path, dataset) as table:
            slow: Rows | str = [tuple(record.fields) for record in table.records]
    except DomainError as error:
        slow = error.code
    assert fast is None or fast == slow


def test_a_plain_file_takes_the_fast_path_and_an_odd_one_does_not(tmp_path: Path) -> None:
    plain = parse_file({"file": "x"})
    assert straight(tmp_path, b'a,b\n1,"x, y"\n2,\xc3\x85\n', plain, ("a", "b")) == [
        ("1", "x, y"),
        ("2", "Å"),
    ]
    for odd in (
        b"a,b\n1,2,\n",
        b'a,b\n "1",2\n',
        b"a,b\n1,2\r\n",
        b'a,b\n1,"2\n3"\n',
        b"a,b\n\n1,2\n",
        b"a,b\n1,\xc3\n",
    ):
        assert straight(tmp_path, odd, plain, ("a", "b")) is None


def test_one_input_makes_one_parquet_whatever_the_scratch_folder(tmp_path: Path) -> None:
    data = b"a,b\n" + b"".join(b"%d,x%d\n" % (n, n % 7) for n in range(300_000))
    first, rows = extract(tmp_path, data)
    other = tmp_path / "other"
    other.mkdir()
    assert extract(other, data)[0].parquet == first.parquet
    assert (first.rows, rows[-1], len(data) > CHUNK) == (300_000, ("299999", "x0"), True)


def test_empty_is_empty_and_null_only_the_declared_marker(tmp_path: Path) -> None:
    data = b'a,b\n,NULL\n"",\\N\n"x",""\n'
    assert extract(tmp_path, data)[1] == [("", "NULL"), ("", "\\N"), ("x", "")]
    assert extract(tmp_path, data, null_marker="NULL")[1] == [("", None), ("", "\\N"), ("x", "")]
    assert extract(tmp_path, data, null_marker="")[1] == [(None, "NULL"), (None, "\\N"), ("x", None)]
    assert extract(tmp_path, b"a\nNULL\nx\n", null_marker="NULL", columns=["a"])[1] == [(None,), ("x",)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
def test_every_encoding_gives_the_same_text(tmp_path: Path, encoding: str) -> None:
    data = "navn;beløp\r\nSkøyen Ås;1,50\r\n".encode(encoding)
    assert extract(tmp_path, data, encoding=encoding, separator=";")[1] == [("Skøyen Ås", "1,50")]


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("odd", [b"", b'3,"p\nq"\n'])
def test_a_byte_order_mark_before_utf_8_is_no_part_of_the_text(
    tmp_path: Path, header: bool, odd: bytes
) -> None:
    keys: dict[str, object] = {} if header else {"header": False, "columns": ["a", "b"]}
    text = b"a,b\n1,x\n2,\xc3\x85\n" + odd
    with_mark, rows = extract(tmp_path, codecs.BOM_UTF8 + text, **keys)
    plain, same = extract(tmp_path, text, **keys)
    assert (with_mark.columns, with_mark.parquet, rows) == (plain.columns, plain.parquet, same)
    assert rows[0] == (("1", "x") if header else ("a", "b"))
    fast = straight(tmp_path, codecs.BOM_UTF8 + text, parse_file({"file": "x", **keys}), with_mark.columns)
    assert fast == (None if odd else rows)


def test_behind_a_byte_order_mark_lines_and_bytes_are_counted_as_they_are(tmp_path: Path) -> None:
    for fine, line, byte in ((b"a,b\n", 2, 10), (b"", 1, 6)):
        with pytest.raises(DomainError) as caught:
            extract(tmp_path, codecs.BOM_UTF8 + fine + b"1,\xff\n")
        assert (caught.value.code, caught.value.details["line"], caught.value.details["byte"]) == (
            "SRC-011",
            line,
            byte,
        )


def test_a_byte_order_mark_belongs_before_utf_8_and_once(tmp_path: Path) -> None:
    for encoding, data, code in (
        ("ascii", codecs.BOM_UTF8 + b"a,b\n1,2\n", "SRC-011"),
        ("utf-8", codecs.BOM_UTF8 * 2 + b"a,b\n1,2\n", "SRC-012"),
        ("utf-8", b"a,b\n" + codecs.BOM_UTF8 + b"1,2\n", "SRC-012"),
        ("utf-8", codecs.BOM_UTF8, "SRC-008"),
    ):
        with pytest.raises(DomainError) as caught:
            extract(tmp_path, data, encoding=encoding)
        assert caught.value.code == code


def test_records_broken_over_lines_are_joined_or_refused(tmp_path: Path) -> None:
    data = b"a|b|c|\n1|x|y|\n2|first\nsecond|z|\n3|p|q|\n"
    keys = {"separator": "|", "quote": "", "trailing_separator": True}
    joined = extract(tmp_path, data, continuation="join", **keys)[1]
    assert joined == [("1", "x", "y"), ("2", "first\nsecond", "z"), ("3", "p", "q")]
    with pytest.raises(DomainError) as error:
        extract(tmp_path, data, **keys)
    assert (error.value.code, error.value.details["line"]) == ("SRC-015", 3)
    with pytest.raises(DomainError) as never:
        extract(tmp_path, data + b"4|open\n", continuation="join", **keys)
    assert (never.value.code, never.value.details["line"]) == ("SRC-010", 6)


def test_fixed_width_skips_headings_and_footers(tmp_path: Path) -> None:
    data = b"LEDGER 2026\n0001  10.50 D\n0002-200.00 C\nTOTAL 2\n"
    columns = [
        {"name": "id", "start": 1, "width": 4},
        {"name": "amount", "start": 5, "width": "7"},
        {"name": "side", "start": 13, "width": 1},
    ]
    rows = extract(tmp_path, data, format="fixed", columns=columns, skip_lines=1, footer_lines=1)[1]
    assert rows == [("0001", "10.50", "D"), ("0002", "-200.00", "C")]


def test_read_rows_gives_lines_and_values_by_name(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_bytes(b'code,name\n0100,"two\nlines"\n\nNO,-\n')
    dataset = parse_file({"file": "members.csv", "null_marker": "-"})
    assert list(read_rows(path, dataset)) == [
        (2, {"code": "0100", "name": "two\nlines"}),
        (5, {"code": "NO", "name": ""}),
    ]


def test_a_pattern_needs_exactly_one_file_and_uploads_come_from_evidence(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path / "evidence")
    adapter = connect("file", {"folder": "drop"}, allowed_roots=[tmp_path], environ={})
    (tmp_path / "drop").mkdir()
    dataset = parse_dataset("file", {"pattern": "gl_{period}_*.csv"}).bind({"period": "2026-01"})
    with pytest.raises(DomainError, match="No file fits") as absent:
        adapter.preflight(dataset)
    assert absent.value.code == "SRC-005"
    (tmp_path / "drop/gl_2026-01_a.csv").write_text("a,b\n1,2\n")
    assert adapter.preflight(dataset).facts["file"] == "gl_2026-01_a.csv"
    snapshot = adapter.extract(dataset, store, tmp_path / "scratch")
    upload = parse_dataset("file", {"upload": "{upload}"}).bind({"upload": snapshot.raw[0].sha256})
    assert adapter.extract(upload, store, tmp_path / "scratch").parquet == snapshot.parquet
    (tmp_path / "drop/gl_2026-01_b.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DomainError) as several:
        adapter.extract(dataset, store, tmp_path / "scratch")
    assert several.value.code == "SRC-006"


def test_a_file_that_changes_or_has_not_settled_waits(tmp_path: Path) -> None:
    path = tmp_path / "gl.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 600_000)
    store = EvidenceStore(tmp_path / "evidence")
    dataset = parse_dataset("file", {"file": "gl.csv"})
    hasty = connect("file", {"settle_seconds": 60}, allowed_roots=[tmp_path], environ={})
    with pytest.raises(DomainError) as young:
        hasty.preflight(dataset)
    assert young.value.code == "SRC-007"
    assert not list((tmp_path / "evidence").rglob("*"))
    _grow_while_read(path, store, tmp_path)


def _grow_while_read(path: Path, store: EvidenceStore, folder: Path) -> None:
    from syncengine.connectors.file import adapter as module

    class Growing(ByteScan):
        def feed(self, chunk: bytes) -> None:
            super().feed(chunk)
            with path.open("ab") as file:
                file.write(b"3,4\n")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ByteScan", Growing)
        with pytest.raises(DomainError) as changing:
            connect("file", {"max_bytes": 5_000_000}, allowed_roots=[folder], environ={}).extract(
                parse_dataset("file", {"file": "gl.csv"}), store, folder / "scratch"
            )
    assert changing.value.code == "SRC-007"


def test_a_dataset_names_every_wrong_key_at_once() -> None:
    with pytest.raises(DomainError) as error:
        parse_dataset(
            "file",
            {"encoding": "ebcdic", "separator": "||", "header": "perhaps", "sep": ";", "columns": ["a", "A"]},
        )
    places = {fault.place for fault in error.value.faults}  # type: ignore[attr-defined]
    assert places >= {
        f"source.dataset.{key}" for key in ("encoding", "separator", "header", "sep", "columns", "file")
    }


@pytest.mark.parametrize("odd", [b"", b'"2026-01-02","5\n0"\n'])
def test_headers_are_renamed_alike_by_both_ways_of_reading(tmp_path: Path, odd: bytes) -> None:
    data = b"Posting Date,Amount (LC)\n2026-01-01,1.50\n" + odd
    rename = {"posting_date": "Posting Date", "amount": "Amount (LC)"}
    snapshot, rows = extract(tmp_path, data, rename=rename, columns=["posting_date", "amount"])
    assert snapshot.columns == ("posting_date", "amount")
    assert rows == [("2026-01-01", "1.50"), *([("2026-01-02", "5\n0")] if odd else [])]
    fast = straight(tmp_path, data, parse_file({"file": "x", "rename": rename}), snapshot.columns)
    assert fast == (None if odd else rows)


@pytest.mark.parametrize(
    ("keys", "code", "words"),
    [
        (
            {"rename": {"a": "Date"}},
            "SRC-009",
            "the header 'Date', which the file does not have; it has: 'b', 'c'",
        ),
        ({"rename": {"b": "c"}}, "SRC-009", "'b' appears twice"),
        ({"rename": {"x": "b", "y": "b"}}, "SRC-001", "names the header 'b' twice"),
        ({"rename": {"_row": "b"}}, "SRC-001", "names the record's number"),
        ({"rename": {"x": "b"}, "columns": ["b", "c"]}, "SRC-009", "missing: b; unexpected: x"),
        ({"rename": ["b"]}, "SRC-001", "must be a mapping"),
        ({"rename": {"x": "b"}, "header": "false", "columns": ["x", "c"]}, "SRC-001", "files with a header"),
    ],
)
def test_a_wrong_renaming_is_refused_with_the_header(tmp_path: Path, keys, code, words) -> None:
    with pytest.raises(DomainError) as caught:
        extract(tmp_path, b"b,c\n1,2\n", **keys)
    found = [caught.value, *getattr(caught.value, "faults", ())]
    assert any(each.code == code and words in each.message for each in found), caught.value
