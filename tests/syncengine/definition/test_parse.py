"""Definitions are read strictly: every fault at once, each with code and path, and a canonical dict back."""

from __future__ import annotations

from typing import Any

import pytest

from syncengine.definition import DefinitionError, definition_dict, parse_definition
from tests.syncengine.pipeline.snapshots import definition


def faults(data: object) -> dict[str, str]:
    with pytest.raises(DefinitionError) as caught:
        parse_definition(data)
    return {fault.path: fault.code for fault in caught.value.faults}


def test_the_canonical_dict_reads_back_to_the_same_definition() -> None:
    data = definition(
        fields=[
            {"name": "year", "from": "period", "pattern": r"(\d{4})-\d\d"},
            {"name": "key", "join": ["year", "account"], "with": "-"},
            {"name": "org", "member": {"dimension": "d", "key": "key", "attribute": "org"}},
            {"name": "day", "from": "posted", "date": "%Y%m%d"},
            {"name": "month", "period_of": "day"},
            {"name": "k", "constant": "x"},
        ],
        checks=[{"dimension": "d", "field": "key"}, {"field": "month", "calendar": "true"}],
        mappings=[{"set": "m", "inputs": {"a": "account"}, "into": "line"}],
        translate={"rate_set": "r", "rate_type": "closing", "to": "EUR"},
        quarantine={"unit": "journal", "journal_key": ["doc"], "max_share": "0.25"},
        reconcile={
            "connection": "c",
            "dataset": {"file": "tb.csv"},
            "keys": {"account": "acct"},
            "amounts": {"bal": {"part": "x"}},
        },
    )
    flow = parse_definition(data)
    assert parse_definition(definition_dict(flow)) == flow
    assert definition_dict(parse_definition(definition_dict(flow))) == definition_dict(flow)


def test_all_faults_are_told_at_once_with_their_paths() -> None:
    data = definition(colour="red", slice={"scenario": "", "per": "week"})
    data["target"] = data["target"] | {"columns": [{"name": "a b", "from": "x"}, {"name": "y"}]}
    assert faults(data) == {
        "colour": "RUN-101",
        "slice.scenario": "RUN-102",
        "slice.per": "RUN-104",
        "target.columns[0].name": "RUN-104",
        "target.columns[1]": "RUN-102",
    } | {"target.columns[1].from": "RUN-102"}


@pytest.mark.parametrize("data", [None, [], "x", 3, {}])
def test_what_is_not_a_definition_is_refused_without_a_crash(data: object) -> None:
    assert faults(data)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"fields": [{"name": "a", "join": ["b"]}, {"name": "b", "constant": "x"}]}, "fields[0]"),
        ({"fields": [{"name": "a", "from": "x", "pattern": "(?=x)"}]}, "fields[0].pattern"),
        ({"fields": [{"name": "a", "from": "x", "pattern": "("}]}, "fields[0].pattern"),
        ({"calendar": None}, "calendar"),
        ({"measures": [{"name": "n", "of": "natural"}]}, "measures[0].normal"),
        ({"measures": [{"name": "account", "of": "net"}]}, "target.columns"),
        ({"quarantine": {"unit": "journal"}}, "quarantine.journal_key"),
        ({"quarantine": {"max_share": "1.5"}}, "quarantine.max_share"),
        ({"quarantine": {"max_share": 0.25}}, "quarantine.max_share"),
        ({"mappings": [{"set": "m", "inputs": {}, "into": "_x"}]}, "fields"),
    ],
)
def test_each_fault_names_its_place(changes: dict[str, Any], path: str) -> None:
    assert path in faults(definition(**changes))


def test_amounts_of_several_currencies_never_share_a_row() -> None:
    amount = definition()["amount"] | {"currency": {"column": "currency"}}
    assert faults(definition(amount=amount)) == {"target.columns": "RUN-102"}


def test_a_flow_by_period_must_select_its_period() -> None:
    source = definition()["source"] | {"where": []}
    assert faults(definition(source=source)) == {"source.where": "RUN-102"}


def test_unknown_placeholders_are_refused() -> None:
    data = definition()
    data["target"] = data["target"] | {"columns": [{"name": "s", "value": "{password}"}]}
    assert faults(data) == {"target.columns[0].value": "RUN-104"}


@pytest.mark.parametrize(
    ("header", "own"),
    [
        ("Posting Date", "posting_date: 'Posting Date'"),
        ("Amount (LC)", "amount_lc: 'Amount (LC)'"),
        ("Prüf'betrag", "pruf_betrag: 'Prüf''betrag'"),
        ("1. Soll", "column_1_soll: '1. Soll'"),
        ("§", "column: '§'"),
    ],
)
def test_a_header_that_is_no_name_is_refused_with_what_to_write(header: str, own: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_definition(definition(checks=[{"field": header, "required": "true"}]))
    assert f"write {own.split(':')[0]} here and rename: {{{own}}} in the dataset" in str(caught.value)
