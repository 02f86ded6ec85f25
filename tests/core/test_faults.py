"""A fault is told with code, request id and next step, also while the database is away."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils.module_loading import import_string

from portal.approvals import views


@pytest.fixture
def faulty(client):
    client.raise_request_exception = False
    return client


def broken(error: Exception):
    def load(*args, **kwargs):
        raise error

    return load


def test_without_the_database_every_address_answers_503(faulty, monkeypatch):
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    monkeypatch.setattr(store, "load", broken(OperationalError("server closed the connection")))
    faulty.cookies[settings.SESSION_COOKIE_NAME] = "a-session-of-before"
    for path in (reverse("desk:home"), reverse("approvals:change-list")):
        answer = faulty.get(path, headers={"X-Request-Id": "request-0001"})
        assert answer.status_code == 503
        assert answer["Retry-After"]
        assert all(
            words in answer.content.decode() for words in ("API-503", "request-0001", "does not answer")
        )
    api = faulty.get("/api/v1/runs/")
    assert (api.status_code, api["Content-Type"]) == (503, "application/problem+json")
    assert json.loads(api.content)["code"] == "API-503"


@pytest.mark.django_db
def test_a_fault_of_ours_names_its_request(faulty, users, monkeypatch):
    faulty.force_login(users["controller_a"])
    monkeypatch.setattr(views.ChangeListView, "get", broken(RuntimeError("surprise")))
    answer = faulty.get(reverse("approvals:change-list"), headers={"X-Request-Id": "request-0002"})
    assert answer.status_code == 500
    assert all(words in answer.content.decode() for words in ("API-500", "request-0002"))
    assert "surprise" not in answer.content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_closed_is_made_anew(faulty, users):
    faulty.force_login(users["controller_a"])
    assert faulty.get(reverse("approvals:change-list")).status_code == 200
    assert connection.settings_dict["CONN_HEALTH_CHECKS"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()
    connection.close_if_unusable_or_obsolete()
    connection.health_check_done = False
    assert faulty.get(reverse("approvals:change-list")).status_code == 200
