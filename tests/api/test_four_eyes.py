"""One person cannot submit and approve: not by session, not by token, not by a second account; REST only."""

from __future__ import annotations

import pytest

from catalog.models import Ownership
from portal.access.models import Grant
from portal.access.services import token_issue
from portal.audit.models import AuditEntry
from portal.audit.verification import verify
from portal.people.models import User
from tests.api.client import Caller, problem
from tests.api.world import DAY, WHY

BODY = {"finance_object": "budget", "system": "erp", "valid_from": "2025-01-01", "reason": WHY}


@pytest.fixture
def change(world, call):
    """Proposed over REST by the architect, for a part that is not yet proposed."""
    response = call("architect").post("/api/v1/ownerships/", {**BODY, "legal_entity": "DE01"})
    assert response.status_code == 202, response.content
    return call("controller_a").get(response["Location"]).json()


def decide(caller, change, verb="approve", **body):
    values = {"content_sha256": change["content_sha256"], "reason": WHY, **body}
    return caller.post(f"/api/v1/changes/{change['id']}/{verb}/", values)


def denials():
    return list(AuditEntry.objects.filter(outcome="denied").order_by("id").values_list("action", "code"))


def test_another_person_reads_and_approves_exactly_that_content(change, call):
    assert change["seat"] == {"may_decide": True, "code": "", "why_not": ""}
    assert {row["field"] for row in change["diff"]} >= {"system", "valid_from"}
    response = decide(call("controller_a"), change)
    assert (response.status_code, response.json()["state"]) == (200, "active")
    assert Ownership.objects.filter(legal_entity="DE01").exists()
    assert response["ETag"] == call("controller_a").etag(f"/api/v1/changes/{change['id']}/")


def test_the_proposer_is_refused_even_with_the_duty(change, call, users):
    role = Grant.objects.get(person=users["controller_a"].person).role
    Grant.objects.create(person=users["architect"].person, role=role, valid_from=DAY)
    seat = call("architect").get(f"/api/v1/changes/{change['id']}/").json()["seat"]
    assert (seat["may_decide"], seat["code"]) == (False, "APR-006")
    response = decide(call("architect"), change)
    assert (response.status_code, problem(response)["code"]) == (403, "APR-006")
    second = User.objects.create_user(username="second", password="x", person=users["architect"].person)
    assert problem(decide(Caller(second), change))["code"] == "APR-006"
    assert denials() == [("approvals:change:approve", "APR-006")] * 2
    assert verify().ok


def test_no_token_approves_whoever_owns_it(change, world, call):
    _, text = token_issue(
        actor=world.actor("controller_a"),
        reason=WHY,
        account_id=world.users["controller_a"].pk,
        name="Helpful robot",
        scopes=["approvals:change:view", "approvals:change:comment"],
        days=1,
    )
    robot = Caller(token=text)
    assert robot.get(f"/api/v1/changes/{change['id']}/").json()["seat"]["code"] == "APR-005"
    for verb in ("approve", "reject", "push-back"):
        response = decide(robot, change, verb)
        assert (response.status_code, problem(response)["code"]) == (403, "APR-005")
    assert [code for _, code in denials()] == ["APR-005"] * 3
    assert AuditEntry.objects.filter(outcome="denied", token_id__isnull=False, source="api").count() == 3
    comment = robot.post(f"/api/v1/changes/{change['id']}/comment/", {"text": "Checked by a machine."})
    assert comment.status_code == 201


def test_a_stale_hash_gets_409_and_decides_nothing(change, call):
    response = decide(call("controller_a"), change, content_sha256="0" * 64)
    found = problem(response)
    assert (response.status_code, found["code"]) == (409, "APR-004")
    assert found["content_sha256"] == change["content_sha256"]
    assert denials() == [("approvals:change:approve", "APR-004")]
    assert call("auditor").get(f"/api/v1/changes/{change['id']}/").json()["decisions"] == []


def test_a_second_click_is_harmless(change, call):
    assert decide(call("controller_a"), change).status_code == 200
    again = decide(call("controller_a"), change)
    assert (again.status_code, again.json()["state"]) == (200, "active")
    assert Ownership.objects.filter(legal_entity="DE01").count() == 1


def test_every_attempt_is_found_in_the_audit_over_rest(change, call):
    decide(call("stranger"), change)
    decide(call("operator"), change)
    decide(call("controller_a"), change)
    found = call("auditor").get("/api/v1/audit/", {"outcome": "denied"}).json()["results"]
    assert [(row["action"], row["code"]) for row in found] == [
        ("approvals:change:approve", "IAM-001"),
        ("approvals:change:view", "API-404"),
    ]
    stream = {"stream_type": "approvals.changerequest", "stream_id": change["id"]}
    acts = (
        call("auditor").get("/api/v1/audit/", {**stream, "ordering": "id", "outcome": "ok"}).json()["results"]
    )
    assert [row["action"].rpartition(":")[2] for row in acts] == ["submit", "approve", "activate"]
    assert call("auditor").get("/api/v1/audit/verify/", stream).json()["ok"]
    assert call("auditor").get("/api/v1/audit/verify/").json()["breaks"] == []


def test_pushed_back_resubmitted_withdrawn(change, call):
    assert decide(call("controller_a"), change, "push-back", reason="no").status_code == 400
    pushed = decide(call("controller_a"), change, "push-back")
    assert pushed.json()["state"] == "pushed_back"
    url = f"/api/v1/changes/{change['id']}/"
    etag = call("architect").etag(url)
    body = {"reason": WHY}
    assert call("controller_a").post(f"{url}resubmit/", body, If_Match=pushed["ETag"]).status_code == 403
    assert call("architect").post(f"{url}resubmit/", body, If_Match='"old"').status_code == 412
    again = call("architect").post(f"{url}resubmit/", body, If_Match=etag)
    assert (again.json()["state"], again.json()["round"]) == ("submitted", 2)
    gone = call("architect").post(f"{url}withdraw/", body, If_Match=again["ETag"])
    assert gone.json()["state"] == "withdrawn"
