"""A contract that is said not to break keeps every promise: tried with values found for the old contract."""

from __future__ import annotations

from random import Random

import pytest

from catalog.compatibility.openapi import Level
from tests.catalog.compatibility.openapi.contracts import at, report
from tests.catalog.compatibility.openapi.instances import Schema, changed, schema_of, valid, value_of
from tests.catalog.compatibility.openapi.schema_cases import SCHEMA_CASES

_CASES = 600
_VALUES = 8
# oasdiff tells these and does not judge them: readers of responses skip what they do not know.
_TOLD = ("-any-of-added", "-property-added", "-additional-properties-allowed")


def _silent(place: str, old: object, new: object) -> bool:
    """True when nothing is said to break."""
    findings = report(at(place, old), at(place, new)).findings
    judged = [finding for finding in findings if finding.level is not Level.INFO]
    told = [finding for finding in findings if finding.id.endswith(_TOLD) and place.startswith("response")]
    return not judged and not told


def _values(rng: Random, schema: Schema) -> list[object]:
    """Some values that satisfy a schema; none when it is hard to satisfy."""
    try:
        return [value_of(rng, schema) for _ in range(_VALUES)]
    except StopIteration:
        return []


@pytest.mark.parametrize("place", ["request-body", "request-property", "response-body", "response-property"])
def test_what_is_not_called_breaking_breaks_no_value(place: str) -> None:
    """Requests: what was accepted still is. Responses: what is sent now was promised before."""
    tried = 0
    for seed in range(_CASES):
        rng = Random(f"{place} {seed}")
        old = schema_of(rng)
        new = changed(rng, old)
        if not _silent(place, old, new):
            continue
        sent, promised = (old, new) if place.startswith("request") else (new, old)
        for value in _values(rng, sent):
            tried += 1
            assert valid(promised, value), (seed, old, new, value)
    assert tried > _CASES


def test_a_schema_in_other_words_is_the_same() -> None:
    for seed in range(100):
        schema = schema_of(Random(seed)) or {"type": "object"}
        for place in ("request-body", "response-body"):
            assert report(at(place, schema), at(place, schema)).findings == ()
            for word in ("allOf", "anyOf", "oneOf"):
                assert report(at(place, schema), at(place, {word: [schema]})).findings == (), seed


_WITNESSED = [
    "became-enum", "became-not-nullable", "enum-value-removed", "max-decreased", "max-length-decreased",
    "max-length-set", "max-set", "min-increased", "min-items-increased", "min-set", "type-changed",
    "exclusive-max-decreased", "exclusive-min-increased", "multiple-of-changed", "multiple-of-set",
    "type-specialized", "list-of-types-narrowed", "unique-items-set",
]  # fmt: skip


@pytest.mark.parametrize("check", _WITNESSED)
def test_a_breaking_change_has_a_value_that_proves_it(check: str) -> None:
    old, new = SCHEMA_CASES[check]
    assert not _silent("request-body", old, new)
    rng = Random(check)
    assert any(not valid(new, value) for _ in range(300) for value in _values(rng, old))
