"""Flows under approval: what they name must exist and fit, the source must be the owner, edits void."""

from __future__ import annotations

import copy

import pytest

from catalog.models import Connection, Ownership
from portal.approvals.services import change_approve, change_push_back
from portal.core.errors import Conflict, Denied409, DomainError, Faults, Forbidden
from syncengine.models import Flow, FlowVersion
from syncengine.selectors import version_in_force
from syncengine.services import (
    flow_define,
    flow_version_edit,
    flow_version_start,
    flow_version_submit,
)
from syncengine.states import VersionState


@pytest.fixture
def definition(mini):
    return copy.deepcopy(FlowVersion.objects.get().definition)


def define(mini, definition, **changes):
    return flow_define(
        actor=mini.author, reason="A flow.", code="other", name="Other", definition=definition | changes
    )


def submit_faults(mini, version):
    with pytest.raises(Faults) as caught:
        flow_version_submit(actor=mini.author, reason="Please approve.", version_id=version.pk)
    return {fault.code for fault in caught.value.faults}


def start(mini, definition):
    return flow_version_start(
        actor=mini.author, reason="Next version.", flow_id=Flow.objects.get().pk, definition=definition
    )


def test_a_version_is_in_force_only_after_another_person_approved_it(mini, definition):
    definition["quarantine"]["max_share"] = "0.1"
    version = start(mini, definition)
    change = flow_version_submit(actor=mini.author, reason="Please approve.", version_id=version.pk)
    version.refresh_from_db()
    assert version.state == VersionState.LOCKED
    assert version_in_force(version.flow, "2026-01").number == 1
    with pytest.raises(Forbidden):
        approve(mini.author, change)
    approve(mini.controller, change)
    assert version_in_force(version.flow, "2026-01").number == 2
    assert mini.run().error_code == "RUN-008"


def approve(actor, change):
    return change_approve(
        actor=actor, reason="Looks right.", change_id=change.pk, content_sha256=change.content_sha256
    )


def test_an_edit_under_review_voids_and_the_old_hash_is_stale(mini, definition):
    definition["quarantine"]["max_share"] = "0.1"
    version = start(mini, definition)
    change = flow_version_submit(actor=mini.author, reason="Please approve.", version_id=version.pk)
    definition["quarantine"]["max_share"] = "0.9"
    flow_version_edit(actor=mini.author, reason="Better.", version_id=version.pk, definition=definition)
    with pytest.raises(Denied409):
        approve(mini.controller, change)


def test_the_review_shows_exactly_what_differs(mini, definition):
    from portal.approvals.ports import subjects

    definition["quarantine"]["max_share"] = "0.1"
    version = start(mini, definition)
    change = flow_version_submit(actor=mini.author, reason="Please approve.", version_id=version.pk)
    (row,) = subjects.get(change.kind).diff(change)
    assert (row.field, row.before, row.after, row.kind) == ("quarantine.max_share", "0.5", "0.1", "changed")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("../journal.csv", "SRC-003"),
        ("/journal.csv", "SRC-003"),
        ("~/journal.csv", "SRC-003"),
        ("file:///journal.csv", "SRC-003"),
        ("a\\journal.csv", "SRC-003"),
        ("journal_{month}.csv", "SRC-001"),
        ("journal_{upload}.csv", "SRC-001"),
    ],
)
@pytest.mark.parametrize("part", ["source", "reconcile"])
def test_a_dataset_that_no_run_can_read_is_not_proposed(mini, definition, part, path, code):
    definition[part]["dataset"]["file"] = path
    with pytest.raises(Faults) as caught:
        version = start(mini, definition)
        flow_version_submit(actor=mini.author, reason="Please approve.", version_id=version.pk)
    (fault,) = caught.value.faults
    assert (fault.code, fault.place) == (code, f"{part}.dataset.file")


def test_a_source_that_is_not_the_owner_is_refused(mini, definition):
    Ownership.objects.update(valid_to="2020-12-31")
    assert submit_faults(mini, start(mini, definition)) == {"CTR-004"}


def test_a_flow_never_moves_to_another_source(mini, definition):
    definition["source"]["connection"] = "other-ledger"
    assert "RUN-104" in submit_faults(mini, start(mini, definition))


def test_two_flows_never_own_the_same_target_cells(mini, definition):
    for column in definition["target"]["columns"]:
        if column["name"] == "flow":
            column["value"] = "mini-actuals"
    assert submit_faults(mini, define(mini, definition)) == {"RUN-006"}


def test_a_second_connection_to_the_same_system_opens_no_way_around_that(mini, definition):
    planning = Connection.objects.get(code=definition["target"]["connection"])
    planning.pk, planning.code = None, "planning-again"
    planning.save()
    definition["target"]["connection"] = "planning-again"
    for column in definition["target"]["columns"]:
        if column["name"] == "flow":
            column["value"] = "mini-actuals"
    assert submit_faults(mini, define(mini, definition)) == {"RUN-006"}


def test_a_second_secret_under_another_system_opens_no_way_around_that(mini, definition, monkeypatch):
    monkeypatch.setenv("PLANNING_AGAIN", f"sqlite:///{mini.planning}")
    planning = Connection.objects.get(code=definition["target"]["connection"])
    system = planning.system
    system.pk, system.code, system.name = None, "PLAN2", "Another name for the plan"
    system.save()
    planning.pk, planning.code, planning.system = None, "planning-again", system
    planning.config = {"url": "env:PLANNING_AGAIN", "host": "127.0.0.1", "port": "5433"}
    planning.save()
    definition["target"]["connection"] = "planning-again"
    for column in definition["target"]["columns"]:
        if column["name"] == "flow":
            column["value"] = "mini-actuals"
    assert "RUN-006" in submit_faults(mini, define(mini, definition))


