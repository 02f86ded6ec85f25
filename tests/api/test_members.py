"""Members over REST: a key that the body does not have leaves the value as it is."""

from __future__ import annotations

import pytest

from tests.api.world import WHY

ATTRIBUTES = {"kind": "income", "side": "C"}
DAYS = {"valid_from": "2020-01-01", "valid_to": "2024-12-31"}


@pytest.fixture
def load(world, call):
    """Loads one member and answers it as it is then; REV begins with every field."""
    member = f"/api/v1/members/{world.ids['members']}/"
    dimension = f"/api/v1/dimensions/{call('architect').get(member).json()['dimension_id']}/"

    def act(**values):
        body = {"members": [{"code": "REV", **values}], "reason": WHY}
        done = call("architect").post(
            f"{dimension}members/", body, If_Match=call("architect").etag(dimension)
        )
        assert done.status_code == 200, done.content
        return call("architect").get(member).json()

    act(name="Revenue", attributes=ATTRIBUTES, **DAYS)
    return act


def test_a_load_of_code_and_name_changes_the_name_only(load):
    now = load(name="Sales")
    assert now["name"] == "Sales"
    assert now["attributes"] == ATTRIBUTES
    assert {name: now[name] for name in DAYS} == DAYS


def test_null_and_empty_text_clear(load):
    now = load(valid_to=None, name="", attributes={"side": ""})
    assert (now["valid_to"], now["valid_from"], now["name"]) == (None, "2020-01-01", "")
    assert now["attributes"] == {"kind": "income"}


def test_a_patch_of_one_attribute_leaves_the_others(world, call, load):
    url = f"/api/v1/members/{world.ids['members']}/"
    body = {"attributes": {"side": "D"}, "reason": WHY}
    done = call("architect").patch(url, body, If_Match=call("architect").etag(url))
    assert done.status_code == 200
    assert done.json()["attributes"] == {"kind": "income", "side": "D"}
    assert done.json()["valid_to"] == "2024-12-31"
