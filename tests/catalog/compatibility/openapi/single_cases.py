"""For every check that is not one of a schema keyword: a pair of documents that must raise it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from catalog.compatibility.openapi import Options
from tests.catalog.compatibility.openapi.contracts import api, at, content, holder, parameter

TODAY = dt.date(2026, 6, 15)
OPTIONS = Options(today=TODAY)
GRACE = Options(today=TODAY, deprecation_days_stable=90, deprecation_days_beta=30)
STR: dict[str, Any] = {"type": "string"}
OLD = {"deprecated": True}
SOON, LATE = {"x-sunset": "2026-07-01"}, {"x-sunset": "2027-07-01"}
PAST, WRONG = {"x-sunset": "2026-01-01"}, {"x-sunset": "some day"}
Case = tuple[Any, Any] | tuple[Any, Any, Options]
SINGLE_CASES: dict[str, Case] = {}


def _life(operation: dict[str, Any]) -> dict[str, Any]:
    return api(operation)


def _gone(operation: dict[str, Any], *, path: bool) -> Case:
    """An operation goes, alone or with its path."""
    kept = api()
    post = api(operation)["paths"]["/things"]["post"]
    if path:
        return {**kept, "paths": {**kept["paths"], "/other": {"get": post}}}, kept
    return {**kept, "paths": {"/things": {**kept["paths"]["/things"], "get": post}}}, kept


SINGLE_CASES |= {
    "endpoint-added": _gone({}, path=True)[::-1],
    "endpoint-deprecated": (api(), api(OLD)),
    "endpoint-deprecated-with-sunset": (api(), api(OLD | LATE)),
    "endpoint-reactivated": (api(OLD), api()),
    "api-deprecated-sunset-missing": (api(), api(OLD), GRACE),
    "api-deprecated-sunset-parse": (api(), api(OLD | WRONG)),
    "api-sunset-date-too-small": (api(), api(OLD | SOON), GRACE),
    "api-sunset-date-changed-too-small": (api(OLD | LATE), api(OLD | SOON)),
    "sunset-deleted": (api(OLD | LATE), api(OLD)),
    "api-stability-decreased": (api(), api({"x-stability-level": "beta"})),
    "api-stability-increased": (api({"x-stability-level": "beta"}), api({"x-stability-level": "stable"})),
    "api-invalid-stability-level": (api(), api({"x-stability-level": "solid"})),
    "api-path-removed-without-deprecation": _gone({}, path=True),
    "api-path-removed-with-deprecation": _gone(OLD | PAST, path=True),
    "api-path-removed-before-sunset": _gone(OLD | SOON, path=True),
    "api-path-sunset-parse": _gone(OLD | WRONG, path=True),
    "api-removed-without-deprecation": _gone({}, path=False),
    "api-removed-with-deprecation": _gone(OLD, path=False),
    "api-removed-before-sunset": _gone(OLD | SOON, path=False),
    "api-operation-id-removed": (api({"operationId": "a"}), api()),
    "api-operation-id-added": (api(), api({"operationId": "b"})),
    "api-tag-added": (api(), api({"tags": ["a"]})),
    "api-tag-removed": (api({"tags": ["a"]}), api()),
}


def _param(
    more: dict[str, Any] | None = None, location: str = "query", path: str = "/things"
) -> dict[str, Any]:
    return api({"parameters": [{"name": "p", "in": location, "schema": STR, **(more or {})}]})


def _shared(more: dict[str, Any]) -> dict[str, Any]:
    found = api()
    found["paths"]["/things"]["parameters"] = [{"name": "p", "in": "query", "schema": STR, **more}]
    return found


_NEED = {"required": True}
_P = "request-parameter"
SINGLE_CASES |= {
    f"{_P}-deprecated": (_param(), _param(OLD)),
    f"{_P}-reactivated": (_param(OLD), _param()),
    f"{_P}-deprecated-sunset-missing": (_param(), _param(OLD), GRACE),
    f"{_P}-sunset-date-too-small": (_param(), _param(OLD | SOON), GRACE),
    f"{_P}-sunset-deleted": (_param(OLD | LATE), _param(OLD)),
    f"{_P}-sunset-date-changed-too-small": (_param(OLD | LATE), _param(OLD | SOON)),
    f"{_P}-sunset-parse": (_param(), _param(OLD | WRONG)),
    f"{_P}-removed": (_param(), api()),
    f"{_P}-removed-with-deprecation": (_param(OLD | PAST), api()),
    f"{_P}-removed-before-sunset": (_param(OLD | SOON), api()),
    f"{_P}-became-required": (_param(), _param(_NEED)),
    f"{_P}-became-optional": (_param(_NEED), _param()),
    f"{_P}-serialization-changed": (
        _param(),
        api({"parameters": [{"name": "p", "in": "query", **content(STR)}]}),
    ),
    "new-required-request-parameter": (api(), _param(_NEED)),
    "new-optional-request-parameter": (api(), _param()),
    "new-request-path-parameter": (api(), _param(location="path")),
    "new-required-request-default-parameter-to-existing-path": (api(), _shared(_NEED)),
    "new-optional-request-default-parameter-to-existing-path": (api(), _shared({})),
}


def _object(need: bool = False, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": sorted(properties)} if need else {})}


SINGLE_CASES |= {
    "new-required-request-header-property": (
        parameter(_object(), "header"),
        parameter(_object(True, p=STR), "header"),
    ),
    "request-header-property-became-required": (
        parameter(_object(p=STR), "header"),
        parameter(_object(True, p=STR), "header"),
    ),
    "new-required-request-parameter-property": (parameter(_object()), parameter(_object(True, p=STR))),
    "new-optional-request-parameter-property": (parameter(_object()), parameter(_object(p=STR))),
    f"{_P}-property-removed": (parameter(_object(p=STR)), parameter(_object())),
    f"{_P}-property-became-required": (parameter(_object(p=STR)), parameter(_object(True, p=STR))),
    f"{_P}-property-became-optional": (parameter(_object(True, p=STR)), parameter(_object(p=STR))),
    f"{_P}-property-type-specialized": (
        parameter(holder({"type": "number"})),
        parameter(holder({"type": "integer"})),
    ),
}


def _sent(schema: Any) -> dict[str, Any]:
    return at("request-body", schema)


def _got(schema: Any) -> dict[str, Any]:
    return at("response-body", schema)


_RO, _WO, _DEF = {**STR, "readOnly": True}, {**STR, "writeOnly": True}, {**STR, "default": "x"}
_BODY = {"requestBody": content(STR)}
_NEEDED = {"requestBody": {**content(STR), "required": True}}
_BARE: dict[str, Any] = {"requestBody": {"content": {"application/json": {}}}}
SINGLE_CASES |= {
    "new-required-request-property": (_sent(_object()), _sent(_object(True, p=STR))),
    "new-required-request-property-with-default": (_sent(_object()), _sent(_object(True, p=_DEF))),
    "new-optional-request-property": (_sent(_object()), _sent(_object(p=STR))),
    "request-property-removed": (_sent(_object(p=STR)), _sent(_object())),
    "request-property-became-required": (_sent(_object(p=STR)), _sent(_object(True, p=STR))),
    "request-property-became-required-with-default": (_sent(_object(p=_DEF)), _sent(_object(True, p=_DEF))),
    "request-property-became-optional": (_sent(_object(True, p=STR)), _sent(_object(p=STR))),
    "request-body-added-required": (api(), api(_NEEDED)),
    "request-body-added-optional": (api(), api(_BODY)),
    "request-body-removed": (api(_BODY), api()),
    "request-body-became-required": (api(_BODY), api(_NEEDED)),
    "request-body-became-optional": (api(_NEEDED), api(_BODY)),
    "request-body-media-type-added": (
        api(_BODY),
        api({"requestBody": {"content": content(STR)["content"] | content(STR, "text/csv")["content"]}}),
    ),
    "request-body-media-type-schema-added": (api(_BARE), api(_BODY)),
    "request-body-media-type-schema-removed": (api(_BODY), api(_BARE)),
    "request-body-encoding-changed": (
        api({"requestBody": {"content": {"multipart/form-data": {"schema": holder(STR)}}}}),
        api(
            {
                "requestBody": {
                    "content": {
                        "multipart/form-data": {
                            "schema": holder(STR),
                            "encoding": {"p": {"contentType": "image/png"}},
                        }
                    }
                }
            }
        ),
    ),
}
SINGLE_CASES["request-body-media-type-removed"] = SINGLE_CASES["request-body-media-type-added"][1::-1]
for _word, _flag in (("read-only", _RO), ("write-only", _WO)):
    for _need, _required in (("required", True), ("optional", False)):
        for _side, _make in (("request", _sent), ("response", _got)):
            _plain, _marked = _make(_object(_required, p=STR)), _make(_object(_required, p=_flag))
            SINGLE_CASES[f"{_side}-{_need}-property-became-{_word}"] = (_plain, _marked)
            SINGLE_CASES[f"{_side}-{_need}-property-became-not-{_word}"] = (_marked, _plain)


def _media(*names: str, **answer: Any) -> dict[str, Any]:
    body = {name: {"schema": STR} for name in names}
    return api({"responses": {"200": {"description": "ok", "content": body, **answer}}})


def _statuses(*names: str) -> dict[str, Any]:
    return api({"responses": {name: {"description": "x"} for name in names}})


def _header(**header: Any) -> dict[str, Any]:
    return api({"responses": {"200": {"description": "ok", "headers": {"X-P": {"schema": STR, **header}}}}})


_NO_SCHEMA = api({"responses": {"200": {"description": "ok", "content": {"application/json": {}}}}})
SINGLE_CASES |= {
    "response-required-property-removed": (_got(_object(True, p=STR)), _got(_object())),
    "response-optional-property-removed": (_got(_object(p=STR)), _got(_object())),
    "response-required-write-only-property-removed": (_got(_object(True, p=_WO)), _got(_object())),
    "response-optional-write-only-property-removed": (_got(_object(p=_WO)), _got(_object())),
    "response-required-property-added": (_got(_object()), _got(_object(True, p=STR))),
    "response-optional-property-added": (_got(_object()), _got(_object(p=STR))),
    "response-required-write-only-property-added": (_got(_object()), _got(_object(True, p=_WO))),
    "response-optional-write-only-property-added": (_got(_object()), _got(_object(p=_WO))),
    "response-property-became-optional": (_got(_object(True, p=STR)), _got(_object(p=STR))),
    "response-property-became-required": (_got(_object(p=STR)), _got(_object(True, p=STR))),
    "response-write-only-property-became-optional": (_got(_object(True, p=_WO)), _got(_object(p=_WO))),
    "response-write-only-property-became-required": (_got(_object(p=_WO)), _got(_object(True, p=_WO))),
    "response-success-status-removed": (_statuses("200", "201"), _statuses("200")),
    "response-success-status-added": (_statuses("200"), _statuses("200", "201")),
    "response-non-success-status-removed": (_statuses("200", "404"), _statuses("200")),
    "response-non-success-status-added": (_statuses("200"), _statuses("200", "404")),
    "response-media-type-removed": (_media("application/json", "text/csv"), _media("application/json")),
    "response-media-type-added": (_media("application/json"), _media("application/json", "text/csv")),
    "response-media-type-name-generalized": (_media("application/problem+json"), _media("application/json")),
    "response-media-type-name-specialized": (_media("application/json"), _media("application/problem+json")),
    "response-media-type-name-changed": (
        _media("application/json"),
        _media("application/json; charset=utf-8"),
    ),
    "response-body-media-type-schema-removed": (_got(STR), _NO_SCHEMA),
    "response-body-media-type-schema-added": (_NO_SCHEMA, _got(STR)),
    "response-header-became-optional": (_header(required=True), _header()),
    "response-header-became-required": (_header(), _header(required=True)),
    "required-response-header-removed": (_header(required=True), _statuses("200")),
    "optional-response-header-removed": (_header(), _statuses("200")),
    "response-header-added": (_statuses("200"), _header()),
}
for _side, _make in (("request", _sent), ("response", _got)):
    _old = {**STR, **OLD}
    _p = f"{_side}-property"
    SINGLE_CASES |= {
        f"{_p}-deprecated": (_make(_object(p=STR)), _make(_object(p=_old))),
        f"{_p}-deprecated-with-sunset": (_make(_object(p=STR)), _make(_object(p=_old | LATE))),
        f"{_p}-reactivated": (_make(_object(p=_old)), _make(_object(p=STR))),
        f"{_p}-deprecated-sunset-missing": (_make(_object(p=STR)), _make(_object(p=_old)), GRACE),
        f"{_p}-deprecated-sunset-invalid": (_make(_object(p=STR)), _make(_object(p=_old | WRONG))),
        f"{_p}-sunset-date-too-small": (_make(_object(p=STR)), _make(_object(p=_old | SOON)), GRACE),
        f"{_p}-stability-decreased": (
            _make(_object(p=STR)),
            _make(_object(p={**STR, "x-stability-level": "beta"})),
        ),
        f"{_p}-stability-increased": (
            _make(_object(p={**STR, "x-stability-level": "beta"})),
            _make(_object(p=STR)),
        ),
    }
