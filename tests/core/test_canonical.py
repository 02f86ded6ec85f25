"""Canonical JSON: one text and one hash for one content, whatever way it came."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.canonical import canonical_json, content_hash, decimal_text, plain_json
from tests.examples import examples

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="utf-8"), max_size=8)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
    | st.dates()
)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@examples(150)
@given(tree=trees)
def test_reading_the_canonical_text_back_keeps_text_and_hash(tree):
    text = canonical_json(tree)
    back = json.loads(text)
    assert canonical_json(back) == text
    assert content_hash(back) == content_hash(tree) == content_hash(plain_json(tree))


@examples(80)
@given(pairs=st.lists(st.tuples(st.text(st.characters(codec="utf-8"), max_size=4), scalars), max_size=6))
def test_the_order_of_keys_does_not_matter(pairs):
    there = dict(pairs)
    assert canonical_json(there) == canonical_json(dict(reversed(list(there.items()))))


@examples(150)
@given(number=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40))
def test_decimal_text_is_exact_plain_and_shortest(number):
    text = decimal_text(number)
    assert Decimal(text) == number
    assert "E" not in text.upper()
    assert text != "-0"
    assert not ("." in text and text.endswith(("0", ".")))


@pytest.mark.parametrize("same", [("1.5", "1.50"), ("0", "-0.000"), ("1000", "1E3"), ("0", "0E+500")])
def test_equal_decimals_have_one_text(same):
    assert len({canonical_json(Decimal(text)) for text in same}) == 1


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "1E999999", "1E-999999"])
def test_decimals_that_are_no_numbers_or_would_fill_the_memory_are_refused(wrong):
    with pytest.raises(ValueError, match="decimal"):
        decimal_text(Decimal(wrong))


@pytest.mark.parametrize("wrong", [1.5, {"a": [0.1]}, object(), b"x", {1: "a", "1": "b"}])
def test_floats_and_what_has_no_single_form_are_refused(wrong):
    with pytest.raises(TypeError):
        canonical_json(wrong)


def test_one_instant_has_one_text_in_every_zone():
    noon = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    assert canonical_json(noon) == canonical_json(noon.astimezone(dt.timezone(dt.timedelta(hours=5))))


def test_other_contents_have_other_hashes():
    contents = [{}, [], "", None, {"a": 1}, {"a": "1"}, {"a": [1]}, {"a": {"1": None}}, ["a", 1]]
    assert len({content_hash(content) for content in contents}) == len(contents)
