"""Reads of the desk: my queue, the numbers, search over everything, palette commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from portal.access.selectors import held
from portal.core import authority
from portal.core.actor import Actor
from portal.desk import ports
from portal.desk.ports import Hit, Kpi, QueueItem

HELP = "Error code"  # kind of hit that comes after the business's own things


@dataclass(frozen=True, slots=True)
class CardView:
    title: str
    template: str
    wide: bool
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CommandView:
    """A palette command; `why` says why it is off."""

    label: str
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    kind: str
    hits: list[Hit]


def my_queue(actor: Actor, limit: int = 20) -> list[QueueItem]:
    """What waits for this person, oldest first."""
    items = [item for provider in ports.queues.all().values() for item in provider(actor, limit)]
    return sorted(items, key=lambda item: (item.since is None, item.since or 0))[:limit]


def numbers(actor: Actor) -> list[Kpi]:
    return [kpi for provider in ports.kpis.all().values() if (kpi := provider(actor)) is not None]


def cards(actor: Actor) -> list[CardView]:
    found = []
    for card in sorted(ports.cards.all().values(), key=lambda card: card.order):
        data = card.data(actor)
        if data is not None:
            found.append(CardView(card.title, card.template, card.wide, data))
    return found


@dataclass(frozen=True, slots=True)
class StepView:
    """A first step: taken, or with the address where this person takes it ("": somebody else does)."""

    title: str
    text: str
    url: str
    done: bool


def first_steps(actor: Actor) -> dict[str, Any] | None:
    """The way to the first loaded slice; None once one is loaded, and for people who see nothing of it."""
    permissions = held(actor)
    steps = sorted(ports.steps.all().values(), key=lambda step: step.order)
    if not permissions or not steps or steps[-1].done(actor):
        return None
    return {
        "steps": [
            StepView(
                step.title,
                step.text,
                reverse(step.url_name) if step.permission in permissions else "",
                step.done(actor),
            )
            for step in steps
        ]
    }


def search(actor: Actor, query: str, limit: int) -> list[HitGroup]:
    """Hits by kind, exact ones first; a query of fewer than two characters finds nothing."""
    words = query.replace("\x00", "").strip()[:200]
    if len(words) < 2:
        return []
    hits = [hit for provider in ports.searches.all().values() for hit in provider(actor, words, limit)]
    groups: dict[str, list[Hit]] = {}
    for hit in sorted(hits, key=lambda hit: (not hit.exact, hit.kind == HELP)):
        groups.setdefault(hit.kind, []).append(hit)
    return [HitGroup(kind, found) for kind, found in groups.items()]


def matching_commands(actor: Actor, query: str) -> list[CommandView]:
    """Commands whose label or words contain every word of the query; those not permitted say so."""
    wanted = query.lower().split()
    labels = authority.all_permissions()
    permissions = held(actor)
    found = []
    for command in ports.commands.all().values():
        text = f"{command.label} {command.words}".lower()
        if not all(word in text for word in wanted):
            continue
        off = bool(command.permission) and command.permission not in permissions
        why = f"needs “{labels.get(str(command.permission), command.permission)}”" if off else ""
        found.append(CommandView(command.label, reverse(command.url_name), why))
    return found
