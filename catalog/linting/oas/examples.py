"""Examples and defaults against the schemas they stand in or beside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.linting.jsonschema import Dialect, Schema, Validator, dialect_named
from catalog.linting.targets import Result, Target
from catalog.linting.tree import Node


def dialect_of(target: Target) -> Dialect:
    """The dialect of the schemas in the document."""
    if "oas2" in target.lint.formats:
        return dialect_named("oas2")
    if "oas3_0" in target.lint.formats:
        return dialect_named("oas3")
    named = target.lint.tree.root.value.get("jsonSchemaDialect")
    try:
        return dialect_named("auto", {"$schema": named}) if named else dialect_named("draft2020-12")
    except ValueError:
        return dialect_named("draft2020-12")


def schema_example(target: Target) -> Iterator[Result]:
    """`example` and `default` of a schema (in 2.0 also `x-example`)."""
    names = ("example", "x-example", "default") if "oas2" in target.lint.formats else ("example", "default")
    if isinstance(target.value, dict):
        for name in names:
            yield from _judged(target, target.value, target.node.get(name), "")


def media_example(target: Target) -> Iterator[Result]:
    """`example` or `examples` beside a `schema`.

    What only the server sets may be missing in a request, what only the client sets in a response.
    """
    if not isinstance(target.value, dict):
        return
    relaxed = _relaxed([str(key) for key in target.node.path()])
    for node in _examples(target):
        yield from _judged(target, target.value.get("schema"), node, relaxed)


def _examples(target: Target) -> Iterator[Node | None]:
    if "oas2" not in target.lint.formats and "example" in target.value:
        yield target.node.get("example")
        return
    holder = target.follow(target.node.get("examples"))
    for child in holder.children() if holder is not None and isinstance(holder.value, dict) else ():
        node = target.follow(child)
        if "oas2" in target.lint.formats:
            yield node
        elif node is not None and isinstance(node.value, dict) and "externalValue" not in node.value:
            yield node.get("value")


def _relaxed(keys: list[str]) -> str:
    if keys[:2] == ["components", "requestBodies"] or (
        keys[:1] == ["paths"] and keys[3:4] == ["requestBody"]
    ):
        return "readOnly"
    is_response = keys[:1] == ["responses"] or keys[:2] == ["components", "responses"]
    return "writeOnly" if is_response or (keys[:1] == ["paths"] and keys[3:4] == ["responses"]) else ""


def _judged(target: Target, schema: Any, node: Node | None, relaxed: str) -> Iterator[Result]:
    if node is None or not isinstance(schema, (dict, bool)):
        return
    lint = target.lint
    key = f"examples {relaxed}"
    if key not in lint.shared:
        lint.shared[key] = Validator(lint.tree, lint.budget, resolved=False, relaxed=relaxed)
        lint.shared["dialect"] = dialect_of(target)
    validator: Validator = lint.shared[key]
    errors = validator.errors(Schema(schema, lint.tree.root.value, lint.shared["dialect"]), node)
    for error in errors[:1]:
        yield Result(error.sentence(), node=error.node)
