"""Texts that hide, turn or break something are refused; data keeps its blanks."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import BadInput
from portal.core.text import clean_code, clean_text, clean_tree, escaped
from tests.examples import examples

HIDDEN = [
    "\x00", "\x07", "\x1b", "\x7f", "\x85", "\r", "\u00ad", "\u034f", "\u061c", "\u115f", "\u180e", "\u200b", "\u200d",
    "\u200e", "\u2028", "\u2029", "\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\u2800", "\u3164", "\ufe0f",
    "\ufeff", "\uffa0", "\ufff9", "\ud800", "\udfff", "\ue000", "\U000e0001", "\U000e0100", "\U0001d173", "\uffff",
]  # fmt: skip


@pytest.mark.parametrize("char", HIDDEN)
def test_a_hidden_character_is_refused_with_its_name_and_place(char):
    with pytest.raises(BadInput) as caught:
        clean_text(f"ab{char}c", place="name")
    assert (caught.value.code, caught.value.place) == ("API-011", "name")
    assert f"U+{ord(char):04X} at position 3" in caught.value.message
    with pytest.raises(BadInput):
        clean_tree({"name": [f"x{char}"]})
    with pytest.raises(BadInput):
        clean_tree({f"x{char}": 1})


@pytest.mark.parametrize(
    "text", ["Zürich", "Ελλάδα", "会社", "Ørsted & Søn", "=HYPERLINK()", "<b>", "{{7*7}}", "%s", "😀"]
)
def test_words_of_every_language_and_harmless_signs_pass(text):
    assert clean_text(text) == text


def test_texts_are_composed_and_trimmed():
    assert clean_text("  Zu\u0308rich ") == "Zürich"


def test_lines_and_tabs_pass_only_where_asked_for():
    assert clean_text("a\r\nb\tc", multiline=True) == "a\nb\tc"
    with pytest.raises(BadInput):
        clean_text("a\nb")


@pytest.mark.parametrize(("text", "limit"), [("a" * 11, 10), ("a" * 10_000_000, 10), ("é" * 11, 10)])
def test_too_long_texts_are_refused(text, limit):
    with pytest.raises(BadInput) as caught:
        clean_text(text, limit)
    assert caught.value.code == "API-011"


@pytest.mark.parametrize("value", [None, 5, 1.5, ["a"], b"a"])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(BadInput):
        clean_text(value)
    with pytest.raises(BadInput):
        clean_code(value)


@examples(150)
@given(text=st.text(max_size=40))
def test_what_passes_is_normal_visible_and_passes_again(text):
    try:
        cleaned = clean_text(text)
    except BadInput:
        return
    assert cleaned == unicodedata.normalize("NFC", cleaned).strip()
    assert clean_text(cleaned) == cleaned
    cleaned.encode()


@pytest.mark.parametrize("code", ["A", "0", "kuali-kfs", "A.b_c-9", "x" * 64])
def test_codes_are_plain(code):
    assert clean_code(code) == code


@pytest.mark.parametrize(
    "code",
    [
        "",
        " A",
        "A ",
        "-a",
        ".a",
        "a b",
        "a/b",
        "ä",
        "\u0410",
        "\u2163",
        "\uff11",
        "x" * 65,
        "a\n",
        "a\x00",
        "../a",
    ],
)
def test_other_codes_are_refused(code):
    with pytest.raises(BadInput):
        clean_code(code)


def test_data_keeps_the_blanks_that_it_may_mean():
    assert clean_tree({"separator": "\t", "pad": " x "}) == {"separator": "\t", "pad": " x "}


def test_keys_that_become_the_same_are_refused():
    with pytest.raises(BadInput) as caught:
        clean_tree({"Zu\u0308rich": 1, "Z\u00fcrich": 2})
    assert caught.value.code == "API-003"


def test_floats_in_data_are_refused():
    with pytest.raises(BadInput) as caught:
        clean_tree({"rate": [1, 0.1]})
    assert caught.value.place == "/rate/1"


@examples(100)
@given(value=st.text(max_size=60))
def test_escaped_texts_are_one_printable_line(value):
    line = escaped(value, 50)
    assert not any(unicodedata.category(char).startswith(("C", "Zl", "Zp")) for char in line)
    line.encode()
