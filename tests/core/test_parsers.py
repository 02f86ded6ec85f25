"""The JSON parser refuses what stock parsers let through (controls.md 6.3, 6.4 rows 1 to 5)."""

from __future__ import annotations

import io
import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import UnsupportedMediaType

from portal.core.errors import BadInput, DomainError, TooLarge
from portal.core.parsers import MAX_BYTES, StrictJSONParser, parse_json
from tests.examples import examples

DEEP = b"[" * 100_000
REFUSED = [
    (DEEP, "API-002"),
    (b'{"a":' * 100_000, "API-002"),
    (b"[" * 65 + b"]" * 65, "API-002"),
    (b"[" + b"1," * 100_001 + b"1]", "API-002"),
    (b'{"a": "\\ud800"}', "API-011"),
    (b'{"\\udfff": 1}', "API-011"),
    (b'{"a": "\\u0000"}', "API-011"),
    ('{"a": "x\u202ey"}'.encode(), "API-011"),
    ('{"a": "x\u200by"}'.encode(), "API-011"),
    (b'{"amount": 1, "amount": 999}', "API-003"),
    (b'{"a": {"b": 1, "\\u0062": 2}}', "API-003"),
    (b'{"a": NaN}', "API-005"),
    (b'{"a": -Infinity}', "API-005"),
    (b'{"a": ' + b"9" * 4200 + b"}", "API-005"),
    (b'{"a": ' + b"9" * 5000 + b"}", "API-005"),
    (b'{"a": 1e1000000}', "API-005"),
    (b'{"a": 1e400}', "API-005"),
    (b'{"a": 1E-999999999}', "API-005"),
    (b'{"a": 0.' + b"1" * 70 + b"}", "API-005"),
    ('{"a": １２}'.encode(), "API-001"),
    (b'{"a": 1_000}', "API-001"),
    (b'{"a": 0x10}', "API-001"),
    (b'{"a": 01}', "API-001"),
    (b'{"a": +1}', "API-001"),
    (b"{'a': 1}", "API-001"),
    (b'{"a": 1,}', "API-001"),
    (b'{"a": "line\nbreak"}', "API-001"),
    (b"", "API-001"),
    (b'{"a": 1} {"b": 2}', "API-001"),
    (b'\xef\xbb\xbf{"a": 1}', "API-001"),
    (b'{"a": "\xff"}', "API-001"),
    ('{"a": 1}'.encode("utf-16"), "API-001"),
    (b'"' + b"a" * 1_000_000, "API-001"),
    (b'"\\' * 500_000, "API-001"),
    (b'{"a": "' + b"a" * 20_001 + b'"}', "API-011"),
]


@pytest.mark.parametrize(("raw", "code"), REFUSED, ids=lambda value: repr(value)[:30])
def test_a_bad_body_gets_its_code(raw, code):
    with pytest.raises(DomainError) as caught:
        parse_json(raw)
    assert (caught.value.code, caught.value.status) == (code, 400)


def test_a_body_over_the_limit_is_too_large():
    with pytest.raises(TooLarge):
        parse_json(b" " * (MAX_BYTES + 1))


@pytest.mark.parametrize("raw", [DEEP, b'"' * MAX_BYTES, b'"\\' * (MAX_BYTES // 2), b'["' * (MAX_BYTES // 2)])
def test_the_worst_bodies_are_refused_in_linear_time(raw):
    started = time.process_time()
    with pytest.raises(BadInput):
        parse_json(raw)
    assert time.process_time() - started < 2


def test_brackets_and_commas_inside_texts_do_not_count():
    text = '[{,"\\' * 2000
    assert parse_json(json.dumps({"a": text}).encode()) == {"a": text}


def test_64_levels_pass():
    assert parse_json(b"[" * 64 + b"]" * 64)


def test_decimals_are_exact_and_never_floats():
    assert parse_json(b'{"a": 0.1, "b": 1.10}') == {"a": Decimal("0.1"), "b": Decimal("1.10")}


trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text("abc äß,:[]{}\\\"'", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcä", max_size=3), inner, max_size=4)
    ),
    max_leaves=15,
)


@examples(120)
@given(tree=trees)
def test_well_formed_bodies_are_read_as_they_are(tree):
    assert parse_json(json.dumps(tree).encode()) == tree
    assert parse_json(json.dumps(tree, ensure_ascii=False).encode()) == tree


@examples(200)
@given(raw=st.binary(max_size=60) | st.text('{}[]",:\\u0123aé -.eE', max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_code(raw):
    try:
        parse_json(raw)
    except DomainError as error:
        assert error.status == 400


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", 'application/json;charset="UTF-8"']
)
def test_utf_8_is_the_one_charset(kind):
    assert StrictJSONParser().parse(io.BytesIO(b'{"a": 1}'), kind) == {"a": 1}


@pytest.mark.parametrize("charset", ["nope", "utf-16", "latin-1", '"utf-7"'])
def test_another_charset_is_refused(charset):
    with pytest.raises(UnsupportedMediaType):
        StrictJSONParser().parse(io.BytesIO(b"{}"), f"application/json; charset={charset}")
