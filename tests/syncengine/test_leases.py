"""One worker at a time, by the database's clock; who lost the lease writes nothing."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing

import pytest

from portal.audit.models import AuditEntry
from portal.core.clock import database_now
from syncengine.connectors.base import LoadRefused
from syncengine.execution.load import slice_load_of, target_of
from syncengine.execution.runner import execute
from syncengine.leases import MAX_ATTEMPTS, LeaseLost, beyond, claim, extend, give_back, hold
from syncengine.models import Partition, Run, TargetLease
from syncengine.pipeline.compute import Pipeline
from syncengine.runsummary import run_summary
from tests.syncengine.attempts import attempt_at


def expire(run):
    past = database_now() - dt.timedelta(seconds=1)
    Partition.objects.filter(run=run).update(lease_until=past)
    TargetLease.objects.filter(run=run).update(until=past)


def test_a_claimed_partition_is_not_given_twice(mini):
    run = mini.plan()
    lease = claim("a")
    assert lease is not None
    assert (lease.run_id, lease.attempt, lease.fence) == (run.pk, 1, 1)
    assert claim("b") is None


def test_an_expired_lease_is_taken_over_with_a_higher_fence(mini):
    run = mini.plan()
    first = claim("a")
    expire(run)
    second = claim("b")
    assert (second.attempt, second.fence) == (2, 2)
    assert extend(first) is False
    with pytest.raises(LeaseLost):
        hold(first)


def test_a_worker_that_lost_its_lease_changes_nothing(mini):
    run = mini.plan()
    stale = claim("a")
    expire(run)
    execute(claim("b"))
    done = Run.objects.get(pk=run.pk)
    execute(stale)
    again = Run.objects.get(pk=run.pk)
    assert (again.state, again.finished_at) == (done.state, done.finished_at)
    assert done.confirmation == "confirmed"


def test_a_late_load_of_a_stale_worker_is_refused_by_the_target(mini):
    run = mini.first_run()
    attempt, computed = attempt_at(run, fence=0)
    with pytest.raises(LoadRefused) as caught:
        target_of(attempt).load(slice_load_of(attempt, computed))
    assert caught.value.code == "LOAD-004"


def foresee(mini, run_ref: str, fence: int) -> None:
    """The target as a portal left it that was then put back from a backup."""
    with closing(sqlite3.connect(mini.planning)) as target, target:
        target.execute("UPDATE tieout_slice SET run = ?, fence = ?", (run_ref, fence))


def test_a_portal_put_back_from_a_backup_goes_on_beyond_the_fence_of_its_target(mini):
    old = mini.first_run()
    foresee(mini, old.ref, 99)
    (told, _) = run_summary(mini.run(dry_run=True))["warnings"]
    run = mini.run()
    (warning, _) = run_summary(run)["warnings"]
    assert (run.confirmation, warning["code"], told["code"]) == ("confirmed", "LOAD-017", "LOAD-017")
    assert f"from {old.ref} under fence 99" in warning["message"]
    assert '"fence":100' in AuditEntry.objects.get(action="syncengine:run:load", run_id=run.pk).payload
    assert (TargetLease.objects.get().fence, mini.run().confirmation) == (100, "confirmed")
    foresee(mini, run.ref, 102)
    again = mini.run()
    assert (again.confirmation, run_summary(again)["warnings"][0]["code"]) == ("confirmed", "LOAD-017")


def test_a_fence_of_a_run_that_the_portal_does_not_know_is_not_passed(mini):
    mini.first_run()
    foresee(mini, "R-999999", 99)
    for dry in (True, False):
        run = mini.run(dry_run=dry)
        assert (run.state, run.error_code) == ("failed", "LOAD-004")
        assert "R-999999, which this portal does not know" in run.error_message
    assert TargetLease.objects.get().fence == 2


def test_only_the_last_holder_of_a_slice_passes_the_fence_of_its_target(mini):
    old = mini.first_run()
    run = mini.plan()
    stale = claim("a")
    foresee(mini, old.ref, 99)
    TargetLease.objects.update(fence=stale.fence + 1, owner="b")
    with pytest.raises(LeaseLost):
        beyond(stale, 99)
    TargetLease.objects.update(fence=stale.fence, owner="a")
    assert beyond(stale, 99).fence == 100
    with pytest.raises(LeaseLost):
        beyond(stale, 200)
    assert Partition.objects.get(run=run).fence == 100


def test_two_runs_of_one_slice_never_work_together(mini):
    mini.plan()
    claim("a")
    second = mini.plan()
    assert claim("b") is None
    second.refresh_from_db()
    assert second.wait_reason == "lease"


def test_another_slice_is_free_meanwhile(mini):
    mini.plan("2026-01")
    claim("a")
    other = mini.plan("2026-02")
    assert claim("b").run_id == other.pk


def test_after_too_many_attempts_the_run_fails_with_a_code(mini):
    run = mini.plan()
    for at in range(MAX_ATTEMPTS):
        assert claim(f"worker {at}") is not None
        expire(run)
    assert claim("last") is None
    run.refresh_from_db()
    assert (run.state, run.error_code) == ("failed", "RUN-004")


def test_an_orderly_stop_does_not_count_as_a_failed_attempt(mini):
    run = mini.plan()
    for at in range(MAX_ATTEMPTS + 2):
        lease = claim(f"worker {at}")
        assert lease is not None
        give_back(lease, "queue", counts=False)
    assert mini.work(run).confirmation == "confirmed"


def test_a_worker_asked_to_stop_gives_its_lease_back(mini):
    run = mini.plan()
    execute(claim("a"), should_stop=lambda: True)
    run.refresh_from_db()
    assert (run.state, run.wait_reason) == ("waiting", "queue")
    assert mini.work(run).confirmation == "confirmed"


def test_a_retry_reads_the_snapshot_the_first_attempt_kept(mini, monkeypatch):
    run = mini.plan()
    with monkeypatch.context() as patch:
        patch.setattr(Pipeline, "map", lambda self: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            execute(claim("a"))
    (mini.ledger / "journal.csv").write_text("period,entity,account,cost_center,currency,debit,credit,text\n")
    expire(run)
    done = mini.work(run)
    assert done.control_totals.filter(bucket="source").count() == 3
    assert done.stages.get(stage="extract", attempt=2).detail == {"reused": True}


def test_a_flow_that_reaches_its_target_by_another_connection_goes_on_with_higher_fences(mini):
    for _ in range(2):
        mini.run()
    run = mini.plan()
    Run.objects.filter(pk=run.pk).update(target_key="planning-again")
    assert claim("a").fence == 3
