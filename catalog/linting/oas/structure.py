"""The structure of OpenAPI documents, as tables that become JSON Schemas.

A line is `Object: field:kind ...`. `!` after a field makes it required. Kinds: text, flag, number, count,
any, host, an object's name, [kind], <kind> (a list in which no two are alike), {kind} (by any key), (a/b) one
of these words. Extensions (`x-`) may stand too.
Source of the tables: the OpenAPI specifications 2.0, 3.0.4 and 3.1.1.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_COMMON = """
Docs: description:text url!:text
Tag: name!:text description:text externalDocs:Docs
Contact: name:text url:text email:text
Xml: name:text namespace:text prefix:text attribute:flag wrapped:flag
"""
_LIMITS = """title:text description:text format:text default:any multipleOf:number maximum:number
 exclusiveMaximum:flag minimum:number exclusiveMinimum:flag maxLength:count minLength:count pattern:text
 maxItems:count minItems:count uniqueItems:flag maxProperties:count minProperties:count enum:[any]"""
_VALUE = """type:(string/number/boolean/integer/array/file) format:text items:Items
 collectionFormat:(csv/ssv/tsv/pipes/multi) default:any maximum:number exclusiveMaximum:flag minimum:number
 exclusiveMinimum:flag maxLength:count minLength:count pattern:text maxItems:count minItems:count
 uniqueItems:flag enum:[any] multipleOf:number"""
_OAS2 = f"""{_COMMON}
Root: swagger!:(2.0) info!:Info host:host basePath:text schemes:[(http/https/ws/wss)] consumes:[text]
 produces:[text] paths!:Paths definitions:{{Schema}} parameters:{{Parameter}} responses:{{Response}}
 securityDefinitions:{{Scheme}} security:[{{[text]}}] tags:<Tag> externalDocs:Docs
Info: title!:text description:text termsOfService:text contact:Contact license:License version!:text
License: name!:text url:text
PathItem: $ref:text get:Operation put:Operation post:Operation delete:Operation options:Operation
 head:Operation patch:Operation parameters:<Parameter>
Operation: tags:[text] summary:text description:text externalDocs:Docs operationId:text consumes:[text]
 produces:[text] parameters:<Parameter> responses!:Responses schemes:[(http/https/ws/wss)] deprecated:flag
 security:[{{[text]}}]
Parameter: name!:text in!:(query/header/path/formData/body) description:text required:flag schema:Schema
 allowEmptyValue:flag {_VALUE}
Items: {_VALUE}
Header: description:text {_VALUE}
Response: description!:text schema:Schema headers:{{Header}} examples:{{any}}
Schema: $ref:text {_LIMITS} required:[text] type:any items:any allOf:[Schema] properties:{{Schema}} anyOf:any
 oneOf:any additionalProperties:any discriminator:text readOnly:flag xml:Xml externalDocs:Docs example:any
Scheme: type!:(basic/apiKey/oauth2) description:text name:text in:(query/header)
 flow:(implicit/password/application/accessCode) authorizationUrl:text tokenUrl:text scopes:{{text}}
"""
_PARAMETER = """description:text required:flag deprecated:flag allowEmptyValue:flag style:text explode:flag
 allowReserved:flag schema:Schema content:{Media} example:any examples:{Example}"""
_OAS3 = f"""{_COMMON}
Server: url!:text description:text variables:{{Variable}}
Variable: enum:[text] default!:text description:text
Parameter: name!:text in!:(path/query/header/cookie) {_PARAMETER}
Header: {_PARAMETER}
Body: description:text content!:{{Media}} required:flag
Media: schema:Schema example:any examples:{{Example}} encoding:{{Encoding}}
Encoding: contentType:text headers:{{Header}} style:text explode:flag allowReserved:flag
Response: description!:text headers:{{Header}} content:{{Media}} links:{{Link}}
Example: summary:text description:text value:any externalValue:text
Link: operationRef:text operationId:text parameters:{{any}} requestBody:any description:text server:Server
Flows: implicit:Flow password:Flow clientCredentials:Flow authorizationCode:Flow
Flow: authorizationUrl:text tokenUrl:text refreshUrl:text scopes!:{{text}}
Discriminator: propertyName!:text mapping:{{text}}
PathItem: $ref:text summary:text description:text get:Operation put:Operation post:Operation delete:Operation
 options:Operation head:Operation patch:Operation trace:Operation servers:[Server] parameters:<Parameter>
