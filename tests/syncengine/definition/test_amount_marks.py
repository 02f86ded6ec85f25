"""Without a pattern, amounts are read as the declared marks say."""

from __future__ import annotations

from decimal import Decimal

import pytest

from syncengine.definition import DefinitionError, definition_dict, parse_definition
from syncengine.definition.keys import DEFAULT_PATTERN
from syncengine.definition.model import AmountText
from syncengine.pipeline.amounts import parse_amount
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
    ],
)
def test_the_default_pattern_follows_the_declared_marks(marks, text: str, value: str | None) -> None:
    how = declared(**marks)
    expected = Decimal(value) if value else None
    assert parse_amount(text, how) == expected
    assert _in_sql(text, how) == expected


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
