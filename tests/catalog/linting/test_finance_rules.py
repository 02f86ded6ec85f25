"""tieout:finance: every rule finds its violation and leaves its neighbour alone."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.linting.finance import names
from catalog.linting.sources import ruleset_of
from tests.catalog.linting.linting_cases import GONE, changed, found

_ERROR = {"description": "No.", "content": {"application/problem+json": {"schema": {"type": "object"}}}}
_ERRORS = {
    "401": _ERROR, "403": _ERROR, "500": _ERROR, "409": _ERROR,
    "429": {**_ERROR, "headers": {"Retry-After": {"schema": {"type": "integer"}}}},
}  # fmt: skip
_PAYMENT = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "format": "decimal"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "exchangeRate": {"type": "string"}, "rateSource": {"type": "string"},
        "dueDate": {"type": "string", "format": "date"},
        "period": {"type": "string", "pattern": r"^\d{4}-\d{2}$"},
        "iban": {"type": "string", "x-data-classification": "restricted"},
        "accountCode": {"type": "string", "maxLength": 20},
        "lines": {"type": "array", "maxItems": 100, "items": {"type": "object", "properties": {"note": {"type": "string"}}}},
    },
}  # fmt: skip
_JSON = {"application/json": {"schema": {"$ref": "#/components/schemas/Payment"}}}
CLEAN: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "P", "version": "2.1.0", "x-data-classification": "confidential", "x-owner": "treasury", "x-retention": "P10Y"},
    "servers": [{"url": "https://pay.org/v2"}],
    "security": [{"login": ["payments.read"]}],
    "paths": {
        "/payments": {
            "get": {
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 500}},
                    {"name": "cursor", "in": "query", "schema": {"type": "string"}},
                    {"name": "updated_since", "in": "query", "schema": {"type": "string"}},
                ],
                "responses": {**_ERRORS, "200": {"description": "Ok.", "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Payment"}}}}}},
            },
            "post": {
                "parameters": [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}],
                "security": [{"login": ["payments.write"]}], "requestBody": {"content": _JSON}, "responses": {**_ERRORS, "201": {"description": "Ok."}},
            },
        },
        "/payments/{id}": {
            "put": {
                "parameters": [{"name": "If-Match", "in": "header", "schema": {"type": "string"}}],
                "security": [{"login": ["payments.write"]}], "deprecated": True, "x-sunset": "2027-01-01",
                "requestBody": {"content": _JSON}, "responses": {**_ERRORS, "200": {"description": "Ok."}},
            },
        },
    },
    "components": {
        "schemas": {"Payment": _PAYMENT},
        "securitySchemes": {"login": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://pay.org", "scopes": {"payments.read": "R.", "payments.write": "W."}}}}},
    },
}  # fmt: skip
_P = "/components/schemas/Payment/properties"
_GET, _POST, _PUT = "/paths/~1payments/get", "/paths/~1payments/post", "/paths/~1payments~1{id}/put"
_LIST = {"type": "array", "items": {"properties": {"a": {"type": "string"}}}}
_NUMBER, _TEXT = {"type": "number"}, {"type": "string"}
_CASES: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("finance-money-not-float", {f"{_P}/amount": _NUMBER}, f"{_P}/amount", {f"{_P}/amount": {"type": "integer"}, f"{_P}/amountType": _NUMBER}),
    ("finance-money-not-float", {f"{_P}/TotalTax": {"type": ["number", "null"]}}, f"{_P}/TotalTax", {f"{_P}/totalCount": _NUMBER, f"{_P}/hasBalance": _NUMBER}),
    ("finance-money-decimal", {f"{_P}/amount": _TEXT}, f"{_P}/amount", {f"{_P}/amount": {"type": "string", "pattern": "^-?[0-9]+$"}}),
    ("finance-money-currency", {f"{_P}/currency": GONE}, "/components/schemas/Payment", {f"{_P}/currency": GONE, f"{_P}/amount/x-currency": "EUR"}),
    ("finance-currency-code", {f"{_P}/currency": _TEXT}, f"{_P}/currency", {f"{_P}/currency": {"type": "string", "minLength": 3, "maxLength": 3}}),
    ("finance-date-format", {f"{_P}/updatedAt": _TEXT}, f"{_P}/updatedAt", {f"{_P}/format": _TEXT, f"{_P}/updatedAt": {"type": "string", "format": "date-time"}}),
    ("finance-period-format", {f"{_P}/period": _TEXT}, f"{_P}/period", {f"{_P}/period": {"type": "string", "enum": ["2026-01"]}}),
    ("finance-rate-origin", {f"{_P}/rateSource": GONE}, f"{_P}/exchangeRate", {f"{_P}/rateSource": GONE, f"{_P}/exchangeRate": GONE, f"{_P}/taxRate": _TEXT}),
    ("finance-idempotency-key", {f"{_POST}/parameters": []}, _POST, {f"{_POST}/parameters": [], f"{_P}/requestId": _TEXT}),
    ("finance-idempotency-key", {"/paths/~1payments~1add/post": {"responses": _ERRORS}}, "/paths/~1payments~1add/post", {"/paths/~1payments~1search/post": {"responses": _ERRORS}}),
    ("finance-idempotency-conflict", {f"{_POST}/responses/409": GONE}, _POST, {f"{_POST}/responses/409": GONE, f"{_POST}/responses/422": _ERROR}),
    ("finance-if-match", {f"{_PUT}/parameters": []}, _PUT, {f"{_PUT}/parameters/0/name": "if-match"}),
    ("finance-pagination-limit", {f"{_GET}/parameters/0/schema": {"type": "integer"}}, f"{_GET}/parameters/0", {f"{_GET}/parameters/0/name": "page_size"}),
    ("finance-pagination-limit", {f"{_GET}/parameters/0": GONE}, _GET, {f"{_GET}/parameters/0/name": "pageSize"}),
    ("finance-pagination-limit", {f"{_GET}/parameters/0": GONE, f"{_GET}/responses/200/content/application~1json/schema": {"properties": {"payments": _LIST}}}, _GET, {f"{_GET}/parameters/0": GONE, f"{_GET}/responses/200/content/application~1json/schema": {"properties": {"rows": _LIST}}}),
    ("finance-pagination-cursor", {f"{_GET}/parameters/1": GONE}, _GET, {f"{_GET}/parameters/1/name": "offset"}),
    ("finance-pagination-delta", {f"{_GET}/parameters/2": GONE}, _GET, {f"{_GET}/parameters/2": {"name": "If-Modified-Since", "in": "header"}}),
    ("finance-errors-declared", {f"{_GET}/responses/429": GONE}, _GET, {f"{_GET}/responses/429": GONE, f"{_GET}/responses/4XX": _ERROR}),
    ("finance-errors-problem", {f"{_GET}/responses/500": {"description": "No."}}, f"{_GET}/responses/500", {f"{_GET}/responses/500": {"description": "No.", "content": {"application/json": {"schema": {"properties": {"errorCode": _TEXT}}}}}}),
    ("finance-errors-retry-after", {f"{_GET}/responses/429": _ERROR}, f"{_GET}/responses/429", {f"{_GET}/responses/503": _ERROR}),
    ("finance-version-semver", {"/info/version": "2.1"}, "/info/version", {"/info/version": "2.1.0-rc.1"}),
    ("finance-version-path", {"/info/version": "3.0.0"}, "/servers/0/url", {"/info/version": "2.0.0", "/servers/0/url": "https://pay.org/v2.1/"}),
    ("finance-deprecated-sunset", {f"{_PUT}/x-sunset": GONE}, _PUT, {f"{_PUT}/x-sunset": GONE, f"{_PUT}/deprecated": False}),
    ("finance-classification", {"/info/x-data-classification": "secret"}, "/info/x-data-classification", {"/info/x-data-classification": "public"}),
    ("finance-classification-sensitive", {f"{_P}/iban": _TEXT}, f"{_P}/iban", {f"{_P}/iban/x-data-classification": "confidential"}),
    ("finance-classification-sensitive", {f"{_P}/taxNumber": _TEXT}, f"{_P}/taxNumber", {f"{_P}/taxNumberType": _TEXT}),
    ("finance-retention", {"/info/x-retention": GONE}, "/info", {"/info/x-retention": "P1Y"}),
    ("finance-owner", {"/info/x-owner": GONE}, "/info", {"/info/x-owner": "x"}),
    ("finance-security-required", {"/security": GONE}, _GET, {"/security": GONE, f"{_GET}/security": [{"login": ["payments.read"]}]}),
    ("finance-security-required", {f"{_GET}/security": [{}, {"login": []}]}, _GET, {f"{_GET}/security": [{"login": []}]}),
    ("finance-security-scheme", {"/components/securitySchemes/b": {"type": "http", "scheme": "basic"}}, "/components/securitySchemes/b", {"/components/securitySchemes/b": {"type": "http", "scheme": "bearer"}}),
    ("finance-security-scheme", {"/components/securitySchemes/k": {"type": "apiKey", "in": "query", "name": "k"}}, "/components/securitySchemes/k", {"/components/securitySchemes/k": {"type": "openIdConnect"}}),
    ("finance-security-write-scope", {f"{_POST}/security": [{"login": ["payments.read"]}]}, _POST, {f"{_POST}/security": [{"login": ["payments.read", "payments.write"]}]}),
    ("finance-security-https", {"/servers/0/url": "http://pay.org/v2"}, "/servers/0/url", {"/servers/0/url": "/v2"}),
    ("finance-security-key-in-url", {f"{_GET}/parameters/-": {"name": "api_key", "in": "query"}}, f"{_GET}/parameters/3/name", {f"{_GET}/parameters/-": {"name": "api_key", "in": "header"}}),
    ("finance-security-account-in-url", {f"{_GET}/parameters/-": {"name": "iban", "in": "query"}}, f"{_GET}/parameters/3/name", {f"{_GET}/parameters/-": {"name": "account_id", "in": "query"}}),
    ("finance-limit-codes", {f"{_P}/accountCode": _TEXT}, f"{_P}/accountCode", {f"{_P}/accountCode": {"type": "string", "pattern": "^[0-9]{4}$"}}),
    ("finance-limit-arrays", {f"{_P}/lines/maxItems": GONE}, f"{_P}/lines", {f"{_P}/lines/maxItems": GONE, f"{_P}/lines/readOnly": True}),
]  # fmt: skip


def test_a_clean_api_has_no_findings() -> None:
    assert found(CLEAN, "tieout:finance") == []


@pytest.mark.parametrize("case", _CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(_CASES)])
def test_a_rule_finds_its_violation_and_leaves_its_neighbour_alone(case: tuple[str, dict, str, dict]) -> None:
    rule, bad, pointer, good = case
    assert (rule, pointer) in found(changed(CLEAN, bad), "tieout:finance")
    assert rule not in {name for name, _ in found(changed(CLEAN, good), "tieout:finance")}


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in _CASES} == set(ruleset_of("tieout:finance").rules)


def test_names_are_read_by_their_words() -> None:
    assert [
        name
        for name in ("AmountDue", "sub_total", "UnitPrice", "totalVAT", "amount")
        if not names.is_money(name)
    ] == []
    no_money = (
        "TotalPages",
        "creditNoteID",
        "DebitCreditType",
        "isCredit",
        "costCenter_code",
        "feeling",
        "AccountBalanceDate",
    )
    assert [name for name in no_money if names.is_money(name)] == []
    assert names.words_of("HTTPServerURL2x") == ("http", "server", "url", "2", "x")
