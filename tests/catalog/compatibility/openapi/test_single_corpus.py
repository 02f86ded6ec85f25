"""Every other check: a case that raises it, the same the other way round, and each side against itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.compatibility.openapi import RULES
from catalog.compatibility.openapi.families import renamed
from tests.catalog.compatibility.openapi.api_cases import API_CASES
from tests.catalog.compatibility.openapi.contracts import api, at, ids, report
from tests.catalog.compatibility.openapi.schema_cases import PLACES, SCHEMA_CASES
from tests.catalog.compatibility.openapi.single_cases import OPTIONS, SINGLE_CASES

_CASES = SINGLE_CASES | API_CASES
_VERSION_CHECKS = {
    "api-major-version-not-bumped",
    "api-version-decreased",
    "api-version-not-bumped",
    "control-version-mismatch",
}


@pytest.mark.parametrize("rule_id", sorted(_CASES))
def test_a_check_is_raised_by_its_case_and_by_nothing_that_is_equal(rule_id: str) -> None:
    base, revision, *more = _CASES[rule_id]
    options = more[0] if more else OPTIONS
    assert rule_id in ids(base, revision, options)
    assert rule_id not in ids(revision, base, options) or rule_id.endswith("changed")
    for document in (base, revision):
        assert ids(document, document, options) == set()


def test_every_rule_has_a_case() -> None:
    covered = {renamed(f"{place}-{check}") for place in PLACES for check in SCHEMA_CASES}
    assert set(RULES) - covered - set(_CASES) - _VERSION_CHECKS == set()


def test_ids_and_levels_are_those_of_oasdiff() -> None:
    """So that severity files of oasdiff's users carry over: all 509 ids, none with another level."""
    lines = (Path(__file__).parent / "oasdiff_checks.txt").read_text().splitlines()
    theirs = dict(line.split() for line in lines)
    assert len(theirs) == 509
    assert {rule_id: RULES[rule_id].level.value for rule_id in theirs} == theirs


@pytest.mark.parametrize(
    ("old", "new", "change", "expected"),
    [
        ("1.0.0", "2.0.0", "break", set()),
        ("1.0.0", "1.1.0", "break", {"api-major-version-not-bumped", "control-version-mismatch"}),
        ("1.0.0", "1.0.0", "break", _VERSION_CHECKS - {"api-version-decreased"}),
        ("0.1.0", "0.2.0", "break", set()),
        ("0.1.0", "0.1.1", "break", {"api-major-version-not-bumped", "control-version-mismatch"}),
        ("2.0.0", "1.0.0", "add", {"api-version-decreased", "control-version-mismatch"}),
        ("1.0.0", "1.0.0", "add", {"api-version-not-bumped"}),
        ("1.0.0", "1.1.0", "add", set()),
        ("one", "two", "break", set()),
        ("1.0.0", "1.0.0", "none", set()),
    ],
)
def test_the_version_agrees_with_the_change(old: str, new: str, change: str, expected: set[str]) -> None:
    schemas = {"break": {"type": "array"}, "add": {"type": "object", "properties": {"p": {}}}}
    base = at("response-body", {"type": "object"}, info={"title": "t", "version": old})
    revision = at(
        "response-body", schemas.get(change, {"type": "object"}), info={"title": "t", "version": new}
    )
    found = {finding.id for finding in report(base, revision).findings}
    assert found & _VERSION_CHECKS == expected


def test_a_document_without_a_version_is_not_judged_by_it() -> None:
    assert report(api(info={}), api({"tags": ["a"]}, info={})).breaking is False
