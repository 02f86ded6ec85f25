"""The manifest section of flows, and the demo's whole manifest there and back."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from catalog.models import System
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_approve
from portal.core.actor import Actor
from syncengine.demo.generate import write
from syncengine.models import Flow, FlowVersion

pytestmark = pytest.mark.django_db
ORGANISATION = (
    "calendars,systems,connections,finance_objects,ownership,dimensions,mapping_sets,rate_sets,flows"
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's manifest with its files, written once."""
    return write(tmp_path_factory.mktemp("demo") / "halden")


@pytest.fixture
def manifest(written: Path, tmp_path: Path, settings) -> Path:
    """A copy of the demo's files in a drop folder of their own; stewards are people of the tests."""
    settings.FILE_ROOTS = [tmp_path]
    path = shutil.copytree(written.parent, tmp_path / "halden") / written.name
    (tmp_path / "halden" / "planning.sqlite3").touch()
    text = path.read_text().replace("steward: mira", "steward: controller_a").replace("steward: jonas, ", "")
    path.write_text(text)
    return path


def apply(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("apply", str(path), "--as", "architect", "--only", ORGANISATION, *options, stdout=out)
    return out.getvalue()


def faults(path: Path) -> list[str]:
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("apply", str(path), "--as", "architect", "--only", ORGANISATION, stderr=err)
    return err.getvalue().splitlines()


def approve_all(actor: Actor) -> None:
    for change in ChangeRequest.objects.filter(state="submitted").order_by("id"):
        change_approve(actor=actor, reason="", change_id=change.pk, content_sha256=change.content_sha256)


def changed(path: Path, old: str, new: str) -> Path:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def test_a_flow_waits_for_what_it_reads_then_is_proposed_then_in_force(
    manifest, architect, controller_a
) -> None:
    out = apply(manifest)
    assert "waiting   flows/halden-actuals  CR-" in out
    assert "Apply again" in out
    assert not Flow.objects.exists()
    approve_all(controller_a)
    assert "proposed  flows/halden-actuals" in apply(manifest)
    assert "pending   flows/halden-actuals" in apply(manifest)
    approve_all(controller_a)
    assert "Nothing to change" in apply(manifest)
    assert FlowVersion.objects.get().state == "approved"


def test_a_further_version_is_a_further_entry(manifest, architect, controller_a) -> None:
    for _ in range(2):
        apply(manifest)
        approve_all(controller_a)
    text = manifest.read_text()
    second = text.split("flows:\n")[1].replace(
        "    definition:", "    effective_from: 2025-07\n    definition:"
    )
    manifest.write_text(text + second.replace('max_share: "0.25"', 'max_share: "0.5"'))
    assert "proposed  flows/halden-actuals@2025-07" in apply(manifest)
    approve_all(controller_a)
    assert "Nothing to change" in apply(manifest)
    assert sorted(FlowVersion.objects.values_list("effective_from", flat=True)) == ["", "2025-07"]


def test_an_open_version_with_other_content_stands_in_the_way(manifest, architect, controller_a) -> None:
    apply(manifest)
    approve_all(controller_a)
    apply(manifest)
    found = faults(changed(manifest, 'max_share: "0.25"', 'max_share: "0.5"'))
    assert "YAM-110" in found[0]


def test_the_name_of_a_flow_is_set_once(manifest, architect, controller_a) -> None:
    apply(manifest)
    approve_all(controller_a)
    apply(manifest)
    assert "YAM-111" in faults(changed(manifest, "name: Actuals to planning", "name: Actuals"))[0]


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("scale: 2\n        currency", "scale: two\n        currency", "RUN-104", "scale: two"),
        ("per: period", "per: year", "RUN-104", "per: year"),
        ("      translate: {", "      translated: {", "RUN-101", "translated: {"),
        ("calendar: halden", "calendar: lunar", "YAM-106", "calendar: lunar"),
        ("rate_set: halden-group,", "rate_set: other,", "YAM-106", "rate_set: other,"),
        ("set: halden-planning-lines", "set: other-lines", "YAM-106", "set: other-lines"),
        (
            "finance_object: actuals\n      calendar",
            "finance_object: cash\n      calendar",
            "YAM-106",
            "object: cash",
        ),
        (r"pattern: \d+\.\d{2}", r"pattern: (?=x)\d", "RUN-104", "pattern: (?=x)"),
        (r"pattern: \d+\.\d{2}", r"pattern: \d+,\d{2}", "RUN-104", r"pattern: \d+,"),
        ("config: {folder: halden}", "config: {folder: ../..}", "SRC-003", "folder: ../.."),
        ("config: {folder: halden}", "config: {folder: halden, password: x}", "SRC-002", "password: x"),
        ("config: {url: ", "config: {uri: ", "SRC-002", "config: {uri"),
        ("source_system: HELIOS", "source_system: QUAY", "RUN-104", "- set: halden-planning-lines"),
        (
            "inputs: {account: account, cost_center",
            "inputs: {account: account, center",
            "RUN-114",
            "inputs: {acc",
        ),
        ("kind: load", "kind: report", "RUN-104", "- set: halden-planning-lines"),
        ("{file: journal_lines.csv}", "{file: ../journal.csv}", "SRC-003", "{file: ../journal.csv}"),
        ("{file: journal_lines.csv}", "{fil: journal.csv}", "SRC-001", "{fil: journal.csv}"),
        ("{file: trial_balance.csv}", "{file: t.csv, sep: x}", "SRC-001", "{file: t.csv, sep: x}"),
        ("{file: trial_balance.csv}", '{file: "{month}.csv"}', "SRC-001", '{file: "{month}.csv"}'),
        ("connection: halden-planning\n", "connection: halden-ledger  # read\n", "LOAD-011", "# read"),
    ],
)
def test_a_faulty_definition_names_its_line(manifest, architect, old, new, code, line) -> None:
    text = changed(manifest, old, new).read_text().splitlines()
    number = next(at for at, content in enumerate(text, start=1) if line in content)
    assert faults(manifest)[0].startswith(f"halden.yaml:{number}: {code}")
    assert not System.objects.exists()


def test_the_whole_demo_exports_and_is_rebuilt_from_its_export(
    manifest, tmp_path, architect, controller_a
) -> None:
    def export(name: str) -> tuple[Path, dict[str, str]]:
        folder = tmp_path / name
        folder.mkdir()
        call_command("export", "--out", str(folder / "org.yaml"), "--only", ORGANISATION, stdout=StringIO())
        return folder / "org.yaml", {path.name: path.read_text() for path in folder.iterdir()}

    empty = transaction.savepoint()
    for _ in range(2):
        apply(manifest)
        approve_all(controller_a)
    path, first = export("first")
    assert {"org.yaml", "dimensions-halden-account-members.csv", "rate_sets-halden-group-rates.csv"} <= set(
        first
    )
    assert "Nothing to change" in apply(path)
    transaction.savepoint_rollback(empty)
    for _ in range(2):
        apply(path)
        approve_all(controller_a)
    assert "Nothing to change" in apply(manifest)
    assert export("second")[1] == first
