"""Writing from a browser's session: the CSRF token is demanded, and looking for it spoils no request."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from catalog.models import System
from tests.api.world import WHY
from tests.conftest import make_people

URL = "/api/v1/systems/"
BODY = {"code": "plan", "name": "Planning", "kind": "planning", "reason": WHY}


@pytest.fixture
def users(db):
    """Nobody's objects: these tests count what a request leaves behind."""
    return make_people()


@pytest.fixture
def session(users) -> APIClient:
    """Signed in as a browser is, with the CSRF check that a test client leaves out."""
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def token_of(session: APIClient) -> str:
    session.get("/catalog/systems/register/")
    return str(session.cookies["csrftoken"].value)


def post(session: APIClient, body: dict[str, str], key: str, **headers: str):
    return session.post(URL, body, format="json", headers={"Idempotency-Key": key, **headers})


def test_a_write_without_the_csrf_token_is_refused(session):
    assert post(session, BODY, "k-1").status_code == 403
    assert not System.objects.exists()


def test_a_json_body_is_read_after_the_csrf_check(session):
    token = token_of(session)
    first, again = (post(session, BODY, "k-1", **{"X-CSRFToken": token}) for _ in range(2))
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")
    assert System.objects.count() == 1
    other = post(session, {**BODY, "name": "Other"}, "k-1", **{"X-CSRFToken": token})
    assert other.status_code == 422
    unknown = post(session, {**BODY, "code": "x", "zz": "1"}, "k-2", **{"X-CSRFToken": token})
    assert (unknown.status_code, unknown["Content-Type"]) == (400, "application/problem+json")
