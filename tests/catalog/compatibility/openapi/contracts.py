"""Small contracts for the corpus: one operation, with a schema put at one place."""

from __future__ import annotations

from typing import Any

from catalog.compatibility.documents import from_value
from catalog.compatibility.openapi import Options, Report, compare_documents

JSON = "application/json"


def api(operation: dict[str, Any] | None = None, **root: Any) -> dict[str, Any]:
    """A 3.1 document with POST /things; `operation` and `root` replace parts of it."""
    post = {"responses": {"200": {"description": "ok"}}, **(operation or {})}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1.0.0"},
        "paths": {"/things": {"post": post}},
        **root,
    }


def content(schema: Any, media: str = JSON) -> dict[str, Any]:
    return {"content": {media: {"schema": schema}}}


def holder(schema: Any, name: str = "p") -> dict[str, Any]:
    return {"type": "object", "properties": {name: schema}}


def at(place: str, schema: Any, **root: Any) -> dict[str, Any]:
    """A document with the schema at a place, named by the prefix of its checks."""
    if place == "request-header-property":
        return parameter(holder(schema), "header", **root)
    if place == "request-read-only-property":
        return at("request-property", {**schema, "readOnly": True}, **root)
    if place == "response-write-only-property":
        return at("response-property", {**schema, "writeOnly": True}, **root)
    if place.endswith("-property"):
        return at(
            place.removesuffix("-property") + ("" if "parameter" in place else "-body"),
            holder(schema),
            **root,
        )
    if place == "request-parameter":
        return parameter(schema, "query", **root)
    if place == "request-body":
        return api({"requestBody": content(schema)}, **root)
    answer: dict[str, Any] = {"description": "ok"}
    if place == "response-header":
        answer["headers"] = {"X-P": {"schema": schema}}
    else:
        answer |= content(schema)
    return api({"responses": {"200": answer}}, **root)


def parameter(schema: Any, location: str = "query", **root: Any) -> dict[str, Any]:
    return api({"parameters": [{"name": "p", "in": location, "schema": schema}]}, **root)


def report(base: Any, revision: Any, options: Options | None = None) -> Report:
    return compare_documents(from_value(base), from_value(revision), options or Options())


def ids(base: Any, revision: Any, options: Options | None = None) -> set[str]:
    """Ids of all findings, those about the version aside: the corpus never bumps it."""
    return {finding.id for finding in report(base, revision, options).findings} - {
        "api-major-version-not-bumped",
        "api-version-not-bumped",
        "control-version-mismatch",
    }
