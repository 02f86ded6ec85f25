"""Every schema check at every place: a case that raises it, and cases that must not."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.compatibility.openapi import RULES
from catalog.compatibility.openapi.families import renamed
from tests.catalog.compatibility.openapi.contracts import at, ids
from tests.catalog.compatibility.openapi.schema_cases import PLACES, SCHEMA_CASES


def _reworded(schema: Any) -> Any:
    """The same meaning in other words: a part of allOf, described, with a bound that says nothing."""
    return {
        "allOf": [{**schema, "description": "reworded"}],
        "minItems": 0,
        "title": schema.get("title", "t"),
    }


@pytest.mark.parametrize("check", SCHEMA_CASES)
def test_a_check_is_raised_at_each_place_by_its_case_and_not_by_a_harmless_one(check: str) -> None:
    base, revision = SCHEMA_CASES[check]
    both_ways = check == "type-compatible" or check.endswith("changed")
    for place in PLACES:
        rule_id = renamed(f"{place}-{check}")
        if rule_id not in RULES:
            continue
        documents = at(place, base), at(place, revision)
        assert rule_id in ids(*documents), place
        assert both_ways or rule_id not in ids(*reversed(documents)), place
        for schema, document in zip((base, revision), documents, strict=True):
            assert ids(document, document) == set()
            assert ids(document, at(place, _reworded(schema))) == set()
            assert ids(at(place, _reworded(schema)), document) == set()
