"""Whatever is part of an approved content and is not as it is in force stands in the difference."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any

import pytest
from django.urls import reverse

from catalog.models import Ownership
from catalog.services import ownership_end_propose
from mappings.models import MappingRule, MappingVersion, RateSetVersion
from mappings.services import RateSpec, rate_set_version_start, rate_set_version_submit, rates_load, rule_edit
from portal.access.models import Grant, Role
from portal.access.services import role_propose
from portal.approvals.differing import deep_diff, flat_diff
from portal.approvals.models import ChangeRequest
from portal.approvals.ports import DiffRow, subjects
from portal.approvals.services import change_submit, policy_propose
from portal.audit.models import AuditEntry
from portal.core.errors import Conflict
from syncengine.models import FlowVersion, QuarantinedRecord, Run
from syncengine.subjects import version_diff
from tests.conftest import make_people
from tests.factories.engine import DEFINITION
from tests.factories.mappings import WHY, approve, start, submit
from tests.factories.shared import shared_rows
from tests.factories.web import make_world, with_engine

BACKEND = "django.contrib.auth.backends.ModelBackend"
NET = {"name": "net", "type": "amount", "classification": "internal", "required": True, "description": ""}
LINE = {**NET, "name": "line", "type": "text"}
FIELDS = [NET, LINE]


def first(**changes: Any) -> list[dict[str, Any]]:
    return [{**NET, **changes}, LINE]


# of each kind: who proposes and approves, its key, a content, and contents that have one thing otherwise,
# by the words that must name it
CASES: dict[str, tuple[str, str, str, dict[str, Any], list[tuple[str, str, Any]]]] = {
    "access.role": ("sod_admin", "sod_approver", "prep", {"code": "prep", "name": "Preparer", "functions": ["MAP.PREP"]}, [
        ("code", "code", "other"), ("name", "name", "Role administrator"), ("functions", "duty", ["MAP.PREP", "VIEW"]),
        ("functions", "duty", []),
    ]),
    "access.grant": ("sod_admin", "sod_approver", "stranger/role-operator/:", {
        "person": "stranger", "role": "role-operator", "scope_kind": "", "scope_id": None, "scope_label": "",
        "valid_from": "2024-01-01", "valid_to": None, "changes": None,
    }, [
        ("valid_from", "valid_from", "2024-02-01"), ("valid_to", "valid_to", "2030-12-31"),
        ("scope_label", "name of the scope", "Other"),
    ]),
    "approvals.policy": ("sod_admin", "sod_approver", "access.role", {"kind": "access.role", "approvals": 1}, [
        ("kind", "kind", "access.grant"), ("approvals", "approvals", 2),
    ]),
    "catalog.connection": ("architect", "controller_a", "files@production", {
        "system": "ledger", "code": "files", "connector": "file", "environment": "production",
        "config": {"folder": "a"},
    }, [
        ("system", "system", "planning"), ("code", "code", "other"), ("connector", "connector", "database"),
        ("environment", "environment", "test"), ("config", "folder", {"folder": "b"}),
        ("config", "connector", {"folder": "a", "connector": "file"}), ("config", "blank", {"folder": "a", "blank": ""}),
        ("config", "none", {"folder": "a", "none": None}),
    ]),
    "catalog.schema": ("architect", "controller_a", "budget", {"finance_object": "budget", "fields": FIELDS}, [
        ("finance_object", "net", "actuals"), ("fields", "net", first(type="text")),
        ("fields", "net", first(classification="restricted")), ("fields", "net", first(required=False)),
        ("fields", "net", first(description="Debit less credit")), ("fields", "gross", first(name="gross")),
        ("fields", "order of the fields", FIELDS[::-1]),
    ]),
    "catalog.ownership": ("architect", "controller_a", "budget//", {
        "finance_object": "budget", "attribute": "", "legal_entity": "", "system": "ledger", "steward": "",
        "valid_from": "2024-01-01", "valid_to": None, "ends": None,
    }, [
        ("finance_object", "finance_object", "actuals"), ("attribute", "attribute", "net"),
        ("legal_entity", "legal_entity", "AT01"), ("system", "system", "planning"),
        ("steward", "steward", "architect"), ("valid_from", "valid_from", "2024-02-01"),
        ("valid_to", "valid_to", "2030-12-31"),
    ]),
}  # fmt: skip
OF_ROWS = {
    "mappings.version",
    "mappings.rate_set_version",
    "syncengine.flow_version",
    "syncengine.accept_unloaded",
    "syncengine.held_run",
}
NAMES_WHAT_IS_CHANGED = {
    "access.grant": {"person", "role", "scope_kind", "scope_id", "changes"},
    "catalog.ownership": {"ends"},
}
"""What names the row that is changed: with another one, another row is, so that all of it is told anew."""


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory):
    def build():
        world = make_world(make_people())
        ChangeRequest.objects.get(pk=world.ids["approvals"]).delete()
        return with_engine(world, tmp_path_factory.mktemp("evidence"))

    with shared_rows(django_db_blocker, build, "differences") as made:
        yield made


@pytest.fixture
def world(built, db):
    return copy.deepcopy(built)


def shown(kind: str, key: str, payload: dict[str, Any]) -> list[DiffRow]:
    return subjects.get(kind).diff(ChangeRequest(kind=kind, subject_key=key, payload=payload))


def in_force(world, kind: str) -> dict[str, Any]:
    """Put the kind's content in force; the content that would change nothing."""
    author, approver, key, content, _ = CASES[kind]
    change = change_submit(
        actor=world.actor(author), reason=WHY, kind=kind, subject_key=key, payload=copy.deepcopy(content)
    )
    approve(world.actor(approver), change)
    of = {"change_ref": change.ref}
    if kind == "access.grant":
        return {**content, "changes": Grant.objects.get(**of).pk}
    return {**content, "ends": Ownership.objects.get(**of).pk} if kind == "catalog.ownership" else content


