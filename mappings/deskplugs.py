"""What mappings plugs into the desk: navigation, search, commands."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from mappings import selectors
from mappings.permissions import P
from mappings.states import VersionState
from portal.core.actor import Actor
from portal.desk import ports
from portal.desk.ports import Command, Hit, NavItem, Step

NAV = {
    "mappings.sets": NavItem(
        "Govern",
        "Mappings",
        "mappings:mapping-set-list",
        "arrows-right-left",
        ("mappings:mapping-set", "mappings:version", "mappings:rule", "mappings:dimension"),
        40,
        "m",
        P.MAPPING_SET_VIEW,
    ),
    "mappings.rates": NavItem(
        "Govern",
        "Rate sets",
        "mappings:rate-set-list",
        "currency-dollar",
        ("mappings:rate-set",),
        50,
        "x",
        P.RATE_SET_VIEW,
    ),
}


def find_sets(actor: Actor, query: str, limit: int) -> list[Hit]:
    rows = selectors.mapping_sets(actor).filter(Q(code__icontains=query) | Q(name__icontains=query))
    return [
        Hit(
            item.name,
            reverse("mappings:mapping-set-detail", kwargs={"pk": item.pk}),
            "Mapping set",
            item.code,
            item.code == query,
        )
        for item in rows[:limit]
    ]


def find_dimensions(actor: Actor, query: str, limit: int) -> list[Hit]:
    rows = selectors.dimensions(actor).filter(Q(code__icontains=query) | Q(name__icontains=query))
    return [
        Hit(
            d.name,
            reverse("mappings:dimension-detail", kwargs={"pk": d.pk}),
            "Dimension",
            d.code,
            d.code == query,
        )
        for d in rows[:limit]
    ]


def register() -> None:
    for name, item in NAV.items():
        ports.nav.register(name, item)
    command = Command(
        "Register a mapping set", "mappings:mapping-set-register", P.MAPPING_SET_REGISTER, "new map"
    )
    ports.commands.register("mappings.set", command)
    step = Step(
        "Map the members",
        "Import dimensions and rules, submit the version, and let another person approve it.",
        "mappings:mapping-set-list",
        P.VERSION_EDIT,
        lambda actor: selectors.mapping_versions(actor).filter(state=VersionState.APPROVED).exists(),
        30,
    )
    ports.steps.register("mappings.versions", step)
    ports.searches.register("mappings.sets", find_sets)
    ports.searches.register("mappings.dimensions", find_dimensions)
