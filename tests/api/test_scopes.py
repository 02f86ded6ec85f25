"""Objects out of scope do not exist: not in lists, not by id, not by name in a body."""

from __future__ import annotations

import datetime as dt

import pytest

from catalog.models import Connection, Ownership, System
from portal.access.functions import Function as F
from portal.access.models import Grant
from tests.api.client import Caller, problem
from tests.api.world import DAY, WHY


@pytest.fixture
def other(world):
    """A second system with all that hangs on it, outside the caller's scope."""
    system = System.objects.create(code="payroll", name="Payroll", kind="payroll")
    connection = Connection.objects.create(
        system=system, code="pay", connector="file", content_sha256="0" * 64
    )
    owned = Ownership.objects.create(
        finance_object_id=world.ids["finance_objects"],
        legal_entity="AT01",
        system=system,
        valid_from=dt.date(2024, 1, 1),
        change_ref="CR-000000",
    )
    return {"systems": system.pk, "connections": connection.pk, "ownerships": owned.pk}


@pytest.fixture
def caller(world, make_user):
    """May author everything, over the ERP only."""
    user = make_user("erp_architect", [F.VIEW, F.CAT_AUTHOR, F.CONN_ENDPOINT, F.SOR_ASSIGN])
    Grant.objects.filter(person=user.person).update(
        scope_kind="system", scope_id=world.ids["systems"], scope_label="ERP"
    )
    return Caller(user)


def test_lists_show_what_is_in_scope(world, other, caller):
    for resource in other:
        found = {row["id"] for row in caller.get(f"/api/v1/{resource}/").json()["results"]}
        assert found == {world.ids[resource]}, resource
    matrix = caller.get("/api/v1/ownerships/matrix/", {"on": DAY}).json()
    assert matrix["systems"] == ["erp"]
    assert {owner["system"] for row in matrix["rows"] for owner in row["owners"]} == {"erp"}


def test_ids_out_of_scope_answer_like_absent_ones(world, other, caller):
    for resource, pk in other.items():
        seen, absent = caller.get(f"/api/v1/{resource}/{pk}/"), caller.get(f"/api/v1/{resource}/{10**16}/")
        assert seen.status_code == absent.status_code == 404
        assert problem(seen)["title"] == problem(absent)["title"]
    body = {"name": "Mine now", "reason": WHY}
    assert caller.patch(f"/api/v1/systems/{other['systems']}/", body, If_Match='"x"').status_code == 404
    assert (
        caller.post(f"/api/v1/ownerships/{other['ownerships']}/end/", {}, If_Match='"x"').status_code == 404
    )


def test_names_out_of_scope_in_a_body_are_refused_like_names_that_are_not_there(other, caller):
    bodies = {
        "ownerships": {"finance_object": "budget", "valid_from": DAY, "reason": WHY},
        "connections": {"code": "pay", "connector": "file", "config": {}, "reason": WHY},
    }
    for resource, body in bodies.items():
        told = set()
        for system in ("payroll", "nowhere"):
            answer = caller.post(f"/api/v1/{resource}/", {**body, "system": system})
            told.add((answer.status_code, answer.json()["code"], answer.json()["detail"].replace(system, "")))
        assert len(told) == 1, resource
        assert next(iter(told))[:2] == (422, "CTR-002")


def test_filters_do_not_tell_of_what_is_out_of_scope(other, caller):
    for query in ({"system": "payroll"}, {"legal_entity": "AT01"}):
        assert caller.get("/api/v1/ownerships/", query).json()["results"] == []
