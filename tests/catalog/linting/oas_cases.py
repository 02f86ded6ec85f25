"""A violation and a harmless neighbour for every rule of spectral:oas.

(rule, document, changes that break it, pointer of the finding, changes that look alike and do not)
"""

from __future__ import annotations

from typing import Any

from tests.catalog.linting.linting_cases import GONE, OAS2, OAS3, OAS31

_GET2, _GET = "/paths/~1things~1{id}/get", "/paths/~1things~1{id}/get"
_POST = "/paths/~1things~1{id}/post"
_SCHEMA, _DEFINITION = "/components/schemas/Thing", "/definitions/Thing"
_RESPONSE = "/components/responses/Thing/content/application~1json"
_OPERATION = {
    "operationId": "x",
    "description": "X.",
    "tags": ["things"],
    "responses": {"200": {"description": "Ok."}},
}
_PAGE = {"name": "page", "in": "query", "description": "Page.", "schema": {"type": "string"}}
_BODY = {"name": "b", "in": "body", "description": "B.", "schema": {}}

Case = tuple[str, dict[str, Any], dict[str, Any], str, dict[str, Any]]
OAS_CASES: list[Case] = [
    ("operation-success-response", OAS3, {f"{_POST}/responses": {"400": {"description": "No."}}}, f"{_POST}/responses", {f"{_POST}/responses": {"3XX": {"description": "Moved."}}}),
    ("operation-operationId-unique", OAS3, {f"{_POST}/operationId": "listThings"}, f"{_POST}/operationId", {f"{_POST}/operationId": "ListThings"}),
    ("operation-parameters", OAS3, {f"{_GET}/parameters/-": _PAGE}, f"{_GET}/parameters/1", {f"{_GET}/parameters/-": {**_PAGE, "in": "header"}}),
    ("operation-parameters", OAS2, {f"{_POST}/parameters/-": _BODY}, f"{_POST}/parameters", {f"{_GET}/parameters/-": _BODY}),
    ("operation-tag-defined", OAS3, {f"{_GET}/tags": ["other"]}, f"{_GET}/tags/0", {"/tags/-": {"name": "other", "description": "O."}, f"{_GET}/tags": ["other"]}),
    ("path-params", OAS3, {"/paths/~1things~1{id}/parameters": []}, _POST, {"/paths/~1things~1{id}/parameters": [], f"{_GET}/parameters/-": {"$ref": "#/components/parameters/Id"}, f"{_POST}/parameters": [{"$ref": "#/components/parameters/Id"}]}),
    ("path-params", OAS3, {"/paths/~1things~1{name}": {}}, "/paths/~1things~1{name}", {"/paths/~1things~1all": {}}),
    ("path-params", OAS2, {f"{_GET2}/parameters/0/required": False}, f"{_GET2}/parameters/0", {f"{_GET2}/parameters/0/type": "integer"}),
    ("path-params", OAS2, {f"{_GET2}/parameters/-": {"name": "x", "in": "path", "type": "string", "required": True}}, f"{_GET2}/parameters/1", {f"{_GET2}/parameters/-": {"name": "x", "in": "query", "type": "string"}}),
    ("contact-properties", OAS3, {"/info/contact/email": GONE}, "/info/contact", {"/info/contact/email": "b@b.org"}),
    ("duplicated-entry-in-enum", OAS3, {f"{_SCHEMA}/properties/kind/enum": ["a", "b", "a"]}, f"{_SCHEMA}/properties/kind/enum", {f"{_SCHEMA}/properties/kind/enum": ["a", "b", "A"]}),
    ("info-contact", OAS3, {"/info/contact": GONE}, "/info", {"/info/contact": {"name": "B", "url": "https://b.org", "email": "b@b.org"}}),
    ("info-description", OAS3, {"/info/description": ""}, "/info/description", {"/info/description": "."}),
    ("info-license", OAS3, {"/info/license": GONE}, "/info", {"/info/license": {"name": "B", "url": "https://b.org"}}),
    ("license-url", OAS3, {"/info/license/url": GONE}, "/info/license", {"/info/license/url": "https://b.org"}),
    ("no-eval-in-markdown", OAS3, {"/info/description": "See eval(1)"}, "/info/description", {"/info/description": "We evaluate (1)"}),
    ("no-script-tags-in-markdown", OAS3, {"/info/title": "<script>x"}, "/info/title", {"/info/title": "A script"}),
    ("openapi-tags", OAS3, {"/tags": []}, "/tags", {"/tags/-": {"name": "z", "description": "Z."}}),
    ("openapi-tags-alphabetical", OAS3, {"/tags/-": {"name": "a", "description": "A."}}, "/tags", {"/tags/-": {"name": "z", "description": "Z."}}),
    ("openapi-tags-uniqueness", OAS3, {"/tags/-": {"name": "things", "description": "T."}}, "/tags/1/name", {"/tags/-": {"name": "Things2", "description": "T."}}),
    ("operation-description", OAS3, {f"{_GET}/description": GONE}, _GET, {f"{_GET}/summary": "S."}),
    ("operation-operationId", OAS3, {f"{_GET}/operationId": GONE}, _GET, {f"{_GET}/operationId": "x"}),
    ("operation-operationId-valid-in-url", OAS3, {f"{_GET}/operationId": "list things"}, f"{_GET}/operationId", {f"{_GET}/operationId": "list-things_1.[x]"}),
    ("operation-singular-tag", OAS3, {f"{_GET}/tags/-": "things"}, f"{_GET}/tags", {f"{_GET}/tags": ["things"]}),
    ("operation-tags", OAS3, {f"{_GET}/tags": GONE}, _GET, {f"{_GET}/tags": ["things"]}),
    ("path-declarations-must-exist", OAS3, {"/paths/~1other~1{}": {}}, "/paths/~1other~1{}", {"/paths/~1other": {}}),
    ("path-keys-no-trailing-slash", OAS3, {"/paths/~1other~1": {}}, "/paths/~1other~1", {"/paths/~1": {}}),
    ("path-not-include-query", OAS3, {"/paths/~1other?a=1": {}}, "/paths/~1other?a=1", {"/paths/~1other;a=1": {}}),
    ("tag-description", OAS3, {"/tags/0/description": GONE}, "/tags/0", {"/tags/0/description": "D."}),
    ("no-$ref-siblings", OAS3, {f"{_SCHEMA}/properties/next": {"$ref": f"#{_SCHEMA}", "description": "N."}}, f"{_SCHEMA}/properties/next/description", {f"{_SCHEMA}/properties/next": {"$ref": f"#{_SCHEMA}"}}),
    ("no-$ref-siblings", OAS3, {f"{_SCHEMA}/properties/next": {"$ref": f"#{_SCHEMA}", "type": "object"}}, f"{_SCHEMA}/properties/next/type", {f"{_SCHEMA}/properties/$ref": {"type": "string"}, f"{_SCHEMA}/properties/x": {"type": "string"}}),
    ("array-items", OAS3, {f"{_SCHEMA}/properties/parts/items": GONE}, f"{_SCHEMA}/properties/parts", {f"{_SCHEMA}/properties/parts/items": {"type": "integer"}}),
    ("array-items", OAS31, {f"{_SCHEMA}/properties/parts": {"type": ["array", "null"]}}, f"{_SCHEMA}/properties/parts", {f"{_SCHEMA}/properties/parts": {"type": ["string", "null"]}}),
    ("typed-enum", OAS3, {f"{_SCHEMA}/properties/kind/enum": ["a", 1]}, f"{_SCHEMA}/properties/kind/enum/1", {f"{_SCHEMA}/properties/kind/enum": ["a", None], f"{_SCHEMA}/properties/kind/nullable": True}),
    ("typed-enum", OAS31, {f"{_SCHEMA}/properties/kind": {"type": ["string", "null"], "enum": ["a", 1]}}, f"{_SCHEMA}/properties/kind/enum/1", {f"{_SCHEMA}/properties/kind": {"type": ["string", "null"], "enum": ["a", "b", None]}}),
    ("oas2-operation-formData-consume-check", OAS2, {f"{_POST}/consumes": ["application/json"]}, _POST, {f"{_POST}/consumes": ["application/x-www-form-urlencoded"]}),
    ("oas2-operation-security-defined", OAS2, {"/security": [{"other": []}]}, "/security/0/other", {"/security": [{}]}),
    ("oas2-operation-security-defined", OAS2, {"/security": [{"login": ["write"]}]}, "/security/0/login/0", {"/security": [{"login": []}]}),
    ("oas2-api-host", OAS2, {"/host": GONE}, "", {"/host": "other.org"}),
    ("oas2-api-schemes", OAS2, {"/schemes": GONE}, "", {"/schemes": ["https", "http"]}),
    ("oas2-discriminator", OAS2, {f"{_DEFINITION}/required": GONE}, _DEFINITION, {f"{_DEFINITION}/required": ["kind", "size"]}),
    ("oas2-discriminator", OAS2, {f"{_DEFINITION}/discriminator": "size"}, f"{_DEFINITION}/required", {f"{_DEFINITION}/discriminator": GONE}),
    ("oas2-host-not-example", OAS2, {"/host": "example.com"}, "/host", {"/host": "examples.org"}),
    ("oas2-host-trailing-slash", OAS2, {"/host": "things.org/"}, "/host", {"/host": "things.org:8080"}),
    ("oas2-parameter-description", OAS2, {f"{_GET2}/parameters/0/description": GONE}, f"{_GET2}/parameters/0", {f"{_GET2}/parameters/0/description": "I."}),
    ("oas2-anyOf", OAS2, {f"{_DEFINITION}/properties/size": {"anyOf": [{"type": "string"}]}}, f"{_DEFINITION}/properties/size/anyOf", {f"{_DEFINITION}/properties/size": {"allOf": [{"type": "string"}]}}),
    ("oas2-oneOf", OAS2, {f"{_DEFINITION}/properties/size": {"oneOf": [{"type": "string"}]}}, f"{_DEFINITION}/properties/size/oneOf", {f"{_DEFINITION}/properties/size": {"allOf": [{"type": "string"}]}}),
    ("oas2-schema", OAS2, {"/basepath": "/v1"}, "/basepath", {"/basePath": "/v1", "/x-basepath": 1}),
    ("oas2-schema", OAS2, {f"{_GET2}/parameters/-": {"name": "b", "in": "body"}}, f"{_GET2}/parameters/1", {f"{_GET2}/parameters/-": _BODY}),
    ("oas2-unused-definition", OAS2, {"/definitions/Other": {"type": "object"}}, "/definitions/Other", {"/definitions/Other": {"type": "object"}, f"{_DEFINITION}/properties/other": {"$ref": "#/definitions/Other"}}),
    ("oas2-valid-schema-example", OAS2, {f"{_DEFINITION}/properties/size/default": "x"}, f"{_DEFINITION}/properties/size/default", {f"{_DEFINITION}/properties/size": {"type": "integer", "x-nullable": True, "x-example": None}}),
    ("oas2-valid-schema-example", OAS2, {f"{_DEFINITION}/properties/size/x-example": "x"}, f"{_DEFINITION}/properties/size/x-example", {f"{_DEFINITION}/properties/size/x-example": 4}),
    ("oas2-valid-media-example", OAS2, {f"{_GET2}/responses/200/examples/application~1json": {"kind": "z"}}, f"{_GET2}/responses/200/examples/application~1json/kind", {f"{_GET2}/responses/200/examples/application~1json": {"kind": "b"}}),
    ("oas3-api-servers", OAS3, {"/servers": []}, "/servers", {"/servers": [{"url": "https://b.org"}]}),
    ("oas3-api-servers", OAS3, {"/servers": GONE}, "", {"/servers": [{"url": "/v1"}]}),
    ("oas3-examples-value-or-externalValue", OAS3, {"/components/examples/One": {"value": {"kind": "a"}, "externalValue": "https://a.org"}}, "/components/examples/One", {"/components/examples/One": {"externalValue": "https://a.org"}}),
    ("oas3-operation-security-defined", OAS3, {f"{_GET}/security": [{"other": []}]}, f"{_GET}/security/0/other", {f"{_GET}/security": []}),
    ("oas3-operation-security-defined", OAS3, {"/security": [{"login": ["write"]}]}, "/security/0/login/0", {"/security": [{"login": []}]}),
    ("oas3-parameter-description", OAS3, {"/components/parameters/Id/description": GONE}, "/components/parameters/Id", {"/components/parameters/Id/description": "I."}),
    ("oas3-server-not-example.com", OAS3, {"/servers": [{"url": "https://example.com"}]}, "/servers/0/url", {"/servers": [{"url": "https://examples.org"}]}),
    ("oas3-server-trailing-slash", OAS3, {"/servers": [{"url": "https://a.org/"}]}, "/servers/0/url", {"/servers": [{"url": "/"}]}),
    ("oas3-server-variables", OAS3, {"/servers/0/variables/zone/default": "asia"}, "/servers/0/variables/zone/default", {"/servers/0/variables/zone/default": "us"}),
    ("oas3-server-variables", OAS3, {"/servers/0/variables": GONE}, "/servers/0", {"/servers": [{"url": "https://a.org"}]}),
    ("oas3-server-variables", OAS3, {"/servers/0/variables/other": {"default": "x"}}, "/servers/0/variables/other", {"/servers/0/variables/zone/description": "Z."}),
    ("oas3-callbacks-in-callbacks", OAS3, {f"{_POST}/callbacks/done/{{$request.body#~1url}}/post/callbacks": {}}, f"{_POST}/callbacks/done/{{$request.body#~1url}}/post/callbacks", {f"{_GET}/callbacks": {}}),
    ("oas3_1-servers-in-webhook", OAS31, {"/webhooks/changed/post/servers": []}, "/webhooks/changed/post/servers", {f"{_GET}/servers": []}),
    ("oas3_1-callbacks-in-webhook", OAS31, {"/webhooks/changed/post/callbacks": {}}, "/webhooks/changed/post/callbacks", {f"{_GET}/callbacks": {}}),
    ("oas3-schema", OAS3, {"/info/version": GONE}, "/info", {"/info/x-version": 2}),
    ("oas3-schema", OAS3, {f"{_SCHEMA}/properties/size/typ": "x"}, f"{_SCHEMA}/properties/size/typ", {f"{_SCHEMA}/properties/size/x-typ": "x"}),
    ("oas3-schema", OAS3, {f"{_GET}/parameters/0/content": {}}, f"{_GET}/parameters/0", {f"{_GET}/parameters/0/schema": {"type": "number"}}),
    ("oas3-schema", OAS31, {f"{_SCHEMA}/properties/size/type": "int"}, f"{_SCHEMA}/properties/size/type", {f"{_SCHEMA}/properties/size": {"type": ["integer", "null"]}}),
    ("oas3-unused-component", OAS3, {"/components/schemas/Other": {"type": "object"}}, "/components/schemas/Other", {"/components/schemas/Other": {"type": "object"}, f"{_SCHEMA}/discriminator": {"propertyName": "kind", "mapping": {"a": "Other"}}}),
    ("oas3-valid-media-example", OAS3, {f"{_RESPONSE}/example": {"size": 1}}, f"{_RESPONSE}/example", {f"{_RESPONSE}/example": {"size": 1}, f"{_SCHEMA}/properties/kind/writeOnly": True}),
    ("oas3-valid-media-example", OAS3, {"/components/examples/One/value": {"kind": "z"}}, "/components/examples/One/value/kind", {"/components/examples/One/value": {"kind": "b", "size": 3}}),
    ("oas3-valid-schema-example", OAS3, {f"{_SCHEMA}/properties/size/default": "1"}, f"{_SCHEMA}/properties/size/default", {f"{_SCHEMA}/properties/size": {"type": "integer", "nullable": True, "default": None}}),
    ("oas3-valid-schema-example", OAS31, {f"{_SCHEMA}/properties/size": {"type": "integer", "exclusiveMinimum": 5, "default": 5}}, f"{_SCHEMA}/properties/size/default", {f"{_SCHEMA}/properties/size": {"type": ["integer", "null"], "default": None}}),
]  # fmt: skip
