"""Why a run does not go on at once, told to whoever looks on in a terminal."""

from __future__ import annotations

import datetime as dt
import math
from typing import TextIO

from portal.core.clock import database_now
from syncengine.models import Run, TargetLease
from syncengine.selectors.runs import Retry, retry_of
from syncengine.states import WaitReason


def lease_words(run: Run) -> tuple[str, str]:
    """Who holds the run's lease and a sentence about it; two empty texts when nobody does."""
    held = run.partitions.filter(lease_until__isnull=False).values_list("lease_owner", "lease_until").first()
    owner, until = held or ("", None)
    return (owner, _leased(run.ref, run.ref, owner, until)) if until else ("", "")


def slice_words(run: Run) -> tuple[str, str]:
    """The same for the slice, which another run holds."""
    held = TargetLease.objects.filter(target_key=run.target_key, slice_key=run.slice_key, until__isnull=False)
    lease = held.select_related("run").first()
    if lease is None or lease.until is None:
        return "", ""
    other = lease.run.ref if lease.run else run.slice_key
    return lease.owner, _leased(f"{run.ref} waits for {other}, which", run.ref, lease.owner, lease.until)


def _leased(subject: str, ref: str, owner: str, until: dt.datetime) -> str:
    seconds = max((until - database_now()).total_seconds(), 0)
    words = f"{subject} is leased to {owner}, a worker at work or one that was killed"
    return f"{words}; unless it goes on, {ref} is carried on here in at most {math.ceil(seconds)} s"


class Waits:
    """Tells each reason to wait once: a failed attempt, a worker's lease, another run of the slice."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._told: set[tuple[str, object]] = set()

    def tell(self, run: Run) -> None:
        retry = retry_of(run)
        if retry is not None:
            self._once("retry", retry.failed, _retry_words(run, retry))
        elif run.wait_reason == WaitReason.LEASE:
            owner, words = slice_words(run)
            self._once("slice", owner, words)
        else:
            owner, words = lease_words(run)
            self._once("lease", owner, words)

    def _once(self, kind: str, key: object, words: str) -> None:
        if words and (kind, key) not in self._told:
            self._told.add((kind, key))
            self._out.write(f"{words}\n")
            self._out.flush()


def _retry_words(run: Run, retry: Retry) -> str:
    """Code and sentence of the attempt that failed, and when the next one begins."""
    failed = f"{run.ref} attempt {retry.failed} of {retry.allowed}: {run.error_message}"
    if retry.is_last or not retry.at:
        return f"{failed} It is {'given up' if retry.is_last else 'tried again'} now."
    wait = math.ceil((retry.at - database_now()).total_seconds())
    return f"{failed} It is tried again in {max(wait, 0)} s, at {retry.at:%H:%M:%S} UTC."
