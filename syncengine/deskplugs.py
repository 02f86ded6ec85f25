"""What the sync engine plugs into the desk: navigation, latest runs, exceptions, search, commands."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse

from portal.access.selectors import held as permissions_of
from portal.core.actor import Actor
from portal.core.clock import now
from portal.desk import ports
from portal.desk.ports import Card, Command, Hit, Kpi, NavItem, QueueItem, Step
from syncengine.models import QuarantinedRecord
from syncengine.permissions import P
from syncengine.selectors.flows import flow_versions, flows
from syncengine.selectors.groups import held_summary
from syncengine.selectors.health import anything_loaded, period_grid, run_periods, runs_needing_attention
from syncengine.selectors.runs import runs
from syncengine.states import HELD_BACK, RunState, VersionState
from syncengine.views.links import flow_url, records_url, run_url

CARD_PERIODS = 5
CARD_FLOWS = 8
NAV = {
    "syncengine.flows": NavItem(
        "Operate",
        "Flows",
        "syncengine:flow-list",
        "arrow-path-rounded-square",
        ("syncengine:flow", "syncengine:version", "syncengine:period"),
        10,
        "w",
        P.FLOW_VIEW,
    ),
    "syncengine.runs": NavItem(
        "Operate",
        "Runs",
        "syncengine:run-list",
        "play-circle",
        ("syncengine:run", "syncengine:evidence"),
        20,
        "r",
        P.RUN_VIEW,
    ),
    "syncengine.exceptions": NavItem(
        "Operate",
        "Exceptions",
        "syncengine:exception-list",
        "exclamation-triangle",
        ("syncengine:exception", "syncengine:record", "syncengine:quarantine"),
        30,
        "e",
        P.QUARANTINE_VIEW,
    ),
}
COMMANDS = {
    "syncengine.define": Command("Define a flow", "syncengine:flow-define", P.FLOW_EDIT, "new sync"),
    "syncengine.run": Command("Run a flow", "syncengine:flow-list", P.FLOW_RUN, "start now dry load"),
    "syncengine.periods": Command("Loaded periods", "syncengine:period-grid", P.RUN_VIEW, "grid calendar"),
    "syncengine.exceptions": Command(
        "Work exceptions", "syncengine:exception-list", P.QUARANTINE_VIEW, "quarantine errors unmapped"
    ),
}


def find_flows(actor: Actor, query: str, limit: int) -> list[Hit]:
    found = flows(actor).filter(Q(code__icontains=query) | Q(name__icontains=query))[:limit]
    return [Hit(flow.name, flow_url(flow), "Flow", flow.code, flow.code == query) for flow in found]


def find_runs(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Runs by reference (R-000012 or r12) or by period."""
    word = query.strip().upper()
    number = word.removeprefix("R").removeprefix("-")
    rows = runs(actor).order_by("-pk")
    if word.startswith("R") and number.isascii() and number.isdigit():
        rows = rows.filter(pk=int(number[:12]))
    else:
        rows = rows.filter(Q(period=query) | Q(slice_key__icontains=query))
    return [
        Hit(run.ref, run_url(run), "Run", f"{run.flow.name} {run.period}", run.ref == word)
        for run in rows[:limit]
    ]