def test_every_kind_of_change_and_every_key_of_its_content_is_looked_at():
    assert CASES.keys() | OF_ROWS == subjects.all().keys()
    for kind, (_, _, _, content, others) in CASES.items():
        assert {key for key, _, _ in others} | NAMES_WHAT_IS_CHANGED.get(kind, set()) == content.keys(), kind


@pytest.mark.parametrize("kind", CASES)
def test_one_key_that_differs_is_named_and_the_same_content_shows_nothing(world, kind):
    same, (_, _, key, _, others) = in_force(world, kind), CASES[kind]
    assert shown(kind, key, same) == []
    for changed, words, value in others:
        rows = shown(kind, key, {**same, changed: value})
        assert words in {row.field for row in rows}, (kind, changed, value)
        assert all(row.before != row.after for row in rows), rows


@pytest.mark.parametrize("kind", CASES)
def test_a_content_that_is_new_is_shown_with_every_value(world, kind):
    _, _, key, content, _ = CASES[kind]
    told = " ".join(f"{row.field} {row.before} {row.after}" for row in shown(kind, key, content))
    values = [value for value in content.values() if isinstance(value, str) and value]
    where = {"catalog.schema"}  # its object is what the request is about, as its title says
    assert told
    assert kind in where or all(value in told for value in values), told


LEAVES = {
    "priority": {"priority": 500}, "label": {"label": "Revenue"}, "sign": {"sign": -1}, "target": {"target": "COMP"},
    "ignore": {"kind": "ignore", "target": "", "rule_reason": "Not planned"}, "reason": {"rule_reason": "So agreed"}, "account": {"conditions": {"account": {"is": "4010"}}},
}  # fmt: skip


@pytest.mark.parametrize("changed", LEAVES)
def test_each_part_of_a_rule_is_shown(world, changed):
    author, rule = world.actor("architect"), MappingRule.objects.get()
    approve(world.actor("controller_a"), submit(author, MappingVersion.objects.get()))
    draft = start(author, rule.mapping_set)
    change = ChangeRequest(kind="mappings.version", subject_key=draft.key)
    assert subjects.get(change.kind).diff(change) == []
    was = {
        name: getattr(rule, name) for name in ("kind", "conditions", "target", "priority", "sign", "label")
    }
    rule_edit(actor=author, reason=WHY, version_id=draft.pk, rule_id=rule.pk, **{**was, **LEAVES[changed]})
    rows = subjects.get(change.kind).diff(change)
    assert rows and all(row.before != row.after for row in rows)


def test_two_rules_that_read_the_same_are_told_apart(world):
    author, rule = world.actor("architect"), MappingRule.objects.get()

    def match(version: MappingVersion, value: str | None) -> None:
        values = {"kind": "explicit", "conditions": {"center": {"is": value}}, "target": rule.target}
        live = MappingRule.objects.latest("id").pk
        rule_edit(actor=author, reason=WHY, version_id=version.pk, rule_id=live, **values)

    match(rule.mapping_set.versions.get(), "(absent)")
    approve(world.actor("controller_a"), submit(author, rule.mapping_set.versions.get()))
    draft = start(author, rule.mapping_set)
    match(draft, None)
    (row,) = shown("mappings.version", draft.key, {})
    assert ('{"is":"(absent)"}' in row.before, '{"is":null}' in row.after) == (True, True)


@pytest.fixture
def approved_rates(world):

    author, version = world.actor("architect"), RateSetVersion.objects.get()
    change = rate_set_version_submit(actor=author, reason=WHY, version_id=version.pk)
    approve(world.actor("controller_a"), change)
    return author, RateSetVersion.objects.get()


def test_each_rate_and_the_periods_are_shown(world, approved_rates):
    author, rates = approved_rates
    draft = rate_set_version_start(
        actor=author, reason=WHY, rate_set_id=rates.rate_set_id, effective_from="2024-02"
    )
    change = ChangeRequest(kind="mappings.rate_set_version", subject_key=draft.key)
    assert [row.field for row in subjects.get(change.kind).diff(change)] == ["periods"]
    spec = RateSpec("average", "USD", "EUR", "2024-01", "0.95")
    rates_load(actor=author, reason=WHY, version_id=draft.pk, rates=[spec], replace=True)
    fields = [row.field for row in subjects.get(change.kind).diff(change)]
    assert fields == ["periods", "average USD/EUR 2024-01"]


