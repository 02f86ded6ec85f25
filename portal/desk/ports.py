"""What apps plug into the desk: navigation, home cards, my queue, search and palette commands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.core.actor import Actor
from portal.core.ports import Registry

SECTIONS = ("Govern", "Operate", "Assure")


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place in the navigation; `match` are prefixes of view names that belong to it.

    `chord` is the key after g; `permission` hides the place from people who could see nothing there.
    """

    section: str
    label: str
    url_name: str
    icon: str
    match: tuple[str, ...]
    order: int = 50
    chord: str = ""
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A card of the close desk: `data` gives the template its values, or None to leave the card out."""

    title: str
    template: str
    data: Callable[[Actor], dict[str, Any] | None]
    order: int = 50
    wide: bool = False


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One thing that waits for this person."""

    title: str
    url: str
    kind: str
    status: str
    detail: str = ""
    since: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Kpi:
    """A number of the close desk, linked to the rows behind it."""

    label: str
    value: int
    url: str
    tone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A search result; `exact` puts it first."""

    label: str
    url: str
    kind: str
    detail: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the palette; without its permission it is shown with the reason why not."""

    label: str
    url_name: str
    permission: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step towards the first proven slice; `done` says whether it was taken, within what the actor sees."""

    title: str
    text: str
    url_name: str
    permission: str
    done: Callable[[Actor], bool]
    order: int


nav: Registry[NavItem] = Registry("navigation item")
cards: Registry[Card] = Registry("desk card")
queues: Registry[Callable[[Actor, int], list[QueueItem]]] = Registry("desk queue")
kpis: Registry[Callable[[Actor], Kpi | None]] = Registry("desk number")
searches: Registry[Callable[[Actor, str, int], list[Hit]]] = Registry("search provider")
commands: Registry[Command] = Registry("palette command")
steps: Registry[Step] = Registry("first step")
