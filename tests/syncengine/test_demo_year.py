"""The year's runs, one after the other: what a killed quickstart left is waited for, and said."""

from __future__ import annotations

from io import StringIO

import pytest

from syncengine import leases
from syncengine.demo import year


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("out", [StringIO(), Terminal()], ids=["pipe", "terminal"])
def test_a_dead_workers_lease_is_waited_for_and_named(mini, settings, out) -> None:
    settings.LEASE_SECONDS = 1
    run = mini.plan()
    assert leases.claim("elsewhere:4711:0123abcd", run.pk)
    year._finish(run, out)
    assert run.is_final
    text = out.getvalue()
    assert (
        f"2026-01  {run.ref} is leased to elsewhere:4711:0123abcd, perhaps a worker that was killed" in text
    )
    assert "carried on here in at most 1 s" in text
    assert (text.count("is leased to") > 1) == out.isatty()
