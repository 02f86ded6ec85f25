"""Without a pattern, amounts are read as the declared marks say."""

from __future__ import annotations

from decimal import Decimal
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.definition import DefinitionError, definition_dict, parse_definition
from syncengine.definition.keys import DEFAULT_PATTERN
from syncengine.definition.model import AmountText
from syncengine.definition.parse_money import default_pattern
from syncengine.pipeline.amounts import parse_amount
from tests.examples import examples
from tests.syncengine.pipeline.snapshots import definition
from tests.syncengine.pipeline.test_amounts import _in_sql

GERMAN = {"decimal_mark": ",", "grouping_mark": "."}
SWISS = {"grouping_mark": "'"}
FRENCH = {"decimal_mark": ",", "grouping_mark": "\u202f"}


def declared(**marks: str) -> AmountText:
    amount = {"signed": "amount", "currency": {"constant": "EUR"}, **marks}
    return parse_definition(definition(amount=amount)).amount.text


@pytest.mark.parametrize(
    ("marks", "text", "value"),
    [
        (GERMAN, "1.234,56", "1234.56"),
        (GERMAN, "1234,56", "1234.56"),
        (GERMAN, "-1.234,56", "-1234.56"),
        (GERMAN, "1.234.567", "1234567"),
        (GERMAN, "1,234.56", None),
        (GERMAN, "1.23", None),
        (GERMAN, "12.34,56", None),
        (GERMAN, "1234.567,00", None),
        (SWISS, "1'234.50", "1234.5"),
        (SWISS, "1234.50", "1234.5"),
        (FRENCH, "-1\u202f234,5", "-1234.5"),
        ({"decimal_mark": ","}, "1234,56", "1234.56"),
        ({"decimal_mark": ","}, "1234.56", None),
        ({"grouping_mark": " "}, "1 234.5", "1234.5"),
        ({}, "1234.56", "1234.56"),
        ({"grouping_mark": ","}, "12,34,567.00", None),
    ],
)
def test_the_default_pattern_follows_the_declared_marks(marks, text: str, value: str | None) -> None:
    how = declared(**marks)
    expected = Decimal(value) if value else None
    assert parse_amount(text, how) == expected
    assert _in_sql(text, how) == expected


LOOSE = "[-0-9.,' \u00a0\u202f]+"
MARKS = [
    (decimal, grouping)
    for decimal in (".", ",")
    for grouping in ("", ".", ",", " ", "'", "\u00a0", "\u202f")
    if decimal != grouping
]


def grouped(digits: str, mark: str) -> str:
    return f"{int(digits):,}".replace(",", mark)


@examples(300)
@given(
    marks=st.sampled_from(MARKS),
    loose=st.booleans(),
    cents=st.integers(0, 10**15),
    sign=st.sampled_from(["", "-"]),
    split=st.booleans(),
)
def test_what_was_written_with_the_marks_reads_back_exactly(marks, loose, cents, sign, split) -> None:
    decimal, grouping = marks
    whole, part = f"{cents // 100}", f"{cents % 100:02d}"
    text = sign + (grouped(whole, grouping) if split else whole) + decimal + part
    pattern = LOOSE if loose else default_pattern(decimal, grouping)
    how = AmountText(pattern, 2, decimal_mark=decimal, grouping_mark=grouping)
    assert parse_amount(text, how) == _in_sql(text, how) == Decimal(f"{sign}{whole}.{part}")


@examples(300)
@given(
    marks=st.sampled_from(MARKS),
    groups=st.lists(st.text("0123456789", max_size=5), min_size=2, max_size=4),
    decimals=st.text("0123456789", max_size=2),
)
def test_whatever_the_pattern_says_misplaced_groups_are_refused(marks, groups, decimals) -> None:
    decimal, grouping = marks
    how = AmountText(LOOSE, 2, decimal_mark=decimal, grouping_mark=grouping)
    sound = 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    text = (grouping or "'").join(groups) + (decimal + decimals if decimals else "")
    value = Decimal("".join(groups) + "." + (decimals or "0")) if grouping and sound else None
    assert parse_amount(text, how) == _in_sql(text, how) == value
    behind = f"1{decimal}234{grouping or decimal}567"
    assert parse_amount(behind, how) is _in_sql(behind, how) is None


@pytest.mark.parametrize("text", ["12.34", "1.5", "1.234.56", "1.2345", ".123", "1234.567", "1.234E2"])
def test_a_pattern_for_other_marks_makes_no_other_number(text: str) -> None:
    how = AmountText(r"-?[\d.]+(?:E\d+)?", 2, decimal_mark=",", grouping_mark=".")
    assert parse_amount(text, how) is _in_sql(text, how) is None


