"""The year's runs, one after the other: what a killed quickstart left is waited for, and said."""

from __future__ import annotations

import datetime as dt
import re
from io import StringIO

import pytest

from portal.core.clock import database_now
from syncengine import leases
from syncengine.demo import summary, year
from syncengine.models import Partition, TargetLease


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("out", [StringIO(), Terminal()], ids=["pipe", "terminal"])
def test_a_dead_workers_lease_is_waited_for_and_named(mini, settings, monkeypatch, out) -> None:
    settings.LEASE_SECONDS = 50
    run = mini.plan()
    assert leases.claim("elsewhere:4711:0123abcd", run.pk)
    pauses = []

    def pause(seconds: float) -> None:
        """The lease runs out while the third pause lasts."""
        pauses.append(seconds)
        if len(pauses) == 3:
            past = database_now() - dt.timedelta(seconds=1)
            Partition.objects.update(lease_until=past)
            TargetLease.objects.update(until=past)

    monkeypatch.setattr(year.time, "sleep", pause)
    year._finish(run, out)
    assert run.is_final
    assert len(pauses) == 3
    text = out.getvalue()
    assert (
        f"2026-01  {run.ref} is leased to elsewhere:4711:0123abcd, a worker at work or one that was killed"
        in text
    )
    assert re.search(r"carried on here in at most (50|49|48) s", text)
    assert text.count("is leased to") == (3 if out.isatty() else 1)


def test_what_people_hold_or_cancel_later_does_not_untie_the_demo(mini, monkeypatch) -> None:
    monkeypatch.setattr(year, "FLOW", "mini-actuals")
    monkeypatch.setattr(summary, "PERIODS", ("2026-01",))
    assert summary.untied() == ["2026-01"]
    loaded = mini.run()
    path = mini.ledger / "journal.csv"
    path.write_text("\n".join(path.read_text().split("\n")[:6]) + "\n")
    assert mini.run().state == "held"
    assert summary.untied() == []
    assert year.confirmed_runs() == {"2026-01": loaded}
