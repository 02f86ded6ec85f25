"""The OpenAPI document and the page that shows it."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from tests.api.client import Caller, problem
from tests.api.operations import document
from tests.api.world import WHY


def test_the_document_is_valid_and_complete():
    call_command(
        "spectacular", "--format", "openapi-json", "--validate", "--fail-on-warn", "--file", "/dev/null"
    )
    assert document()["openapi"].startswith("3.1")


def test_names_of_operations_are_unique():
    names = [spec["operationId"] for methods in document()["paths"].values() for spec in methods.values()]
    assert len(names) == len(set(names))


@pytest.mark.django_db
def test_the_document_is_for_those_who_signed_in(call):
    assert Caller().get("/api/v1/openapi.json").status_code == 401
    response = call("architect").get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert response.json()["info"]["title"] == "Tieout"


@pytest.mark.django_db
def test_the_docs_page_has_no_inline_script_or_style(call):
    assert Caller().get("/api/v1/docs/").status_code == 302
    page = call("architect").get("/api/v1/docs/")
    assert page.status_code == 200
    html = page.content.decode()
    assert "<style" not in html and "style=" not in html
    assert html.count("<script") == html.count("<script src=")
    assert "'unsafe-inline'" not in page["Content-Security-Policy"]
    script = call("architect").get("/api/v1/docs/", {"script": ""})
    assert script["Content-Type"].startswith("application/javascript")


@pytest.mark.django_db
def test_addresses_that_are_not_there_are_problems_too(call):
    for path in (
        "/api/",
        "/api/v1/",
        "/api/v1/systems",
        "/api/v1/nothing/",
        "/api/v2/systems/",
        "/api/v1/systems/1/x/",
    ):
        assert Caller().get(path).status_code == 401
        found = problem(call("architect").get(path))
        assert (found["status"], found["code"]) == (404, "API-404"), path


@pytest.mark.django_db
def test_methods_that_are_not_there_get_405(call, world):
    url = f"/api/v1/systems/{world.ids['systems']}/"
    for method in ("delete", "put", "options", "trace"):
        response = call("architect").send(method, url, {})
        assert (response.status_code, problem(response)["code"]) == (405, "API-405"), method


@pytest.mark.django_db
def test_the_request_id_is_answered(call):
    response = call("architect").get("/api/v1/systems/", X_Request_Id="pipeline-4711")
    assert response["X-Request-Id"] == "pipeline-4711"
    assert problem(call("architect").get("/api/v1/nothing/", X_Request_Id="pipeline-4712"))["request_id"] == (
        "pipeline-4712"
    )


def test_what_only_people_decide_is_offered_to_no_token():
    paths = document()["paths"]
    for verb in ("approve", "reject", "push-back"):
        spec = paths[f"/api/v1/changes/{{id}}/{verb}/"]["post"]
        assert spec["security"] == [{"session": []}]
        assert "APR-005" in spec["description"]
        assert "permission to approve" in spec["description"]
    assert {"token": []} in paths["/api/v1/changes/{id}/comment/"]["post"]["security"]


@pytest.mark.django_db
def test_a_related_object_is_named_by_code_or_by_id(call, world):
    architect, url = call("architect"), "/api/v1/mapping-versions/"
    body = {"effective_from": "2024-01", "reason": WHY}
    pk = world.ids["spare"]
    code = architect.get(f"/api/v1/mapping-sets/{pk}/").json()["code"]
    for wrong in ({}, {"mapping_set": code, "mapping_set_id": pk}):
        refused = problem(architect.post(url, body | wrong))
        assert refused["code"] == "API-005"
        assert "either mapping_set or mapping_set_id" in refused["detail"]
    assert problem(architect.post(url, body | {"mapping_set": "nowhere"}))["status"] == 404
    made = architect.post(url, body | {"mapping_set": code})
    assert (made.status_code, made.json()["mapping_set_id"]) == (201, pk)
    run = {"flow_id": world.ids["flows"], "period": "2024-01", "dry_run": True, "reason": WHY}
    answer = call("operator").post("/api/v1/runs/", run)
    assert answer.json().get("place", "") != "/flow_id"
    assert answer.json()["code"] != "API-004" if answer.status_code >= 400 else answer.json()["flow_id"]


@pytest.mark.django_db
def test_the_only_fault_of_a_body_is_told_in_its_detail(call, world):
    found = problem(call("architect").post("/api/v1/mapping-versions/", {"mapping_set_id": 1, "reason": WHY}))
    assert found["code"] == "API-005"
    assert found["detail"] == "/effective_from: This field is required."
    assert found["place"] == "/effective_from"
