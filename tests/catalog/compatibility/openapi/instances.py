"""Schemas of a small vocabulary, changes to them, values that satisfy them, and an independent judge.

Everything is drawn from one random.Random, so that a seed names a case.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

_NAMES = ("a", "b", "c")
_WORDS = ("x", "xy", "xyz")
_TYPES = ("string", "integer", "number", "boolean", "array", "object")
_GROUPS = ("allOf", "anyOf", "oneOf")
Schema = dict[str, Any]


def _some(rng: Random, items: Any) -> list[Any]:
    return [item for item in items if rng.random() < 0.5]


def _small(rng: Random) -> int:
    return rng.randrange(5)


_CHOICES: dict[str, dict[str, Callable[[Random], Any]]] = {
    "string": {"minLength": _small, "maxLength": _small, "enum": lambda rng: _some(rng, _WORDS) or ["x"]},
    "number": {
        "minimum": _small,
        "maximum": _small,
        "exclusiveMinimum": _small,
        "exclusiveMaximum": _small,
        "multipleOf": lambda rng: rng.randrange(1, 4),
    },
    "array": {"minItems": _small, "maxItems": _small, "uniqueItems": lambda rng: rng.random() < 0.5},
    "object": {"additionalProperties": lambda rng: rng.random() < 0.5},
    "boolean": {},
}
_CHOICES["integer"] = _CHOICES["number"]


def schema_of(rng: Random, depth: int = 2) -> Schema:
    """A schema of the vocabulary."""
    kind = rng.choice(_TYPES if depth else _TYPES[:4])
    schema: Schema = {"type": kind}
    for word in rng.sample(sorted(_CHOICES[kind]), min(len(_CHOICES[kind]), rng.randrange(3))):
        schema[word] = _CHOICES[kind][word](rng)
    if kind == "array":
        schema["items"] = schema_of(rng, depth - 1)
    elif kind == "object":
        schema["properties"] = {name: schema_of(rng, depth - 1) for name in _some(rng, _NAMES)}
        schema["required"] = _some(rng, schema["properties"])
    if rng.random() < 0.25:
        schema["type"] = [kind, "null"]
        if "enum" in schema and rng.random() < 0.5:
            schema["enum"] = [*schema["enum"], None]
    if rng.random() < 0.05:
        del schema["type"]
    if depth and rng.random() < 0.2:
        return {
            rng.choice(_GROUPS): [schema, *(schema_of(rng, depth - 1) for _ in range(rng.randrange(1, 3)))]
        }
    return schema


def changed(rng: Random, schema: Schema) -> Schema:
    """The schema with one change somewhere inside, or the same in other words."""
    inner = [word for word in ("items", "properties", *_GROUPS) if schema.get(word)]
    if inner and rng.random() < 0.5:
        word = rng.choice(inner)
        part = schema[word]
        if word == "items":
            return {**schema, word: changed(rng, part)}
        if word == "properties":
            name = rng.choice(sorted(part))
            return {**schema, word: {**part, name: changed(rng, part[name])}}
        index = rng.randrange(len(part))
        return {**schema, word: [changed(rng, item) if n == index else item for n, item in enumerate(part)]}
    how = rng.randrange(8)
    if how == 0:
        return schema_of(rng, 1)
    if how == 1:
        return {rng.choice(_GROUPS): [schema]}
    if how == 2:
        return {rng.choice(_GROUPS): [schema, schema_of(rng, 1)]}
    return _tweaked(rng, dict(schema))


def _tweaked(rng: Random, schema: Schema) -> Schema:
    """One keyword gone, or one of another schema on top."""
    words = sorted(schema)
    if words and rng.random() < 0.5:
        del schema[rng.choice(words)]
        return schema
    other = schema_of(rng, 1)
    word = rng.choice([*sorted(other), "title"])
    return {**schema, word: other.get(word, "title")}


def value_of(rng: Random, schema: Schema) -> Any:
    """A value that a sender who follows the contract may send, naming only what it names; else StopIteration."""
    return next(value for _ in range(12) if valid(schema, value := _likely(rng, schema)))


def _likely(rng: Random, schema: Schema) -> Any:
    if "allOf" in schema:
        values = [_likely(rng, part) for part in schema["allOf"]]
        if all(isinstance(value, dict) for value in values):
            return {name: item for value in values for name, item in value.items()}
        return rng.choice(values) if values else None
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return _likely(rng, rng.choice(schema[word])) if schema[word] else None
    if "enum" in schema and rng.random() < 0.7:
        return rng.choice(schema["enum"])
    types = _types(schema) or _TYPES
    return _typed(rng, schema, types if isinstance(types, str) else rng.choice(types))


def _typed(rng: Random, schema: Schema, kind: str) -> Any:
    if kind == "object":
        required = schema.get("required", ())
        known = schema.get("properties", {})
        return {name: _likely(rng, known[name]) for name in known if name in required or rng.random() < 0.5}
    if kind == "array":
        return [_likely(rng, schema.get("items", {"type": "integer"})) for _ in range(rng.randrange(6))]
    if kind == "string":
        return "uvwxyz"[rng.randrange(7) :] if rng.random() < 0.5 else rng.choice(_WORDS)
    if kind == "number":
        return Decimal(rng.randrange(-1, 14)) / 2
    return {"integer": rng.randrange(-1, 8), "boolean": rng.random() < 0.5, "null": None}[kind]


def _types(schema: Schema) -> Any:
    """A schema that names properties or items means objects or lists, with or without a type."""
    words = (("properties", "object"), ("items", "array"))
    if any(word in schema for word in ("enum", *_GROUPS)):
        words = ()
    return schema.get("type", next((kind for word, kind in words if schema.get(word)), None))


def valid(schema: Any, value: Any, *, part: bool = False) -> bool:
    """JSON Schema 2020-12 for the vocabulary; oneOf is read as anyOf, since a contract means alternatives."""
    types = schema.get("type") if part else _types(schema)
    if types is not None and not any(
        _is(value, kind) for kind in (types if isinstance(types, list) else [types])
    ):
        return False
    if "enum" in schema and not any(value == item and type(value) is type(item) for item in schema["enum"]):
        return False
    if not all(valid(item, value, part=True) for item in schema.get("allOf", ())):
        return False
    for word in ("anyOf", "oneOf"):
        if word in schema and not any(valid(part, value) for part in schema[word]):
            return False
    return _limits(schema, value) and _members(schema, value)


def _is(value: Any, kind: str) -> bool:
    if kind == "null" or value is None:
        return kind == "null" and value is None
    if isinstance(value, bool) or kind == "boolean":
        return kind == "boolean" and isinstance(value, bool)
    if isinstance(value, (int, Decimal)):
        return kind == "number" or (kind == "integer" and value == int(value))
    return isinstance(value, {"string": str, "array": list, "object": dict}.get(kind, ()))


def _limits(schema: Any, value: Any) -> bool:
    if isinstance(value, str):
        return schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 99)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return (
            schema.get("minimum", -99) <= value <= schema.get("maximum", 99)
            and schema.get("exclusiveMinimum", -99) < value < schema.get("exclusiveMaximum", 99)
            and value % schema.get("multipleOf", value or 1) == 0
        )
    return True


def _members(schema: Any, value: Any) -> bool:
    if isinstance(value, list):
        twice = schema.get("uniqueItems") and len({repr(item) for item in value}) < len(value)
        size = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 99)
        return size and not twice and all(valid(schema.get("items", {}), item) for item in value)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        if schema.get("additionalProperties") is False and set(value) - set(known):
            return False
        if set(schema.get("required", ())) - set(value):
            return False
        return all(valid(known[name], item) for name, item in value.items() if name in known)
    return True
