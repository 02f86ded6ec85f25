"""Importing rules: the dry run tells what the import does, and a fault does nothing at all."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from mappings import ties
from mappings.models import MappingRule, MappingVersion
from mappings.rows import rules_in
from mappings.rules.csvformat import format_rules, headings
from mappings.selectors import rules_of, version_difference, version_unchanged
from mappings.services import rules_import
from mappings.validation import version_findings
from portal.approvals.services import change_approve
from portal.audit.models import AuditEntry
from portal.core.clock import now
from portal.core.errors import DomainError, Faults
from portal.people.models import User
from tests.examples import examples
from tests.factories.mappings import ACCOUNTS, WHY, add, approve, approved_version, make_set, start, submit

BACKEND = "django.contrib.auth.backends.ModelBackend"
HEAD = "kind,account,center,target,sign,reason\n"


@pytest.fixture
def mapping_set(architect):
    return make_set(architect)


def load(actor, version, *lines: str, **more):
    data = (HEAD + "\n".join(lines)).encode()
    return rules_import(actor=actor, reason=WHY, version_id=version.pk, data=data, **more)


def counts(result) -> tuple[int, int, int, int]:
    return result.added, result.changed, result.removed, result.unchanged


def accounts(version) -> dict[str, str]:
    return {row.conditions["account"]["is"]: row.target for row in rules_of(version)}


LINES = ("explicit,4000,,REV,,", "explicit,5000,,COMP,-1,", "explicit,6000,,TRAVEL,,")


def test_a_dry_run_says_what_the_import_then_does_and_writes_nothing(mapping_set, architect, controller_a):
    approved_version(architect, controller_a, mapping_set, {"4000": "REV", "5000": "COMP", "5100": "COMP"})
    version = start(architect, mapping_set)
    entries = AuditEntry.objects.count()
    dry = load(architect, version, *LINES, dry_run=True)
    assert counts(dry) == (1, 1, 0, 1)
    assert [(line.kind, line.line, line.rule, line.target) for line in dry.lines] == [
        ("changed", 3, "account = 5000", "COMP"),
        ("added", 4, "account = 6000", "TRAVEL"),
    ]
    assert (MappingRule.objects.count(), AuditEntry.objects.count()) == (3, entries)
    assert counts(load(architect, version, *LINES)) == counts(dry)
    assert accounts(version) == {"4000": "REV", "5000": "COMP", "5100": "COMP", "6000": "TRAVEL"}
    assert counts(load(architect, version, *LINES)) == (0, 0, 0, 3)
    difference = version_difference(version)
    assert [(a.pk, b.sign) for a, b in difference.changed] == [
        (MappingRule.objects.get(sign=1, target="COMP", conditions__account__is="5000").pk, -1)
    ]
    assert len(difference.added) == 1


def test_replacing_removes_what_the_file_does_not_have(mapping_set, architect, controller_a):
    first = approved_version(architect, controller_a, mapping_set, {"4000": "REV", "5100": "COMP"})
    version = start(architect, mapping_set)
    add(architect, version, "4010")
    result = load(architect, version, *LINES, replace=True)
    assert counts(result) == (2, 0, 2, 1)
    assert accounts(version) == {"4000": "REV", "5000": "COMP", "6000": "TRAVEL"}
    assert accounts(first) == {"4000": "REV", "5100": "COMP"}
    back = load(architect, version, "explicit,4000,,REV,,", "explicit,5100,,COMP,,", replace=True)
    assert counts(back) == (1, 0, 2, 1)
    assert version_difference(version).is_empty


def test_changing_a_draft_rule_again_keeps_it_paired_with_the_rule_of_the_base(
    mapping_set, architect, controller_a
):
    approved_version(architect, controller_a, mapping_set, {"4000": "REV"})
    version = start(architect, mapping_set)
    load(architect, version, "explicit,4000,,COMP,,")
    load(architect, version, "explicit,4000,,TRAVEL,,")
    [(before, after)] = version_difference(version).changed
    assert (before.target, after.target) == ("REV", "TRAVEL")
    assert MappingRule.objects.count() == 2


def test_faults_are_all_named_and_nothing_is_done(mapping_set, architect):
    version = start(architect, mapping_set)
    lines = ("explicit,4000,,REV,,", "range,9..1,,REV,,", "ignore,8*,,,,", "explicit,5000,,RE\u200bV,,")
    dry = load(architect, version, *lines, dry_run=True)
    assert [(fault.code, fault.place) for fault in dry.faults] == [
        ("MAP-011", "line 3, column account"),
        ("MAP-022", "line 4, column account"),
        ("API-011", "line 5, column target"),
    ]
    with pytest.raises(Faults) as caught:
        load(architect, version, *lines)
    assert list(caught.value.faults) == dry.faults
    assert not MappingRule.objects.exists()


def test_a_dry_run_shows_ties_and_unknown_targets_of_the_result(mapping_set, architect):
    version = start(architect, mapping_set)
    add(architect, version, "4000")
    lines = ("wildcard,5?,,REV,,", "wildcard,?1,,COMP,,", "explicit,4010,,NOWHERE,,")
    dry = load(architect, version, *lines, dry_run=True)
    assert sorted((f.level, str(f.code)) for f in dry.findings) == [
        ("error", "MAP-002"),
        ("error", "MAP-030"),
    ]
    assert MappingRule.objects.count() == 1


def test_a_dry_run_of_a_file_with_faults_still_names_unknown_targets(mapping_set, architect):
    version = start(architect, mapping_set)
    dry = load(architect, version, "explicit,4010,,NOWHERE,,", "guess,1,,REV,,", "explicit,5000,,NOWHERE,,",
               dry_run=True)  # fmt: skip
    assert [(f.code, f.place) for f in dry.faults] == [("MAP-022", "line 3, column kind")]
    assert [(f.code, f.place) for f in dry.findings] == [("MAP-030", "target NOWHERE, lines 2, 4")]
    assert not MappingRule.objects.exists()


def test_a_dry_run_says_when_there_would_be_nothing_to_submit(mapping_set, architect, controller_a):
    approved_version(architect, controller_a, mapping_set, {"4000": "REV"})
    version = start(architect, mapping_set)
    add(architect, version, "4010")
    back = load(architect, version, "explicit,4000,,REV,,", dry_run=True, replace=True)
    assert [(f.level, f.code) for f in back.findings] == [("error", "APR-008")]
    load(architect, version, "explicit,4000,,REV,,", replace=True)
    with pytest.raises(DomainError) as caught:
        submit(architect, version)
    assert caught.value.code == "APR-008"


def test_targets_that_a_spreadsheet_would_compute_survive_their_export(mapping_set, architect, client):
    version = start(architect, mapping_set)
    for account, target in zip(ACCOUNTS, ("-X", "=1+1", "'=1", "＝1", "@x"), strict=True):
        add(architect, version, account, target, label=f"{target} said", rule_reason="＋1")
    client.force_login(User.objects.get(username="architect"), backend=BACKEND)
    address = reverse("mappings:rules-export", kwargs={"pk": version.pk})
    exported = b"".join(client.get(address).streaming_content)
    result = rules_import(actor=architect, reason=WHY, version_id=version.pk, data=exported, replace=True)
    assert counts(result) == (0, 0, 0, 5)
    assert b"''=1" in exported
    assert b"'''=1" not in exported, "guarded once"


def test_an_import_under_review_voids_what_was_read(mapping_set, architect, controller_a):
    version = start(architect, mapping_set)
    add(architect, version, "4000")
    change = submit(architect, version)
    load(architect, version, *LINES)
    with pytest.raises(DomainError) as caught:
        change_approve(
            actor=controller_a, reason="Fine", change_id=change.pk, content_sha256=change.content_sha256
        )
    assert caught.value.code == "APR-004"
    approve(controller_a, change)
    assert len(accounts(version)) == 3


@pytest.mark.parametrize(("who", "status"), [("operator", 403), ("stranger", 404)])
def test_only_preparers_import_not_even_dry(mapping_set, architect, request, who, status):
    version = start(architect, mapping_set)
    with pytest.raises(DomainError) as caught:
        load(request.getfixturevalue(who), version, *LINES, dry_run=True)
    assert caught.value.status == status


def test_exported_rules_import_as_unchanged(mapping_set, architect):
    version = start(architect, mapping_set)
    load(architect, version, *LINES, "ignore,like:8*,,,,=not a formula", "multi,in:1;2,like:A*,REV,,")
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    columns = mapping_set.column_names
    writer.writerow(headings(columns))
    writer.writerows(format_rules(rules_in(rules_of(version)), columns))
    data = buffer.getvalue().encode()
    result = rules_import(actor=architect, reason=WHY, version_id=version.pk, data=data, replace=True)
    assert counts(result) == (0, 0, 0, 5)


def test_an_import_of_many_rules_is_checked_as_a_whole(mapping_set, architect):
    version = start(architect, mapping_set)
    lines = [f"explicit,A{i:05d},,REV,," for i in range(2_500)]
    load(architect, version, *lines)
    dry = load(architect, version, "list,A00001;A00002,,COMP,,", "list,A00002;A00003,,REV,,", dry_run=True)
    assert [str(f.code) for f in dry.findings if f.level == "error"] == ["MAP-002"]


def named(findings) -> list[tuple[str, list[str]]]:
    """Findings without numbers of rules, which a file's rules have only once stored, in any order of a pair."""
    texts = ((f.code, re.sub(r"\((?:rule|line) \d+\)\.?", "", f.message)) for f in findings)
    return sorted((code, sorted(text.split())) for code, text in texts)


