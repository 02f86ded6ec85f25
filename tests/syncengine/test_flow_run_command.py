"""flow_run on the command line: what it waits for, why, and how to stop it."""

from __future__ import annotations

import datetime as dt
import json
import re
import signal
from io import StringIO
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError
from psycopg.errors import UndefinedColumn, UndefinedTable

from portal.core.clock import database_now
from portal.core.errors import Conflict
from syncengine import leases
from syncengine.connectors.base import Unavailable
from syncengine.definition import parse_definition
from syncengine.definitions import version_hash
from syncengine.execution import runner
from syncengine.management.commands import flow_run
from syncengine.models import FlowVersion, Partition, Run, TargetLease
from syncengine.runsummary import run_summary
from syncengine.runwaits import Waits
from syncengine.services import run_cancel
from tests.syncengine.conftest import UNREADABLE


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(flow_run, "_POLL_SECONDS", 0.05)


def refused(*options: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        call_command("flow_run", *options, username="otto")
    return caught.value


@pytest.fixture
def silent_source(monkeypatch):
    """Every attempt meets a source that does not answer."""

    def absent(attempt):
        raise Unavailable("SRC-019", "The host does not answer.")

    monkeypatch.setattr(runner, "extract", absent)


def test_each_retry_tells_code_sentence_and_waiting_time(mini, silent_source, monkeypatch, capsys):
    monkeypatch.setattr(runner, "RETRY_SECONDS", (0.4, 0.1, 0.1, 0.1))
    error = refused("mini-actuals", "--period", "2026-01")
    told = [line for line in capsys.readouterr().err.splitlines() if "SRC-019" in line]
    assert len(told) == leases.MAX_ATTEMPTS
    assert "The host does not answer." in told[0]
    assert re.search(r"tried again in 1 s, at \d\d:\d\d:\d\d UTC", told[0])
    assert told[-1].endswith("It is given up now.")
    assert "RUN-004" in str(error)
    assert "SRC-019" in str(error)
    assert "then replay the run" in str(error), "no next step"


def test_a_source_file_that_is_not_there_ends_the_command_at_once(mini, capsys):
    path = mini.ledger / "journal.csv"
    text = path.read_text()
    path.unlink()
    error = refused("mini-actuals", "--period", "2026-01")
    run = Run.objects.get()
    assert (run.state, run.error_code, error.returncode) == ("failed", "SRC-005", 1)
    assert "SRC-005 There is no file or folder 'ledger/journal.csv'" in str(error)
    assert "Deliver the file for the period, or correct its name; then run again." in str(error)
    assert "tried again" not in capsys.readouterr().err
    path.write_text(text)
    call_command("flow_run", "mini-actuals", period="2026-01", username="otto")


def answered(*options: str, **more) -> tuple[dict, CommandError]:
    """The only object on standard output, and the error."""
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("flow_run", *options, "--json", **{"username": "otto", "stdout": out} | more)
    return json.loads(out.getvalue()), caught.value


def test_with_json_a_refusal_is_one_object_too(mini):
    cases = [
        ("RUN-002", 1, ("mini-actuals",), {}),
        ("PER-001", 1, ("mini-actuals", "--period", "2031-01"), {}),
        ("API-404", 1, ("nowhere", "--period", "2026-01"), {}),
        ("IAM-001", 1, ("mini-actuals", "--period", "2026-01"), {"username": "carl"}),
        ("API-005", 1, ("mini-actuals",), {"username": "nobody"}),
        ("API-005", 2, (), {}),
    ]
    for code, returncode, options, more in cases:
        told, error = answered(*options, **more)
        flow, period = (options[0] if options else None), (options[2] if len(options) > 1 else None)
        assert (told["flow"], told["period"], told["state"]) == (flow, period, "refused")
        assert (told["error"]["code"], error.returncode) == (code, returncode), str(error)
        assert told["error"]["message"] in str(error)
        assert told["error"]["hint"] in str(error)


def test_a_period_that_is_missing_is_asked_for_and_not_called_optional(mini):
    told, _ = answered("mini-actuals")
    assert told["error"]["hint"] == "Name a fiscal period YYYY-PP."


def test_with_json_a_run_that_is_stopped_or_cancelled_is_one_object(mini, silent_source, monkeypatch):
    monkeypatch.setattr(Waits, "tell", lambda self, run: signal.raise_signal(signal.SIGINT))
    told, error = answered("mini-actuals", "--period", "2026-01")
    assert (told["state"], "is cancelled" in str(error)) == ("cancelled", True)
    out = StringIO()
    call_command("flow_run", cancel=mini.plan().ref, as_json=True, username="otto", stdout=out)
    assert json.loads(out.getvalue())["state"] == "cancelled"


def test_a_run_that_is_stopped_while_it_waits_is_cancelled_and_frees_its_slice(
    mini, silent_source, monkeypatch
):
    waiting = Waits.tell

    def tell_and_stop(self, run):
        waiting(self, run)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Waits, "tell", tell_and_stop)
    error = refused("mini-actuals", "--period", "2026-01")
    run = Run.objects.get()
    assert run.state == "cancelled"
    assert f"{run.ref} is cancelled" in str(error)
    mini.plan()


