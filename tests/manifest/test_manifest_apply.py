"""manage.py apply: all or nothing, each thing once, proposals by a person, decisions by nobody."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from catalog.models import Ownership, System
from portal.access.models import Grant, Role
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_approve, change_reject
from portal.audit.models import AuditEntry
from portal.core.actor import Actor
from portal.fiscal.models import FiscalCalendar
from portal.people.models import Person, User

pytestmark = pytest.mark.django_db

CATALOG = """
tieout: 1
systems:
  - {code: ERP, name: Ledger, kind: erp, region: 'NO', criticality: high, rpo_minutes: 60}
  - {code: PLAN, name: Planning, kind: planning}
finance_objects:
  - code: actuals
    name: Actuals
    schema:
      - {name: period, type: period, required: true}
      - {name: amount, type: amount, classification: confidential}
ownership:
  - {finance_object: actuals, system: ERP, valid_from: 2025-01-01}
calendars:
  - {code: group, name: Group calendar, monthly: {first_day: 2024-07-01, years: 2}}
"""
PEOPLE = """
tieout: 1
people:
  - {code: anna, name: Anna Berg, email: anna@halden.example, accounts: [{username: anna}]}
  - {code: robot, name: Robot Owner, active: true, accounts: [{username: bot, kind: service, active: false}]}
roles:
  - {code: clerk, name: Clerk, functions: [VIEW, MAP.PREP]}
grants:
  - {person: anna, role: clerk, valid_from: 2025-01-01, valid_to: 2030-12-31}
