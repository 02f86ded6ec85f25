"""Single judgements that follow from direction, media type, matching and options."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from catalog.compatibility.documents import from_value, read_document
from catalog.compatibility.openapi import Level, Options, compare_documents, levels_of, options_of
from tests.catalog.compatibility.openapi.contracts import api, at, content, holder, ids, parameter, report

_STR, _INT = {"type": "string"}, {"type": "integer"}


def _body(schema: Any, media: str) -> dict[str, Any]:
    return api({"requestBody": content(schema, media)})


def test_a_number_that_becomes_a_text_breaks_json_and_not_a_form_or_a_query() -> None:
    form = "application/x-www-form-urlencoded"
    assert "request-property-type-changed" in ids(
        *(_body(holder(s), "application/json") for s in (_INT, _STR))
    )
    assert ids(*(_body(holder(s), form) for s in (_INT, _STR))) == {"request-property-type-generalized"}
    assert ids(parameter(_INT), parameter(_STR)) == {"request-parameter-type-generalized"}
    assert ids(parameter(_STR), parameter(_INT)) == {"request-parameter-type-changed"}


def test_a_range_of_media_types_takes_the_place_of_one() -> None:
    assert ids(_body(_STR, "text/csv"), _body(_STR, "text/*")) == set()
    assert ids(_body(_STR, "text/*"), _body(_STR, "text/csv")) == {
        "request-body-media-type-added",
        "request-body-media-type-removed",
    }


def test_a_status_out_of_a_promised_range_is_no_removal() -> None:
    def answers(status: str) -> dict[str, Any]:
        return api({"responses": {status: {"description": "x", **content(_STR)}}})

    assert ids(answers("2XX"), answers("200")) == set()
    assert "response-success-status-removed" in ids(answers("200"), answers("201"))


@pytest.mark.parametrize("kind", ["webhook", "callback"])
def test_what_the_api_sends_by_itself_is_judged_as_something_received(kind: str) -> None:
    def sends(schema: Any, answer: Any = _STR) -> dict[str, Any]:
        call = {
            "post": {
                "requestBody": content(schema),
                "responses": {"200": {"description": "x", **content(answer)}},
            }
        }
        if kind == "webhook":
            return api(webhooks={"done": call})
        return api({"callbacks": {"done": {"{$request.body#/u}": call}}})

    one, two = {"type": "object"}, holder(_STR)
    assert ids(sends(two), sends(one)) == {"response-optional-property-removed"}
    assert ids(sends(one), sends(two)) == {"response-optional-property-added"}
    assert ids(sends(one, {"type": "number"}), sends(one, _INT)) == {"request-body-type-changed"}


def test_reading_only_and_writing_only_properties_are_judged_where_they_travel() -> None:
    def both(**flags: Any) -> list[dict[str, Any]]:
        return [
            {"type": "object", "properties": {"p": {**_STR, "maxLength": size, **flags}}} for size in (9, 5)
        ]

    assert ids(*(at("request-body", s) for s in both())) == {"request-property-max-length-decreased"}
    assert ids(*(at("request-body", s) for s in both(readOnly=True))) == {
        "request-read-only-property-max-length-decreased"
    }
    assert ids(*(at("response-body", s) for s in reversed(both(writeOnly=True)))) == set()


def test_drafts_are_not_judged_but_their_security_is() -> None:
    def draft(level: str, **more: Any) -> dict[str, Any]:
        return api({"x-stability-level": level, "security": [{"k": []}], **more})

    assert ids(draft("alpha", requestBody=content(_INT)), draft("alpha", requestBody=content(_STR))) == set()
    assert "request-body-type-changed" in ids(
        draft("beta", requestBody=content(_INT)), draft("beta", requestBody=content(_STR))
    )
    assert "control-security-removed" in ids(
        draft("alpha"), api({"x-stability-level": "alpha", "security": []})
    )


def test_grace_days_follow_the_stability_and_the_day_of_the_check() -> None:
    options = Options(today=dt.date(2026, 1, 1), deprecation_days_stable=90, deprecation_days_beta=10)
    stop = {"deprecated": True, "x-sunset": "2026-02-01"}
    assert "api-sunset-date-too-small" in ids(api(), api(stop), options)
    beta = {"x-stability-level": "beta"}
    assert "api-sunset-date-too-small" not in ids(api(beta), api(stop | beta), options)


def test_security_is_weighed_by_whom_it_lets_in() -> None:
    def secured(*alternatives: dict[str, list[str]]) -> dict[str, Any]:
        return api({"security": list(alternatives)})

    one, both, other = {"a": ["r"]}, {"a": ["r"], "b": []}, {"b": []}
    judged = {"api-security-tightened", "control-security-removed", "control-security-weakened"}
    assert ids(secured(one), secured(one, other)) & judged == set()
    assert ids(secured(one, other), secured(one)) & judged == {"api-security-tightened"}
    assert ids(secured(both), secured(one)) & judged == {"control-security-weakened"}
    assert ids(secured(one), secured(both)) & judged == {"api-security-tightened"}
    assert ids(secured(one), secured()) & judged == {"control-security-removed"}
    assert ids(secured(one), secured(one, {})) & judged == {"control-security-removed"}


def test_one_change_in_a_shared_schema_is_one_finding_with_all_its_operations() -> None:
    def shared(kind: str) -> dict[str, Any]:
        answer = {"responses": {"200": {"description": "x", **content({"$ref": "#/components/schemas/A"})}}}
        schemas = {"A": {"type": "object", "properties": {"p": {"type": kind}}}}
        return {
            **api(),
            "components": {"schemas": schemas},
            "paths": {f"/{n}": {"get": answer} for n in "abc"},
        }

    found = [f for f in report(shared("string"), shared("array")).findings if f.kind == "type"]
    assert [(f.id, f.pointer, f.operations) for f in found] == [
        (
            "response-property-type-changed",
            "/components/schemas/A/properties/p/type",
            ("GET /a", "GET /b", "GET /c"),
        )
    ]
    assert found[0].message == "Response property A.p: the type changed from string to array."


def test_a_finding_names_the_line_in_its_document() -> None:
    text = (
        "openapi: 3.0.0\ninfo: {version: 1.0.0}\npaths:\n  /a:\n    get:\n      parameters:\n"
        "      - name: q\n        in: query\n        schema:\n          type: string\n          maxLength: %s\n"
    )
    found = compare_documents(read_document(text % 9), read_document(text % 5)).findings[1]
    assert (found.id, found.document, found.line) == (
        "request-parameter-max-length-decreased",
        "revision",
        11,
    )
    assert found.message == "Parameter (query parameter 'q'): the maximum length decreased from 9 to 5."
    removed = compare_documents(
        read_document(text % 9), from_value({"openapi": "3.0.0", "paths": {}})
    ).findings
    assert [(f.document, f.line) for f in removed if f.kind == "existence"] == [("base", 5)]


def test_a_fingerprint_stays_when_other_things_move() -> None:
    def named(*names: str, size: int) -> dict[str, Any]:
        listed = [{"name": name, "in": "query", "schema": {**_STR, "maxLength": size}} for name in names]
        return api({"parameters": listed})

    def prints(base: Any, revision: Any) -> set[str]:
        return {
            f.fingerprint for f in report(base, revision).findings if f.id.endswith("max-length-decreased")
        }

    one = prints(named("p", size=9), named("p", size=5))
    assert one < prints(named("a", "p", size=9), named("a", "p", size=5))
    assert not one & prints(named("p", size=9), named("p", size=4))


def test_severity_files_of_oasdiff_change_levels() -> None:
    levels = levels_of("request-parameter-removed none\nendpoint-added  err # ours\n\n")
    options = Options(levels=levels)
    base, revision = parameter(_STR), {**api(), "paths": {**api()["paths"], "/b": {"get": {}}}}
    found = {f.id: f.level for f in report(base, revision, options).findings}
    assert found["endpoint-added"] is Level.ERROR
    assert "request-parameter-removed" not in found
    with pytest.raises(ValueError, match="line 1"):
        levels_of("a b c")
    with pytest.raises(ValueError, match="unknown option"):
        options_of({"nope": 1}, today=dt.date(2026, 1, 1))
    with pytest.raises(ValueError, match="number of days"):
        options_of({"deprecation_days_beta": True}, today=dt.date(2026, 1, 1))


def test_an_imperfect_document_is_compared_all_the_same() -> None:
    odd = api(
        {
            "parameters": [{"name": "p"}, "x", {"$ref": "#/nowhere"}],
            "requestBody": {"content": {"application/json": None}},
            "responses": {"200": None, "default": {"headers": [], "content": 3}},
            "security": "none",
            "tags": {"a": 1},
        },
        components={"schemas": [], "securitySchemes": None},
        servers="x",
        tags=3,
    )
    schema = {
        "type": 3,
        "enum": "a",
        "properties": [],
        "required": True,
        "maximum": "1",
        "allOf": {},
        "items": 4,
    }
    for place in ("request-body", "response-property"):
        assert ids(at(place, schema), at(place, schema)) == set()
        assert isinstance(ids(at(place, schema), at(place, {"type": "string"})), set)
    assert ids(odd, odd) == set()
    assert isinstance(ids(odd, api()), set)


def test_a_reference_that_leads_nowhere_is_anything_and_noted() -> None:
    lost = at("request-body", {"$ref": "#/components/schemas/Lost"})
    found = report(lost, lost)
    assert found.findings == ()
    assert [(side, note.code.value) for side, note in found.notes] == [
        ("base", "CTR-126"),
        ("revision", "CTR-126"),
    ]
    assert [note["document"] for note in found.as_json()["notes"]] == ["base", "revision"]


def test_security_that_is_inherited_is_one_finding_for_all_operations() -> None:
    paths = {f"/{name}": {"get": {"responses": {}}} for name in "abc"}
    found = report(api(security=[{"k": []}], paths=paths), api(paths=paths)).findings
    removed = [f for f in found if f.id == "control-security-removed"]
    assert [(f.pointer, len(f.operations)) for f in removed] == [("/security", 3)]


def test_servers_and_classification_are_compared_where_they_are_declared() -> None:
    def own(url: str, label: str) -> dict[str, Any]:
        listed = [{"name": "p", "in": "query", "schema": _STR, "x-data-classification": label}]
        return api({"servers": [{"url": url}], "parameters": listed}, servers=[{"url": "https://a"}])

    assert ids(own("https://b", "restricted"), own("http://{h}", "internal")) == {
        "control-classification-lowered",
        "control-transport-weakened",
        "server-added",
        "server-removed",
    }
    assert ids(own("https://a", "internal"), own("https://a", "restricted")) == set()