def leaves(value: Any, path: tuple = ()) -> list[tuple]:
    if isinstance(value, dict | list) and value:
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for step, item in steps for leaf in leaves(item, (*path, step))]
    return [path]


def altered(value: Any, path: tuple, new: Any) -> Any:
    value = copy.deepcopy(value)
    inner = value
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return value


@pytest.mark.parametrize("path", leaves(DEFINITION), ids=str)
def test_each_value_of_a_flow_is_shown(path):
    base = FlowVersion(definition=DEFINITION, effective_from="2024-01")
    for new in ("other", None, 7, []):
        rows = version_diff(
            base, FlowVersion(definition=altered(DEFINITION, path, new), effective_from="2024-01")
        )
        assert any(str(path[-1]) in row.field or "name" in map(str, path) for row in rows), (path, rows)
    assert (
        version_diff(base, FlowVersion(definition=copy.deepcopy(DEFINITION), effective_from="2024-01")) == []
    )
    later = version_diff(base, FlowVersion(definition=DEFINITION, effective_from="2024-02"))
    assert [row.field for row in later] == ["effective_from"]


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ({"a": 1}, {"a": "1"}, "a"),
        ({"a": True}, {"a": 1}, "a"),
        ({"a": None}, {}, "a"),
        ({"a": ""}, {"a": None}, "a"),
        ({"a": {}}, {"a": []}, "a"),
        ({"a.b": 1}, {"a": {"b": 1}}, "a.b"),
        ({"a": [{"name": "x"}, {"name": "y"}]}, {"a": [{"name": "y"}, {"name": "x"}]}, "order of a"),
        ({"a": [{"name": "x", "v": 1}, {"name": "x", "v": 2}]}, {"a": [{"name": "x", "v": 3}, {"name": "x", "v": 2}]}, "a[x].v"),
        ({"a": [{"name": "x"}]}, {"a": [{"name": "y"}, {"name": "x"}]}, "order of a"),
    ],
)  # fmt: skip
def test_values_of_two_hashes_are_never_taken_for_one(before, after, field):
    rows = deep_diff(before, after)
    assert field in {row.field for row in rows}
    assert all(row.before != row.after for row in rows)
    assert deep_diff(before, copy.deepcopy(before)) == flat_diff(after, dict(after)) == []


def test_records_accepted_unloaded_are_shown_each_and_the_rest_is_counted(world, monkeypatch):
    one = QuarantinedRecord.objects.get()
    QuarantinedRecord.objects.create(
        **{field.name: getattr(one, field.name) for field in one._meta.concrete_fields if field.name != "id"}
        | {"record_key": "1" * 64, "row": 8}
    )

    def told(*keys: str) -> list[DiffRow]:
        payload = {"flow": one.flow.code, "slice": one.slice_key, "records": list(keys)}
        return shown("syncengine.accept_unloaded", "x", payload)

    assert told("0" * 64) != told("1" * 64)
    assert len(told("0" * 64, "1" * 64)) == 2
    monkeypatch.setattr("syncengine.subjects._LISTED", 1)
    assert told("0" * 64, "1" * 64)[-1].after == "1 more records stay unloaded"


def test_the_content_that_a_held_run_computed_is_shown(world):
    run = Run.objects.get(pk=world.ids["run"])
    told = []
    for output_hash in ("a" * 64, "b" * 64):
        Run.objects.filter(pk=run.pk).update(output_hash=output_hash)
        told.append({row.field: row.after for row in shown("syncengine.held_run", run.ref, {})})
    assert told[0]["content of the slice"] != told[1]["content of the slice"]


def test_the_review_page_shows_the_new_name_of_a_role_and_the_audit_keeps_the_old(world, client):
    role = Role.objects.get(code="role-operator")
    change = role_propose(
        actor=world.actor("sod_admin"),
        reason=WHY,
        code=role.code,
        name="Role administrator",
        functions=role.functions,
    )
    client.force_login(world.users["sod_approver"], backend=BACKEND)
    page = client.get(reverse("approvals:change-detail", kwargs={"pk": change.pk})).content.decode()
    assert "No difference" not in page
    assert "Role administrator" in page
    approve(world.actor("sod_approver"), change)
    entry = AuditEntry.objects.filter(action="access:role:activate").latest("id")
    told = json.loads(entry.payload)
    assert (told["before"]["name"], told["after"]["name"]) == (role.name, "Role administrator")


def test_a_proposal_that_changes_nothing_is_refused(world):
    same = in_force(world, "approvals.policy")
    in_force(world, "catalog.ownership")
    owned = Ownership.objects.latest("id")
    Ownership.objects.filter(pk=owned.pk).update(valid_to=dt.date(2030, 1, 31))
    ends = {"ownership_id": owned.pk, "last_day": dt.date(2030, 1, 31)}
    for act, actor, values in (
        (policy_propose, "sod_admin", same),
        (ownership_end_propose, "architect", ends),
    ):
        with pytest.raises(Conflict) as caught:
            act(actor=world.actor(actor), reason=WHY, **values)
        assert caught.value.code == "APR-008"
