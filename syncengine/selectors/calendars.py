"""Runs that stand on the days of a fiscal calendar."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Max, Q

from syncengine.models import Run
from syncengine.states import RunState

_NOTHING_LOADED = (RunState.FAILED, RunState.CANCELLED, RunState.ROLLED_BACK, RunState.HELD)


def runs_of_periods(calendar: str, codes: Collection[str]) -> dict[str, str]:
    """The newest run of each of these periods that loaded something or may yet, in words.

    A run without a period read the whole calendar, so it stands on the days of every period.
    """
    runs = Run.objects.filter(flow_version__definition__calendar=calendar, dry_run=False)
    counted = runs.exclude(state__in=_NOTHING_LOADED).filter(Q(period__in=list(codes)) | Q(period=""))
    newest = dict(counted.order_by().values_list("period").annotate(newest=Max("pk")))
    refs = {run.pk: run.ref for run in Run.objects.filter(pk__in=newest.values())}
    used = {code: newest.get(code) or newest.get("") for code in codes}
    return {code: f"{refs[pk]} stands on them" for code, pk in used.items() if pk}
