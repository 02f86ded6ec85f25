"""Manifest sections of dimensions, mapping sets and rate sets."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from mappings.models import Dimension, MappingSet, Member
from mappings.selectors import (
    compiled_version,
    mapping_set_by_code,
    rate_set_by_code,
    rate_version_in_force,
    version_in_force,
)
from mappings.selectors.rates import rates_for
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_approve, change_push_back
from portal.core.actor import Actor

pytestmark = pytest.mark.django_db

ORGANISATION = """tieout: 1
systems:
  - {code: ERP, name: Ledger, kind: erp}
  - {code: PLAN, name: Planning, kind: planning}
dimensions:
  - code: account
    system: ERP
    name: Account
    members: {file: accounts.csv}
  - code: line
    system: PLAN
    name: Planning line
    members:
      - {code: REV, name: Revenue}
      - {code: COST, name: Cost}
mapping_sets:
  - code: lines
    name: Accounts to lines
    source_system: ERP
    target_system: PLAN
    target_dimension: line
    columns: [{name: account, dimension: account}, {name: center}]
    effective_from: 2025-01
    rules:
      - {account: '4000', target: REV}
      - {kind: range, account: 'text:5000..5999', target: COST, sign: '-1', priority: '50'}
      - {kind: ignore, account: 'like:1*', reason: Balance sheet}
rate_sets:
  - code: group
    name: Group rates
    effective_from: 2025-01
    rates:
      - {rate_type: average, from_currency: NOK, to_currency: EUR, period: 2025-01, rate: '0.085200'}