"""
_OPERATION = """tags:[text] summary:text description:text externalDocs:Docs operationId:text
 parameters:<Parameter> requestBody:Body callbacks:{Callback} deprecated:flag security:[{[text]}]
 servers:[Server]"""
_COMPONENTS = """schemas:{Schema} responses:{Response} parameters:{Parameter} examples:{Example}
 requestBodies:{Body} headers:{Header} securitySchemes:{Scheme} links:{Link} callbacks:{Callback}"""
_INFO = "title!:text description:text termsOfService:text contact:Contact license:License version!:text"
_SCHEME = """description:text name:text in:(query/header/cookie) scheme:text bearerFormat:text flows:Flows
 openIdConnectUrl:text"""
_OAS30 = f"""{_OAS3}
Root: openapi!:text info!:Info servers:[Server] paths!:Paths components:Components security:[{{[text]}}]
 tags:<Tag> externalDocs:Docs
Info: {_INFO}
License: name!:text url:text
Components: {_COMPONENTS}
Operation: {_OPERATION} responses!:Responses
Scheme: type!:(apiKey/http/oauth2/openIdConnect) {_SCHEME}
Schema: $ref:text {_LIMITS} required:[text] type:(array/boolean/integer/number/object/string) not:Schema
 allOf:[Schema] oneOf:[Schema] anyOf:[Schema] items:Schema properties:{{Schema}} additionalProperties:any
 nullable:flag discriminator:Discriminator readOnly:flag writeOnly:flag example:any externalDocs:Docs
 deprecated:flag xml:Xml
"""
_OAS31 = f"""{_OAS3}
Root: openapi!:text info!:Info jsonSchemaDialect:text servers:[Server] paths:Paths webhooks:{{PathItem}}
 components:Components security:[{{[text]}}] tags:<Tag> externalDocs:Docs