def test_a_waiting_run_is_cancelled_by_its_name(mini):
    run = mini.plan()
    out = StringIO()
    call_command("flow_run", cancel=run.ref, username="otto", stdout=out)
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert f"{run.ref} is cancelled" in out.getvalue()
    error = refused("--cancel", run.ref)
    assert "RUN-009" in str(error)
    assert "has ended" in str(error)
    assert "Wait for its end" not in str(error)
    told, _ = answered("--cancel", run.ref)
    assert (told["run"], told["state"], told["error"]["code"]) == (run.ref, "refused", "RUN-009")


def test_flow_or_cancel_is_needed(mini):
    assert "--cancel" in str(refused())


def test_a_dead_workers_lease_is_told(mini, capsys):
    run = mini.plan()
    leases.claim("dead:1", run.pk)
    until = database_now() + dt.timedelta(seconds=2)
    Partition.objects.filter(run=run).update(lease_until=until)
    TargetLease.objects.filter(run=run).update(until=until)
    call_command("flow_run", "mini-actuals", period="2026-01", username="otto")
    err = capsys.readouterr().err
    assert f"waits for {run.ref}, which is leased to dead:1, a worker at work or one that was killed" in err
    assert "in at most 2 s" in err
    assert err.count("dead:1") == 1


def test_a_run_in_the_way_says_what_it_waits_for_and_how_to_cancel_it(mini):
    (mini.ledger / "journal.csv").unlink()
    run = mini.run()
    assert run.state == "waiting"
    with pytest.raises(Conflict) as caught:
        mini.plan()
    assert caught.value.code == "RUN-003"
    assert "waits for the next attempt" in caught.value.message
    assert "'ledger/journal.csv'" in caught.value.message
    error = refused("mini-actuals", "--period", "2026-01")
    assert f"flow_run --cancel {run.ref}" in str(error)


def test_a_failed_run_tells_the_next_step(mini):
    path = mini.ledger / "journal.csv"
    mini.run()
    path.write_text(path.read_text().splitlines()[0] + "\n")
    error = refused("mini-actuals", "--period", "2026-01")
    assert "RUN-014" in str(error)
    assert "Look why the extract is empty" in str(error)
    path.write_text("")
    error = refused("mini-actuals", "--period", "2026-01")
    assert "SRC-008" in str(error)
    assert "Deliver the complete file" in str(error)


def test_an_unreconciled_run_has_code_next_step_and_its_largest_difference(mini):
    path = mini.ledger / "trial_balance.csv"
    lines = path.read_text().splitlines()
    path.write_text(
        "\n".join([lines[0], *[line.replace("0.00,1200.50", "0.00,1300.50") for line in lines[1:]]]) + "\n"
    )
    error = refused("mini-actuals", "--period", "2026-01")
    assert error.returncode == 3
    assert "REC-007" in str(error)
    assert "1 amount differs from the independent figure" in str(error)
    assert "is 1,200.50 EUR, not 1,300.50 EUR" in str(error)
    assert "Look at the differences" in str(error)


def test_cancelling_an_ended_run_never_says_to_wait(mini):
    run = mini.first_run()
    with pytest.raises(Conflict) as caught:
        run_cancel(actor=mini.operator, reason="Stop.", run_id=run.pk)
    assert caught.value.code == "RUN-009"
    assert "Wait" not in caught.value.hint


def test_a_target_that_does_not_answer_is_told_too(mini, silent_source, monkeypatch, capsys):
    monkeypatch.setattr(runner, "RETRY_SECONDS", (0.4,))
    refused("mini-actuals", "--period", "2026-01")
    assert "SRC-019 The host does not answer." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (None, "SRC-005 There is no file or folder 'ledger/trial_balance.csv'"),
        ("period,entity,account,currency,debit\n", "credit"),
        ("period,entity,account,currency,debit,credit\n2026-01,DE,4000,EUR,x,0.00\n", "REC-002"),
    ],
)
def test_a_named_figure_that_cannot_be_read_is_told_and_no_success(mini, text, cause):
    path = mini.ledger / "trial_balance.csv"
    path.unlink() if text is None else path.write_text(text)
    error = refused("mini-actuals", "--period", "2026-01")
    run = Run.objects.get()
    assert (run.state, run.reconciliation, run.error_code) == ("unreconciled", "not_proven", "REC-002")
    assert error.returncode == 3
    assert "The proof named under reconcile failed" in str(error)
    assert cause in str(error)
    assert "Correct the file, or the setting told under reconcile" in str(error)