def test_two_flows_may_share_a_table_when_a_fixed_column_tells_them_apart(mini, definition):
    version = define(mini, definition)
    assert flow_version_submit(actor=mini.author, reason="Please approve.", version_id=version.pk)


@pytest.mark.parametrize(
    ("part", "value", "code"),
    [
        ("mappings", [{"set": "nowhere", "inputs": {"account": "account"}, "into": "line"}], "RUN-005"),
        ("mappings", [{"set": "mini-lines", "inputs": {"x": "account"}, "into": "line"}], "RUN-114"),
        ("checks", [{"dimension": "nowhere", "field": "account"}], "RUN-005"),
        ("translate", {"rate_set": "nowhere", "rate_type": "average", "to": "EUR"}, "RUN-005"),
        ("calendar", "nowhere", "RUN-005"),
    ],
)
def test_what_a_definition_names_must_exist(mini, definition, part, value, code):
    assert code in submit_faults(mini, define(mini, definition, **{part: value}))


def test_a_dataset_is_checked_by_its_connector(mini, definition):
    definition["source"]["dataset"] = {"file": "x.csv", "colour": "red"}
    assert submit_faults(mini, define(mini, definition)) == {"SRC-001"}


def test_a_definition_with_faults_is_never_stored(mini, definition):
    with pytest.raises(Faults) as caught:
        define(mini, definition, slice={"scenario": "", "per": "week"}, finance_object="nothing")
    assert {fault.code for fault in caught.value.faults} == {"RUN-102", "RUN-104"}
    assert Flow.objects.count() == 1


def test_unknown_connections_are_told_with_their_place(mini, definition):
    definition["target"]["connection"] = "nowhere"
    with pytest.raises(Faults) as caught:
        define(mini, definition)
    assert [(fault.code, fault.place) for fault in caught.value.faults] == [("CTR-002", "target.connection")]


def test_one_version_is_open_at_a_time_and_approved_ones_never_change(mini, definition):
    start(mini, definition)
    with pytest.raises(Conflict):
        start(mini, definition)
    first = FlowVersion.objects.get(number=1)
    with pytest.raises(Conflict) as caught:
        flow_version_edit(actor=mini.author, reason="x", version_id=first.pk, definition=definition)
    assert caught.value.code == "RUN-011"


def test_only_authors_define_flows(mini, definition):
    with pytest.raises(DomainError) as caught:
        flow_define(actor=mini.operator, reason="x", code="o", name="O", definition=definition)
    assert caught.value.status == 403


def test_a_version_holds_from_its_period_on(mini, definition):
    definition["quarantine"]["max_share"] = "0.1"
    version = flow_version_start(
        actor=mini.author, reason="From February.", flow_id=Flow.objects.get().pk, definition=definition,
        effective_from="2026-02",
    )  # fmt: skip
    change = flow_version_submit(actor=mini.author, reason="Please approve.", version_id=version.pk)
    approve(mini.controller, change)
    assert version_in_force(version.flow, "2026-01").number == 1
    assert version_in_force(version.flow, "2026-02").number == 2


def test_a_version_that_was_pushed_back_is_edited_and_submitted_again(mini, definition):
    definition["quarantine"]["max_share"] = "0.1"
    version = start(mini, definition)
    change = flow_version_submit(actor=mini.author, reason="Please approve.", version_id=version.pk)
    change_push_back(
        actor=mini.controller, reason="Too narrow a limit.", change_id=change.pk, content_sha256=change.content_sha256
    )  # fmt: skip
    definition["quarantine"]["max_share"] = "0.2"
    flow_version_edit(actor=mini.author, reason="Wider.", version_id=version.pk, definition=definition)
    again = flow_version_submit(actor=mini.author, reason="Please approve.", version_id=version.pk)
    assert (again.pk, again.state, again.round) == (change.pk, "submitted", 2)


def test_a_version_that_changes_nothing_is_not_submitted(mini, definition):
    version = start(mini, definition)
    with pytest.raises(Conflict) as caught:
        flow_version_submit(actor=mini.author, reason="Please approve.", version_id=version.pk)
    assert caught.value.code == "APR-008"


def test_a_version_that_only_holds_from_another_period_says_so(mini, definition):
    version = flow_version_start(
        actor=mini.author, reason="From February.", flow_id=Flow.objects.get().pk, definition=definition,
        effective_from="2026-02",
    )  # fmt: skip
    change = flow_version_submit(actor=mini.author, reason="Please approve.", version_id=version.pk)
    assert ("info", "APR-012") in [(found["level"], found["code"]) for found in change.findings]


def test_an_approved_version_that_todays_rules_refuse_can_be_succeeded(mini, definition):
    old = copy.deepcopy(definition)
    old["amount"] |= {"pattern": r"\d+\.\d+", "decimal_mark": ","}
    FlowVersion.objects.update(definition=old)
    with pytest.raises(Faults, match="no amount with the decimal mark"):
        mini.plan()
    definition["quarantine"]["max_share"] = "0.1"
    flow_version_submit(actor=mini.author, reason="Again.", version_id=start(mini, definition).pk)
