"""How flows fare: their latest runs, and which periods of theirs are loaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from portal.core.actor import Actor
from syncengine.models import Flow, FlowVersion, QuarantinedRecord, Run
from syncengine.selectors.flows import flows
from syncengine.selectors.runs import runs
from syncengine.states import ACTIVE, HELD_BACK, SUCCESS, RunState, VersionState

_R = RunState
# The order in which a flow's slices decide on its health: the worst one tells.
WORST_FIRST = (
    (_R.FAILED, (_R.FAILED,)),
    (_R.UNKNOWN, (_R.UNKNOWN,)),
    (_R.HELD, (_R.HELD,)),
    (_R.UNRECONCILED, (_R.UNRECONCILED,)),
    (_R.COMPLETED_WITH_EXCEPTIONS, (_R.COMPLETED_WITH_EXCEPTIONS,)),
    ("running", ACTIVE),
    (_R.COMPLETED, (_R.COMPLETED,)),
)


def latest_of_slices(queryset: QuerySet[Run]) -> QuerySet[Run]:
    """Of each slice the newest run that was to load it; dry runs and cancelled runs say nothing."""
    counted = Run.objects.filter(dry_run=False).exclude(state=_R.CANCELLED)
    newer = counted.filter(flow=OuterRef("flow"), slice_key=OuterRef("slice_key"), pk__gt=OuterRef("pk"))
    return queryset.filter(dry_run=False).exclude(state=_R.CANCELLED).exclude(Exists(newer))


def with_health(queryset: QuerySet[Flow]) -> QuerySet[Flow]:
    """Flows with `version_state`, `last_run`, `last_state`, `last_period`, `last_at`, `held`, `health`."""
    versions = FlowVersion.objects.filter(flow=OuterRef("pk"))
    approved = versions.filter(state=VersionState.APPROVED)
    last = Run.objects.filter(flow=OuterRef("pk"), dry_run=False).order_by("-pk")
    held = QuarantinedRecord.objects.filter(flow=OuterRef("pk"), state__in=HELD_BACK).order_by()
    latest = latest_of_slices(Run.objects.filter(flow=OuterRef("pk")))
    worst = [
        When(Exists(latest.filter(state__in=states)), then=Value(str(word))) for word, states in WORST_FIRST
    ]
    return queryset.annotate(
        version_state=Case(
            When(Exists(approved), then=Value("approved")),
            default=Coalesce(Subquery(versions.order_by("-number").values("state")[:1]), Value("draft")),
            output_field=CharField(),
        ),
        last_run=Subquery(last.values("pk")[:1]),
        last_state=Subquery(last.values("state")[:1]),
        last_period=Subquery(last.values("period")[:1]),
        last_at=Subquery(last.values("created_at")[:1]),
        held=Coalesce(
            Subquery(held.values("flow").annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
        ),
        health=Case(*worst, default=Value(""), output_field=CharField()),
    )


def recent_runs(flow: Flow, limit: int = 30) -> list[Run]:
    """The last runs of a flow, oldest first, for its strip; dry runs are left out."""
    return list(flow.runs.filter(dry_run=False).order_by("-pk")[:limit])[::-1]


@dataclass(frozen=True, slots=True)
class GridRow:
    """A flow and its latest run in each period of the grid (None: never run)."""

    flow: Flow
    cells: list[tuple[str, Run | None]]


def period_grid(actor: Actor, periods: Sequence[str]) -> list[GridRow]:
    """Flows the actor may see with the latest run of each period; a blank one is of flows without periods."""
    found: dict[tuple[int, str], Run] = {}
    newest = (
        runs(actor)
        .filter(dry_run=False, period__in=periods)
        .exclude(state=_R.CANCELLED)
        .order_by()
        .values("flow_id", "period")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    for run in Run.objects.filter(pk__in=newest):
        found[(run.flow_id, run.period)] = run
    return [
        GridRow(flow, [(period, found.get((flow.pk, period))) for period in periods])
        for flow in flows(actor).order_by("code")
    ]


def run_periods(actor: Actor) -> list[str]:
    """Periods that any run was made for, newest first; a last blank one when a flow runs without periods."""
    listed = runs(actor).order_by("-period").values_list("period", flat=True).distinct()
    return list(listed[:400])


def runs_needing_attention(actor: Actor, states: Iterable[str]) -> QuerySet[Run]:
    """Latest runs of their slice that ended in one of these states, oldest first."""
    return latest_of_slices(runs(actor)).filter(state__in=list(states)).order_by(F("finished_at"), "pk")


def anything_loaded(actor: Actor) -> bool:
    """Whether any slice was ever loaded; before that, nought of anything proves nothing."""
    return runs(actor).filter(dry_run=False, state__in=SUCCESS).exists()


def waiting_for_slice(flow: Flow, period: str = "") -> Run | None:
    """A run of the flow (and period) that has not ended yet."""
    where = Q(period=period) if period else Q()
    return flow.runs.filter(where, state__in=ACTIVE).order_by("-pk").first()
