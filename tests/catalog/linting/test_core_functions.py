"""The core functions: (function, options, value that passes, value that does not, where it is told)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.catalog.linting.linting_cases import by_id, lint, one_rule

_CASES: list[tuple[str, dict[str, Any], Any, Any, str]] = [
    ("alphabetical", {}, ["a", "B", "c"], ["b", "a"], "/v/0"),
    ("alphabetical", {}, {"a": 1, "b": 2}, {"b": 1, "a": 2}, "/v/b"),
    ("alphabetical", {}, [1, 9, 10], [10, 9], "/v/0"),
    ("alphabetical", {"keyedBy": "n"}, [{"n": "a"}, {"n": "b"}], [{"n": "b"}, {"n": "a"}], "/v"),
    ("casing", {"type": "flat"}, "foobar1", "fooBar", "/v"),
    ("casing", {"type": "camel"}, "fooBar1", "FooBar", "/v"),
    ("casing", {"type": "pascal"}, "FooBar", "fooBar", "/v"),
    ("casing", {"type": "kebab"}, "foo-bar2", "foo_bar", "/v"),
    ("casing", {"type": "kebab", "disallowDigits": True}, "foo-bar", "foo-bar2", "/v"),
    ("casing", {"type": "cobol"}, "FOO-BAR", "FOO_BAR", "/v"),
    ("casing", {"type": "snake"}, "foo_bar", "foo-bar", "/v"),
    ("casing", {"type": "macro"}, "FOO_BAR", "foo_bar", "/v"),
    ("casing", {"type": "pascal", "separator": {"char": "-"}}, "X-Rate-Limit", "X_Rate", "/v"),
    ("casing", {"type": "flat", "separator": {"char": "/", "allowLeading": True}}, "/a/b", "//a", "/v"),
    ("enumeration", {"values": ["a", 1]}, 1, "b", "/v"),
    ("falsy", {}, 0, "x", "/v"),
    ("truthy", {}, [], "", "/v"),
    ("length", {"min": 2, "max": 3}, "abc", "a", "/v"),
    ("length", {"max": 1}, {"a": 1}, {"a": 1, "b": 2}, "/v"),
    ("length", {"min": 3}, 4, 2, "/v"),
    ("or", {"properties": ["a", "b"]}, {"a": None, "b": 1}, {"c": 1}, "/v"),
    ("xor", {"properties": ["a", "b"]}, {"a": None}, {"a": 1, "b": 1}, "/v"),
    ("pattern", {"match": "^a"}, "ab", "ba", "/v"),
    ("pattern", {"notMatch": "/^A/i"}, "ba", "ab", "/v"),
    ("schema", {"schema": {"type": "array", "items": {"maximum": 2}}}, [1, 2], [1, 3], "/v/1"),
    ("typedEnum", {}, {"type": "integer", "enum": [1]}, {"type": "integer", "enum": [1, "x"]}, "/v/enum/1"),
    ("undefined", {}, None, None, ""),
    ("defined", {}, None, None, ""),
    ("unreferencedReusableObject", {"reusableObjectsLocation": "#/v"}, {"used": 1}, {"dead": 1}, "/v/dead"),
]


@pytest.mark.parametrize("case", _CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(_CASES)])
def test_a_function_passes_what_fits_and_tells_what_does_not(case: tuple[str, dict, Any, Any, str]) -> None:
    function, options, good, bad, pointer = case
    rules = one_rule("$", {"field": "v", "function": function, "functionOptions": options})
    if function in ("defined", "undefined"):
        documents = ({"v": None}, {"w": 1})
        passing, failing = documents if function == "defined" else documents[::-1]
        pointer = "" if function == "defined" else "/v"
    else:
        passing, failing = ({"v": value, "use": {"$ref": "#/v/used"}} for value in (good, bad))
        if function != "unreferencedReusableObject":
            passing, failing = {"v": good}, {"v": bad}
    assert by_id(lint(passing, rules).findings, "r") == []
    assert [finding.pointer for finding in by_id(lint(failing, rules).findings, "r")] == [pointer]


def test_values_of_another_kind_and_missing_ones_are_left_to_other_rules() -> None:
    for function, options in (
        ("pattern", {"match": "^a"}),
        ("casing", {"type": "flat"}),
        ("length", {"min": 5}),
    ):
        rules = one_rule("$", {"field": "v", "function": function, "functionOptions": options})
        assert [lint(document, rules).findings for document in ({"v": True}, {"w": 1})] == [(), ()]


_SCHEMAS: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("draft4", {"minimum": 5, "exclusiveMinimum": True}, 6, 5),
    ("draft7", {"exclusiveMinimum": 5}, 6, 5),
    ("draft7", {"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"a": 1, "b": 1}, {"a": 1}),
    ("draft7", {"items": [{"type": "string"}], "additionalItems": False}, ["a"], ["a", 1]),
    ("draft7", {"propertyNames": {"pattern": "^[a-z]+$"}}, {"ab": 1}, {"A": 1}),
    ("draft7", {"contains": {"const": 1}}, [2, 1], [2]),
    ("draft7", {"dependencies": {"a": ["b"]}}, {"b": 1}, {"a": 1}),
    ("draft7", {"not": {"type": "string"}}, 1, "a"),
    ("draft7", {"oneOf": [{"type": "integer"}, {"minimum": 2}]}, 1, 3),
    ("draft7", {"$ref": "#/definitions/x", "definitions": {"x": {"multipleOf": 3}}}, 9, 10),
    ("draft7", {"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": False}, {"x-a": "b"}, {"y": 1}),
    ("draft2020-12", {"prefixItems": [{"type": "string"}], "items": False}, ["a"], ["a", "b"]),
    ("draft2020-12", {"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": False}, {"a": 1}, {"b": 1}),
    ("draft2020-12", {"dependentRequired": {"a": ["b"]}}, {}, {"a": 1}),
    ("draft7", {"format": "date-time"}, "2026-02-28T10:00:00Z", "2026-02-30T10:00:00Z"),
    ("draft7", {"uniqueItems": True}, [1, True, "1"], [{"a": 1, "b": 2}, {"b": 2, "a": 1}]),
]  # fmt: skip


@pytest.mark.parametrize("case", _SCHEMAS, ids=[f"{case[0]}-{n}" for n, case in enumerate(_SCHEMAS)])
def test_schemas_are_judged_by_their_dialect(case: tuple[str, dict, Any, Any]) -> None:
    dialect, schema, good, bad = case
    rules = one_rule(
        "$", {"field": "v", "function": "schema", "functionOptions": {"dialect": dialect, "schema": schema}}
    )
    assert [len(lint({"v": value}, rules).findings) for value in (good, bad)] == [0, 1]


def test_all_errors_are_told_only_when_asked_for_and_references_are_followed() -> None:
    schema = {"required": ["a", "b"], "properties": {"c": {"type": "string"}}}
    document = {"v": {"$ref": "#/w"}, "w": {"c": 1}}
    for wanted, pointers in ((False, ["/w"]), (True, ["/w", "/w", "/w/c"])):
        options = {"schema": schema, "allErrors": wanted}
        rules = one_rule("$.v", {"function": "schema", "functionOptions": options}, message="{{error}}")
        assert [finding.pointer for finding in lint(document, rules).findings] == pointers
