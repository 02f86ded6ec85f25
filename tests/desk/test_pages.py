"""Every page of the portal: closed to strangers, alive for those it is for, and free of inline code."""

from __future__ import annotations

import re

import pytest

from portal.core.models import SiteFlag
from tests.factories.web import FRAGMENTS, address, page_names

PAGES = page_names()
OPEN_TO_ALL = ("desk:", "access:token-list")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son[a-z]+=|javascript:")


def headers(name: str) -> dict[str, str]:
    """Parts of pages are given to htmx only."""
    return {"HX-Request": "true"} if name in FRAGMENTS else {}


def test_every_page_asks_for_sign_in_first(world, client):
    answers = {name: client.get(address(name, world)) for name in PAGES}
    open_pages = [name for name, answer in answers.items() if answer.status_code != 302]
    assert not open_pages
    assert all(answer.url.startswith("/accounts/login/") for answer in answers.values())


def test_a_part_of_a_page_that_is_opened_alone_leads_to_its_page(world, client, sign_in):
    sign_in("architect")
    for name in FRAGMENTS:
        page = client.get(address(name, world), follow=True)
        assert page.redirect_chain and "<h1" in page.content.decode(), name


def test_a_stranger_sees_nothing_of_the_business(world, client, sign_in):
    sign_in("stranger")
    wrong = []
    for name in PAGES:
        answer = client.get(address(name, world), headers=headers(name))
        expected = (200,) if name.startswith(OPEN_TO_ALL) else (403, 404)
        text = answer.content.decode()
        said = answer.status_code == 200 or "IAM-001" in text or "API-404" in text
        if answer.status_code not in expected or not said:
            wrong.append((name, answer.status_code))
    assert not wrong


def faults_of(name: str, answer) -> list[str]:
    """What no page that is shown may have: inline code, a cached copy, no heading."""
    if "html" not in answer["Content-Type"]:
        return []
    html = answer.content.decode()
    found = {
        "inline code": INLINE.search(html),
        "may be cached": answer["Cache-Control"] != "private, no-store",
        "no heading": "<h1" not in html and name not in FRAGMENTS,
    }
    return [f"{name}: {fault}" for fault, there in found.items() if there]


def test_every_page_is_alive_for_whoever_holds_its_duty_and_free_of_inline_code(world, client, sign_in):
    alive, wrong = set(), []
    for person in ("architect", "controller_a", "sod_admin", "auditor", "operator"):
        sign_in(person)
        for name in PAGES:
            answer = client.get(address(name, world), headers=headers(name))
            if answer.status_code == 200:
                alive.add(name)
                wrong += faults_of(name, answer)
            if answer.status_code >= 500:
                wrong.append(f"{name}: {answer.status_code} for {person}")
    assert not wrong
    assert set(PAGES) - alive == set()


def test_the_demo_says_so_on_every_page(world, client, sign_in):
    sign_in("architect")
    words = "decisions here were made by impersonated people"
    assert words not in client.get("/").content.decode()
    SiteFlag.objects.create(key="demo", value="1")
    assert words in client.get("/").content.decode()
    assert words in client.get("/nowhere/").content.decode()


QUERIES = (
    "?page=99999999999999999999", "?page=-1", "?page=%EF%BC%91", "?sort=password", "?sort=-",
    "?kind=nonsense", "?q=%00", "?q=" + "a" * 500, "?when=%FF", "?before=x&after=y", "?format=xml",
)  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "/catalog/systems/",
        "/changes/",
        "/audit/",
        "/access/grants/",
        "/mappings/sets/",
        "/sync/flows/",
        "/sync/runs/",
        "/sync/exceptions/",
        "/sync/exceptions/records/",
        "/sync/periods/",
    ],
)
def test_no_query_breaks_a_list(path, world, client, sign_in):
    sign_in("auditor" if path in ("/audit/", "/access/grants/") else "architect")
    answers = {query: client.get(path + query).status_code for query in QUERIES}
    assert {query for query, status in answers.items() if status != 200} == set()
