"""Grants are remembered inside one reading request, and nowhere else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.access.memo import recall, remembering
from portal.access.models import Grant
from portal.core import authority


def grant_queries(queries) -> int:
    return sum('FROM "access_grant"' in query["sql"] for query in queries)


@pytest.fixture
def browser(client, users):
    client.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_page_reads_the_grants_of_its_reader_once(browser):
    with CaptureQueriesContext(connection) as queries:
        assert browser.get("/catalog/systems/").status_code == 200
    assert grant_queries(queries) == 1


def test_a_revocation_counts_on_the_next_request(browser, users):
    assert browser.get("/catalog/systems/").status_code == 200
    Grant.objects.filter(person=users["architect"].person).delete()
    assert browser.get("/catalog/systems/").status_code == 403


def test_an_act_and_a_script_ask_the_database_every_time(architect):
    assert authority.allowed(architect, "catalog:system:view")
    assert recall(architect.person_id) is None
    Grant.objects.filter(person_id=architect.person_id).delete()
    assert not authority.allowed(architect, "catalog:system:view")


def test_a_request_that_writes_remembers_nothing(browser, users, monkeypatch):
    seen = []
    monkeypatch.setattr("portal.access.authority.recall", lambda pk: seen.append(recall(pk)))
    browser.post("/catalog/systems/register/", {})
    assert seen
    assert set(seen) == {None}


def test_what_is_remembered_ends_with_the_request(architect):
    with remembering():
        assert authority.allowed(architect, "catalog:system:view")
        assert recall(architect.person_id)
    assert recall(architect.person_id) is None


def test_a_request_that_fails_forgets_as_well(architect):
    with pytest.raises(RuntimeError), remembering():
        authority.allowed(architect, "catalog:system:view")
        raise RuntimeError
    assert recall(architect.person_id) is None
