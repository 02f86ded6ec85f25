"""Rulesets: what they extend and switch, aliases, formats, overrides, exceptions, and what cannot be applied."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from catalog.compatibility.documents import from_value, read_document
from catalog.linting import Exemption, Level, LintError, lint_document, read_ruleset
from catalog.linting.rulesets import formats_of
from catalog.linting.sources import ruleset_of
from tests.catalog.linting.linting_cases import OAS2, OAS3, TODAY, by_id, changed, found, lint, one_rule

_BAD = changed(OAS3, {"/info/contact": {}, "/info/description": "", "/info/license/url": ""})
_TRUTHY = {"function": "truthy"}


def levels(document: Any, ruleset: Any) -> dict[str, str]:
    return {finding.id: finding.level.value for finding in lint(document, ruleset).findings}


@pytest.mark.parametrize(
    ("ruleset", "wanted"),
    [
        ("spectral:oas", {"info-description": "warning"}),
        (["spectral:oas"], {"info-description": "warning"}),
        ({"extends": "spectral:oas"}, {"info-description": "warning"}),
        ({"extends": [["spectral:oas", "off"]]}, {}),
        ({"extends": [["spectral:oas", "off"]], "rules": {"license-url": True}}, {"license-url": "warning"}),
        ({"extends": ["spectral:oas"], "rules": {"info-description": "off"}}, {}),
        ({"extends": ["spectral:oas"], "rules": {"info-description": False}}, {}),
        ({"extends": ["spectral:oas"], "rules": {"info-description": "error"}}, {"info-description": "error"}),
        ({"extends": ["spectral:oas"], "rules": {"info-description": 3}}, {"info-description": "hint"}),
        ({"extends": ["spectral:oas"], "rules": {"info-description": {"severity": "info"}}}, {"info-description": "info"}),
        ({"extends": ["spectral:oas"], "rules": {"license-url": "hint"}}, {"info-description": "warning", "license-url": "hint"}),
        ({"extends": [["spectral:oas", "all"]]}, {"info-description": "warning", "license-url": "warning", "contact-properties": "warning"}),
    ],
)  # fmt: skip
def test_extends_and_levels_switch_rules_as_spectral_does(ruleset: Any, wanted: dict[str, str]) -> None:
    assert levels(_BAD, ruleset) == wanted


def test_a_ruleset_is_yaml_or_json_and_extends_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "base.json").write_text(
        '{"rules": {"a": {"given": "$.info", "recommended": false, "then": {"field": "x-a", "function": "truthy"}}, "b": {"given": "$.info", "then": {"field": "x-b", "function": "truthy"}}}}'
    )
    main = tmp_path / "main.yaml"
    main.write_text("extends: ./base.json\n")
    assert found(OAS3, str(main)) == [("b", "/info")]
    main.write_text("extends: [[./base.json, all]]\nrules:\n  b: off\n")
    assert found(OAS3, str(main)) == [("a", "/info")]
    (tmp_path / "base.json").write_text('{"extends": ["./base.json", "../outside.yaml"]}')
    main.write_text("extends: ./base.json\n")
    assert [(f.id, f.code) for f in lint(OAS3, str(main)).findings] == [
        ("ruleset", "LNT-105"),
        ("ruleset", "LNT-105"),
    ]


def test_aliases_stand_for_paths_may_nest_and_differ_by_format() -> None:
    ruleset = {
        "aliases": {
            "Operation": ["$.paths[*][get,post]"],
            "Tag": ["#Operation.tags[*]"],
            "Place": {"targets": [{"formats": ["oas2"], "given": ["$.host"]}, {"formats": ["oas3"], "given": ["$.servers[*].url"]}]},
        },
        "rules": {
            "tags": {"given": "#Tag", "then": {"function": "falsy"}},
            "places": {"given": ["#Place"], "then": {"function": "falsy"}},
        },
    }  # fmt: skip
    assert ("places", "/host") in found(OAS2, ruleset)
    assert ("places", "/servers/0/url") in found(OAS3, ruleset)
    assert ("tags", "/paths/~1things~1{id}/post/tags/0") in found(OAS3, ruleset)


def test_a_rule_for_a_format_runs_on_that_format_only() -> None:
    for spelling in ("oas3.0", "oas3_0", "oas3"):
        rules = one_rule("$.info", {"field": "x-a", "function": "truthy"}, formats=[spelling])
        assert (found(OAS3, rules), found(OAS2, rules)) == ([("r", "/info")], [])
    assert formats_of({"asyncapi": "2.6.0"}) == {"asyncapi2", "asyncapi2_6"}
    assert formats_of({"openapi": "3.1.1"}) == {"oas3", "oas3_1"}
    assert found({"hello": 1}, "spectral:oas") == [("unrecognized-format", "")]


def test_resolved_rules_see_through_references_and_tell_the_place_of_the_definition() -> None:
    given = "$.paths[*].parameters[*]"
    assert found(OAS3, one_rule(given, {"field": "schema.pattern", "function": "truthy"})) == [
        ("r", "/components/parameters/Id/schema")
    ]
    as_written = one_rule(given, {"field": "$ref", "function": "falsy"}, resolved=False)
    assert found(OAS3, as_written) == [("r", "/paths/~1things~1{id}/parameters/0/$ref")]


def test_messages_have_their_slots_filled() -> None:
    rules = one_rule(
        "$.info", {"field": "title", "function": "pattern", "functionOptions": {"match": "^x"}},
        message="{{property}}|{{value}}|{{path}}|{{description}}|{{error}}", description="Why.", documentationUrl="https://a.org/r",
    )  # fmt: skip
    finding = lint(OAS3, rules).findings[0]
    assert finding.message == 'title|Things|#/info/title|Why.|"Things" must match the pattern "^x"'
    assert finding.as_json()["documentation_url"] == "https://a.org/r"


def test_overrides_hold_for_files_and_for_places_in_them() -> None:
    ruleset = {
        "extends": ["spectral:oas"],
        "overrides": [
            {"files": ["legacy/**/*.yaml"], "rules": {"info-description": "off", "operation-tags": "error"}},
            {"files": ["legacy/*.yaml#/paths/~1things~1{id}/post"], "rules": {"operation-tags": "hint"}},
        ],
    }
    document = changed(_BAD, {"/paths/~1things~1{id}/get/tags": [], "/paths/~1things~1{id}/post/tags": []})

    def told(source: str) -> list[tuple[str, str]]:
        report = lint_document(from_value(document), ruleset_of(ruleset, source=source), today=TODAY)
        return [(finding.id, finding.level.value) for finding in report.findings]

    assert told("new/a.yaml") == [
        ("info-description", "warning"),
        ("operation-tags", "warning"),
        ("operation-tags", "warning"),
    ]
    assert told("legacy/a.yaml") == [("operation-tags", "error"), ("operation-tags", "hint")]


def test_the_older_except_switches_rules_off_at_places() -> None:
    ruleset = {"extends": ["spectral:oas"], "except": {"*.yaml#/info": ["info-description"]}}
    for source, wanted in (("a.yaml", []), ("a.json", ["info-description"])):
        report = lint_document(from_value(_BAD), ruleset_of(ruleset, source=source), today=TODAY)
        assert [finding.id for finding in report.findings] == wanted


_EXCEPTION = {"rule": "info-description", "pointer": "/info", "reason": "Old.", "expires": "2026-12-31"}


def test_an_exception_covers_its_rule_at_its_place_until_it_expires_and_stays_visible() -> None:
    ruleset = {"extends": ["spectral:oas"], "exceptions": [_EXCEPTION]}
    report = lint(_BAD, ruleset)
    assert report.findings == ()
    assert report.as_json()["excepted"][0]["reason"] == "Old."
    late = lint_document(from_value(_BAD), ruleset_of(ruleset), today=dt.date(2027, 1, 1))
    assert [(f.id, f.code) for f in late.findings] == [
        ("info-description", ""),
        ("lint-exception", "LNT-112"),
    ]
    unused = lint(OAS3, ruleset).findings
    assert [(f.level, f.code) for f in unused] == [(Level.INFO, "LNT-113")]


def test_an_exception_reaches_below_its_place_but_not_beside_it_and_needs_a_reason() -> None:
    document = changed(OAS3, {"/info/description": ""})
    for pointer, covered in (("/info", 1), ("/inf", 0), ("", 1), ("/info/description", 1), ("/paths", 0)):
        exemption = Exemption("*", pointer, "Old.", TODAY)
        assert len(lint(document, "spectral:oas", exceptions=[exemption]).excepted) == covered, pointer
    for wrong in ({**_EXCEPTION, "reason": " "}, {**_EXCEPTION, "expires": "soon"}, {"rule": "x"}, "x"):
        findings = lint(_BAD, {"extends": ["spectral:oas"], "exceptions": [wrong]}).findings
        assert {finding.code for finding in findings} == {"LNT-111", ""}


@pytest.mark.parametrize(
    ("part", "code", "pointer"),
    [
        ({"extends": ["https://example.com/rules.yaml"]}, "LNT-105", "/extends/0"),
        ({"extends": "@stoplight/spectral-owasp-ruleset"}, "LNT-105", "/extends"),
        ({"extends": [["spectral:oas", "some"]]}, "LNT-105", "/extends/0"),
        ({"extends": ["spectral:asyncapi"]}, "LNT-105", "/extends/0"),
        ({"extends": ["./missing.yaml"]}, "LNT-105", "/extends/0"),
        ({"functions": ["mine"]}, "LNT-109", "/functions"),
        ({"functionsDir": "./fn"}, "LNT-109", "/functionsDir"),
        ({"whatever": 1}, "LNT-109", "/whatever"),
        ({"parserOptions": {"other": "off"}}, "LNT-109", "/parserOptions/other"),
        ({"aliases": ["$.a"]}, "LNT-102", "/aliases"),
        ({"overrides": {"files": ["*"]}}, "LNT-102", "/overrides"),
        ({"overrides": [{"rules": {}}]}, "LNT-102", "/overrides/0"),
        ({"rules": {"r": {"given": "$", "then": []}}}, "LNT-102", "/rules/r/then"),
        ({"rules": {"r": {"given": [], "then": _TRUTHY}}}, "LNT-103", "/rules/r/given"),
        ({"formats": ["raml"]}, "LNT-106", "/formats/0"),
        ({"rules": {"r": "error"}}, "LNT-102", "/rules/r"),
        ({"rules": {"r": {"then": _TRUTHY}}}, "LNT-102", "/rules/r"),
        ({"rules": {"r": {"given": "$", "then": _TRUTHY, "severity": "fatal"}}}, "LNT-102", "/rules/r/severity"),
        ({"rules": {"r": {"given": "$", "then": _TRUTHY, "sverity": "error"}}}, "LNT-102", "/rules/r/sverity"),
        ({"rules": {"r": {"given": "$.[", "then": _TRUTHY}}}, "LNT-103", "/rules/r/given"),
        ({"rules": {"r": {"given": "#Nope", "then": _TRUTHY}}}, "LNT-103", "/rules/r/given"),
        ({"aliases": {"A": ["#A"]}, "rules": {"r": {"given": "#A", "then": _TRUTHY}}}, "LNT-103", "/rules/r/given"),
        ({"aliases": {"A": {"targets": [{"formats": 5, "given": "$"}]}}, "rules": {"r": {"given": "#A", "then": _TRUTHY}}}, "LNT-103", "/rules/r/given"),
        ({"rules": {"r": {"given": "$", "then": {"function": "mine"}}}}, "LNT-104", "/rules/r/then/function"),
        ({"rules": {"r": {"given": "$", "then": [_TRUTHY, {"function": "length", "functionOptions": {"mx": 1}}]}}}, "LNT-107", "/rules/r/then/1/functionOptions"),
        ({"rules": {"r": {"given": "$", "then": {"function": "pattern", "functionOptions": {"match": "("}}}}}, "LNT-108", "/rules/r/then/functionOptions"),
        ({"rules": {"r": {"given": "$", "then": {"function": "schema", "functionOptions": {"schema": {"$ref": "https://a.org/s"}}}}}}, "LNT-107", "/rules/r/then/functionOptions"),
    ],
)  # fmt: skip
def test_what_cannot_be_applied_is_told_with_code_and_place(
    part: dict[str, Any], code: str, pointer: str
) -> None:
    findings = by_id(lint(OAS3, {"rules": {}, **part}).findings, "ruleset")
    assert [(finding.code, finding.pointer, finding.level, finding.document) for finding in findings] == [
        (code, pointer, Level.ERROR, "ruleset")
    ]


def test_the_place_in_a_ruleset_has_its_line_and_the_other_rules_still_run() -> None:
    text = "rules:\n  mine:\n    given: $\n    then: {function: mine}\n  ok:\n    given: $.info\n    then: {field: x, function: truthy}\n"
    report = lint(OAS3, text)
    assert [(finding.id, finding.line) for finding in report.findings] == [("ruleset", 4), ("ok", 0)]


def test_what_is_no_ruleset_is_refused() -> None:
    for value in ({"openapi": "3.0.0"}, {"x": 1}):
        with pytest.raises(LintError, match="LNT-101"):
            read_ruleset(from_value(value))


def test_tolerated_imperfections_and_references_to_nowhere_are_findings() -> None:
    text = "swagger: '2.0'\nswagger: '2.0'\nx: {$ref: '#/definitions/Nope'}\n"
    document = read_document(text)
    found = lint_document(document, ruleset_of({"rules": {}}), today=TODAY).findings
    assert [(f.id, f.level.value, f.pointer, f.line, f.code) for f in found] == [
        ("parser", "error", "", 2, "CTR-121"), ("invalid-ref", "error", "/x/$ref", 3, ""),
    ]  # fmt: skip
    quiet = ruleset_of({"rules": {}, "parserOptions": {"duplicateKeys": "off"}})
    assert [finding.id for finding in lint_document(document, quiet, today=TODAY).findings] == ["invalid-ref"]


def test_a_fingerprint_stays_when_something_is_put_before() -> None:
    one = changed(OAS3, {"/paths/~1things~1{id}/get/parameters/0/example": "x"})
    two = changed(one, {"/paths/~1things~1{id}/get/parameters/0": {"name": "a", "in": "query", "schema": {}}})
    marks = [
        {(f.pointer, f.fingerprint) for f in lint(d).findings if f.id == "oas3-valid-media-example"}
        for d in (one, two)
    ]
    assert {pointer for pointer, _ in marks[0]} != {pointer for pointer, _ in marks[1]}
    assert {mark for _, mark in marks[0]} == {mark for _, mark in marks[1]}
