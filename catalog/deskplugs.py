"""What the catalog plugs into the desk: navigation, search, the card of ownership gaps, commands."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from catalog import selectors
from catalog.permissions import P
from portal.core.actor import Actor
from portal.core.clock import today
from portal.desk import ports
from portal.desk.ports import Card, Command, Hit, Kpi, NavItem, Step

NAV = {
    "catalog.systems": NavItem(
        "Govern",
        "Systems",
        "catalog:system-list",
        "server-stack",
        ("catalog:system", "catalog:connection"),
        10,
        "s",
        P.SYSTEM_VIEW,
    ),
    "catalog.ownership": NavItem(
        "Govern",
        "Systems of record",
        "catalog:ownership-matrix",
        "table-cells",
        ("catalog:ownership",),
        20,
        "o",
        P.OWNERSHIP_VIEW,
    ),
    "catalog.objects": NavItem(
        "Govern",
        "Finance objects",
        "catalog:finance-object-list",
        "cube",
        ("catalog:finance-object", "catalog:schema"),
        30,
        "f",
        P.FINANCE_OBJECT_VIEW,
    ),
}
COMMANDS = {
    "catalog.system": Command("Register a system", "catalog:system-register", P.SYSTEM_EDIT, "new"),
    "catalog.owner": Command(
        "Propose an owner", "catalog:ownership-propose", P.OWNERSHIP_PROPOSE, "system of record"
    ),
}


def find_systems(actor: Actor, query: str, limit: int) -> list[Hit]:
    rows = selectors.systems(actor)
    found = (rows.filter(code__icontains=query) | rows.filter(name__icontains=query))[:limit]
    return [
        Hit(s.name, reverse("catalog:system-detail", kwargs={"pk": s.pk}), "System", s.code, s.code == query)
        for s in found
    ]


def find_objects(actor: Actor, query: str, limit: int) -> list[Hit]:
    rows = selectors.finance_objects(actor)
    found = (rows.filter(code__icontains=query) | rows.filter(name__icontains=query))[:limit]
    return [
        Hit(
            o.name,
            reverse("catalog:finance-object-detail", kwargs={"pk": o.pk}),
            "Finance object",
            o.code,
            o.code == query,
        )
        for o in found
    ]


def gaps_card(actor: Actor) -> dict[str, Any] | None:
    """Finance objects that no system owns today; left out for people who see none."""
    if not selectors.finance_objects(actor).exists():
        return None
    rows = [row for row in selectors.ownership_matrix(actor, today())[1] if row.gap]
    return {"gaps": rows[:8], "more": max(0, len(rows) - 8)}


def gaps_number(actor: Actor) -> Kpi | None:
    if not selectors.finance_objects(actor).exists():
        return None
    gaps = sum(row.gap for row in selectors.ownership_matrix(actor, today())[1])
    return Kpi(
        "Finance objects without an owner",
        gaps,
        reverse("catalog:ownership-matrix"),
        "warn" if gaps else "good",
    )


STEPS = {
    "catalog.systems": Step(
        "Register the systems",
        "The ledger and the planning system, then propose their connections.",
        "catalog:system-list",
        P.SYSTEM_EDIT,
        lambda actor: selectors.connections(actor).exists(),
        10,
    ),
    "catalog.owners": Step(
        "Name the systems of record",
        "A flow may read a finance object only from its owner.",
        "catalog:ownership-matrix",
        P.OWNERSHIP_PROPOSE,
        lambda actor: selectors.ownerships(actor).exists(),
        20,
    ),
}


def register() -> None:
    for name, step in STEPS.items():
        ports.steps.register(name, step)
    for name, item in NAV.items():
        ports.nav.register(name, item)
    for name, command in COMMANDS.items():
        ports.commands.register(name, command)
    ports.searches.register("catalog.systems", find_systems)
    ports.searches.register("catalog.objects", find_objects)
    ports.cards.register("catalog.gaps", Card("Gaps in ownership", "catalog/gaps_card.html", gaps_card, 30))
    ports.kpis.register("catalog.gaps", gaps_number)