Info: {_INFO} summary:text
License: name!:text identifier:text url:text
Components: {_COMPONENTS} pathItems:{{PathItem}}
Operation: {_OPERATION} responses:Responses
Scheme: type!:(apiKey/http/oauth2/openIdConnect/mutualTLS) {_SCHEME}
"""
_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_SCHEMA31: dict[str, Any] = {
    "type": ["object", "boolean"],
    "properties": {
        "type": {
            "anyOf": [
                {"type": "string", "enum": list(_TYPES)},
                {"type": "array", "items": {"type": "string", "enum": list(_TYPES)}, "minItems": 1},
            ]
        },
        **{word: {"$ref": "#/$defs/Schema"} for word in ("not", "items", "if", "then", "else", "contains")},
        **{word: {"$ref": "#/$defs/Schema"} for word in ("additionalProperties", "propertyNames")},
        **{
            word: {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Schema"}}
            for word in ("allOf", "anyOf", "oneOf", "prefixItems")
        },
        **{
            word: {"type": "object", "additionalProperties": {"$ref": "#/$defs/Schema"}}
            for word in ("properties", "patternProperties", "$defs")
        },
        **{
            word: {"type": "number"}
            for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        },
        **{
            word: {"type": "integer", "minimum": 0}
            for word in ("minLength", "maxLength", "minItems", "maxItems")
        },
        "pattern": {"type": "string"},
        "format": {"type": "string"},
        "enum": {"type": "array"},
        "required": {"type": "array", "items": {"type": "string"}},
        "uniqueItems": {"type": "boolean"},
    },
}
_ITEM = {"$ref": "#/$defs/PathItem"}
_FIXED: dict[str, Any] = {
    "Paths": {
        "type": "object",
        "patternProperties": {"^/": _ITEM, "^x-": {}},
        "additionalProperties": False,
    },
    "Callback": {"type": "object", "patternProperties": {"^x-": {}}, "additionalProperties": _ITEM},
    "Responses": {
        "type": "object",
        "minProperties": 1,
        "patternProperties": {
            "^(?:[1-5](?:[0-9][0-9]|XX)|default)$": {"$ref": "#/$defs/Response"},
            "^x-": {},
        },
        "additionalProperties": False,
    },
}
_PATH_REQUIRED = {
    "if": {"properties": {"in": {"const": "path"}}, "required": ["in"]},
    "then": {"required": ["required"], "properties": {"required": {"const": True}}},
}
_API_KEY = {
    "if": {"properties": {"type": {"const": "apiKey"}}, "required": ["type"]},
    "then": {"required": ["name", "in"]},
}
_RULES3: dict[str, list[Any]] = {
    "Parameter": [
        _PATH_REQUIRED,
        {"anyOf": [{"required": ["schema"]}, {"required": ["content"]}]},
        {"not": {"required": ["schema", "content"]}},
    ],
    "Scheme": [
        _API_KEY,
        *(
            {
                "if": {"properties": {"type": {"const": kind}}, "required": ["type"]},
                "then": {"required": [field]},
            }
            for kind, field in (
                ("http", "scheme"),
                ("oauth2", "flows"),
                ("openIdConnect", "openIdConnectUrl"),
            )
        ),
    ],
}
_RULES2: dict[str, list[Any]] = {
    "Parameter": [
        _PATH_REQUIRED,
        {
            "if": {"properties": {"in": {"const": "body"}}, "required": ["in"]},
            "then": {"required": ["schema"]},
            "else": {"required": ["type"]},
        },
    ],
    "Scheme": [_API_KEY],
}
_SIMPLE: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "flag": {"type": "boolean"},
    "number": {"type": "number"},
    "count": {"type": "integer", "minimum": 0},
    "any": {},
    "host": {"type": "string", "pattern": r"^[^{}/ :\\]+(?::\d+)?$"},
}
_FIELD = re.compile(r"([\w$]+)(!?):(\S+)")


def _kind(text: str) -> dict[str, Any]:
    if text in _SIMPLE:
        return _SIMPLE[text]
    if text[0] == "[":
        return {"type": "array", "items": _kind(text[1:-1])}
    if text[0] == "<":
        return {"type": "array", "items": _kind(text[1:-1]), "uniqueItems": True}
    if text[0] == "{":
        return {"type": "object", "additionalProperties": _kind(text[1:-1])}
    if text[0] == "(":
        return {"type": "string", "enum": text[1:-1].split("/")}
    return {"$ref": f"#/$defs/{text}"}


def _object(fields: str, closed: bool) -> dict[str, Any]:
    found = _FIELD.findall(fields)
    return {
        "type": "object",
        "required": [name for name, mark, _ in found if mark],
        "properties": {name: _kind(kind) for name, _, kind in found},
        "patternProperties": {"^x-": {}},
        "additionalProperties": not closed,
    }


def _schema(table: str, rules: dict[str, list[Any]], closed: bool = True, **more: Any) -> dict[str, Any]:
    lines = re.sub(r"\n ", " ", table).strip().splitlines()
    parts = {
        name: _object(fields, closed) for name, _, fields in (line.partition(": ") for line in lines if line)
    }
    for name, extra in rules.items():
        parts[name] = {**parts[name], "allOf": extra}
    return {"$ref": "#/$defs/Root", "$defs": {**parts, **_FIXED, **more}}


@cache
def structure_of(version: str) -> dict[str, Any]:
    """JSON Schema (draft 7) of a document of version 2.0, 3.0, 3.1, or 3.2 (any field may stand)."""
    if version == "2.0":
        return _schema(_OAS2, _RULES2)
    if version == "3.0":
        return _schema(_OAS30, _RULES3)
    return _schema(_OAS31, _RULES3, closed=version == "3.1", Schema=_SCHEMA31)
