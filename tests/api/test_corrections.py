"""What was pushed back is corrected over REST and on the page, whatever its kind."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Connection, Ownership, System
from catalog.services import ownership_end_propose
from portal.access.models import Grant
from portal.approvals.models import ChangeRequest
from tests.api.world import DAY, WHY

LINK = {"system": "erp", "code": "pbd", "connector": "file", "environment": "production"}
OWNER = {"finance_object": "budget", "system": "erp", "legal_entity": "AT01"}
FIELD = {
    "name": "amount",
    "type": "amount",
    "classification": "internal",
    "required": True,
    "description": "",
}
GRANT = {"person": "stranger", "role": "role-operator", "valid_from": DAY}
ROLE = {"code": "preparer", "name": "Preparer"}
BACKEND = "django.contrib.auth.backends.ModelBackend"
CASES = {
    "connections": ("architect", "controller_a", {**LINK, "config": {"folder": "wrong"}}, {**LINK, "config": {"folder": "right"}}),
    "ownerships": ("architect", "controller_a", {**OWNER, "valid_from": DAY}, {**OWNER, "valid_from": "2024-02-01"}),
    "finance-object-schemas": ("architect", "controller_a", {"finance_object": "budget", "fields": [FIELD]}, {"finance_object": "budget", "fields": [{**FIELD, "required": False}]}),
    "roles": ("sod_admin", "sod_approver", {**ROLE, "functions": ["MAP.PREP"]}, {**ROLE, "functions": ["VIEW", "MAP.PREP"]}),
    "grants": ("sod_admin", "sod_approver", GRANT, {**GRANT, "valid_to": "2030-12-31"}),
    "policies": ("sod_admin", "sod_approver", {"kind": "catalog.ownership", "approvals": 2}, {"kind": "catalog.ownership", "approvals": 3}),
}  # fmt: skip


def push_back(call, name: str, change: dict) -> None:
    body = {"content_sha256": change["content_sha256"], "reason": WHY}
    assert call(name).post(f"/api/v1/changes/{change['id']}/push-back/", body).status_code == 200


@pytest.mark.parametrize("kind", CASES)
def test_a_proposal_over_rest_takes_the_place_of_what_was_pushed_back(world, call, kind):
    author, approver, wrong, right = CASES[kind]
    first = call(author).post(f"/api/v1/{kind}/", {**wrong, "reason": WHY}).json()
    push_back(call, approver, first)
    answer = call(author).post(f"/api/v1/{kind}/", {**right, "reason": WHY})
    assert answer.status_code == 202, answer.content
    again = answer.json()
    assert (again["id"], again["state"]) == (first["id"], "submitted")
    url = f"/api/v1/changes/{first['id']}/approve/"
    stale = call(approver).post(url, {"content_sha256": first["content_sha256"], "reason": WHY})
    assert (stale.status_code, stale.json()["code"]) == (409, "APR-004")
    done = call(approver).post(url, {"content_sha256": again["content_sha256"], "reason": WHY})
    assert (done.json()["state"], done.json()["round"]) == ("active", 2)


FORMS = {
    "connections": {"code": "pbd", "config": {"folder": "wrong"}},
    "ownerships": {"finance_object": "budget", "legal_entity": "AT01", "valid_from": DAY},
    "finance-object-schemas": {"fields_text": [FIELD]},
    "roles": {"code": "preparer", "name": "Preparer", "functions": ["MAP.PREP"]},
    "grants": {"person": "stranger", "role": "role-operator", "scope": "everything", "valid_from": DAY},
}


def form_page(world, call, name: str, change: int):
    """The form that the page of a pushed-back request leads to."""
    browser = Client()
    browser.force_login(world.users[name], backend=BACKEND)
    url = browser.get(reverse("approvals:change-detail", kwargs={"pk": change})).context["correction_url"]
    return browser.get(url)


@pytest.mark.parametrize("kind", FORMS)
def test_each_form_begins_with_what_was_pushed_back_and_says_what_it_corrects(world, call, kind):
    author, approver, wrong, _ = CASES[kind]
    first = call(author).post(f"/api/v1/{kind}/", {**wrong, "reason": WHY}).json()
    push_back(call, approver, first)
    page = form_page(world, call, author, first["id"])
    initial = page.context["form"].initial
    assert {name: initial[name] for name in FORMS[kind]} == FORMS[kind]
    ref = ChangeRequest.objects.get(pk=first["id"]).ref
    assert f"Corrects {ref}: this content becomes its next round." in page.content.decode()


def test_a_new_version_of_a_role_is_corrected_from_what_was_pushed_back_and_not_from_what_is_in_force(
    world, call
):
    body = {"code": "role-operator", "name": "Runs flows", "functions": ["FLOW.RUN"], "reason": WHY}
    first = call("sod_admin").post("/api/v1/roles/", body).json()
    push_back(call, "sod_approver", first)
    page = form_page(world, call, "sod_admin", first["id"])
    form = page.context["form"]
    assert (form.initial["name"], form.initial["functions"]) == ("Runs flows", ["FLOW.RUN"])
    browser = Client()
    browser.force_login(world.users["sod_admin"], backend=BACKEND)
    sent = {**body, "name": "Starts flows", "version_read": page.context["version_read"]}
    url = f"{reverse('access:role-propose')}?corrects={first['id']}"
    assert browser.post(url, sent).status_code == 302
    again = ChangeRequest.objects.get(pk=first["id"])
    assert (again.round, again.payload["name"]) == (2, "Starts flows")
    assert browser.post(url, sent).status_code == 409, "it is no longer pushed back"
    assert "Corrects" not in browser.get(url).content.decode()


def test_a_last_day_is_corrected_from_the_one_that_was_pushed_back(world, call):
    owned = Ownership.objects.filter(valid_to=None).first()
    change = ownership_end_propose(
        actor=world.actor("architect"), reason=WHY, ownership_id=owned.pk, last_day=dt.date(2031, 5, 31)
    )
    push_back(call, "controller_a", {"id": change.pk, "content_sha256": change.content_sha256})
    page = form_page(world, call, "architect", change.pk)
    assert page.context["form"].initial["last_day"] == "2031-05-31"
    elsewhere = f"{reverse('catalog:ownership-propose')}?corrects={change.pk}"
    browser = Client()
    browser.force_login(world.users["architect"], backend=BACKEND)
    assert "Corrects" not in browser.get(elsewhere).content.decode()


def test_a_form_shows_nothing_of_a_request_that_its_reader_may_not_see(world, call):
    first = call("architect").post("/api/v1/ownerships/", {**CASES["ownerships"][2], "reason": WHY}).json()
    push_back(call, "controller_a", first)
    other = System.objects.exclude(code="erp").earliest("id")
    grants = Grant.objects.filter(person=world.users["architect"].person)
    grants.update(scope_kind="system", scope_id=other.pk, scope_label=str(other))
    browser = Client()
    browser.force_login(world.users["architect"], backend=BACKEND)
    page = browser.get(f"{reverse('catalog:ownership-propose')}?corrects={first['id']}")
    assert page.status_code == 200
    assert page.context["form"].initial == {"finance_object": ""}
    assert "Corrects" not in page.content.decode()


def test_the_page_leads_to_the_form_filled_in_with_what_was_pushed_back(world, call):
    first = call("architect").post("/api/v1/connections/", {**CASES["connections"][2], "reason": WHY}).json()
    push_back(call, "controller_a", first)
    browser = Client()
    browser.force_login(world.users["architect"], backend=BACKEND)
    page = browser.get(reverse("approvals:change-detail", kwargs={"pk": first["id"]}))
    url = page.context["correction_url"]
    assert f'href="{url}"' in page.content.decode()
    form = browser.get(url).context["form"]
    assert form.initial["config"] == {"folder": "wrong"}
    sent = {**LINK, "config": '{"folder": "right"}', "reason": WHY}
    assert browser.post(url, sent).status_code == 302
    change = ChangeRequest.objects.get(pk=first["id"])
    assert (change.state, change.payload["config"]) == ("submitted", {"folder": "right"})
    assert "proposed other content: round 2 begins" in browser.get(page.request["PATH_INFO"]).content.decode()
    assert not Connection.objects.filter(code="pbd").exists()
