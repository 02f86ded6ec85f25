"""Every list: strict filters and orders, sparse fields, capped pages, honest cursors, pinned queries."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import System
from tests.api.client import problem
from tests.api.operations import operations
from tests.api.world import World, reader_of

LISTS = [o for o in operations() if o.is_list]
READS = [o for o in operations() if o.method == "get"]
PINNED = Path(__file__).parent.parent / "query_counts.json"
PLAIN = {"cursor", "page_size", "ordering", "fields"}
THOROUGHLY = {"systems_list", "audit_list", "mapping_versions_rules"}
STRANGE = {
    "page_size": ["0", "-1", "201", "1000000000", "１", "1e2", "abc", "", "1%00"],
    "ordering": ["owner__password", "-owner__password", "id,id", "?", "", "pk"],
    "fields": ["secret", "password", "id,secret", "", "id,,code", "__class__"],
    "cursor": ["x", "%", "cD0lMDA=", "cD1hYmM=", "cD3vvJE=", "bz05OTk5OTk5OTk5OTk5OTk5", "r=1", "é"],
    "created_by__password__startswith": ["a"],
    "filter[id]": ["1"],
    "expand": ["person"],
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_parameters_get_400(world: World, call, name):
    failures = []
    for operation in LISTS:
        for value in STRANGE[name] if operation.name in THOROUGHLY else STRANGE[name][:1]:
            response = call(reader_of(operation.name)).get(world.url(operation), {name: value})
            harmless = name == "cursor" and response.status_code == 200
            if not harmless and (response.status_code != 400 or problem(response)["code"] != "API-012"):
                failures.append((operation.name, value, response.status_code))
    assert not failures


@pytest.mark.parametrize("value", ["１", "\x00", "9" * 400])
def test_no_filter_value_makes_a_500(world: World, call, value):
    failures = []
    for operation in READS:
        for name in operation.query - PLAIN or {"cursor"}:
            response = call(reader_of(operation.name)).get(world.url(operation), {name: value})
            if response.status_code >= 500:
                failures.append((operation.name, name))
    assert not failures


def test_a_parameter_given_twice_is_refused(world: World, call):
    response = call("architect").get("/api/v1/systems/?kind=erp&kind=hr")
    assert problem(response)["code"] == "API-012"


def test_sparse_fields_leave_the_others_out(world: World, call):
    for operation in LISTS:
        response = call(reader_of(operation.name)).get(world.url(operation), {"fields": "id"})
        assert response.status_code == 200, (operation.name, response.content)
        assert all(set(row) == {"id"} for row in response.json()["results"]), operation.name


def test_a_list_is_read_to_its_end_by_cursor_in_every_order(world: World, call):
    for number in range(7):
        System.objects.create(code=f"s{number}", name="Same name", kind="erp")
    for ordering in ("code", "-code", "id", "-id"):
        url, codes = f"/api/v1/systems/?page_size=3&ordering={ordering}", []
        while url:
            page = call("architect").get(url).json()
            codes += [row["code" if "code" in ordering else "id"] for row in page["results"]]
            last, url = page, page["next"]
        assert len(codes) == System.objects.count() == 10
        assert codes == sorted(codes, reverse=ordering.startswith("-"))
        back = call("architect").get(last["previous"]).json()
        assert len(back["results"]) == 3


def test_a_forged_cursor_does_not_reach_the_database(world: World, call):
    for position in ("abc", "１", "\x00", "9" * 400):
        forged = base64.b64encode(f"p={position.encode().hex()}".encode()).decode()
        response = call("architect").get("/api/v1/ownerships/", {"cursor": forged})
        assert response.status_code in (200, 400)


def cursor_of(page: dict) -> str:
    return parse_qs(urlsplit(page["next"]).query)["cursor"][0]


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/systems/?ordering=id",
        "/api/v1/systems/?ordering=code",
        "/api/v1/systems/?ordering=-id&kind=erp",
        "/api/v1/connections/?ordering=-id",
    ],
)
def test_a_cursor_of_another_list_order_or_filter_skips_no_rows_but_is_refused(world: World, call, address):
    for number in range(3):
        System.objects.create(code=f"s{number}", name="Same name", kind="erp")
    cursor = cursor_of(call("architect").get("/api/v1/systems/?ordering=-id&page_size=2").json())
    answer = call("architect").get(address, {"cursor": cursor, **dict(parse_qsl(urlsplit(address).query))})
    assert (answer.status_code, problem(answer)["code"]) == (400, "API-012")
    assert "Start again without cursor" in problem(answer)["detail"]


@pytest.mark.parametrize(
    "cursor", ["cD0tMQ==", base64.b64encode(b"p=99999999999999999999999").decode(), "r=1"]
)
def test_a_cursor_that_no_list_gave_out_is_refused(world: World, call, cursor):
    answer = call("architect").get("/api/v1/systems/", {"cursor": cursor})
    assert (answer.status_code, problem(answer)["code"]) == (400, "API-012")


def test_a_cursor_stays_good_when_only_the_shape_of_the_page_changes(world: World, call):
    for number in range(3):
        System.objects.create(code=f"s{number}", name="Same name", kind="erp")
    cursor = cursor_of(call("architect").get("/api/v1/systems/?page_size=2").json())
    answer = call("architect").get("/api/v1/systems/", {"cursor": cursor, "page_size": 1, "fields": "id"})
    assert [set(row) for row in answer.json()["results"]] == [{"id"}]


def test_lists_make_as_many_queries_as_pinned(world: World, call):
    found = {}
    for operation in LISTS:
        caller = call(reader_of(operation.name))
        caller.get(world.url(operation))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert caller.get(world.url(operation)).status_code == 200
        found[operation.name] = len(queries)
    pinned = json.loads(PINNED.read_text()).get("api", {}) if PINNED.exists() else {}
    assert found == pinned, (
        f"write these to {PINNED.name} under 'api' when they are right: {json.dumps(found)}"
    )
