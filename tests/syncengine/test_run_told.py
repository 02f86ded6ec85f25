"""What a run tells: every record of the source counted, dry runs marked, no sum over currencies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import F
from django.urls import reverse

from portal.people.models import User
from syncengine.definition import parse_definition
from syncengine.definitions import version_hash
from syncengine.models import FlowVersion, Run
from syncengine.runsummary import run_summary
from syncengine.selectors import warnings_of
from tests.syncengine.conftest import UNREADABLE


@pytest.fixture
def otto(mini, client):
    client.force_login(User.objects.get(username="otto"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def unchecked(mini) -> None:
    """The flow without its check of the period: what it cannot read falls out of every slice."""
    version = FlowVersion.objects.select_related("flow").get()
    data = version.definition
    data["checks"] = [check for check in data["checks"] if "calendar" not in check]
    version.definition = data
    version.content_sha256 = version_hash(version.flow.code, version.effective_from, parse_definition(data))
    version.save()


def add_lines(path: Path, *lines: str) -> None:
    path.write_text(path.read_text().rstrip("\n") + "".join(f"\n{line}" for line in lines) + "\n")


def page_of(client, run: Run) -> str:
    return client.get(reverse("syncengine:run-detail", kwargs={"pk": run.pk})).content.decode()


def test_all_records_of_the_source_are_counted_beside_those_of_the_slice(mini, otto):
    run = mini.first_run()
    assert run_summary(run)["source_records_read"] == 14
    assert run_summary(run)["totals"]["source"]["records"] == 12
    page = page_of(otto, run)
    assert "14 records in the source, 12 in this slice" in page
    assert UNREADABLE["message"] in page
    answer = otto.get(f"/api/v1/runs/{run.pk}/").json()
    assert (answer["source_records_read"], answer["slice_records"], answer["warnings"]) == (
        14,
        12,
        [UNREADABLE],
    )


def test_the_count_of_records_without_money_names_the_side_where_a_flow_has_one(mini):
    run = mini.first_run()
    version = run.flow_version
    version.definition = version.definition | {"amount": {"column": "amount", "side": {"column": "dc"}}}
    words = "1 record has no readable amount or side; it counts in records, not in money."
    assert [warning.message for warning in warnings_of(run)] == [words]


def test_records_whose_period_is_misspelt_are_told_and_not_silently_gone(mini, unchecked, otto):
    add_lines(
        mini.ledger / "journal.csv",
        "２０２６-01,DE,4000,S1,EUR,,7.00,Full width",
        "2026-1,DE,4000,S1,EUR,,8.00,Short",
    )
    run = mini.run()
    (warning, _) = run_summary(run)["warnings"]
    assert warning["code"] == "DQ-011"
    assert "2. Their period" in warning["message"]
    assert "'2026-1' (1)" in warning["message"]
    assert run_summary(run)["source_records_read"] == 16
    page = page_of(otto, run)
    assert "DQ-011" in page
    assert "２０２６-01" in page
    assert otto.get(f"/api/v1/runs/{run.pk}/").json()["warnings"][0]["code"] == "DQ-011"
    assert otto.get(reverse("desk:help-code", kwargs={"code": "DQ-011"})).status_code == 200


def test_a_dry_run_is_marked_wherever_it_is_shown(mini, otto, capsys):
    run = mini.run(dry_run=True)
    assert run_summary(run)["dry_run"] is True
    assert run_summary(mini.run())["dry_run"] is False
    assert otto.get(f"/api/v1/runs/{run.pk}/").json()["dry_run"] is True
    assert otto.get(f"/api/v1/runs/{run.pk}/summary/").json()["summary"]["dry_run"] is True
    page = page_of(otto, run)
    assert "no amount of this run is in the plan" in page
    assert "To load</th>" in page
    assert "Loaded</th>" not in page
    assert "dry run" in otto.get(reverse("syncengine:run-list")).content.decode()
    call_command("flow_run", "mini-actuals", period="2026-01", dry_run=True, username="otto")
    out = capsys.readouterr().out
    assert "dry run, completed with exceptions" in out
    assert "\n  to load " in out
    assert "\n  loaded" not in out
    assert "target: nothing was sent, this was a dry run" in out


def test_amounts_of_several_currencies_are_not_added_up(mini, otto, capsys):
    run = mini.first_run()
    summary = json.loads(json.dumps(run_summary(run)))
    assert summary["totals"]["source"] == {"records": 12, "debit": None, "credit": None}
    assert summary["by_currency"]["source"]["CHF"] == {
        "records": 5, "debit": "1049.99", "credit": "1049.99",
    }  # fmt: skip
    assert summary["target_net"] == "2577.44", "all of the target is in EUR"
    call_command("flow_run", "mini-actuals", period="2026-01", username="otto")
    out = capsys.readouterr().out
    assert "CHF" in out
    assert "None" not in out


def test_a_run_of_one_currency_has_its_sums(mini):
    path = mini.ledger / "journal.csv"
    path.write_text(
        "\n".join(x for x in path.read_text().split("\n") if ",CHF," not in x and ",USD," not in x)
    )
    summary = run_summary(mini.run())
    assert "by_currency" not in summary
    assert summary["totals"]["loaded"]["credit"] == "1200.50"


def test_a_target_in_several_currencies_has_no_net(mini, otto):
    version = FlowVersion.objects.select_related("flow").get()
    data = version.definition
    del data["translate"]
    data["target"]["columns"].append({"name": "currency", "from": "currency"})
    version.definition = data
    version.content_sha256 = version_hash(version.flow.code, version.effective_from, parse_definition(data))
    version.save()
    run = mini.run()
    assert run.confirmation == "confirmed"
    assert (run.target_net, run.measure_totals) == (None, {})
    assert "the amounts are in several currencies" in page_of(otto, run)


def test_the_note_of_an_earlier_attempt_is_gone_when_the_run_completes(mini, otto):
    path = mini.ledger / "journal.csv"
    lines = path.read_text()
    path.unlink()
    waiting = mini.run()
    assert (waiting.state, "journal.csv" in waiting.error_message) == ("waiting", True)
    path.write_text(lines)
    waiting.partitions.update(not_before=None, attempt=F("attempt"))
    done = mini.work(waiting)
    assert (done.state, done.error_code, done.error_message) == ("completed_with_exceptions", "", "")
