"""One effect per Idempotency-Key, also when requests race, crash or were abandoned."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from catalog.models import System
from portal.core.clock import now
from portal.core.models import IdempotencyRecord
from tests.api.client import Caller, problem
from tests.api.world import WHY
from tests.conftest import make_people

URL = "/api/v1/systems/"
BODY = {"code": "plan", "name": "Planning", "kind": "planning", "reason": WHY}
KEY = {"Idempotency_Key": "k-1"}


@pytest.fixture
def users(db):
    """Nobody's objects: these tests count what a request leaves behind."""
    return make_people()


def test_a_request_in_progress_gets_409_with_retry_after(call, users):
    first = call("architect").post(URL, BODY, **KEY)
    IdempotencyRecord.objects.update(status=None, body="")
    second = call("architect").post(URL, BODY, **KEY)
    assert (first.status_code, second.status_code, problem(second)["code"]) == (201, 409, "API-010")
    assert int(second["Retry-After"]) > 0


def test_an_abandoned_request_may_be_repeated(call):
    call("architect").post(URL, BODY, **KEY)
    System.objects.all().delete()
    IdempotencyRecord.objects.update(status=None, body="", created_at=now() - dt.timedelta(minutes=11))
    assert call("architect").post(URL, BODY, **KEY).status_code == 201


def test_a_key_belongs_to_one_account(call):
    assert call("architect").post(URL, BODY, **KEY).status_code == 201
    other = call("sod_admin").post("/api/v1/people/", {"code": "x1", "name": "X", "reason": WHY}, **KEY)
    assert other.status_code == 201


def test_the_same_key_on_another_path_gets_422(call):
    call("architect").post(URL, BODY, **KEY)
    other = call("architect").post("/api/v1/finance-objects/", BODY, **KEY)
    assert (other.status_code, problem(other)["code"]) == (422, "API-009")


def test_a_refusal_by_a_service_is_remembered_and_one_at_the_door_is_not(call):
    System.objects.create(code="plan", name="There already", kind="erp")
    first = call("architect").post(URL, BODY, **KEY)
    System.objects.all().delete()
    second = call("architect").post(URL, BODY, **KEY)
    assert (first.status_code, second.status_code) == (409, 409)
    assert problem(second)["code"] == problem(first)["code"] == "CTR-001"
    bad = call("architect").post(URL, {**BODY, "kind": "nonsense"}, Idempotency_Key="k-2")
    good = call("architect").post(URL, BODY, Idempotency_Key="k-2")
    assert (bad.status_code, good.status_code) == (400, 201)


def test_a_crash_leaves_neither_effect_nor_claim(call, monkeypatch):
    monkeypatch.setattr("portal.core.api.idempotency.remember", lambda *_: 1 / 0)
    call("architect").client.raise_request_exception = False
    assert call("architect").post(URL, BODY, **KEY).status_code == 500
    assert not System.objects.exists()
    monkeypatch.undo()
    assert call("architect").post(URL, BODY, **KEY).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_have_one_effect(users):
    if connection.vendor != "postgresql":
        pytest.skip("threads share no in-memory SQLite; runs on PostgreSQL")

    def send(_: int) -> int:
        try:
            return Caller(users["architect"]).post(URL, BODY, **KEY).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))
    assert System.objects.count() == 1
    assert set(answers) <= {201, 409} and 201 in answers
