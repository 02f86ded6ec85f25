"""The navigation of one person: sections with the places that person may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from portal.access.selectors import held
from portal.core.actor import Actor
from portal.desk import ports


@dataclass(frozen=True, slots=True)
class Place:
    label: str
    url: str
    icon: str
    chord: str
    current: bool


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    places: list[Place]


def sections(actor: Actor, view_name: str) -> list[Section]:
    """Sections in fixed order; empty ones are left out."""
    permissions = held(actor)
    items = [
        item
        for item in sorted(ports.nav.all().values(), key=lambda item: (item.order, item.label))
        if not item.permission or item.permission in permissions
    ]
    found = []
    for title in ports.SECTIONS:
        places = [
            Place(item.label, reverse(item.url_name), item.icon, item.chord, view_name.startswith(item.match))
            for item in items
            if item.section == title
        ]
        if places:
            found.append(Section(title, places))
    return found
