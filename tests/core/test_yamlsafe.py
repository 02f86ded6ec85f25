"""The manifest's YAML reader: text stays text, every refusal has a code and a line, no input costs much."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from portal.core.yamlsafe import YamlCode, YamlError, load_yaml
from tests.examples import examples

TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
TREES: st.SearchStrategy[Any] = st.recursive(
    TEXT, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=20
)


def refusal(data: bytes, **limits: int) -> YamlError:
    with pytest.raises(YamlError) as caught:
        load_yaml(data, **limits)
    return caught.value


@given(TREES)
@examples(150)
def test_any_tree_of_texts_reads_back_as_it_was_written(tree: Any) -> None:
    written = yaml.safe_dump(tree, default_style='"', allow_unicode=True).encode()
    assert load_yaml(written)[0] == tree


@given(st.binary(max_size=200))
@examples(300)
def test_any_bytes_are_read_or_refused_with_a_line(data: bytes) -> None:
    try:
        load_yaml(data)
    except YamlError as error:
        assert 1 <= error.line <= data.count(b"\n") + data.count(b"\r") + 2


def test_scalars_keep_their_characters() -> None:
    data, _ = load_yaml(
        b"a: NO\nb: 12:30:45\nc: 007\nd: 1e3\ne: null\nf: ~\ng:\nh: 2026-01-31\ni: 0x10\nj: 1_000\n"
    )
    assert data == {
        "a": "NO", "b": "12:30:45", "c": "007", "d": "1e3", "e": "null", "f": "~", "g": "", "h": "2026-01-31",
        "i": "0x10", "j": "1_000",
    }  # fmt: skip


def test_every_node_knows_its_line() -> None:
    data, positions = load_yaml(
        b"systems:\n  - code: ERP\n    name:\n      Ledger\n  - code: PLAN\nx: [1,\n 2]\n"
    )
    assert data == {"systems": [{"code": "ERP", "name": "Ledger"}, {"code": "PLAN"}], "x": ["1", "2"]}
    assert positions.line(("systems", 0)) == 2
    assert positions.line(("systems", 0, "name")) == 3
    assert positions.line(("systems", 1, "code")) == 5
    assert positions.line(("x", 1)) == 7
    assert positions.line(("systems", 1, "absent", 4)) == 5


def test_an_empty_document_is_the_empty_text() -> None:
    assert load_yaml(b"")[0] == ""
    assert load_yaml(b"# only a comment\n")[0] == ""


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"a: 1\nb: &x 2\n", YamlCode.ALIAS, 2),
        (b"a: *x\n", YamlCode.ALIAS, 1),
        (b"a: 1\nb:\n  <<: {c: 1}\n", YamlCode.ALIAS, 3),
        (b"a: !!python/object/apply:os.system [x]\n", YamlCode.TAG, 1),
        (b"a: 1\nb: !!int 2\n", YamlCode.TAG, 2),
        (b"a: ! 1\n", YamlCode.TAG, 1),
        (b"a: 1\nb: 2\n'a': 3\n", YamlCode.DUPLICATE_KEY, 3),
        (b"? [a]\n: b\n", YamlCode.KEY, 1),
        (b"a: [1\nb: 2\n", YamlCode.SYNTAX, 2),
        (b"a: 1\n---\nb: 2\n", YamlCode.SYNTAX, 2),
        (b'a: "\\ud800"\n', YamlCode.SYNTAX, 1),
        (b"a: 1\nb: \xff\n", YamlCode.ENCODING, 2),
        ("a: 1".encode("utf-16"), YamlCode.ENCODING, 1),
        (b"a: 1\nb: x\x00y\n", YamlCode.CHARACTER, 2),
        (b"a: 1\nb: \x1b[31m\n", YamlCode.CHARACTER, 2),
        ("a: 1\nb: 4\u202e2\n".encode(), YamlCode.CHARACTER, 2),
        ("a: 1\nb: 4\u200b2\n".encode(), YamlCode.CHARACTER, 2),
        ("a: 1\nb: 4\u20282\n".encode(), YamlCode.CHARACTER, 2),
        (b'a: 1\nb: "\\u202e"\n', YamlCode.CHARACTER, 2),
        (b'a: 1\nb: "\\0"\n', YamlCode.CHARACTER, 2),
    ],
)
def test_what_is_not_plain_data_is_refused_with_its_line(data: bytes, code: YamlCode, line: int) -> None:
    error = refusal(data)
    assert (error.code, error.line) == (code, line)


def test_a_duplicate_key_names_both_lines() -> None:
    error = refusal(b"systems: []\npeople: []\nsystems: []\n")
    assert error.line == 3
    assert "line 1" in error.message


def test_a_billion_laughs_stop_at_the_first_anchor() -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    error = refusal("\n".join(["l0: &l0 [lol]", *levels]).encode())
    assert (error.code, error.line) == (YamlCode.ALIAS, 1)


@pytest.mark.parametrize("opening", [b"[", b"{", b"- ", b"? ", b"[a,", b"{a: ", b"[\n", b"{\n", b"[[[[\n"])
def test_deep_nesting_is_refused_at_once(opening: bytes) -> None:
    started = time.monotonic()
    error = refusal(opening * 20_000)
    assert error.code in {YamlCode.TOO_DEEP, YamlCode.KEY}
    assert time.monotonic() - started < 2


def test_a_nested_block_mapping_is_refused_at_the_line_that_is_too_deep() -> None:
    text = "\n".join(f"{' ' * depth}k:" for depth in range(200))
    error = refusal(text.encode())
    assert (error.code, error.line) == (YamlCode.TOO_DEEP, 65)


def test_the_limits_hold_exactly() -> None:
    assert load_yaml(b"[" * 64 + b"]" * 64)[0]
    assert refusal(b"[" * 65 + b"]" * 65).code == YamlCode.TOO_DEEP
    assert load_yaml(b"[a, b]", max_nodes=3)[0] == ["a", "b"]
    assert refusal(b"[a, b, c]", max_nodes=3).code == YamlCode.TOO_MANY_NODES
    assert load_yaml(b"abcd", max_bytes=4)[0] == "abcd"
    assert refusal(b"abcde", max_bytes=4).code == YamlCode.TOO_LARGE


@pytest.mark.parametrize(
    "data",
    [b"#\n" * 2_400_000, b" " * 4_900_000, b'"' + b"a" * 4_900_000, b"a: " * 1_500_000, b"!" * 4_900_000],
)
def test_five_megabytes_of_nonsense_cost_less_than_two_seconds(data: bytes) -> None:
    started = time.monotonic()
    try:
        load_yaml(data)
    except YamlError as error:
        assert len(error.message) < 400
    assert time.monotonic() - started < 2
