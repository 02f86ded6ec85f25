"""Tokens: every way to be wrong gets the same 401, and what is right stays within its scopes."""

from __future__ import annotations

import datetime as dt

import pytest

from portal.access.models import ApiToken
from portal.access.services import token_issue
from portal.audit.models import AuditEntry
from portal.core.clock import now
from portal.core.models import IdempotencyRecord
from tests.api.client import Caller, problem
from tests.api.examples import EXAMPLES
from tests.api.world import WHY

URL = "/api/v1/systems/"


@pytest.fixture
def token(world) -> tuple[ApiToken, str]:
    return token_issue(
        actor=world.actor("architect"),
        reason=WHY,
        account_id=world.users["architect"].pk,
        name="Nightly",
        scopes=["catalog:system:view"],
        days=30,
    )


def test_all_wrong_tokens_look_the_same(token, users):
    row, text = token
    answers = [
        Caller(token=bad).get(URL)
        for bad in (text[:-1], text + "0", f"x{text}", "tio_a_b_c", "é", "x" * 9000)
    ]
    for change in (
        {"revoked_at": now()},
        {"expires_at": now() - dt.timedelta(seconds=1)},
        {"networks": ["10.0.0.0/8"]},
    ):
        kept = {name: getattr(row, name) for name in change}
        ApiToken.objects.filter(pk=row.pk).update(**change)
        answers.append(Caller(token=text).get(URL))
        ApiToken.objects.filter(pk=row.pk).update(**kept)
    assert Caller(token=text).get(URL).status_code == 200
    users["architect"].person.is_active = False
    users["architect"].person.save()
    answers.append(Caller(token=text).get(URL))
    seen = {(a.status_code, problem(a)["title"], problem(a)["code"]) for a in answers}
    assert len(seen) == 1 and seen.pop()[0] == 401


def test_a_token_in_the_address_is_no_token(token):
    assert Caller().get(URL, {"token": token[1]}).status_code == 401


def test_a_token_does_only_what_its_scopes_say(token, world):
    caller = Caller(token=token[1])
    assert caller.get(URL).status_code == 200
    for method, path in (("get", "/api/v1/people/"), ("post", URL), ("get", "/api/v1/changes/")):
        response = caller.send(method, path, {})
        assert (response.status_code, problem(response)["code"]) == (403, "IAM-003"), path


def test_a_token_issues_no_token_and_is_revoked_by_its_owner_or_an_administrator(token, world, call):
    body = {"account_id": 1, "name": "x", "scopes": ["catalog:system:view"], "days": 1, "reason": WHY}
    assert Caller(token=token[1]).post("/api/v1/tokens/", body).status_code == 403
    url = f"/api/v1/tokens/{token[0].pk}/"
    assert call("operator").get(url).status_code == 404
    assert call("operator").post(f"{url}revoke/", {"reason": WHY}).status_code == 404
    assert call("sod_admin").post(f"{url}revoke/", {"reason": WHY}).status_code == 200
    assert Caller(token=token[1]).get(URL).status_code == 401


def test_a_token_is_told_once(world, call):
    example = EXAMPLES["tokens_create"]
    first = call("architect").post("/api/v1/tokens/", example.body(world), Idempotency_Key="k-1")
    again = call("architect").post("/api/v1/tokens/", example.body(world), Idempotency_Key="k-1")
    assert first.json()["token"].startswith("tio_")
    assert again.json() == {**first.json(), "token": None}
    stored = IdempotencyRecord.objects.get(key="k-1")
    assert first.json()["token"] not in stored.body
    caller = Caller(token=first.json()["token"])
    assert caller.get("/api/v1/systems/").status_code == 200
    assert caller.get("/api/v1/people/").status_code == 403


def test_a_token_that_no_longer_works_is_kept_once_an_hour_and_a_guess_is_not(token):
    row, text = token

    def kept() -> list[tuple[str, str, int | None]]:
        found = AuditEntry.objects.filter(action="access:token:refused", outcome="denied").order_by("id")
        return list(found.values_list("code", "reason", "token_id"))

    ApiToken.objects.filter(pk=row.pk).update(revoked_at=now())
    for bad in (text[:-1], "tio_a_b_c", "é"):
        Caller(token=bad).get(URL)
    assert kept() == []
    for _ in range(3):
        assert Caller(token=text).get(URL).status_code == 401
    assert kept() == [("IAM-023", "The token is revoked.", row.pk)]
    assert text not in "".join(e.payload + e.reason + e.actor_label for e in AuditEntry.objects.all())