def find_exceptions(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Held records by the value that made them fail."""
    rows = QuarantinedRecord.objects.restrict(actor, P.QUARANTINE_VIEW).filter(state__in=HELD_BACK)
    groups = rows.filter(value__icontains=query).order_by().values("flow__code", "code", "field", "value")
    return [
        Hit(f"{g['code']} {g['value']}", records_url(flow=g["flow__code"], code=g["code"], field=g["field"],
            value=g["value"], work="held"), "Exception", f"{g['n']} records of {g['flow__code']}")
        for g in groups.annotate(n=Count("id")).order_by("-n", "value")[:limit]
    ]  # fmt: skip


def latest_runs(actor: Actor) -> dict[str, Any] | None:
    """The last periods of each flow with how they ended; left out for people who see no run."""
    if P.RUN_VIEW not in permissions_of(actor):
        return None
    known = run_periods(actor)
    periods = sorted(period for period in known[:CARD_PERIODS] if period) + [""] * ("" in known)
    rows = period_grid(actor, periods) if periods else []
    shown = rows[:CARD_FLOWS]
    legend = sorted({run.state for row in shown for _, run in row.cells if run})
    more = max(0, len(rows) - CARD_FLOWS)
    return {"periods": periods, "rows": shown, "legend": legend, "more": more}


def open_exceptions(actor: Actor) -> Kpi | None:
    if P.QUARANTINE_VIEW not in permissions_of(actor):
        return None
    count, oldest = held_summary(QuarantinedRecord.objects.restrict(actor, P.QUARANTINE_VIEW))
    note = f"oldest {max((now() - oldest).days, 0)} d" if oldest else ""
    url = reverse("syncengine:exception-list")
    tone, note = ("bad", note) if count else _calm(actor, note)
    return Kpi("Open exceptions", count, url, tone, note)


def _calm(actor: Actor, note: str) -> tuple[str, str]:
    """Tone and note of a nought: good news only once something was loaded."""
    return ("good", note) if anything_loaded(actor) else ("", "nothing was loaded yet")


def runs_not_proven(actor: Actor) -> Kpi | None:
    if P.RUN_VIEW not in permissions_of(actor):
        return None
    count = runs_needing_attention(actor, (*_BROKEN, RunState.UNRECONCILED)).count()
    url = reverse("syncengine:period-grid")
    note = "failed, held, in doubt or with differences"
    tone, note = ("warn", note) if count else _calm(actor, note)
    return Kpi("Slices not proven", count, url, tone, note)


_BROKEN = (RunState.FAILED, RunState.HELD, RunState.UNKNOWN)


def my_exceptions(actor: Actor, limit: int) -> list[QueueItem]:
    """Records assigned to this person, by cause."""
    if actor.person_id is None:
        return []
    rows = QuarantinedRecord.objects.restrict(actor, P.QUARANTINE_VIEW)
    mine = rows.filter(state="assigned", assigned_to_id=actor.person_id).order_by()
    groups = mine.values("flow__code", "flow__name", "code").annotate(n=Count("id"), since=Min("opened_at"))
    return [
        QueueItem(
            f"{group['n']} record{'s' if group['n'] != 1 else ''} of {group['flow__name']}: {group['code']}",
            records_url(flow=group["flow__code"], code=group["code"], who="me", work="held"),
            "Fix exceptions",
            "assigned",
            since=group["since"],
        )
        for group in groups.order_by("since")[:limit]
    ]


def broken_runs(actor: Actor, limit: int) -> list[QueueItem]:
    """Slices whose latest run failed, was held or is in doubt, for those who run flows."""
    if P.FLOW_RUN not in permissions_of(actor):
        return []
    rows = runs_needing_attention(actor, _BROKEN)[:limit]
    return [
        QueueItem(
            f"{run.flow.name} {run.period}".strip(),
            run_url(run),
            f"Look at {run.ref}",
            run.state,
            " ".join(filter(None, (run.error_code, run.error_message)))[:160],
            run.finished_at,
        )
        for run in rows
    ]


STEPS = {
    "syncengine.flow": Step(
        "Define a flow",
        "What moves from which system into which table; another person approves it.",
        "syncengine:flow-list",
        P.FLOW_EDIT,
        lambda actor: flow_versions(actor).filter(state=VersionState.APPROVED).exists(),
        40,
    ),
    "syncengine.run": Step(
        "Load the first slice",
        "A dry run shows everything but the load; a run proves the slice record by record.",
        "syncengine:flow-list",
        P.FLOW_RUN,
        anything_loaded,
        50,
    ),
}


def register() -> None:
    for name, step in STEPS.items():
        ports.steps.register(name, step)
    for name, item in NAV.items():
        ports.nav.register(name, item)
    for name, command in COMMANDS.items():
        ports.commands.register(name, command)
    ports.searches.register("syncengine.flows", find_flows)
    ports.searches.register("syncengine.runs", find_runs)
    ports.searches.register("syncengine.exceptions", find_exceptions)
    ports.cards.register(
        "syncengine.runs", Card("Latest runs", "syncengine/latest_runs_card.html", latest_runs, 10, wide=True)
    )
    ports.kpis.register("syncengine.exceptions", open_exceptions)
    ports.kpis.register("syncengine.unproven", runs_not_proven)
    ports.queues.register("syncengine.exceptions", my_exceptions)
    ports.queues.register("syncengine.runs", broken_runs)
