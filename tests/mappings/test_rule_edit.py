"""Adding, changing and removing single rules."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from mappings.models import MappingRule
from mappings.rules.conditions import Exact
from mappings.rules.rule import Rule, RuleKind
from mappings.selectors import compiled_version, rule_counts, rules_of
from mappings.services import rule_add, rule_edit, rule_remove
from portal.audit.models import AuditEntry
from portal.core.errors import DomainError
from tests.factories.mappings import (
    WHY,
    add,
    approve,
    approved_version,
    bulk_rules,
    make_set,
    start,
    submit,
)


@pytest.fixture
def version(architect):
    return start(architect, make_set(architect))


def rule(actor, version, kind, conditions, target="REV", **more):
    return rule_add(
        actor=actor,
        reason=WHY,
        version_id=version.pk,
        kind=kind,
        conditions=conditions,
        target=target,
        **more,
    )


def test_every_kind_of_rule_is_kept_as_it_was_given(version, architect):
    rule(architect, version, "explicit", {"account": {"is": "4000"}, "center": {"is": None}})
    rule(architect, version, "list", {"account": {"in": ["5000", "5100"]}}, "COMP", sign=-1)
    rule(architect, version, "range", {"account": {"between": ["6000", "6999"], "as": "number"}}, "TRAVEL")
    rule(architect, version, "wildcard", {"account": {"like": "7*"}}, "OTHER", label="the rest")
    rule(architect, version, "multi", {"account": {"like": "7*"}, "center": {"is": ""}}, "REV", priority=5)
    rule(architect, version, "ignore", {"account": {"like": "8*"}}, None, rule_reason="Balance sheet")
    compiled = compiled_version(version)
    answers = [
        compiled.resolve(values)
        for values in (
            ("4000", None),
            ("4000", ""),
            ("5100", "x"),
            ("06500", "x"),
            ("71", "x"),
            ("71", ""),
            ("8", ""),
        )
    ]
    assert [(a.outcome, a.target, a.sign) for a in answers] == [
        ("mapped", "REV", 1),
        ("unmapped", None, 1),
        ("mapped", "COMP", -1),
        ("mapped", "TRAVEL", 1),
        ("mapped", "OTHER", 1),
        ("mapped", "REV", 1),
        ("ignored", None, 1),
    ]
    assert set(rule_counts(version).values()) == {1}


@pytest.mark.parametrize(
    ("code", "place", "fields"),
    [
        ("MAP-010", "kind", {"kind": "guess", "conditions": {"account": {"is": "1"}}}),
        ("MAP-010", "account", {"kind": "explicit", "conditions": {"account": {"was": "1"}}}),
        ("MAP-010", "", {"kind": "explicit", "conditions": {}}),
        ("MAP-010", "", {"kind": "range", "conditions": {"account": {"is": "1"}}}),
        ("MAP-010", "", {"kind": "explicit", "conditions": {"account": {"is": "1"}}, "sign": 2}),
        ("MAP-010", "", {"kind": "explicit", "conditions": {"account": {"is": "1"}}, "priority": True}),
        (
            "MAP-011",
            "account",
            {"kind": "range", "conditions": {"account": {"between": ["2", "1"], "as": "text"}}},
        ),
        (
            "MAP-011",
            "account",
            {"kind": "range", "conditions": {"account": {"between": ["1", "１2"], "as": "number"}}},
        ),
        ("MAP-012", "color", {"kind": "explicit", "conditions": {"color": {"is": "1"}}}),
        ("MAP-013", "", {"kind": "explicit", "conditions": {"account": {"is": "1"}}, "target": ""}),
        ("MAP-013", "", {"kind": "ignore", "conditions": {"account": {"is": "1"}}, "rule_reason": "x"}),
        ("MAP-014", "", {"kind": "ignore", "conditions": {"account": {"is": "1"}}, "target": None}),
        ("MAP-015", "account", {"kind": "explicit", "conditions": {"account": {"is": "40\u200b00"}}}),
        ("MAP-015", "account", {"kind": "explicit", "conditions": {"account": {"is": 4000}}}),
        ("MAP-015", "account", {"kind": "list", "conditions": {"account": {"in": [["1"]]}}}),
        (
            "API-011",
            "label",
            {"kind": "explicit", "conditions": {"account": {"is": "1"}}, "label": "a\u202eb"},
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_code_and_column(version, architect, code, place, fields):
    with pytest.raises(DomainError) as caught:
        rule_add(actor=architect, reason=WHY, version_id=version.pk, **{"target": "REV", **fields})
    assert (caught.value.code, caught.value.place) == (code, place)
    assert not MappingRule.objects.exists()


def test_the_same_conditions_at_the_same_priority_are_refused(version, architect):
    first = add(architect, version, "4000")
    other = add(architect, version, "4010")
    with pytest.raises(DomainError) as caught:
        add(architect, version, "4000", "COMP")
    assert (caught.value.code, caught.value.details) == ("MAP-032", {"rule": first.pk})
    with pytest.raises(DomainError) as caught:
        rule_edit(
            actor=architect, reason=WHY, version_id=version.pk, rule_id=other.pk, kind="explicit",
            conditions={"account": {"is": "4000"}}, target="COMP",
        )  # fmt: skip
    assert caught.value.code == "MAP-032"
    assert {row.conditions["account"]["is"] for row in rules_of(version)} == {"4000", "4010"}


def test_a_draft_rule_is_changed_in_place_and_a_removed_one_leaves_nothing(version, architect):
    row = add(architect, version, "4000")
    edited = rule_edit(
        actor=architect, reason=WHY, version_id=version.pk, rule_id=row.pk, kind="wildcard",
        conditions={"account": {"like": "4*"}}, target="COMP",
    )  # fmt: skip
    assert edited.pk == row.pk
    assert rules_of(version).get().match_text == "account like 4*"
    entry = AuditEntry.objects.get(action="mappings:rule:edit")
    assert '"is":"4000"' in entry.payload
    assert '"like":"4*"' in entry.payload
    rule_remove(actor=architect, reason=WHY, version_id=version.pk, rule_id=row.pk)
    assert not MappingRule.objects.exists()
    with pytest.raises(DomainError) as caught:
        rule_remove(actor=architect, reason=WHY, version_id=version.pk, rule_id=row.pk)
    assert caught.value.code == "MAP-040"


def test_an_edit_that_changes_nothing_leaves_no_trace(version, architect, controller_a):
    mapping_set = version.mapping_set
    row = add(architect, version, "4000")
    entries = AuditEntry.objects.count()
    rule_edit(
        actor=architect, reason=WHY, version_id=version.pk, rule_id=row.pk, kind="explicit",
        conditions={"account": {"is": "4000"}}, target="REV",
    )  # fmt: skip
    assert AuditEntry.objects.count() == entries
    assert mapping_set.rules.count() == 1


def test_rules_are_found_by_text_kind_and_target(version, architect):
    add(architect, version, "4000", "REV", label="Main revenue")
    add(architect, version, "5000", "COMP")
    rule(architect, version, "ignore", {"account": {"like": "8*"}}, None, rule_reason="Balance sheet")
    found = [
        [row.match_text for row in rules_of(version, **query)]
        for query in (
            {"text": "main"},
            {"text": "8*"},
            {"text": "balance"},
            {"kind": "ignore"},
            {"target": "COMP"},
        )
    ]
    assert found == [
        ["account = 4000"],
        ["account like 8*"],
        ["account like 8*"],
        ["account like 8*"],
        ["account = 5000"],
    ]


def test_the_database_itself_refuses_an_ignore_rule_without_reason(version, architect):
    row = add(architect, version, "4000")
    with pytest.raises(IntegrityError), transaction.atomic():
        MappingRule.objects.filter(pk=row.pk).update(kind="ignore", target="", reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        MappingRule.objects.filter(pk=row.pk).update(sign=0)


def test_a_rule_of_an_older_version_cannot_be_touched_through_a_newer_one(architect, controller_a):
    mapping_set = make_set(architect)
    approved_version(architect, controller_a, mapping_set, {"4000": "REV"})
    second = start(architect, mapping_set)
    row = rules_of(second).get()
    rule_remove(actor=architect, reason=WHY, version_id=second.pk, rule_id=row.pk)
    with pytest.raises(DomainError) as caught:
        rule_remove(actor=architect, reason=WHY, version_id=second.pk, rule_id=row.pk)
    assert caught.value.code == "MAP-040"


def _cost_of_one_rule(author, approver, mapping_set, account: str) -> tuple[int, int]:
    """Queries and rows of one more rule, from the draft to its being in force."""
    rows = MappingRule.objects.count()
    with CaptureQueriesContext(connection) as queries:
        draft = start(author, mapping_set)
        add(author, draft, account)
        approve(approver, submit(author, draft))
    return len(queries), MappingRule.objects.count() - rows


def test_one_more_rule_costs_the_same_in_a_large_set(architect, controller_a):
    mapping_set = make_set(architect)
    approved_version(architect, controller_a, mapping_set, {"4000": "REV"})
    few = _cost_of_one_rule(architect, controller_a, mapping_set, "4010")
    explicit = [
        Rule(f"e{n}", 100, RuleKind.EXPLICIT, {"account": Exact(f"A{n}")}, "REV") for n in range(1_000)
    ]
    bulk_rules(mapping_set, explicit)
    assert _cost_of_one_rule(architect, controller_a, mapping_set, "5000") == few
    assert few[1] == 1
