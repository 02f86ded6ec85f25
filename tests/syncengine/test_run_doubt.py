"""Once a load has begun, nobody claims to know what the target holds until the target has said so."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.urls import reverse

from portal.audit.models import AuditEntry
from portal.core.clock import database_now
from portal.core.errors import Conflict
from portal.people.models import User
from syncengine.codes import Code
from syncengine.connectorhelp import CONNECTOR_HELP
from syncengine.connectors.base import LoadUnknown, Unavailable
from syncengine.connectors.database import sessions, sqlite
from syncengine.connectors.database.adapter import DatabaseAdapter
from syncengine.execution import load as load_stage
from syncengine.execution import runner
from syncengine.leases import MAX_ATTEMPTS, claim
from syncengine.models import OutboxEvent, Partition, Run, TargetLease
from syncengine.pipeline.compute import Pipeline
from syncengine.runsummary import run_summary
from syncengine.services import run_cancel, run_replay


class Killed(BaseException):
    """The worker process is gone: nothing of it runs on."""


def killed(function: Callable) -> Callable:
    """The same function in a worker that dies when it returns."""

    def deadly(*args, **kwargs):
        function(*args, **kwargs)
        raise Killed

    return deadly


def let_the_lease_run_out(run: Run) -> None:
    past = database_now() - dt.timedelta(seconds=1)
    Partition.objects.filter(run=run).update(lease_until=past, not_before=None)
    TargetLease.objects.filter(run=run).update(until=past)


def die_once(mini, monkeypatch, owner: object, name: str) -> Run:
    run = mini.plan()
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, killed(getattr(owner, name)))
        with pytest.raises(Killed):
            mini.work(run)
    let_the_lease_run_out(run)
    run.refresh_from_db()
    return run


def given_up(mini, monkeypatch) -> Run:
    run = mini.plan()
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseAdapter, "load", killed(DatabaseAdapter.load))
        for _ in range(MAX_ATTEMPTS):
            with pytest.raises(Killed):
                mini.work(run)
            let_the_lease_run_out(run)
    assert claim("last") is None
    run.refresh_from_db()
    return run


def test_workers_that_die_after_the_load_leave_a_run_in_doubt_and_a_replay_settles_it(mini, monkeypatch):
    run = given_up(mini, monkeypatch)
    assert len(mini.rows()) == 3, "the target does hold the rows"
    assert (run.state, run.error_code, run.confirmation) == ("unknown", "RUN-004", "unknown")
    entry = AuditEntry.objects.get(action="syncengine:run:finish", run_id=run.pk)
    assert '"confirmation":"unknown"' in entry.payload
    replay = mini.work(run_replay(actor=mini.operator, reason="Ask the target.", run_id=run.pk))
    assert (replay.confirmation, replay.load_action) == ("confirmed", "keep")


def test_rows_changed_by_hand_are_told_also_when_the_worker_that_replaced_them_dies(mini, monkeypatch):
    mini.first_run()
    with closing(sqlite3.connect(mini.planning)) as connection, connection:
        connection.execute("UPDATE mini_facts SET net = '1'")
    run = die_once(mini, monkeypatch, DatabaseAdapter, "load")
    done = mini.work(run)
    assert (done.confirmation, done.load_action) == ("confirmed", "repair")
    assert mini.run().load_action == "keep"


def test_a_target_that_was_never_reached_leaves_no_doubt(mini, monkeypatch):
    def down(self, *args, **kwargs):
        raise Unavailable("LOAD-001", "no answer")

    monkeypatch.setattr(DatabaseAdapter, "plan_load", down)
    run = mini.plan()
    for _ in range(MAX_ATTEMPTS):
        waiting = mini.work(run)
        assert (waiting.state, waiting.confirmation) == ("waiting", "")
        let_the_lease_run_out(run)
    assert claim("last") is None
    run.refresh_from_db()
    assert (run.state, run.error_code, run.confirmation) == ("failed", "RUN-004", "")
    assert "no answer" in run.error_message
    event = OutboxEvent.objects.get()
    assert (event.type, event.subject, event.data["code"]) == ("tieout.run.failed", run.ref, "RUN-004")


def test_a_target_whose_secret_is_gone_is_as_it_was(mini, monkeypatch):
    monkeypatch.delenv("PLANNING_URL")
    run = mini.run()
    assert (run.state, run.error_code, run.confirmation) == ("failed", "SRC-022", "")
    assert run.snapshot_sha256, "the source was read"
    assert "Nothing was read" not in CONNECTOR_HELP[Code.SRC_022].numbers


def test_a_refusal_clears_only_the_doubt_of_its_own_attempt(mini, monkeypatch):
    run = die_once(mini, monkeypatch, DatabaseAdapter, "load")
    assert (run.state, run.confirmation) == ("loading", "unknown")

    def refuse(self, *args, **kwargs):
        raise Conflict("LOAD-007", "the target holds other sums")

    monkeypatch.setattr(DatabaseAdapter, "load", refuse)
    done = mini.work(run)
    assert (done.state, done.error_code, done.confirmation) == ("unknown", "LOAD-007", "unknown")
    plain = mini.run("2026-02")
    assert (plain.state, plain.error_code, plain.confirmation) == ("failed", "LOAD-007", "")


def test_an_engine_that_fails_in_a_later_attempt_does_not_deny_the_earlier_load(mini, monkeypatch):
    run = die_once(mini, monkeypatch, DatabaseAdapter, "load")
    monkeypatch.setattr(Pipeline, "map", lambda self: 1 / 0)
    done = mini.work(run)
    assert (done.state, done.error_code) == ("unknown", "RUN-012")


def test_a_portal_that_fails_between_the_transactions_leaves_the_mark(mini, monkeypatch):
    def fails(*args, **kwargs):
        raise OperationalError("the portal's database is away")

    with monkeypatch.context() as patch:
        patch.setattr(load_stage, "follow", fails)
        run = mini.run()
    assert (run.state, run.confirmation) == ("waiting", "unknown")
    let_the_lease_run_out(run)
    done = mini.work(run)
    assert (done.confirmation, done.error_message) == ("confirmed", ""), "the earlier note stayed"


def test_what_may_be_loaded_is_not_cancelled(mini, monkeypatch):
    run = die_once(mini, monkeypatch, DatabaseAdapter, "load")
    assert claim("next").run_id == run.pk
    with pytest.raises(Conflict) as caught:
        run_cancel(actor=mini.operator, reason="Too late.", run_id=run.pk)
    assert (caught.value.code, "may hold" in caught.value.message) == ("RUN-009", True)
    run.refresh_from_db()
    assert (run.state, run.cancel_requested) == ("extracting", False)


def test_what_the_target_confirmed_is_neither_cancelled_nor_called_not_loaded(mini, monkeypatch):
    run = die_once(mini, monkeypatch, load_stage, "judge")
    Run.objects.filter(pk=run.pk).update(confirmation="confirmed")
    assert claim("next").run_id == run.pk
    with pytest.raises(Conflict):
        run_cancel(actor=mini.operator, reason="Too late.", run_id=run.pk)
    let_the_lease_run_out(run)
    monkeypatch.setattr(runner, "_why_hold", lambda attempt, computed: ("RUN-008", "too much"))
    held = mini.work(run)
    assert (held.state, held.confirmation) == ("held", "confirmed")


def test_a_run_held_after_an_earlier_attempt_may_have_loaded_is_in_doubt(mini, monkeypatch):
    run = die_once(mini, monkeypatch, DatabaseAdapter, "load")
    monkeypatch.setattr(runner, "_why_hold", lambda attempt, computed: ("RUN-008", "too much"))
    held = mini.work(run)
    assert (held.state, held.confirmation, held.error_code) == ("unknown", "unknown", "RUN-008")


def test_a_cancel_while_the_last_stage_computes_stops_the_load(mini, monkeypatch):
    run = mini.plan()
    aggregate = Pipeline.aggregate

    def cancel_meanwhile(self):
        run_cancel(actor=mini.operator, reason="Stop it.", run_id=run.pk)
        return aggregate(self)

    monkeypatch.setattr(Pipeline, "aggregate", cancel_meanwhile)
    done = mini.work(run)
    assert (done.state, done.confirmation) == ("cancelled", "")
    assert not mini.planning.exists()


def test_an_empty_extract_does_not_empty_a_slice_that_may_be_loaded(mini, monkeypatch):
    given_up(mini, monkeypatch)
    path = mini.ledger / "journal.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    run = mini.run()
    assert (run.state, run.error_code) == ("held", "RUN-014")
    assert "may have loaded 3 rows" in run.error_message
    assert len(mini.rows()) == 3


def test_everything_that_shows_the_run_says_that_nobody_knows(mini, monkeypatch, client, capsys):
    run = given_up(mini, monkeypatch)
    summary = run_summary(run)
    assert (summary["state"], summary["confirmation"]) == ("unknown", "unknown")
    client.force_login(User.objects.get(username="otto"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("syncengine:run-detail", kwargs={"pk": run.pk})).content.decode()
    assert "Nobody knows whether the target holds this load" in page
    assert "Not yet." not in page.split('id="target"')[1].split("</section>")[0]
    desk = client.get(reverse("desk:home")).content.decode()
    assert run.ref in desk
    answer = client.get(f"/api/v1/runs/{run.pk}/").json()
    assert (answer["state"], answer["confirmation"]) == ("unknown", "unknown")

    def given_up_again(self, planned):
        return run

    monkeypatch.setattr("syncengine.management.commands.flow_run.Command._carry_out", given_up_again)
    with pytest.raises(CommandError) as caught:
        call_command("flow_run", "mini-actuals", period="2026-01", username="otto")
    assert caught.value.returncode == 5
    assert "Nobody knows whether the target holds this load; replay it" in str(caught.value)
    assert "None" not in capsys.readouterr().out


@pytest.mark.parametrize("question", ["confirm", "read_back", "foreign_rows"])
def test_a_connection_that_breaks_once_while_the_target_is_asked_leaves_no_doubt(mini, monkeypatch, question):
    ask, broken = getattr(DatabaseAdapter, question), []

    def breaks_once(self, *args):
        if not broken:
            broken.append(question)
            raise Unavailable("LOAD-001", "terminating connection")
        return ask(self, *args)

    monkeypatch.setattr(DatabaseAdapter, question, breaks_once)
    run = mini.run("2026-02")
    assert (broken, run.state, run.confirmation) == ([question], "completed", "confirmed")


def test_a_question_that_is_refused_after_a_lost_answer_leaves_the_doubt(mini, monkeypatch):
    def loses(self, *args, **kwargs):
        raise LoadUnknown("LOAD-013", "the answer was lost")

    def refuses(self, *args):
        raise Conflict("LOAD-010", "permission denied")

    monkeypatch.setattr(DatabaseAdapter, "load", loses)
    monkeypatch.setattr(DatabaseAdapter, "confirm", refuses)
    run = mini.run("2026-02")
    assert (run.state, run.error_code, run.confirmation) == ("unknown", "REC-005", "unknown")


def test_a_disk_that_fails_at_the_commit_is_a_lost_answer(mini, monkeypatch):
    def broken(connection):
        try:
            raise sqlite3.OperationalError("disk I/O error")
        except sqlite3.OperationalError:
            sessions.lost_answer()

    monkeypatch.setattr(sqlite, "commit_sqlite", broken)
    run = mini.run()
    assert (run.state, run.confirmation) == ("waiting", "unknown")
