"""Every list page makes as many SQL queries as pinned, however many rows it shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.core.views import ListPage
from tests.factories.web import address, page_names

PINNED = Path(__file__).parent.parent / "query_counts.json"
MAX_OF_THE_DESK = 50
READERS = ("architect", "controller_a", "sod_admin", "auditor")


def list_pages() -> list[str]:
    from django.urls import get_resolver

    found = []
    for name in page_names():
        area, _, page = name.partition(":")
        patterns = get_resolver().namespace_dict[area][1].url_patterns
        view = next(p.callback.view_class for p in patterns if getattr(p, "name", "") == page)
        if issubclass(view, ListPage):
            found.append(name)
    return found


@pytest.fixture
def readers(world) -> list[Client]:
    clients = []
    for name in READERS:
        client = Client()
        client.force_login(world.users[name], backend="django.contrib.auth.backends.ModelBackend")
        clients.append(client)
    return clients


def test_list_pages_make_as_many_queries_as_pinned(world, readers):
    found = {}
    for name in list_pages():
        url = address(name, world)
        reader = next(client for client in readers if client.get(url).status_code == 200)
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(url).status_code == 200
        found[name] = len(queries)
    pinned = json.loads(PINNED.read_text())["web"]
    assert found == pinned, (
        f"write these to {PINNED.name} under 'web' when they are right: {json.dumps(found)}"
    )


def test_the_close_desk_makes_few_queries_however_much_waits(world, readers):
    with CaptureQueriesContext(connection) as queries:
        readers[1].get("/")
    assert len(queries) <= MAX_OF_THE_DESK
