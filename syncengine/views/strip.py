"""The strip of a flow's last runs: one bar for each, its height and colour by how the run ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from portal.core.statuses import status_of
from syncengine.models import Run
from syncengine.views.links import run_url


@dataclass(frozen=True, slots=True)
class Bar:
    url: str
    tone: str
    label: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Bars, oldest first, with the words that say the same."""

    bars: list[Bar]
    summary: str


def strip_of(runs: Sequence[Run]) -> Strip:
    bars: list[Bar] = []
    words: Counter[str] = Counter()
    for run in runs:
        look = status_of(run.state)
        words[look.word.lower()] += 1
        bars.append(Bar(run_url(run), look.tone, f"{run.ref} {run.period} {look.word}"))
    summary = ", ".join(f"{count} {word}" for word, count in words.most_common())
    return Strip(bars, f"Last {len(bars)} runs: {summary}" if bars else "")
