"""A definition goes to text and back unchanged; faults name the line where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.core.errors import Faults
from portal.core.yamlsafe import load_yaml
from syncengine.definition import definition_dict, parse_definition
from syncengine.definitions import read_definition
from syncengine.definitiontext import definition_text, placed, read_text, with_lines
from syncengine.describing import describe

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