"""


def write(folder: Path, text: str) -> str:
    path = folder / "org.yaml"
    path.write_text(text)
    return str(path)


def apply(path: str, username: str | None = None, *options: str) -> str:
    out = StringIO()
    call_command("apply", path, *(["--as", username] if username else []), *options, stdout=out)
    return out.getvalue()


def refused(path: str, username: str | None = None, *options: str) -> tuple[list[str], CommandError]:
    err = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("apply", path, *(["--as", username] if username else []), *options, stderr=err)
    return err.getvalue().splitlines(), caught.value


def approve_all(actor: Actor, kinds: str = "") -> None:
    for change in ChangeRequest.objects.filter(state__in=["submitted", "in_review"], kind__startswith=kinds):
        change_approve(actor=actor, reason="", change_id=change.pk, content_sha256=change.content_sha256)


def test_what_needs_no_approval_is_made_and_the_rest_is_proposed(tmp_path, architect) -> None:
    out = apply(write(tmp_path, CATALOG), "architect")
    assert System.objects.get(code="ERP").region == "NO"
    assert [period.code for period in FiscalCalendar.objects.get().periods.all()][::23] == [
        "2025-01",
        "2026-12",
    ]
    assert not Ownership.objects.exists()
    assert sorted(ChangeRequest.objects.values_list("kind", flat=True)) == [
        "catalog.ownership",
        "catalog.schema",
    ]
    assert all(change.requested_by_id == architect.person_id for change in ChangeRequest.objects.all())
    assert "3 created, 2 proposed" in out
    for change in ChangeRequest.objects.all():
        assert change.ref in out


def test_a_second_run_duplicates_nothing_and_a_third_after_approval_has_nothing_to_do(
    tmp_path, architect, controller_a
) -> None:
    path = write(tmp_path, CATALOG)
    apply(path, "architect")
    entries = AuditEntry.objects.count()
    assert "2 pending" in apply(path, "architect")
    assert ChangeRequest.objects.count() == 2
    approve_all(controller_a)
    assert Ownership.objects.get().system.code == "ERP"
    assert "Nothing to change" in apply(path, "architect")
    assert "Nothing to change" in apply(path)
    assert ChangeRequest.objects.count() == 2
    assert AuditEntry.objects.filter(action="desk:manifest:apply").count() == 2
    assert AuditEntry.objects.count() > entries


def test_a_rejected_proposal_is_proposed_again_by_the_next_run(tmp_path, architect, controller_a) -> None:
    path = write(tmp_path, CATALOG)
    apply(path, "architect")
    change = ChangeRequest.objects.get(kind="catalog.ownership")
    seen = {"change_id": change.pk, "content_sha256": change.content_sha256}
    change_reject(actor=controller_a, reason="The ledger is not ready.", **seen)
    assert "1 proposed, 1 pending" in apply(path, "architect")


def test_an_open_change_with_other_content_stands_in_the_way(tmp_path, architect) -> None:
    apply(write(tmp_path, CATALOG), "architect")
    other = CATALOG.replace("system: ERP, valid_from: 2025-01-01", "system: PLAN, valid_from: 2025-01-01")
    lines, _ = refused(write(tmp_path, other), "architect")
    assert lines[0].startswith("org.yaml:13: YAM-110 CR-")


def test_a_changed_entry_is_changed(tmp_path, architect) -> None:
    apply(write(tmp_path, CATALOG), "architect")
    assert "1 changed" in apply(
        write(tmp_path, CATALOG.replace("name: Planning", "name: Budgeting")), "architect"
    )
    assert System.objects.get(code="PLAN").name == "Budgeting"


def test_one_fault_changes_nothing_at_all(tmp_path, architect) -> None:
    bad = CATALOG.replace("kind: planning", "kind: planing") + "grants:\n  - {person: nobody}\n"
    lines, error = refused(write(tmp_path, bad), "architect")
    assert [line.split(" ")[0:2] for line in lines] == [
        ["org.yaml:5:", "YAM-104"],
        ["org.yaml:17:", "YAM-106"],
        ["org.yaml:17:", "YAM-102"],
        ["org.yaml:17:", "YAM-102"],
    ]
    assert "nothing was changed" in str(error)
    assert error.returncode == 1
    assert not System.objects.exists()
    assert not AuditEntry.objects.exists()


def test_what_a_service_refuses_undoes_everything_and_the_denial_is_recorded(tmp_path, operator) -> None:
    lines, _ = refused(write(tmp_path, CATALOG), "operator")
    assert lines[0].startswith("org.yaml:15: IAM-001")
    assert not System.objects.exists()
    assert not FiscalCalendar.objects.exists()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.outcome, entry.actor_person) == (
        "desk:manifest:apply",
        "denied",
        operator.person_id,
    )


def test_without_a_person_direct_entries_are_made_but_nothing_is_proposed(tmp_path, users) -> None:
    lines, _ = refused(write(tmp_path, CATALOG))
    assert lines[0].startswith("org.yaml:7: YAM-109")
    assert not System.objects.exists()
    assert "3 created" in apply(write(tmp_path, CATALOG), None, "--only", "systems,calendars")


def test_grants_wait_until_their_role_is_approved_and_nobody_approves_his_own(
    tmp_path, sod_admin, sod_approver
) -> None:
    path = write(tmp_path, PEOPLE)
    out = apply(path, "sod_admin")
    assert "2 created, 1 proposed, 1 waiting" in out
    assert f"waiting   grants/anna/clerk/:  {ChangeRequest.objects.get().ref}" in out
    assert not User.objects.get(username="anna").has_usable_password()
    assert not User.objects.get(username="bot").is_active
    approve_all(sod_approver)
    assert Role.objects.get(code="clerk").functions == ["MAP.PREP", "VIEW"]
    assert "1 proposed" in apply(path, "sod_admin")
    approve_all(sod_approver)
    grant = Grant.objects.get(role__code="clerk")
    assert (grant.person.code, str(grant.valid_to)) == ("anna", "2030-12-31")
    assert "Nothing to change" in apply(path, "sod_admin")
    assert Person.objects.get(code="anna").email == "anna@halden.example"


def test_unknown_users_sections_and_files_are_usage_errors(tmp_path, users) -> None:
    path = write(tmp_path, CATALOG)
    assert refused(path, "nobody")[1].returncode == 2
    assert refused(path, "architect", "--only", "bottles")[1].returncode == 2
    assert "YAM-107" in str(refused(str(tmp_path / "absent.yaml"), "architect")[1])


def test_the_sections_are_documented(users) -> None:
    out = StringIO()
    call_command("apply", "--sections", stdout=out)
    for word in ("systems", "ownership", "grants", "rpo_minutes", "first_day", "columns"):
        assert word in out.getvalue()


def test_an_export_says_the_same_here_and_rebuilds_it_elsewhere(
    tmp_path, architect, sod_admin, sod_approver, controller_a
) -> None:
    def export(name: str) -> str:
        call_command("export", "--out", str(tmp_path / name), stdout=StringIO())
        return (tmp_path / name).read_text()

    people = tmp_path / "people.yaml"
    people.write_text(PEOPLE)
    empty = transaction.savepoint()
    apply(write(tmp_path, CATALOG), "architect")
    approve_all(controller_a, "catalog.")
    for _ in range(2):
        apply(str(people), "sod_admin")
        approve_all(sod_approver, "access.")
    first = export("first.yaml")
    assert "clerk" in first
    assert "Nothing to change" in apply(str(tmp_path / "first.yaml"))
    transaction.savepoint_rollback(empty)
    assert not System.objects.exists()
    for _ in range(2):
        apply(str(tmp_path / "first.yaml"), "sod_admin", "--only", "people,roles,grants")
        approve_all(sod_approver, "access.")
    apply(str(tmp_path / "first.yaml"), "architect")
    approve_all(controller_a, "catalog.")
    assert export("second.yaml") == first


def test_every_fault_is_told_once_with_the_next_step_of_its_code(tmp_path, architect) -> None:
    lines, error = refused(write(tmp_path, CATALOG.replace("systems:", "sistems:")), "architect")
    assert len(lines) == len(set(lines))
    assert "YAM-101: See manage.py apply --sections." in str(error)


@pytest.mark.parametrize("scope", ["", "{}", "{system: ''}", "{planet: mars}", "{system: ERP, flow: f}"])
def test_a_scope_that_names_no_one_thing_is_a_fault_and_never_everything(tmp_path, sod_admin, scope) -> None:
    grant = f"  - {{person: anna, role: clerk, scope: {scope}, valid_from: 2025-01-01}}\n"
    manifest = PEOPLE.partition("grants:")[0] + "grants:\n" + grant
    lines, _ = refused(write(tmp_path, manifest), "sod_admin")
    words = "'scope' takes one of system, mapping_set, flow; leave it out for everywhere."
    assert f"org.yaml:9: YAM-103 {words}" in lines


def test_a_grant_over_what_is_gone_is_not_exported_as_one_over_everything(users) -> None:
    role = Role.objects.get(code="role-operator")
    person = Person.objects.get(code="stranger")
    Grant.objects.create(person=person, role=role, scope_kind="system", scope_id=999, valid_from="2025-01-01")
    out = StringIO()
    call_command("export", "--only", "grants", stdout=out)
    assert "person: operator" in out.getvalue()
    assert "person: stranger" not in out.getvalue()
