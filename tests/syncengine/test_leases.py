"""One worker at a time, by the database's clock; who lost the lease writes nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from portal.core.clock import database_now
from syncengine.connectors.base import LoadRefused
from syncengine.execution.load import slice_load_of, target_of
from syncengine.execution.runner import execute
from syncengine.leases import MAX_ATTEMPTS, LeaseLost, claim, extend, give_back, hold
from syncengine.models import Partition, Run, TargetLease
from syncengine.pipeline.compute import Pipeline
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
    run = mini.run()
    attempt, computed = attempt_at(run, fence=0)
    with pytest.raises(LoadRefused) as caught:
        target_of(attempt).load(slice_load_of(attempt, computed))
    assert caught.value.code == "LOAD-004"


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
