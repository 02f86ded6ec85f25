"""What was pushed back is corrected over REST and on the page, whatever its kind."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Connection
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
