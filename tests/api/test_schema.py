"""The OpenAPI document and the page that shows it."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from tests.api.client import Caller, problem
from tests.api.operations import document


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
