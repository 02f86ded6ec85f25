"""Every write that is refused leaves one entry in the audit, through the browser as through the API."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from catalog.models import System
from portal.audit.models import AuditEntry
from portal.audit.verification import verify
from portal.core.views import PageView
from tests.api.client import Caller
from tests.factories.web import AREAS, address

WHY = "Because the test asks for it"


def forms() -> list[str]:
    """Every page that takes a form, by name."""
    return [
        f"{area}:{pattern.name}"
        for area in AREAS
        for pattern in get_resolver().namespace_dict[area][1].url_patterns
        if issubclass(getattr(pattern.callback, "view_class", object), PageView)
        and hasattr(pattern.callback.view_class, "post")
    ]


@pytest.fixture
def enter(world):
    def as_person(name: str) -> Client:
        client = Client()
        client.force_login(world.users[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_person


@pytest.mark.parametrize("person", ["stranger", "auditor"])
def test_every_form_that_is_refused_leaves_one_denied_entry(world, enter, person):
    """The stranger sees nothing; the auditor sees everything and does nothing."""
    client, wrong, refused = enter(person), [], {403: 0, 404: 0}
    expected = {403: ("IAM-001", "APR-009"), 404: ("API-404",)}
    actor = world.users[person]
    for name in forms():
        before = AuditEntry.objects.latest("id").pk
        status = client.post(address(name, world), {"reason": WHY, "comment": WHY}).status_code
        left = list(
            AuditEntry.objects.filter(pk__gt=before).values_list("outcome", "actor_account", "source", "code")
        )
        if status in expected:
            refused[status] += 1
            kept = [entry[:3] for entry in left] == [("denied", actor.pk, "ui")]
            if not kept or left[0][3] not in expected[status]:
                wrong.append((name, status, left))
    assert not wrong
    assert sum(refused.values()) > 40
    assert verify().ok


def test_looking_at_a_form_that_is_refused_leaves_none(world, enter):
    stranger = enter("stranger")
    before = AuditEntry.objects.count()
    for name in forms():
        stranger.get(address(name, world))
    stranger.options("/catalog/systems/register/")
    stranger.post("/catalog/systems/")
    assert AuditEntry.objects.count() == before


def entry_of(response, status: int) -> tuple:
    assert response.status_code == status, response.content[:300]
    found = AuditEntry.objects.latest("id")
    return found.action, found.stream_type, found.stream_id, found.code, found.outcome, found.reason


def test_the_browser_and_the_api_leave_the_same_entry(world, enter):
    auditor, stranger = enter("auditor"), enter("stranger")
    by_api = {name: Caller(world.users[name]) for name in ("auditor", "stranger")}
    system = System.objects.get(code="ledger").pk
    page, resource = f"/catalog/systems/{system}/edit/", f"/api/v1/systems/{system}/"
    assert entry_of(auditor.post(page), 403) == entry_of(by_api["auditor"].patch(resource, {}), 403)
    found = AuditEntry.objects.latest("id")
    assert (found.stream_type, found.stream_id) == ("catalog.system", str(system))
    made = entry_of(auditor.post("/catalog/systems/register/"), 403)
    assert made == entry_of(by_api["auditor"].post("/api/v1/systems/", {}), 403)
    hidden = entry_of(stranger.post(page), 404)[:-1]
    assert hidden == entry_of(by_api["stranger"].patch(resource, {}), 404)[:-1]
    assert hidden[1] == "denial"
    assert f'"pk":"{system}"' in AuditEntry.objects.latest("id").payload


def test_an_attempt_at_what_is_absent_is_kept_like_one_at_what_is_hidden(world, enter):
    stranger = enter("stranger")
    hidden = entry_of(stranger.post(f"/access/tokens/{world.ids['token']}/revoke/"), 404)
    assert hidden == entry_of(stranger.post("/access/tokens/999999/revoke/"), 404)
    over_rest = Caller(world.users["stranger"]).post("/api/v1/tokens/999999/revoke/", {"reason": WHY})
    assert hidden[:-1] == entry_of(over_rest, 404)[:-1]
    assert hidden[0] == "access:token:revoke"


def test_a_refused_page_that_a_service_stands_behind_is_kept_once(world, enter):
    before = AuditEntry.objects.filter(outcome="denied").count()
    pk = world.ids["approvals"]
    content = "0" * 64
    answer = enter("controller_a").post(
        f"/changes/{pk}/approve/", {"comment": WHY, "content_sha256": content}
    )
    assert answer.status_code == 409
    assert AuditEntry.objects.filter(outcome="denied").count() == before + 1


def test_the_audit_page_says_what_is_kept_of_refused_sign_ins(world, enter, client):
    for _ in range(2):
        client.post(reverse("account_login"), {"login": "nobody", "password": "wrong"})
    assert AuditEntry.objects.filter(code="IAM-022", outcome="denied").count() == 2
    page = enter("auditor").get(reverse("audit:entry-list"))
    assert "each name and password refused at sign-in" in page.context["lead"]
    assert "decisions on content that has changed since" in page.context["lead"]
