"""What tests of the linter share: small documents that no rule minds, changes to them, findings by id."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from catalog.compatibility.documents import from_value, split
from catalog.linting import Finding, Report, lint_document
from catalog.linting.sources import ruleset_of

TODAY = dt.date(2026, 11, 22)
GONE = object()
_INFO = {
    "title": "Things", "version": "1.0.0", "description": "Things.",
    "contact": {"name": "A", "url": "https://a.org", "email": "a@a.org"},
    "license": {"name": "Apache-2.0", "url": "https://a.org/license"},
}  # fmt: skip
_OPERATION = {"operationId": "listThings", "description": "Lists.", "tags": ["things"]}
_THING = {
    "type": "object", "required": ["kind"],
    "properties": {
        "kind": {"type": "string", "enum": ["a", "b"], "example": "a"},
        "size": {"type": "integer", "default": 1},
        "parts": {"type": "array", "items": {"type": "string"}},
    },
}  # fmt: skip
OAS2: dict[str, Any] = {
    "swagger": "2.0", "info": _INFO, "host": "things.org", "schemes": ["https"],
    "tags": [{"name": "things", "description": "Things."}], "security": [{"login": ["read"]}],
    "paths": {
        "/things/{id}": {
            "get": {
                **_OPERATION,
                "parameters": [{"name": "id", "in": "path", "type": "string", "required": True, "description": "Id."}],
                "responses": {"200": {"description": "Ok.", "schema": {"$ref": "#/definitions/Thing"}, "examples": {"application/json": {"kind": "a"}}}},
            },
            "post": {
                **_OPERATION, "operationId": "addThing", "consumes": ["multipart/form-data"],
                "parameters": [
                    {"name": "id", "in": "path", "type": "string", "required": True, "description": "Id."},
                    {"name": "file", "in": "formData", "type": "file", "description": "File."},
                ],
                "responses": {"201": {"description": "Ok."}},
            },
        }
    },
    "definitions": {"Thing": {**_THING, "discriminator": "kind"}},
    "securityDefinitions": {"login": {"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://a.org", "scopes": {"read": "Reads."}}},
}  # fmt: skip
_SERVER = {"url": "https://{zone}.things.org", "variables": {"zone": {"default": "eu", "enum": ["eu", "us"]}}}
OAS3: dict[str, Any] = {
    "openapi": "3.0.3", "info": _INFO, "servers": [_SERVER],
    "tags": [{"name": "things", "description": "Things."}], "security": [{"login": ["read"]}],
    "paths": {
        "/things/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {
                **_OPERATION,
                "parameters": [{"name": "page", "in": "query", "description": "Page.", "schema": {"type": "integer"}, "example": 1}],
                "responses": {"200": {"$ref": "#/components/responses/Thing"}},
            },
            "post": {
                **_OPERATION, "operationId": "addThing",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}, "examples": {"one": {"$ref": "#/components/examples/One"}}}}},
                "responses": {"201": {"description": "Ok."}},
                "callbacks": {"done": {"{$request.body#/url}": {"post": {"responses": {"200": {"description": "Ok."}}}}}},
            },
        }
    },
    "components": {
        "parameters": {"Id": {"name": "id", "in": "path", "required": True, "description": "Id.", "schema": {"type": "string"}}},
        "responses": {"Thing": {"description": "Ok.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}, "example": {"kind": "b"}}}}},
        "examples": {"One": {"value": {"kind": "a"}}},
        "schemas": {"Thing": _THING},
        "securitySchemes": {"login": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "https://a.org", "scopes": {"read": "Reads."}}}}},
    },
}  # fmt: skip
OAS31: dict[str, Any] = {
    **copy.deepcopy(OAS3), "openapi": "3.1.0",
    "webhooks": {"changed": {"post": {"responses": {"200": {"description": "Ok."}}}}},
}  # fmt: skip


def changed(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A copy with the values at pointers replaced; `-` at the end appends, GONE removes."""
    result = copy.deepcopy(document)
    for pointer, value in changes.items():
        *keys, last = split(pointer)
        holder: Any = result
        for key in keys:
            holder = holder[int(key)] if isinstance(holder, list) else holder.setdefault(key, {})
        if value is GONE:
            del holder[int(last) if isinstance(holder, list) else last]
        elif isinstance(holder, list):
            holder.insert(len(holder) if last == "-" else int(last), value)
        else:
            holder[last] = value
    return result


def lint(document: Any, ruleset: Any = None, **options: Any) -> Report:
    return lint_document(from_value(document), ruleset_of(ruleset), today=TODAY, **options)


def found(document: Any, ruleset: Any = None) -> list[tuple[str, str]]:
    """Ids and pointers of all findings."""
    return [(finding.id, finding.pointer) for finding in lint(document, ruleset).findings]


def one_rule(given: Any, then: Any, **more: Any) -> dict[str, Any]:
    """A ruleset of one rule, `r`."""
    return {"rules": {"r": {"given": given, "then": then, **more}}}


def by_id(findings: tuple[Finding, ...], rule: str) -> list[Finding]:
    return [finding for finding in findings if finding.id == rule]
