"""Two ways to write one contract are one contract; nothing is found between them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.catalog.compatibility.openapi.contracts import api, at, content, ids

_STR = {"type": "string"}
_CAT = {"type": "object", "properties": {"c": _STR}, "required": ["c"]}
_REF = {"$ref": "#/components/schemas/Cat"}
_ROOT = {"components": {"schemas": {"Cat": _CAT}}}
_OLD = {**_ROOT, "openapi": "3.0.3"}

SAME: dict[str, tuple[Any, Any]] = {
    "null by type list or branch": ({"type": ["string", "null"]}, {"oneOf": [_STR, {"type": "null"}]}),
    "null by anyOf of a reference": (
        {"anyOf": [_REF, {"type": "null"}]},
        {"oneOf": [{"type": "null"}, _REF]},
    ),
    "const and enum of one": ({"const": "a"}, {"type": "string", "enum": ["a"]}),
    "oneOf of constants and enum": (
        {"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]},
        {"type": "string", "enum": ["b", "a"]},
    ),
    "oneOf of bare types and type list": (
        {"oneOf": [_STR, {"type": "integer"}]},
        {"type": ["integer", "string"]},
    ),
    "enum order": ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    "enum with null": ({"type": ["string", "null"], "enum": ["a", None]}, {"enum": [None, "a"]}),
    "allOf and plain": (
        {"allOf": [_CAT, {"properties": {"d": _STR}}]},
        {**_CAT, "properties": {"c": _STR, "d": _STR}},
    ),
    "reference and copy": (_REF, _CAT),
    "one branch": ({"oneOf": [_REF]}, _REF),
    "1 and 1.0": ({"type": "number", "maximum": 1}, {"type": "number", "maximum": 1.0}),
    "bounds that say nothing": ({"type": "string"}, {"type": "string", "minLength": 0}),
    "items that say nothing": ({"type": "array"}, {"type": "array", "items": {}}),
    "others that say nothing": (_CAT, {**_CAT, "additionalProperties": True}),
    "an object without its type": (_CAT, {key: value for key, value in _CAT.items() if key != "type"}),
    "boolean and all its values": ({"type": "boolean"}, {"type": "boolean", "enum": [True, False]}),
    "tuples of two drafts": (
        {"type": "array", "prefixItems": [_STR]},
        {"type": "array", "items": [_STR]},
    ),
    "order of parts": ({"allOf": [_REF, {"maxProperties": 3}]}, {"allOf": [{"maxProperties": 3}, _REF]}),
    "a bound twice": (
        {"type": "number", "maximum": 3},
        {"allOf": [{"maximum": 5}, {"type": "number", "maximum": 3}]},
    ),
    "title": ({"oneOf": [{**_CAT, "title": "x"}, _STR]}, {"oneOf": [{**_CAT, "title": "y"}, _STR]}),
}
SAME_IN_30: dict[str, tuple[Any, Any]] = {
    "nullable wrapper": ({"allOf": [_REF], "nullable": True}, {**_CAT, "nullable": True}),
    "nullable beside a reference": ({**_REF, "nullable": True}, {"allOf": [_REF], "nullable": True}),
    "exclusive as a flag": (
        {"type": "number", "minimum": 1, "exclusiveMinimum": False},
        {"type": "number", "minimum": 1},
    ),
    "nullable enum": (
        {"type": "string", "nullable": True, "enum": ["a"]},
        {"type": "string", "nullable": True, "enum": ["a", None]},
    ),
    "description beside a reference": ({**_REF, "description": "x"}, _REF),
    "a type beside a reference": ({**_REF, "type": "string"}, _REF),
}


@pytest.mark.parametrize("place", ["request-body", "request-property", "request-parameter", "response-body"])
@pytest.mark.parametrize("words", SAME)
def test_two_spellings_are_one_schema(words: str, place: str) -> None:
    one, two = (at(place, schema, **_ROOT) for schema in SAME[words])
    assert ids(one, two) == set()
    assert ids(two, one) == set()


@pytest.mark.parametrize("words", SAME_IN_30)
def test_two_spellings_of_30_are_one_schema(words: str) -> None:
    one, two = (at("response-property", schema, **_OLD) for schema in SAME_IN_30[words])
    assert ids(one, two) == set()
    assert ids(two, one) == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        (
            {"type": "number", "maximum": 5, "exclusiveMaximum": True},
            {"type": "number", "exclusiveMaximum": 5},
        ),
        ({"type": "string", "enum": ["a"]}, {"const": "a"}),
        ({"allOf": [_REF], "nullable": True}, {"oneOf": [_REF, {"type": "null"}]}),
    ],
)
def test_going_from_30_to_31_changes_nothing(old: Any, new: Any) -> None:
    assert ids(at("request-property", old, **_OLD), at("request-property", new, **_ROOT)) == set()


_V2: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "t", "version": "1.0.0"},
    "host": "api.example.com",
    "basePath": "/v1",
    "schemes": ["https"],
    "consumes": ["application/json"],
    "produces": ["application/json"],
    "securityDefinitions": {"k": {"type": "basic"}},
    "security": [{"k": []}],
    "definitions": {"Cat": {**_CAT, "properties": {"c": {"type": "string", "x-nullable": True}}}},
    "paths": {
        "/cats/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "type": "integer"}],
            "post": {
                "parameters": [
                    {
                        "name": "tags",
                        "in": "query",
                        "type": "array",
                        "items": _STR,
                        "collectionFormat": "multi",
                    },
                    {"name": "cat", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Cat"}},
                ],
                "responses": {
                    "200": {
                        "description": "ok",
                        "schema": {"$ref": "#/definitions/Cat"},
                        "headers": {"X-P": {"type": "integer"}},
                    }
                },
            },
            "put": {
                "consumes": ["application/x-www-form-urlencoded"],
                "parameters": [{"name": "n", "in": "formData", "type": "string", "required": True}],
                "responses": {"204": {"description": "ok"}},
            },
        }
    },
}
_NULLABLE = {**_CAT, "properties": {"c": {"type": "string", "nullable": True}}}
_V3: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "t", "version": "1.0.0"},
    "servers": [{"url": "https://api.example.com/v1"}],
    "security": [{"k": []}],
    "components": {
        "schemas": {"Cat": _NULLABLE},
        "securitySchemes": {"k": {"type": "http", "scheme": "basic"}},
    },
    "paths": {
        "/cats/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "post": {
                "parameters": [{"name": "tags", "in": "query", "schema": {"type": "array", "items": _STR}}],
                "requestBody": {"required": True, **content(_REF)},
                "responses": {
                    "200": {
                        "description": "ok",
                        **content(_REF),
                        "headers": {"X-P": {"schema": {"type": "integer"}}},
                    }
                },
            },
            "put": {
                "requestBody": {
                    "required": True,
                    **content(
                        {"type": "object", "properties": {"n": _STR}, "required": ["n"]},
                        "application/x-www-form-urlencoded",
                    ),
                },
                "responses": {"204": {"description": "ok"}},
            },
        }
    },
}


def test_a_20_document_and_its_conversion_are_one_contract() -> None:
    assert ids(_V2, _V3) == set()
    assert ids(_V3, _V2) == set()


def _paths(**paths: Any) -> dict[str, Any]:
    found = api()
    return {**found, "paths": {path.replace("__", "/"): item for path, item in paths.items()}}


def test_a_parameter_of_the_path_is_that_of_its_operations() -> None:
    one = api({"parameters": [{"name": "p", "in": "query", "schema": _STR}]})
    two = api()
    two["paths"]["/things"]["parameters"] = one["paths"]["/things"]["post"]["parameters"]
    assert ids(one, two) == set()


def test_header_names_and_media_types_are_compared_without_case_and_spaces() -> None:
    one = api({"parameters": [{"name": "X-A", "in": "header", "schema": _STR}], "requestBody": content(_STR)})
    two = api(
        {
            "parameters": [{"name": "x-a", "in": "header", "schema": _STR}],
            "requestBody": content(_STR, "Application/JSON"),
        }
    )
    assert ids(one, two) == set()


def test_paths_match_by_shape_and_by_exact_name_first() -> None:
    def path(name: str) -> dict[str, Any]:
        return {
            "get": {
                "parameters": [{"name": name, "in": "path", "required": True, "schema": _STR}],
                "responses": {"200": {"description": "ok"}},
            }
        }

    base = {**api(), "paths": {"/a/{id}": path("id")}}
    assert ids(base, {**api(), "paths": {"/a/{key}": path("key")}}) == set()
    twins = {**api(), "paths": {"/a/{name}": path("name"), "/a/{id}": path("id")}}
    assert ids(twins, twins) == set()
    assert ids(base, twins) == {"endpoint-added"}


def test_a_renamed_security_scheme_or_component_changes_nothing_for_clients() -> None:
    scheme = {"type": "http", "scheme": "bearer"}
    one = api({"security": [{"a": []}]}, components={"securitySchemes": {"a": scheme}})
    two = api({"security": [{"b": []}]}, components={"securitySchemes": {"b": scheme}})
    assert not {"api-security-tightened", "control-security-removed", "control-security-weakened"} & ids(
        one, two
    )
    old = at("response-body", {"oneOf": [_REF, _STR]}, **_ROOT)
    renamed = {"oneOf": [{"$ref": "#/components/schemas/Kitty"}, _STR]}
    new = at("response-body", renamed, components={"schemas": {"Kitty": _CAT}})
    assert ids(old, new) == {"api-schema-removed"}


def test_recursive_schemas_are_compared_to_their_end() -> None:
    def tree(kind: str, **more: Any) -> dict[str, Any]:
        node = {"$ref": "#/components/schemas/Node"}
        schema = {"type": "object", "properties": {"child": node, "v": {"type": kind}, **more}}
        return at("response-body", node, components={"schemas": {"Node": schema}})

    pet = {"oneOf": [{"$ref": "#/components/schemas/Dog"}], "discriminator": {"propertyName": "k"}}
    dog = {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"bark": _STR}}]}
    assert ids(tree("string"), tree("string")) == set()
    assert ids(tree("string"), tree("integer")) == {"response-property-type-changed"}
    loop = at(
        "request-body", {"$ref": "#/components/schemas/Dog"}, components={"schemas": {"Pet": pet, "Dog": dog}}
    )
    assert ids(loop, loop) == set()
