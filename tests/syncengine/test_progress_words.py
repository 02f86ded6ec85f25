"""Stages that a run never reached: what ended it is told, and nothing is said to be superseded."""

from __future__ import annotations

import pytest

from syncengine.models import Run
from syncengine.states import RunState
from syncengine.views.progress import STEPS, progress_of


@pytest.mark.parametrize(
    ("state", "first", "rest"),
    [
        (RunState.CANCELLED, ("cancelled", ""), ("not_reached", "the run was cancelled")),
        (RunState.FAILED, ("failed", ""), ("not_reached", "the run failed")),
        (RunState.UNKNOWN, ("unknown", ""), ("not_reached", "the run’s end is unknown")),
        (RunState.HELD, ("not_reached", "the run was held"), ("not_reached", "the run was held")),
    ],
)
def test_the_words_for_a_stage_that_was_not_reached_name_the_end_of_the_run(mini, state, first, rest):
    run = mini.plan()
    Run.objects.filter(pk=run.pk).update(state=state)
    steps = progress_of(Run.objects.get(pk=run.pk)).steps
    assert [(step.state, step.note) for step in steps] == [first, *[rest] * (len(STEPS) - 1)]
