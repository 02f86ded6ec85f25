"""A PATCH changes what it names: everything left out stays, and the document says what a body requires."""

from __future__ import annotations

import pytest

from mappings.models import MappingRule
from tests.api.client import problem
from tests.api.world import WHY

FULL = {
    "kind": "explicit",
    "conditions": {"account": {"is": "5000"}},
    "target": "COMP",
    "sign": -1,
    "priority": 7,
    "rule_reason": "Costs are negative",
    "label": "Pay",
}


@pytest.fixture
def version(world) -> str:
    return f"/api/v1/mapping-versions/{world.ids['mapping_versions']}/"


def send(call, method, url, body, etag_of):
    return getattr(call("architect"), method)(
        url, {**body, "reason": WHY}, If_Match=call("architect").etag(etag_of)
    )


def test_a_rule_keeps_what_its_patch_leaves_out(call, version):
    rule = send(call, "post", f"{version}rules/", FULL, version).json()["rule"]["id"]
    done = send(call, "patch", f"{version}rules/{rule}/", {"target": "OTHER"}, version)
    assert done.status_code == 200, done.content
    row = MappingRule.objects.get(pk=done.json()["rule"]["id"])
    assert (row.target, row.sign, row.priority) == ("OTHER", -1, 7)
    assert (row.reason, row.label, row.kind) == ("Costs are negative", "Pay", "explicit")
    assert row.conditions == FULL["conditions"]


def test_a_rule_becomes_an_ignore_rule_only_when_its_target_is_given_up(call, version):
    rule = send(call, "post", f"{version}rules/", FULL, version).json()["rule"]["id"]
    url = f"{version}rules/{rule}/"
    kept = send(call, "patch", url, {"kind": "ignore"}, version)
    assert (kept.status_code, problem(kept)["code"]) == (422, "MAP-013")
    assert send(call, "patch", url, {"kind": "ignore", "target": None}, version).status_code == 200


def test_a_rule_that_is_not_there_is_not_found(call, version):
    lost = send(call, "patch", f"{version}rules/999999/", {"target": "OTHER"}, version)
    assert (lost.status_code, problem(lost)["code"]) == (404, "MAP-040")


def test_a_version_keeps_the_end_that_its_patch_leaves_out(call, version):
    both = {"effective_from": "2024-01", "effective_to": "2024-12"}
    assert send(call, "patch", version, both, version).status_code == 200
    later = send(call, "patch", version, {"effective_from": "2024-02"}, version).json()
    assert (later["effective_from"], later["effective_to"]) == ("2024-02", "2024-12")
    opened = send(call, "patch", version, {"effective_to": None}, version).json()
    assert (opened["effective_from"], opened["effective_to"]) == ("2024-02", None)


def test_a_person_is_made_inactive_without_naming_them(world, call):
    url = f"/api/v1/people/{world.users['stranger'].person_id}/"
    admin = next(name for name in world.users if call(name).patch(url, {}).status_code != 403)
    done = call(admin).patch(url, {"is_active": False, "reason": WHY}, If_Match=call(admin).etag(url))
    assert (done.status_code, done.json()["is_active"], done.json()["name"]) == (200, False, "Stranger")


def test_the_document_says_what_a_patch_requires(call):
    document = call("architect").get("/api/v1/openapi.json").json()
    schemas = document["components"]["schemas"]
    assert not [name for name in schemas if name.startswith("Patched")]
    assert schemas["RuleEditBody"]["required"] == ["reason"]
    assert schemas["PeriodsEditBody"]["required"] == ["reason"]
    assert schemas["PersonEditBody"]["required"] == ["reason"]
