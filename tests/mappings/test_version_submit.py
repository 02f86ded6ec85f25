"""From draft to force: submitting, deciding, rejecting, starting again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from mappings.models import MappingRule, MappingVersion
from mappings.ports import impact_preview
from mappings.selectors import (
    compiled_version,
    rules_of,
    version_content_hash,
    version_difference,
    version_in_force,
)
from mappings.services import (
    rule_add,
    rule_edit,
    rule_remove,
    version_edit,
    version_start,
    version_submit,
    version_withdraw,
)
from portal.approvals.content import subject_of
from portal.approvals.models import Contribution
from portal.approvals.services import change_approve, change_push_back, change_reject
from portal.audit.models import AuditEntry
from portal.audit.verification import verify
from portal.core.clock import now
from portal.core.errors import DomainError, Faults
from tests.factories.mappings import WHY, add, approve, approved_version, make_set, start, submit


@pytest.fixture
def mapping_set(architect):
    return make_set(architect)


def refused(code: str, act) -> DomainError:
    with pytest.raises(DomainError) as caught:
        act()
    assert caught.value.code == code, str(caught.value)
    return caught.value


def accounts(version: MappingVersion) -> dict[str, str]:
    return {row.conditions["account"]["is"]: row.target for row in rules_of(version)}


def test_a_draft_is_submitted_approved_by_another_and_in_force(mapping_set, architect, controller_a):
    version = start(architect, mapping_set)
    add(architect, version, "4000")
    change = submit(architect, version)
    version.refresh_from_db()
    assert (version.state, version.change_ref) == ("locked", change.ref)
    assert version_in_force(mapping_set, "2024-03") is None
    approve(controller_a, change)
    version.refresh_from_db()
    assert version.state == "approved"
    assert version.content_sha256 == version_content_hash(version)
    assert version_in_force(mapping_set, "2024-03") == version
    assert version_in_force(mapping_set, "2023-12") is None
    assert compiled_version(version).resolve(("4000", "x")).target == "REV"
    actions = set(
        AuditEntry.objects.filter(stream_type="mappings.mappingversion").values_list("action", flat=True)
    )
    assert actions == {
        "mappings:version:start",
        "mappings:rule:add",
        "mappings:version:submit",
        "mappings:version:approve",
    }
    assert verify().ok


def test_the_preparer_cannot_approve_not_even_after_only_a_helpful_edit(
    mapping_set, architect, controller_a, controller_b
):
    version = start(architect, mapping_set)
    add(architect, version, "4000")
    change = submit(architect, version)
    add(controller_a, version, "4010")
    change.refresh_from_db()
    refused(
        "APR-006",
        lambda: change_approve(
            actor=controller_a, reason="Fine", change_id=change.pk, content_sha256=change.content_sha256
        ),
    )
    approve(controller_b, change)


def test_an_edit_under_review_makes_the_read_hash_stale(mapping_set, architect, controller_a):
    version = start(architect, mapping_set)
    add(architect, version, "4000")
    change = submit(architect, version)
    stale = change.content_sha256
    add(architect, version, "4010", "COMP")
    change.refresh_from_db()
    assert change.content_sha256 != stale
    assert change.round == 2
    refused(
        "APR-004",
        lambda: change_approve(actor=controller_a, reason="Fine", change_id=change.pk, content_sha256=stale),
    )


@pytest.mark.parametrize("who", ["operator", "auditor", "stranger"])
def test_only_preparers_start_edit_and_submit(mapping_set, architect, request, who):
    actor = request.getfixturevalue(who)
    version = start(architect, mapping_set)
    row = add(architect, version, "4000")
    acts = [
        lambda: start(actor, mapping_set),
        lambda: add(actor, version, "4010"),
        lambda: rule_remove(actor=actor, reason=WHY, version_id=version.pk, rule_id=row.pk),
        lambda: submit(actor, version),
        lambda: version_withdraw(actor=actor, reason=WHY, version_id=version.pk),
    ]
    for act in acts:
        with pytest.raises(DomainError) as caught:
            act()
        assert caught.value.status == (404 if who == "stranger" else 403)


def test_ties_unknown_targets_and_an_empty_version_block_submission(mapping_set, architect):
    version = start(architect, mapping_set)
    assert refused("MAP-033", lambda: submit(architect, version)).status == 422
    add(architect, version, "4000", "NOWHERE")
    rule_add(
        actor=architect, reason=WHY, version_id=version.pk, kind="wildcard",
        conditions={"account": {"like": "5?"}}, target="REV",
    )  # fmt: skip
    rule_add(
        actor=architect, reason=WHY, version_id=version.pk, kind="wildcard",
        conditions={"account": {"like": "?1"}}, target="COMP",
    )  # fmt: skip
    error = refused("MAP-002", lambda: submit(architect, version))
    assert isinstance(error, Faults)
    assert [fault.code for fault in error.faults] == ["MAP-002", "MAP-030"]
    assert "account = 51 matches two rules of equal rank: REV" in error.faults[0].message
    version.refresh_from_db()
    assert version.state == "draft"


def test_an_unknown_source_member_is_a_warning(mapping_set, architect):
    version = start(architect, mapping_set)
    add(architect, version, "4999")
    change = submit(architect, version)
    assert [(f["level"], f["code"], f["place"]) for f in change.findings] == [
        ("warning", "MAP-031", "column account")
    ]


def test_a_set_has_one_open_version(mapping_set, architect):
    version = start(architect, mapping_set)
    refused("MAP-044", lambda: start(architect, mapping_set))
    with pytest.raises(IntegrityError), transaction.atomic():
        MappingVersion.objects.create(
            mapping_set=mapping_set, number=9, effective_from="2024-01", started_at=now(), base=None
        )
    version_withdraw(actor=architect, reason=WHY, version_id=version.pk)
    assert start(architect, mapping_set).number == 2


def test_a_version_that_changes_nothing_is_not_submitted(mapping_set, architect, controller_a):
    approved_version(architect, controller_a, mapping_set, {"4000": "REV"})
    version = start(architect, mapping_set)
    refused("APR-008", lambda: submit(architect, version))
    version_edit(
        actor=architect, reason=WHY, version_id=version.pk, effective_from="2024-01", effective_to="2024-12"
    )
    change = submit(architect, version)
    assert [(row.field, row.before, row.after) for row in subject_of(change).diff(change)] == [
        ("periods", "from 2024-01", "2024-01 to 2024-12")
    ]
    assert [(f["level"], f["code"], f["message"]) for f in change.findings] == [
        ("info", "APR-012", f"No rule changes against {version.base}; only the periods do.")
    ]


def test_a_version_that_is_made_equal_to_its_base_under_review_is_not_approved(
    mapping_set, architect, controller_a
):
    approved_version(architect, controller_a, mapping_set, {"4000": "REV"})
    version = start(architect, mapping_set, "2024-02")
    change = submit(architect, version)
    version_edit(actor=architect, reason=WHY, version_id=version.pk, effective_from="2024-01")
    change.refresh_from_db()
    refused("APR-008", lambda: approve(controller_a, change))


def test_each_version_keeps_its_own_rules_and_a_change_costs_only_itself(
    mapping_set, architect, controller_a
):
    first = approved_version(
        architect, controller_a, mapping_set, {"4000": "REV", "5000": "COMP", "6000": "TRAVEL"}
    )
    second = start(architect, mapping_set, "2024-07")
    rows = {row.conditions["account"]["is"]: row for row in rules_of(second)}
    rule_edit(
        actor=architect, reason=WHY, version_id=second.pk, rule_id=rows["5000"].pk, kind="explicit",
        conditions={"account": {"is": "5000"}}, target="OTHER", sign=-1,
    )  # fmt: skip
    rule_remove(actor=architect, reason=WHY, version_id=second.pk, rule_id=rows["6000"].pk)
    add(architect, second, "5100", "COMP")
    assert MappingRule.objects.count() == 5
    change = submit(architect, second)
    diff = {(row.kind, row.before, row.after) for row in subject_of(change).diff(change)}
    assert diff == {
        ("changed", "from 2024-01", "from 2024-07"),
        (
            "changed",
            "account = 5000: to COMP, priority 100, explicit",
            "account = 5000: to OTHER, priority 100, explicit, sign changed",
        ),
        ("added", "", "account = 5100: to COMP, priority 100, explicit"),
        ("removed", "account = 6000: to TRAVEL, priority 100, explicit", ""),
    }
    approve(controller_a, change)
    assert accounts(first) == {"4000": "REV", "5000": "COMP", "6000": "TRAVEL"}
    assert accounts(second) == {"4000": "REV", "5000": "OTHER", "5100": "COMP"}
    first.refresh_from_db()
    assert first.content_sha256 == version_content_hash(first)
    assert version_in_force(mapping_set, "2024-06") == first
    assert version_in_force(mapping_set, "2024-07").pk == second.pk


def test_the_version_approved_last_wins_and_the_past_is_known_as_it_was(mapping_set, architect, controller_a):
    first = approved_version(architect, controller_a, mapping_set, {"4000": "REV"})
    between = now()
    second = approved_version(architect, controller_a, mapping_set, {"5000": "COMP"}, effective_to="2024-06")
    assert version_in_force(mapping_set, "2024-06") == second
    assert version_in_force(mapping_set, "2024-07") == first
    assert version_in_force(mapping_set, "2024-06", at=between) == first
    assert version_in_force(mapping_set, "2024-06", at=between - dt.timedelta(days=1)) is None


def test_after_a_rejection_the_next_draft_starts_from_the_last_approved_version(
    mapping_set, architect, controller_a
):
    first = approved_version(architect, controller_a, mapping_set, {"4000": "REV", "5000": "COMP"})
    bad = start(architect, mapping_set)
    gone = next(row for row in rules_of(bad) if row.target == "COMP")
    rule_remove(actor=architect, reason=WHY, version_id=bad.pk, rule_id=gone.pk)
    add(architect, bad, "6000", "TRAVEL")
    change = submit(architect, bad)
    change_reject(
        actor=controller_a, reason="Travel is planned elsewhere", change_id=change.pk,
        content_sha256=change.content_sha256,
    )  # fmt: skip
    bad.refresh_from_db()
    assert bad.state == "rejected"
    third = start(architect, mapping_set)
    assert third.base == first
    assert accounts(third) == accounts(first) == {"4000": "REV", "5000": "COMP"}
    assert accounts(bad) == {"4000": "REV", "6000": "TRAVEL"}
    assert version_difference(third).is_empty
    version_withdraw(actor=architect, reason=WHY, version_id=third.pk)
    fourth = start(architect, mapping_set)
    assert version_difference(fourth).is_empty
    add(architect, fourth, "5100", "COMP")
    difference = version_difference(fourth)
    assert [row.conditions for row in difference.added] == [{"account": {"is": "5100"}}]
    assert difference.removed == difference.changed == []
    approve(controller_a, submit(architect, fourth))
    assert accounts(fourth) == {"4000": "REV", "5000": "COMP", "5100": "COMP"}
    assert accounts(bad) == {"4000": "REV", "6000": "TRAVEL"}


def test_a_pushed_back_version_is_corrected_and_submitted_under_the_same_request(
    mapping_set, architect, controller_a
):
    version = start(architect, mapping_set)
    add(architect, version, "4000")
    change = submit(architect, version)
    change_push_back(
        actor=controller_a, reason="Account 5000 is missing", change_id=change.pk,
        content_sha256=change.content_sha256,
    )  # fmt: skip
    version.refresh_from_db()
    assert version.state == "draft"
    add(architect, version, "5000", "COMP")
    again = submit(architect, version)
    assert again.pk == change.pk
    approve(controller_a, again)


def test_an_approved_version_never_changes(mapping_set, architect, controller_a):
    version = approved_version(architect, controller_a, mapping_set, {"4000": "REV"})
    row = rules_of(version).get()
    acts = [
        lambda: add(architect, version, "5000"),
        lambda: rule_remove(actor=architect, reason=WHY, version_id=version.pk, rule_id=row.pk),
        lambda: version_edit(actor=architect, reason=WHY, version_id=version.pk, effective_from="2020-01"),
        lambda: version_submit(actor=architect, reason=WHY, version_id=version.pk),
        lambda: version_withdraw(actor=architect, reason=WHY, version_id=version.pk),
    ]
    for act in acts:
        assert refused("API-409", act).status == 409


def test_withdrawing_under_review_is_the_requesters_alone(mapping_set, architect, controller_a):
    version = start(architect, mapping_set)
    add(architect, version, "4000")
    submit(architect, version)
    reason = "Taken back to be corrected"
    refused("APR-009", lambda: version_withdraw(actor=controller_a, reason=reason, version_id=version.pk))
    assert version_withdraw(actor=architect, reason=reason, version_id=version.pk).state == "withdrawn"


def test_every_edit_is_a_contribution_and_a_stale_revision_is_refused(mapping_set, architect, controller_a):
    version = start(architect, mapping_set)
    add(architect, version, "4000")
    version.refresh_from_db()
    assert version.revision == 1
    add(controller_a, version, "5000", "COMP", revision=1)
    assert refused("API-007", lambda: add(architect, version, "5100", revision=1)).status == 412
    contributors = Contribution.objects.filter(kind="mappings.version", subject_key="lines/1")
    assert {c.person_id for c in contributors} == {architect.person_id, controller_a.person_id}


@pytest.mark.parametrize(
    ("first", "last"), [("2024", None), ("2024-17", None), ("2024-01", "2023-12"), ("２０２４-01", None)]
)
def test_periods_that_are_none_are_refused(mapping_set, architect, first, last):
    refused(
        "MAP-043",
        lambda: version_start(
            actor=architect,
            reason=WHY,
            mapping_set_id=mapping_set.pk,
            effective_from=first,
            effective_to=last,
        ),
    )


def test_what_an_upper_app_previews_is_shown_with_the_request(mapping_set, architect, monkeypatch):
    monkeypatch.setattr(impact_preview, "_entries", {"moved": lambda version: {"rows": 3}})
    version = start(architect, mapping_set)
    add(architect, version, "4000")
    assert submit(architect, version).preview == {"moved": {"rows": 3}}