ROWS = st.lists(
    st.tuples(st.sampled_from(["4000", "40*", "4???", ""]), st.sampled_from(["", "10", "1*"]),
              st.sampled_from(["REV", "COMP", "NOPE"])).filter(lambda row: row[0] or row[1]),
    max_size=5, unique_by=lambda row: row[:2],
)  # fmt: skip


def lines_of(rows) -> list[str]:
    cells = [[f"like:{c}" if "*" in c or "?" in c else c for c in row[:2]] + [row[2]] for row in rows]
    return [f"multi,{account},{center},{target},," for account, center, target in cells]


@pytest.mark.parametrize("many", [False, True])
@examples(12)
@given(ROWS, ROWS, ROWS, st.booleans())
def test_a_dry_run_writes_no_rule_and_finds_what_stands_against_the_version_afterwards(
    mapping_set, architect, many, base, draft, file, replace
):
    """Whatever the base and the draft hold: rules ended, brought back and changed twice cancel out."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(ties, "MANY", 0 if many else 2_000)
        first = start(architect, mapping_set)
        load(architect, first, *lines_of(base))
        MappingVersion.objects.filter(pk=first.pk).update(
            state="approved", approved_at=now(), content_sha256="0" * 64, change_ref="CR-000000"
        )
        version = start(architect, mapping_set)
        load(architect, version, *lines_of(draft), replace=True)
        with CaptureQueriesContext(connection) as asked:
            dry = load(architect, version, *lines_of(file), replace=replace, dry_run=True)
        written = [q["sql"] for q in asked if re.match(r"INSERT|UPDATE|DELETE", q["sql"])]
        assert not [sql for sql in written if "mappings_" in sql]
        load(architect, version, *lines_of(file), replace=replace)
        version.refresh_from_db()
        found = [finding for finding in dry.findings if finding.code != "APR-008"]
        assert named(found) == named(version_findings(version))
        assert (len(found) < len(dry.findings)) == version_unchanged(version)
        transaction.set_rollback(True)
