"""Eight writers at the same and at different streams: no deadlock, no gap, chains intact."""

from __future__ import annotations

import pytest
from django.db import transaction

from portal.audit.models import AuditEntry
from portal.audit.verification import verify
from tests.audit.test_record import entry
from tests.threads import needs_postgres, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres, needs_postgres]


def write(streams: list[str], rounds: int = 15) -> int:
    for _ in range(rounds):
        with transaction.atomic():
            for stream in streams:
                entry(stream)
    return rounds


def test_eight_writers_on_one_stream_leave_one_chain():
    results = together([lambda: write(["1"])] * 8)
    assert results == [15] * 8
    assert AuditEntry.objects.count() == 120
    assert verify().ok


def test_eight_writers_on_streams_of_their_own_leave_eight_chains():
    results = together([lambda n=n: write([str(n)]) for n in range(8)])
    assert results == [15] * 8
    assert (verify().ok, verify().streams) == (True, 8)


def test_writers_that_begin_a_stream_at_the_same_moment_agree_on_one_head():
    for number in range(5):
        assert together([lambda n=number: write([f"new{n}"], 1)] * 8) == [1] * 8
    assert (verify().ok, AuditEntry.objects.count()) == (True, 40)


def test_a_writer_that_rolls_back_leaves_no_gap():
    def fail() -> None:
        with transaction.atomic():
            entry("1")
            raise RuntimeError("no")

    together([fail, lambda: write(["1"], 5)] * 4)
    assert (verify().ok, AuditEntry.objects.count()) == (True, 20)


def test_verifying_while_entries_are_appended_finds_no_break():
    results = together([lambda: write(["1", "2"]), lambda: write(["1", "2"])] + [lambda: verify().breaks] * 3)
    assert results == [15, 15, (), (), ()]
