"""A definition goes to text and back unchanged; faults name the line where they stand."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from catalog.models import Connection
from portal.core.errors import Faults
from portal.core.keys import names
from portal.core.yamlsafe import load_yaml
from syncengine.connectors import documented
from syncengine.definition import definition_dict, parse_definition
from syncengine.definition.keys import DEFINITION, RECONCILE
from syncengine.definitions import read_definition, version_hash
from syncengine.definitiontext import definition_text, placed, read_text, with_lines
from syncengine.describing import describe
from syncengine.models import FlowVersion
from tests.syncengine.pipeline.snapshots import definition, run_pipeline

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"


def definitions():
    found = []
    for path in sorted(SCENARIOS.glob("*/*.yaml")):
        for flow in load_yaml(path.read_bytes())[0].get("flows") or ():
            found.append(pytest.param(flow["definition"], id=f"{path.name}:{flow['code']}"))
    return found


@pytest.mark.parametrize("data", definitions())
def test_a_definition_survives_the_way_through_text(data):
    canonical = definition_dict(parse_definition(data))
    again, _ = read_text(definition_text(canonical))
    assert definition_dict(parse_definition(again)) == canonical


def as_jsonb(value):
    """The value as PostgreSQL gives it back: short keys first."""
    if isinstance(value, dict):
        return {key: as_jsonb(value[key]) for key in sorted(value, key=lambda key: (len(key), key))}
    return [as_jsonb(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("data", definitions())
def test_a_definition_is_written_in_the_declared_order_however_it_is_stored(data):
    canonical = definition_dict(parse_definition(data))
    text = definition_text(canonical)
    assert text == definition_text(as_jsonb(canonical))
    again, _ = read_text(text)
    assert list(again) == [name for name in names(DEFINITION) if name in again]
    assert list(again.get("reconcile", ())) == [
        n for n in names(RECONCILE) if n in again.get("reconcile", ())
    ]
    dataset = again["source"]["dataset"]
    assert any(
        list(dataset) == [name for name in names(words.dataset) if name in dataset]
        for words in documented.all().values()
    )


def export(*sections: str) -> str:
    out = StringIO()
    call_command("export", "--only", ",".join(sections), stdout=out)
    return out.getvalue()


def test_an_export_is_the_same_whatever_order_the_database_keeps(mini):
    before = export("flows", "connections")
    for row in (*FlowVersion.objects.all(), *Connection.objects.all()):
        name = "config" if isinstance(row, Connection) else "definition"
        type(row).objects.filter(pk=row.pk).update(**{name: as_jsonb(getattr(row, name))})
    assert export("flows", "connections") == before


@pytest.mark.parametrize("marks", [{}, {"decimal_mark": ",", "grouping_mark": "."}])
def test_a_pattern_that_follows_the_marks_is_not_written_but_hashed(marks):
    amount = {"signed": "amount", "currency": {"constant": "EUR"}, **marks}
    figure = {"connection": "c", "dataset": {"file": "b.csv"}, "keys": {"account": "account"}}
    figure |= {"amounts": {"balance": {"measure": "net"}}, "amount": marks}
    flow = parse_definition(definition(amount=amount, reconcile=figure))
    canonical = definition_dict(flow)
    assert canonical["amount"]["pattern"] and canonical["reconcile"]["amount"]["pattern"]
    text = definition_text(canonical)
    assert "pattern" not in text
    again = parse_definition(read_text(text)[0])
    assert version_hash("f", "", again) == version_hash("f", "", flow)


def test_who_changes_only_the_marks_in_what_was_written_reads_the_same_money(tmp_path):
    text = definition_text(definition_dict(parse_definition(definition())))
    for old, new in (("decimal_mark: .", "decimal_mark: ','"), ("grouping_mark: ''", "grouping_mark: '.'")):
        assert old in text
        text = text.replace(old, new)
    columns = ("period", "account", "side", "amount")
    rows = [
        ("2026-01", str(at), "D", amount) for at, amount in enumerate(["12,34", "1.234,5", "12.34", "1.5"])
    ]
    result, _ = run_pipeline(tmp_path / "w", read_text(text)[0], columns, rows)
    assert [(line.code, line.records) for line in result.quarantined_by_code] == [("DQ-001", 2)]
    assert result.target_net == Decimal("1246.84")


def test_a_pattern_of_ones_own_is_written():
    text = definition_text(definition_dict(parse_definition(definition(amount={
        "signed": "amount", "currency": {"constant": "EUR"}, "pattern": r"\d+\.\d{2}",
    }))))  # fmt: skip
    assert r"pattern: \d+\.\d{2}" in text


@pytest.mark.parametrize("data", definitions())
def test_every_part_of_a_definition_has_words(data):
    parts = describe(parse_definition(data))
    assert [part.title for part in parts][:2] == ["Slice", "Source"]
    assert all(part.lines or part.empty for part in parts)
    assert not any("<" in line.text and "object at" in line.text for part in parts for line in part.lines)


def test_a_fault_names_the_line_of_its_value_or_of_what_lacks_it():
    text = "finance_object: actuals\nslice:\n  scenario: A\n  per: month\n"
    data, positions = read_text(text)
    with pytest.raises(Faults) as refusal:
        read_definition(data)
    places = {fault.place for fault in with_lines(refusal.value.faults, positions).faults}
    assert "line 4, slice.per" in places
    assert any(place.startswith("line 1, source") for place in places)
    assert placed("", positions) == "line 1"


@pytest.mark.parametrize(
    "text", ["a: [1", "a: &x 1\nb: *x", "a: 1\na: 2", "a: !!python/object:x 1", "x" * 300_000, "a: \u202e1"]
)
def test_text_that_is_no_plain_yaml_is_refused_with_its_line(text):
    with pytest.raises(Faults) as refusal:
        read_text(text)
    assert refusal.value.faults[0].place.startswith("line ")