"""
ACCOUNTS = "code,name,parent,valid_to,attributes.kind\nALL,All accounts,,,\n4000,Sales,ALL,,income\n"
ACCOUNTS += "5000,Material,ALL,2025-06-30,expense\n"


def write(folder: Path, text: str = ORGANISATION, accounts: str = ACCOUNTS) -> str:
    (folder / "accounts.csv").write_text(accounts)
    (folder / "org.yaml").write_text(text)
    return str(folder / "org.yaml")


def apply(path: str, *options: str) -> str:
    out = StringIO()
    call_command("apply", path, "--as", "architect", *options, stdout=out)
    return out.getvalue()


def faults(path: str) -> list[str]:
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("apply", path, "--as", "architect", stderr=err)
    return err.getvalue().splitlines()


def approve_all(actor: Actor) -> None:
    for change in ChangeRequest.objects.filter(state="submitted"):
        change_approve(actor=actor, reason="", change_id=change.pk, content_sha256=change.content_sha256)


def test_members_are_loaded_and_versions_proposed_then_in_force(tmp_path, architect, controller_a) -> None:
    path = write(tmp_path)
    assert "4 created, 2 proposed" in apply(path)
    material = Member.objects.get(dimension__code="account", code="5000")
    assert (material.parent, str(material.valid_to), material.attributes) == (
        "ALL",
        "2025-06-30",
        {"kind": "expense"},
    )
    assert "2 pending" in apply(path)
    approve_all(controller_a)
    assert "Nothing to change" in apply(path)
    mapping_set = mapping_set_by_code("lines")
    assert mapping_set is not None
    version = version_in_force(mapping_set, "2025-07")
    assert version is not None
    compiled = compiled_version(version)
    assert [compiled.resolve((account, "x")).target for account in ("4000", "5100", "1000", "9999")] == [
        "REV", "COST", None, None,
    ]  # fmt: skip
    rate_set = rate_set_by_code("group")
    assert rate_set is not None
    rates = rate_version_in_force(rate_set, "2025-01")
    assert rates is not None
    assert str(rates_for(rates, rate_type="average", to="EUR", period="2025-01")["NOK"]) == "0.0852"


def test_a_changed_member_changes_and_others_stay(tmp_path, architect) -> None:
    apply(write(tmp_path))
    path = write(tmp_path, accounts="code,name\n4000,Sales\n6000,Travel\n")
    assert "changed   dimensions/account  2 members" in apply(path)
    assert Member.objects.get(code="4000").parent == "ALL"  # a file without that column says nothing of it
    assert Member.objects.filter(code="5000").exists()


def test_further_versions_are_further_entries_proposed_one_after_the_other(
    tmp_path, architect, controller_a
) -> None:
    path = write(tmp_path)
    apply(path)
    approve_all(controller_a)
    second = ORGANISATION.split("mapping_sets:\n")[1].split("rate_sets:\n")[0]
    second = second.replace("effective_from: 2025-01", "effective_from: 2025-07")
    second = second.replace("account: '4000', target: REV", "account: '4000', target: COST")
    third = second.replace("2025-07", "2026-01")
    text = ORGANISATION.replace("rate_sets:", second + third + "rate_sets:")
    assert "1 proposed, 1 waiting" in apply(write(tmp_path, text))
    approve_all(controller_a)
    assert "1 proposed" in apply(path)
    approve_all(controller_a)
    assert "Nothing to change" in apply(path)
    out = StringIO()
    call_command("export", "--only", "mapping_sets", stdout=out)
    assert [line for line in out.getvalue().splitlines() if "effective_from" in line] == [
        "  effective_from: 2025-01", "  effective_from: 2025-07", "  effective_from: 2026-01",
    ]  # fmt: skip
    mapping_set = MappingSet.objects.get()
    targets = []
    for period in ("2025-06", "2025-07"):
        version = version_in_force(mapping_set, period)
        assert version is not None
        targets.append(compiled_version(version).resolve(("4000", "")).target)
    assert targets == ["REV", "COST"]


def test_a_version_that_was_pushed_back_is_submitted_again_by_the_next_run(
    tmp_path, architect, controller_a
) -> None:
    path = write(tmp_path)
    apply(path)
    change = ChangeRequest.objects.get(kind="mappings.version")
    seen = {"change_id": change.pk, "content_sha256": change.content_sha256}
    change_push_back(actor=controller_a, reason="Please explain the sign.", **seen)
    out = apply(path)
    assert f"proposed  mapping_sets/lines@2025-01..  {change.ref}" in out


def test_an_open_version_with_other_content_stands_in_the_way(tmp_path, architect) -> None:
    apply(write(tmp_path))
    found = faults(write(tmp_path, ORGANISATION.replace("priority: '50'", "priority: '60'")))
    assert found[0].startswith("org.yaml:17: YAM-110")


def test_what_is_set_once_cannot_be_said_otherwise(tmp_path, architect) -> None:
    apply(write(tmp_path))
    assert faults(write(tmp_path, ORGANISATION.replace("name: Account\n", "name: Konto\n")))[0].startswith(
        "org.yaml:6: YAM-111"
    )
    changed = ORGANISATION.replace("{name: center}", "{name: project}")
    assert faults(write(tmp_path, changed))[0].startswith("org.yaml:17: YAM-111")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("account: '4000', target: REV", "account: '4000', target: NONE", "org.yaml:25: MAP-030"),
        ("'text:5000..5999'", "'5000..5999'", "org.yaml:26: MAP-011"),
        ("'text:5000..5999'", "'text:5999..5000'", "org.yaml:26: MAP-011"),
        ("reason: Balance sheet", "label: x", "org.yaml:27: MAP-014"),
        ("kind: range, ", "kind: rang, ", "org.yaml:26: MAP-022"),
        ("sign: '-1'", "sign: minus", "org.yaml:26: MAP-022"),
        ("account: '4000', target", "konto: '4000', target", "org.yaml:25: YAM-101"),
        ("columns: [{name: account,", "columns: [{name: Account,", "org.yaml:22: MAP-042"),
        ("{name: account, dimension: account}", "{name: account, dimension: konto}", "org.yaml:22: YAM-106"),
        ("effective_from: 2025-01\n    rules", "effective_from: 2025-1\n    rules", "org.yaml:23: YAM-104"),
        ("rate: '0.085200'", "rate: '0,0852'", "org.yaml:33: FX-010"),
        ("rate: '0.085200'", "rate: NaN", "org.yaml:33: FX-010"),
        ("rate: '0.085200'", "rate: '1_000'", "org.yaml:33: FX-010"),
        ("rate: '0.085200'", "rate: '１２'", "org.yaml:33: FX-010"),
        ("from_currency: NOK", "from_currency: 'NO'", "org.yaml:33: FX-010"),
    ],
)
def test_a_faulty_rule_or_rate_names_its_line(tmp_path, architect, old, new, expected) -> None:
    assert old in ORGANISATION
    assert faults(write(tmp_path, ORGANISATION.replace(old, new)))[0].startswith(expected)
    assert not Dimension.objects.exists()


def test_two_rules_that_tie_name_both_places_and_a_value(tmp_path, architect) -> None:
    (tmp_path / "rules.csv").write_text("kind,account,target\nwildcard,40*,REV\nwildcard,4*0,COST\n")
    text = ORGANISATION.replace("    rules:\n", "    rules:\n      - {file: rules.csv}\n")
    found = faults(write(tmp_path, text))
    assert found[0].startswith("rules.csv:3: MAP-002 This rule and the one at rules.csv:2 both match account")


def test_the_same_conditions_twice_name_both_places(tmp_path, architect) -> None:
    (tmp_path / "rules.csv").write_text("kind,account,target\nexplicit,6000,REV\nexplicit,4000,REV\n")
    inline = "      - {account: '4000', target: REV}\n"
    text = ORGANISATION.replace(inline, f"{inline}      - {{file: rules.csv}}\n{inline}")
    twins = "MAP-002 The same conditions at the same priority stand at org.yaml:25."
    told = [line for line in faults(write(tmp_path, text)) if "MAP-002" in line]
    assert told == [f"org.yaml:27: {twins}", f"rules.csv:3: {twins}"]


def test_an_unknown_target_is_told_beside_the_other_faults_of_the_rules(tmp_path, architect) -> None:
    inline = "      - {account: '4000', target: REV}\n"
    text = ORGANISATION.replace(inline, f"{inline}      - {{account: '6000', target: NOPE}}\n{inline}")
    codes = [line.partition(": ")[2][:7] for line in faults(write(tmp_path, text))]
    assert sorted(codes) == ["MAP-002", "MAP-030"]


@pytest.mark.parametrize(
    ("between", "first", "second"),
    [(", ", "org.yaml:25, entry 1", "org.yaml:25, entry 2"), (",\n      ", "org.yaml:25", "org.yaml:26")],
)
def test_rules_of_one_line_are_told_apart_by_their_number(
    tmp_path, architect, between, first, second
) -> None:
    rules = ["{kind: wildcard, account: 'like:40*', target: REV}", "{kind: wildcard, account: 'like:4*0'}"]
    tie = [rules[0], rules[1].replace("}", ", target: COST}")]
    text = ORGANISATION.split("rate_sets:\n")[0].split("    rules:\n")[0]
    for wrong, code in ((tie, "MAP-002 This rule and the one at " + first + " both match"), (rules, "MAP-0")):
        found = faults(write(tmp_path, f"{text}    rules: [\n      {between.join(wrong)}]\n"))
        assert found[0].startswith(f"{second}: {code}")
    found = faults(write(tmp_path, f"{text}    rules: [\n      {rules[0]}{between}oops]\n"))
    assert found[0].startswith(f"{second}: YAM-103")


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        ("code,name\n4000,Sales\n4000,Again\n", "accounts.csv:3: MDM-010"),
        ("code,name,parent\n4000,Sales,NOWHERE\n", "accounts.csv:2: MDM-011"),
        ("code,name,parent\n1,A,2\n2,B,1\n", "accounts.csv:2: MDM-011"),
        ("code,valid_to\n4000,30.06.2025\n", "accounts.csv:2: YAM-104"),
        ("code,valid_to\n4000,2025-02-30\n", "accounts.csv:2: YAM-104"),
        ("code,name\n4000,a\u202eb\n", "accounts.csv:2: API-011"),
        ("code,name\n,Sales\n", "accounts.csv:2: YAM-102"),
        ("code,valid_from,valid_to\n1,2025-02-01,2025-01-01\n", "accounts.csv:2, valid_to: MDM-010"),
    ],
)
def test_a_faulty_member_names_its_line(tmp_path, architect, accounts, expected) -> None:
    found = faults(write(tmp_path, accounts=accounts))
    assert found[0].startswith(expected)
    if expected.startswith("org.yaml"):
        assert "(accounts.csv:" in found[0]


def test_members_come_from_files_in_other_formats(tmp_path, architect) -> None:
    (tmp_path / "kfs.txt").write_text(
        "chart|nr|name|closed|org|\nBL|01|Parking\nlot|20081231000000|PARK|\nBA|02|Library||LIB|\n"
    )
    text = ORGANISATION.replace(
        "    members: {file: accounts.csv}\n",
        "    members:\n      file: kfs.txt\n"
        "      dataset: {separator: '|', quote: '', trailing_separator: true, continuation: join}\n"
        "      columns:\n        code: {join: [chart, nr], with: '-'}\n"
        "        valid_to: {from: closed, date: '%Y%m%d000000'}\n        attributes: {org: org}\n",
    )
    apply(write(tmp_path, text))
    members = {member.code: member for member in Member.objects.filter(dimension__code="account")}
    assert sorted(members) == ["BA-02", "BL-01"]
    assert (str(members["BL-01"].valid_to), members["BA-02"].valid_to) == ("2008-12-31", None)
    assert members["BL-01"].attributes == {"org": "PARK"}
    (tmp_path / "kfs.txt").write_text("chart|nr|name|closed|org|\nBL|01|x|\n")
    assert faults(write(tmp_path, text))[0].startswith("kfs.txt, line 2")


def test_a_members_file_tells_all_its_faults_with_file_and_line(tmp_path, architect) -> None:
    (tmp_path / "accounts.csv").write_text(
        "nr,title,above,closed\n"
        "1000,Cash,,20260131\n"
        "1100,Bank,,31.01.2026\n"  # 3: a date
        "1200,Bank\n"  # 4: cells
        ",Nobody,,\n"  # 5: no code
        "1300,=cmd|calc,,\n"  # 6: a formula
        "1400,Odd\x07,,\n"  # 7: a control character
    )
    manifest = tmp_path / "org.yaml"
    manifest.write_text(
        "tieout: 1\nsystems: [{code: GL, name: Ledger, kind: erp}]\ndimensions:\n"
        "  - {code: account, system: GL, name: Account, members: {file: accounts.csv, columns: "
        "{code: nr, name: title, parent: above, valid_to: {from: closed, date: '%Y%m%d'}}}}\n"
    )
    assert [fault.split(": ")[0] for fault in faults(str(manifest))] == [
        f"accounts.csv:{n}" for n in (3, 4, 5, 6, 7)
    ]
    (tmp_path / "accounts.csv").write_text("nr,title,above,closed\n1,A,2,\n1,B,,\n2,C,1,\n3,D,9,\n4,E,4,\n")
    told = faults(str(manifest))
    assert [fault.split(": ")[0] for fault in told] == ["accounts.csv:3"]
    assert "stands twice" in told[0]
    (tmp_path / "accounts.csv").write_text("nr,title,above,closed\n1,A,2,\n2,C,1,\n3,D,9,\n4,E,4,\n")
    assert {fault.split(": ")[0] for fault in faults(str(manifest))} >= {"accounts.csv:4", "accounts.csv:5"}


def test_a_file_full_of_faults_is_read_up_to_a_limit_and_a_wrong_column_is_told_once(
    tmp_path, architect
) -> None:
    manifest = tmp_path / "org.yaml"
    text = (
        "tieout: 1\nsystems: [{code: GL, name: Ledger, kind: erp}]\ndimensions:\n"
        "  - {code: account, system: GL, name: Account, members: {file: accounts.csv, columns: {code: nr}}}\n"
    )
    manifest.write_text(text)
    (tmp_path / "accounts.csv").write_text("nr\n" + "=x\n" * 500 + "1\n")
    told = faults(str(manifest))
    assert "Too many faults; reading stopped here." in told[-1]
    assert len(told) == 201
    manifest.write_text(text.replace("nr}", "number}"))
    (tmp_path / "accounts.csv").write_text("nr\n" + "1\n2\n3\n")
    assert len(faults(str(manifest))) == 1