@pytest.mark.parametrize("scale", [0, 1, 2])
@pytest.mark.parametrize("text", ["12.000", "-1.500", "1500.000"])
def test_three_digits_that_may_be_thousands_are_read_only_where_marks_or_scale_say_what_they_are(
    text: str, scale: int
) -> None:
    unsure = AmountText(DEFAULT_PATTERN, scale)
    assert parse_amount(text, unsure) is _in_sql(text, unsure) is None
    for sure in (AmountText(DEFAULT_PATTERN, 3), AmountText(DEFAULT_PATTERN, 2, grouping_mark=",")):
        assert parse_amount(text, sure) == _in_sql(text, sure) == Decimal(text)
    for clear in (text + "0", text[:-1], text[:-2]):
        assert parse_amount(clear, AmountText(DEFAULT_PATTERN, 2)) == Decimal(clear)


def test_an_undeclared_mark_is_no_decimal_mark() -> None:
    how = AmountText(DEFAULT_PATTERN, 2, decimal_mark=",")
    assert parse_amount("12.34", how) is _in_sql("12.34", how) is None


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (GERMAN | {"pattern": DEFAULT_PATTERN}, "takes '1.5'"),
        (GERMAN | {"pattern": r"[\d.,]+"}, "takes '1.5'"),
        (GERMAN | {"pattern": r"\d+\.\d\d"}, "takes '1.55'"),
        ({"decimal_mark": ",", "pattern": DEFAULT_PATTERN}, "no amount with the decimal mark ','"),
        ({"decimal_mark": ",", "pattern": r"\d+"}, "no amount with the decimal mark ','"),
        ({"pattern": r"-?\d+,\d\d"}, "no amount with the decimal mark '.'"),
        ({"pattern": r"-?\d{1,3}(?:\.\d{3})*"}, "takes '1.111.111', with the decimal mark where thousands"),
        ({"pattern": r"\d{1,3}(?:\.\d{3})+", "scale": "4"}, "takes '1.111.111', with the decimal mark"),
        ({"decimal_mark": ",", "pattern": r"\d{1,3}(,\d{3})?"}, "takes '1,555', with the decimal mark"),
        ({"pattern": r"\d{1001}"}, "cannot be used"),
    ],
)
@pytest.mark.parametrize("place", ["amount", "reconcile.amount"])
def test_a_pattern_that_contradicts_the_marks_is_refused(amount, words: str, place: str) -> None:
    figure = {"connection": "c", "dataset": {"file": "b.csv"}, "keys": {"account": "account"}}
    figure["amounts"] = {"bal": {"measure": "net"}}
    with pytest.raises(DefinitionError) as caught:
        if place == "amount":
            declared(**amount)
        else:
            parse_definition(definition(reconcile=figure | {"amount": amount}))
    (fault,) = caught.value.faults
    assert (fault.code, fault.path) == ("RUN-104", f"{place}.pattern")
    assert words in fault.message


@pytest.mark.parametrize(
    "amount",
    [
        GERMAN | {"pattern": r"-?\d{1,3}(?:\.\d{3})*,\d{2}"},
        GERMAN | {"pattern": r"\d+(?:\.\d{3})*,00"},
        GERMAN | {"pattern": r"\d{1,3}(?:\.\d{3})*", "scale": "0"},
        {"pattern": r"-?\d+"},
        {"pattern": r"-?\d+\.\d{3}", "scale": "3"},
        {"pattern": r"-?[\d.]+"},
        {"pattern": r"0\.\d+E[+-]\d\d"},
        {"pattern": r"-\d{12}\.\d{4}", "scale": "4"},
        {"decimal_mark": ",", "pattern": r"\d+(?:[.,]\d+)?"},
    ],
)
def test_a_pattern_that_fits_the_marks_is_kept(amount) -> None:
    assert declared(**amount).pattern == amount["pattern"]


def test_a_pattern_that_backtracks_is_looked_at_as_fast_as_another() -> None:
    started = monotonic()
    assert declared(pattern=r"(((\d+)+)+)+\.(((\d+)+)+)+")
    assert monotonic() - started < 2


def test_plain_amounts_keep_their_pattern_and_a_definition_reads_back() -> None:
    assert declared().pattern == DEFAULT_PATTERN
    flow = parse_definition(
        definition(amount={"signed": "a", "currency": {"constant": "EUR"}, "decimal_mark": ","})
    )
    assert parse_definition(definition_dict(flow)) == flow


def test_a_mark_is_named_by_its_character() -> None:
    with pytest.raises(DefinitionError) as caught:
        declared(decimal_mark="comma")
    (fault,) = caught.value.faults
    assert "',' or '.'" in fault.message
