"""Documents are read as their authors meant them, with lines; imperfections are noted, limits are not passed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from catalog.compatibility.documents import (
    Document,
    DocumentCode,
    DocumentError,
    Limits,
    canonical_text,
    check_references,
    from_value,
    read_document,
    same,
)
from catalog.compatibility.documents.codes import HELP
from catalog.compatibility.documents.patterns import may_never_end

_YAML = """\
# a comment
no: NO
yes: yes
date: 2026-01-31
time: 12:30:45
code: "007"
empty:
amount: 99999999999999.99
flags: [true, ~, 1e3]
200: {a: 1}
base: &base
  x: 1
more:
  <<: *base
  y: 2
again: *base
text: |
  two
  lines
"""


def _codes(document: Document) -> list[str]:
    return [note.code.name for note in document.notes]


def test_yaml_keeps_codes_dates_and_exact_amounts() -> None:
    assert read_document(_YAML).value == {
        "no": "NO", "yes": "yes", "date": "2026-01-31", "time": "12:30:45", "code": "007", "empty": None,
        "amount": Decimal("99999999999999.99"), "flags": [True, None, Decimal(1000)], "200": {"a": 1},
        "base": {"x": 1}, "more": {"x": 1, "y": 2}, "again": {"x": 1}, "text": "two\nlines\n",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "line"),
    [("/no", 2), ("/flags/2", 9), ("/more/y", 15), ("/200/a", 10), ("/more/none", 13), ("", 1)],
)
def test_yaml_nodes_have_lines(pointer: str, line: int) -> None:
    assert read_document(_YAML).line(pointer) == line


@pytest.mark.parametrize(
    ("pointer", "line"), [("/a", 2), ("/a/b/1", 4), ("/c~1d", 6), ("/a/b/1/e", 4), ("/x", 1)]
)
def test_json_nodes_have_lines(pointer: str, line: int) -> None:
    text = '{\n "a": {"b": [1,\n\n {"e": 2}]},\n\n "c/d": null}'
    assert read_document(text).line(pointer) == line


def test_json_and_yaml_of_one_content_have_one_canonical_text_and_hash() -> None:
    one = read_document('{"b": [1.0, 2e2, 0.10], "a": "ä"}')
    two = read_document("a: ä\nb: [1, 200, 0.1]\n")
    assert one.canonical == two.canonical == '{"a":"ä","b":[1,200,0.1]}'
    assert one.sha256 == two.sha256
    assert read_document(one.canonical).sha256 == one.sha256


@pytest.mark.parametrize(
    ("data", "value", "note"),
    [
        ('{"a": 1, "a": 2}', {"a": 2}, "DUPLICATE_KEY"),
        ("a: 1\na: 2\n", {"a": 2}, "DUPLICATE_KEY"),
        (b"a: caf\xe9\n", {"a": "caf\ufffd"}, "ENCODING"),
        ('{"a": "\\ud800\\u0000"}', {"a": "\ufffd\ufffd"}, "TEXT"),
        ("a: b\x07c\n", {"a": "b c"}, "TEXT"),
        ('{"a": 1e999999999}', {"a": "1e999999999"}, "NUMBER"),
        ("a: 1" + "0" * 80 + "\n", {"a": "1" + "0" * 80}, "NUMBER"),
        ("a: 1\n---\nb: 2\n", {"a": 1}, "MORE_DOCUMENTS"),
    ],
)
def test_imperfections_are_tolerated_and_noted(data: bytes | str, value: Any, note: str) -> None:
    document = read_document(data)
    assert document.value == value
    assert _codes(document) == [note]


@pytest.mark.parametrize(
    "data", ['{"a": 1,}', "{a: 1}", '\ufeff{"a": 1}', '{"a": 1}'.encode("utf-16"), "%YAML 1.2\n---\na: 1\n"]
)
def test_near_json_and_other_encodings_are_read(data: bytes | str) -> None:
    assert read_document(data).value == {"a": 1}


def test_values_from_elsewhere_become_exact_and_bounded() -> None:
    assert from_value({"a": 0.1, "b": float("nan"), 3: [True]}).value == {
        "a": Decimal("0.1"),
        "b": "nan",
        "3": [True],
    }
    for value, code in (([[[]]], "TOO_DEEP"), ([1, 2, 3, 4, 5], "TOO_MANY_NODES"), ([{1}], "SYNTAX")):
        with pytest.raises(DocumentError) as refusal:
            from_value(value, limits=Limits(max_depth=2, max_nodes=4))
        assert refusal.value.code == DocumentCode[code]


def test_equality_is_that_of_json() -> None:
    assert same(1, Decimal("1.0"))
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not same(True, 1)
    assert not same("1", 1)
    assert not same([1, 2], [2, 1])
    assert canonical_text(Decimal("1E+300")) == "1e300"


_REFUSED = {
    "TOO_LARGE": "x" * 101,
    "TOO_DEEP": "[" * 20,
    "TOO_MANY_NODES": "a: &a [x, x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b]\n",
    "TOO_MANY_ALIASES": "a: &a x\nb: [*a, *a, *a, *a, *a]\n",
    "SYNTAX": "a: [1\nb: 2\n",
    "REMOTE_REFERENCE": "a:\n  $ref: file:///etc/passwd\n",
    "REFERENCE_CYCLE": "a: {$ref: '#/b'}\nb: {allOf: [{$ref: '#/a'}]}\n",
    "TOO_COMPLEX": "allOf: [{}, {}, {}, {}, {}, {}]\n",
    "PATTERN": "pattern: ^(a+)+$\n",
}


@pytest.mark.parametrize("code", _REFUSED)
def test_what_is_not_safe_is_refused_with_a_code(code: str) -> None:
    limits = Limits(max_bytes=100, max_depth=10, max_nodes=40, max_aliases=4, max_parts=5)
    if code == "TOO_MANY_NODES":
        limits = Limits(max_nodes=40)
    with pytest.raises(DocumentError) as refusal:
        check_references(read_document(_REFUSED[code], limits=limits), limits=limits)
    assert refusal.value.code == DocumentCode[code]
    assert set(HELP) == set(DocumentCode)


def test_a_file_that_exists_and_one_that_does_not_are_refused_alike() -> None:
    texts = []
    for place in ("file:///etc/passwd", "file:///nonexistent", "http://127.0.0.1:9/x", "other.yaml#/a"):
        with pytest.raises(DocumentError) as refusal:
            check_references(read_document(f"a:\n  $ref: '{place}'\n"))
        texts.append(str(refusal.value))
    assert set(texts) == {texts[0]}


def test_data_that_looks_like_a_reference_is_data() -> None:
    text = "example: {$ref: 'http://x'}\nproperties: {example: {$ref: '#/example'}}\nx-more: {$ref: 'http://y'}\n"
    check_references(read_document(text))
    with pytest.raises(DocumentError):
        check_references(read_document("properties: {example: {$ref: 'http://x'}}\n"))


@pytest.mark.parametrize(
    "pattern", ["^(a+)+$", "(.*)*", r"^(\w+\s?)+$", "(x+x+)+y", r"^\S+(\.\S+)*$", "a" * 3000]
)
def test_patterns_that_may_never_end_are_found(pattern: str) -> None:
    assert may_never_end(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(\d{1,3},)*\d+$",
        "^[A-Z]{2}[0-9]+$",
        r"^([a-z]+(-[a-z]+)*)$",
        r"^[^@]+@[^@]+\.[a-z]+$",
        "(",
        r"^\p{L}+$",
    ],
)
def test_ordinary_patterns_pass(pattern: str) -> None:
    assert not may_never_end(pattern)
