"""Rules over REST: the version's ETag guards every edit, so that two editors cannot overwrite each other."""

from __future__ import annotations

import pytest

from tests.api.client import problem
from tests.api.world import WHY

RULE = {"kind": "explicit", "conditions": {"account": {"is": "5000"}}, "target": "COMP", "reason": WHY}


@pytest.fixture
def url(world) -> str:
    return f"/api/v1/mapping-versions/{world.ids['mapping_versions']}/"


def test_edits_follow_one_another_by_etag(world, call, url):
    first = call("architect").etag(url)
    added = call("architect").post(f"{url}rules/", RULE, If_Match=first)
    assert added.status_code == 201
    assert added["ETag"] == added.json()["version_etag"] == call("architect").etag(url)
    late = call("controller_a").post(f"{url}rules/", {**RULE, "target": "OTHER"}, If_Match=first)
    assert (late.status_code, problem(late)["code"]) == (412, "API-007")
    rule = added.json()["rule"]["id"]
    changed = {**RULE, "target": "OTHER"}
    edited = call("architect").patch(f"{url}rules/{rule}/", changed, If_Match=added["ETag"])
    assert edited.json()["rule"]["target"] == "OTHER"
    removed = call("architect").post(f"{url}rules/{rule}/remove/", {"reason": WHY}, If_Match=edited["ETag"])
    assert removed.json()["rule"] is None
    left = call("auditor").get(f"{url}rules/").json()["results"]
    assert [row["id"] for row in left] == [world.ids["rules"]]


def test_rules_are_found_by_kind_target_and_text(world, call, url):
    for query, count in (({"kind": "explicit"}, 1), ({"target": "COMP"}, 0), ({"text": "4000"}, 1)):
        assert len(call("auditor").get(f"{url}rules/", query).json()["results"]) == count


def test_a_bad_rule_names_its_column(world, call, url):
    bad = {**RULE, "conditions": {"account": {"between": ["9", "1"], "as": "number"}}}
    response = call("architect").post(f"{url}rules/", bad, If_Match=call("architect").etag(url))
    found = problem(response)
    assert (response.status_code, found["code"], found["place"]) == (422, "MAP-011", "account")


def test_an_edit_by_the_approver_makes_them_a_contributor(world, call, url):
    submitted = call("architect").post(f"{url}submit/", {"reason": WHY}, If_Match=call("architect").etag(url))
    change = call("controller_a").get(submitted["Location"]).json()
    assert change["seat"]["may_decide"]
    edit = call("controller_a").post(f"{url}rules/", RULE, If_Match=call("controller_a").etag(url))
    assert edit.status_code == 201
    body = {"content_sha256": change["content_sha256"], "reason": WHY}
    stale = call("controller_b").post(f"{submitted['Location']}approve/", body)
    assert (stale.status_code, problem(stale)["code"]) == (409, "APR-004")
    now = call("controller_a").get(submitted["Location"]).json()
    body = {"content_sha256": now["content_sha256"], "reason": WHY}
    own = call("controller_a").post(f"{submitted['Location']}approve/", body)
    assert (own.status_code, problem(own)["code"]) == (403, "APR-006")
    assert call("controller_b").post(f"{submitted['Location']}approve/", body).json()["state"] == "active"


def test_the_difference_counts_and_shows(world, call, url):
    found = call("auditor").get(f"{url}difference/").json()
    assert (found["added_count"], found["changed_count"], found["removed_count"]) == (1, 0, 0)
    assert found["added"][0]["conditions"] == {"account": {"is": "4000"}}
