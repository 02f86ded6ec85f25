"""Columns of a list, declared once: the same declaration renders cells, sorts, and exports to CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.core import authority
from portal.core.actor import Actor
from portal.core.views import cells

Getter = Callable[[Any], Any]
Row = Any


def related(actor: Actor, field: str) -> Getter:
    """A column's value: the name of what a foreign key leads to, as far as the actor may see it."""
    return lambda row: authority.shown(actor, getattr(row, field))


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `value` is an attribute path ("owner.name") or a function of the row; it defaults to `name`.
    `kind` chooses the look: text, code, status, money, count, date, time, tags, yesno.
    `link` is a function of the row giving an address, or True for `get_absolute_url`.
    `sort` names the model field to sort by; without it the column does not sort.
    `primary` is the heading of the card on a phone; `clip` shortens long text to one line.
    """

    name: str
    label: str
    value: str | Getter = ""
    kind: str = "text"
    link: bool | Getter = False
    sort: str = ""
    primary: bool = False
    clip: bool = False
    unit: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    def raw(self, row: Row) -> Any:
        """The value itself, as exported."""
        if callable(self.value):
            return self.value(row)
        current = row
        for part in (self.value or self.name).split("."):
            current = current.get(part) if isinstance(current, dict) else getattr(current, part, None)
            if callable(current) and not isinstance(current, Model):
                current = current()
            if current is None:
                return None
        return current

    def exported(self, row: Row) -> Any:
        value = self.raw(row)
        if isinstance(value, (list, tuple, set, frozenset)):
            return ", ".join(map(str, value))
        if self.kind == "yesno":
            return "yes" if value else "no"
        if value is None or isinstance(value, (int, Decimal, dt.date, dt.datetime)):
            return value
        return self.words.get(str(value), str(value)) if self.kind != "status" else str(value)

    def href(self, row: Row) -> str:
        if callable(self.link):
            return str(self.link(row) or "")
        return str(row.get_absolute_url()) if self.link else ""

    def cell(self, row: Row) -> SafeString:
        """The whole table cell; the row's heading is a <th scope=row> so that readers announce it."""
        value = self.raw(row)
        if self.words and value is not None:
            value = self.words.get(str(value), value)
        inner = cells.render(self.kind, value)
        href = self.href(row)
        if href and inner:
            inner = format_html('<a href="{}">{}</a>', href, inner)
        classes = " ".join(
            filter(None, ("primary" * self.primary, "clip" * self.clip, cells.css_class(self.kind)))
        )
        tag = "th" if self.primary else "td"
        return format_html(
            '<{} class="{}" data-label="{}"{}>{}</{}>',
            tag,
            classes,
            self.label,
            SafeString(' scope="row"') if self.primary else "",
            inner,
            tag,
        )