def without_limit() -> None:
    """The flow lets any share of its records be quarantined."""
    version = FlowVersion.objects.select_related("flow").get()
    data = version.definition
    data["quarantine"]["max_share"] = "1"
    version.definition = data
    version.content_sha256 = version_hash(version.flow.code, version.effective_from, parse_definition(data))
    version.save()


def spoil_amounts(mini) -> None:
    path = mini.ledger / "journal.csv"
    header, *lines = path.read_text().splitlines()
    path.write_text("\n".join([header, *(line.replace(".", ";") for line in lines)]) + "\n")


def test_a_first_load_of_nothing_but_quarantine_is_held_and_says_that_its_money_is_not_counted(mini):
    spoil_amounts(mini)
    without_limit()
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("flow_run", "mini-actuals", period="2026-01", username="otto", stdout=out)
    assert caught.value.returncode == 4
    assert "RUN-008 Of 12 records none is left to load, 12 are quarantined" in str(caught.value)
    assert (
        "  DQ-001 12 records have no readable amount; they count in records, not in money." in out.getvalue()
    )
    assert not mini.planning.exists()
    again = run_summary(mini.run())
    assert again["error"]["code"] == "RUN-008"
    assert again["warnings"][0]["message"].startswith("12 records have no readable amount")


def test_a_first_load_of_quarantine_and_records_that_a_rule_ignores_is_held_too(mini):
    path = mini.ledger / "journal.csv"
    header, *lines = path.read_text().splitlines()
    spoiled = [line if line.split(",")[2] == "1200" else line.replace(".", ";") for line in lines]
    path.write_text("\n".join([header, *spoiled]) + "\n")
    without_limit()
    run = mini.run()
    assert run.control_totals.filter(bucket="excluded", records__gt=0).exists()
    assert (run.state, run.error_code) == ("held", "RUN-008")
    assert not mini.planning.exists()


def test_a_load_with_some_unreadable_amounts_goes_through_and_warns(mini):
    run = mini.first_run()
    assert run.state == "completed_with_exceptions"
    assert run_summary(run)["warnings"] == [UNREADABLE]


def test_a_slice_whose_records_are_all_quarantined_does_not_replace_a_loaded_one(mini):
    before = mini.run().target_rows
    spoil_amounts(mini)
    without_limit()
    run = mini.run()
    assert (run.state, run.error_code) == ("held", "RUN-008")
    assert f"loaded {before} rows" in run.error_message
    assert len(mini.rows()) == before


def test_a_run_says_in_words_that_it_ties(mini):
    out = StringIO()
    call_command("flow_run", "mini-actuals", period="2026-01", username="otto", stdout=out)
    assert "it ties: source = loaded + excluded + quarantined + accepted" in out.getvalue()
    out = StringIO()
    call_command("flow_run", "mini-actuals", period="2026-01", username="otto", dry_run=True, stdout=out)
    assert "it ties: source = to load + excluded + quarantined + accepted" in out.getvalue()
    run = Run.objects.last()
    run.control_totals.filter(bucket="loaded").update(debit="0.01")
    assert "it does not tie: source is not" in flow_run._sentences(run)


def test_a_database_that_goes_away_is_one_sentence(mini, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("terminating connection due to administrator command")

    monkeypatch.setattr(flow_run.dispatch, "work_once", away)
    monkeypatch.setattr(flow_run.connection, "close", lambda: None)  # it is also the test's own connection
    error = refused("mini-actuals", "--period", "2026-01")
    assert error.returncode == 1
    assert str(error).startswith("RUN-017 The portal's database went away")
    assert f"{Run.objects.get().ref} goes on with the next worker" in str(error)
    monkeypatch.setattr(flow_run, "run_plan", away)
    assert "As far as is known no run was planned" in str(refused("mini-actuals", "--period", "2026-01"))
    told, _ = answered("mini-actuals", "--period", "2026-01")
    assert (told["state"], told["error"]["code"]) == (None, "RUN-017")


def caused(cause: Exception) -> ProgrammingError:
    error = ProgrammingError(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.django_db
def test_a_database_that_is_not_migrated_is_told_as_that(monkeypatch):
    monkeypatch.setattr(flow_run.connection, "close", lambda: None)  # it is also the test's own connection
    missing = UndefinedTable('relation "people_user" does not exist\nLINE 1: SELECT')
    for error in (OperationalError("no such table: people_user"), caused(missing)):
        monkeypatch.setattr(flow_run, "run_plan", Mock(side_effect=error))
        told, ended = answered("mini-actuals", username=None)
        assert (told["state"], told["error"]["code"]) == (None, "RUN-019")
        assert str(ended).startswith("RUN-019 The portal's database is not migrated: ")
        assert "people_user" in told["error"]["message"]
        assert "Run manage.py migrate" in told["error"]["hint"]
    other = caused(UndefinedColumn("column does not exist"))
    monkeypatch.setattr(flow_run, "run_plan", Mock(side_effect=other))
    with pytest.raises(ProgrammingError):
        call_command("flow_run", "mini-actuals")
