"""For every schema check a pair of schemas that must raise it, whatever the place."""

from __future__ import annotations

from typing import Any

_STR = {"type": "string"}
_NUM = {"type": "number"}
_ARR = {"type": "array", "items": _STR}
_OBJ = {"type": "object"}
_CAT = {"title": "cat", "type": "object", "properties": {"c": _STR}}
_DOG = {"title": "dog", "type": "object", "properties": {"d": _STR}}
_ABC = {"type": "string", "enum": ["a", "b", "c"]}
_SEALED = {"title": "s", "type": "object", "unevaluatedProperties": False}

Pair = tuple[Any, Any]
SCHEMA_CASES: dict[str, Pair] = {
    "all-of-added": ({"allOf": [_OBJ]}, {"allOf": [_OBJ, _SEALED]}),
    "all-of-added-annotation-only": ({"allOf": [_OBJ]}, {"allOf": [_OBJ, {"description": "x"}]}),
    "any-of-added": ({"anyOf": [_CAT, _DOG]}, {"anyOf": [_CAT, _DOG, {**_DOG, "title": "cow"}]}),
    "any-of-set": (_CAT, {**_CAT, "anyOf": [{"required": ["c"]}, {"required": ["x"]}]}),
    "any-of-narrowed": ({"anyOf": [_CAT, _DOG]}, {"oneOf": [_CAT, _DOG]}),
    "one-of-added": ({"oneOf": [_CAT, _DOG]}, {"oneOf": [_CAT, _DOG, {**_DOG, "title": "cow"}]}),
    "one-of-set": (_CAT, {**_CAT, "oneOf": [{"required": ["c"]}, {"required": ["x"]}]}),
    "wrapped-in-one-of": (_CAT, {"oneOf": [_CAT, _DOG]}),
    "const-added": (_STR, {**_STR, "const": "a"}),
    "const-changed": ({"const": "a"}, {"const": "b"}),
    "became-enum": (_STR, _ABC),
    "became-nullable": (_STR, {"type": ["string", "null"]}),
    "enum-value-added": (_ABC, {**_ABC, "enum": ["a", "b", "c", "d"]}),
    "x-extensible-enum-value-added": (
        {**_STR, "x-extensible-enum": ["a"]},
        {**_STR, "x-extensible-enum": ["a", "b"]},
    ),
    "unique-items-set": (_ARR, {**_ARR, "uniqueItems": True}),
    "multiple-of-set": (_NUM, {**_NUM, "multipleOf": 2}),
    "multiple-of-changed": ({**_NUM, "multipleOf": 2}, {**_NUM, "multipleOf": 3}),
    "multiple-of-generalized": ({**_NUM, "multipleOf": 4}, {**_NUM, "multipleOf": 2}),
    "pattern-added": (_STR, {**_STR, "pattern": "^a$"}),
    "pattern-changed": ({**_STR, "pattern": "^b$"}, {**_STR, "pattern": "^a$"}),
    "pattern-generalized": ({**_STR, "pattern": "^b$"}, {**_STR, "pattern": ".*"}),
    "type-changed": ({"type": "object"}, {"type": "array"}),
    "type-generalized": ({"type": "integer"}, {"type": "number"}),
    "type-compatible": ({"type": "number"}, {"type": ["integer", "number"]}),
    "list-of-types-widened": ({"type": ["string", "array"]}, {"type": ["string", "array", "object"]}),
    "prefix-items-added": (
        {"type": "array", "prefixItems": [_STR]},
        {"type": "array", "prefixItems": [_STR, _STR]},
    ),
    "if-added": (_OBJ, {**_OBJ, "if": {"required": ["a"]}}),
    "if-changed": ({**_OBJ, "if": {"required": ["a"]}}, {**_OBJ, "if": {"required": ["b"]}}),
    "then-added": (
        {**_OBJ, "if": {"required": ["a"]}},
        {**_OBJ, "if": {"required": ["a"]}, "then": {"required": ["b"]}},
    ),
    "else-added": (
        {**_OBJ, "if": {"required": ["a"]}},
        {**_OBJ, "if": {"required": ["a"]}, "else": {"required": ["b"]}},
    ),
    "not-added": (_OBJ, {**_OBJ, "not": {"required": ["a"]}}),
    "not-changed": ({**_OBJ, "not": {"required": ["a"]}}, {**_OBJ, "not": {"required": ["b"]}}),
    "contains-added": (_ARR, {**_ARR, "contains": {"const": "a"}}),
    "min-contains-increased": (
        {**_ARR, "contains": {"const": "a"}},
        {**_ARR, "contains": {"const": "a"}, "minContains": 2},
    ),
    "max-contains-increased": (
        {**_ARR, "contains": {"const": "a"}, "maxContains": 2},
        {**_ARR, "contains": {"const": "a"}, "maxContains": 3},
    ),
    "max-contains-set": (
        {**_ARR, "contains": {"const": "a"}},
        {**_ARR, "contains": {"const": "a"}, "maxContains": 3},
    ),
    "dependent-required-added": (_OBJ, {**_OBJ, "dependentRequired": {"a": ["b"]}}),
    "dependent-required-changed": (
        {**_OBJ, "dependentRequired": {"a": ["b"]}},
        {**_OBJ, "dependentRequired": {"a": ["c"]}},
    ),
    "dependent-schema-added": (_OBJ, {**_OBJ, "dependentSchemas": {"a": {"required": ["b"]}}}),
    "pattern-property-added": (_OBJ, {**_OBJ, "patternProperties": {"^x": _STR}}),
    "property-names-added": (_OBJ, {**_OBJ, "propertyNames": {"maxLength": 5}}),
    "unevaluated-items-added": (_ARR, {**_ARR, "unevaluatedItems": False}),
    "unevaluated-properties-added": (_OBJ, {**_OBJ, "unevaluatedProperties": False}),
    "additional-properties-forbidden": (_CAT, {**_CAT, "additionalProperties": False}),
    "content-schema-added": (
        {**_STR, "contentMediaType": "application/json"},
        {**_STR, "contentMediaType": "application/json", "contentSchema": _CAT},
    ),
    "content-media-type-changed": (
        {**_STR, "contentMediaType": "application/json"},
        {**_STR, "contentMediaType": "text/csv"},
    ),
    "content-encoding-changed": (
        {**_STR, "contentEncoding": "base64"},
        {**_STR, "contentEncoding": "base32"},
    ),
    "default-value-added": (_STR, {**_STR, "default": "a"}),
    "default-value-changed": ({**_STR, "default": "b"}, {**_STR, "default": "a"}),
    "discriminator-added": (
        {"oneOf": [_CAT, _DOG]},
        {"oneOf": [_CAT, _DOG], "discriminator": {"propertyName": "kind"}},
    ),
    "discriminator-property-name-changed": (
        {"oneOf": [_CAT, _DOG], "discriminator": {"propertyName": "kind"}},
        {"oneOf": [_CAT, _DOG], "discriminator": {"propertyName": "type"}},
    ),
    "discriminator-mapping-added": (
        {"oneOf": [_CAT, _DOG], "discriminator": {"propertyName": "kind"}},
        {"oneOf": [_CAT, _DOG], "discriminator": {"propertyName": "kind", "mapping": {"c": "cat"}}},
    ),
    "discriminator-mapping-changed": (
        {"oneOf": [_CAT, _DOG], "discriminator": {"propertyName": "kind", "mapping": {"c": "cow"}}},
        {"oneOf": [_CAT, _DOG], "discriminator": {"propertyName": "kind", "mapping": {"c": "cat"}}},
    ),
}
# Checks whose case is that of another check, the other way round.
REVERSED = {
    "all-of-removed": "all-of-added",
    "all-of-removed-annotation-only": "all-of-added-annotation-only",
    "any-of-removed": "any-of-added",
    "any-of-unset": "any-of-set",
    "one-of-removed": "one-of-added",
    "one-of-unset": "one-of-set",
    "const-removed": "const-added",
    "became-not-enum": "became-enum",
    "became-not-nullable": "became-nullable",
    "enum-value-removed": "enum-value-added",
    "x-extensible-enum-value-removed": "x-extensible-enum-value-added",
    "unique-items-unset": "unique-items-set",
    "multiple-of-unset": "multiple-of-set",
    "multiple-of-specialized": "multiple-of-generalized",
    "pattern-removed": "pattern-added",
    "type-specialized": "type-generalized",
    "list-of-types-narrowed": "list-of-types-widened",
    "prefix-items-removed": "prefix-items-added",
    "if-removed": "if-added",
    "then-removed": "then-added",
    "else-removed": "else-added",
    "not-removed": "not-added",
    "contains-removed": "contains-added",
    "min-contains-decreased": "min-contains-increased",
    "max-contains-decreased": "max-contains-increased",
    "max-contains-unset": "max-contains-set",
    "dependent-required-removed": "dependent-required-added",
    "dependent-schema-removed": "dependent-schema-added",
    "pattern-property-removed": "pattern-property-added",
    "property-names-removed": "property-names-added",
    "unevaluated-items-removed": "unevaluated-items-added",
    "unevaluated-properties-removed": "unevaluated-properties-added",
    "additional-properties-allowed": "additional-properties-forbidden",
    "content-schema-removed": "content-schema-added",
    "default-value-removed": "default-value-added",
    "discriminator-removed": "discriminator-added",
    "discriminator-mapping-deleted": "discriminator-mapping-added",
}
_LIMITS = {
    "max": ("maximum", _NUM),
    "exclusive-max": ("exclusiveMaximum", _NUM),
    "max-length": ("maxLength", _STR),
    "max-items": ("maxItems", _ARR),
    "max-properties": ("maxProperties", _OBJ),
    "min": ("minimum", _NUM),
    "exclusive-min": ("exclusiveMinimum", _NUM),
    "min-length": ("minLength", _STR),
    "min-items": ("minItems", _ARR),
    "min-properties": ("minProperties", _OBJ),
}
for _family, (_word, _schema) in _LIMITS.items():
    SCHEMA_CASES[f"{_family}-increased"] = ({**_schema, _word: 5}, {**_schema, _word: 6})
    SCHEMA_CASES[f"{_family}-set"] = (_schema, {**_schema, _word: 5})
    REVERSED |= {f"{_family}-decreased": f"{_family}-increased", f"{_family}-unset": f"{_family}-set"}
for _check, _of in REVERSED.items():
    SCHEMA_CASES[_check] = (SCHEMA_CASES[_of][1], SCHEMA_CASES[_of][0])
PLACES = (
    "request-body",
    "request-property",
    "request-parameter",
    "request-parameter-property",
    "request-header-property",
    "request-read-only-property",
    "response-body",
    "response-property",
    "response-header",
    "response-write-only-property",
)
