"""Columns of a list, declared once: the same declaration renders cells, sorts, and exports to CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, Model, Value, When
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.core import authority
from portal.core.actor import Actor
from portal.core.currencies import minor_units
from portal.core.export import figure
from portal.core.statuses import status_of
from portal.core.views import cells

Getter = Callable[[Any], Any]
Row = Any


def related(actor: Actor, field: str) -> Getter:
    """A column's value: the name of what a foreign key leads to, as far as the actor may see it."""
    return lambda row: authority.shown(actor, getattr(row, field))


def name_in_scope(actor: Actor, model: type[Model], field: str) -> Case:
    """What a list sorts by where it shows `related`: names outside the actor's scope count as blank.

    Their order would tell between which of the names that the actor reads each of them stands.
    """
    to: Any = model._meta.get_field(field).related_model
    seen = authority.restrict(actor, to.view_permission, to.objects.all())
    return Case(When(**{f"{field}__in": seen.values("pk")}, then=F(f"{field}__name")), default=Value(""))


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `value` is an attribute path ("owner.name") or a function of the row; it defaults to `name`.
    `kind` chooses the look: text, code, status, money, count, date, time, tags, yesno.
    `link` is a function of the row giving an address, or True for `get_absolute_url`.
    `sort` names the model field to sort by; without it the column does not sort.
    `currency` is the attribute path of an amount's currency, which decides its decimals.
    `primary` is the heading of the card on a phone; `clip` shortens long text to one line, `wraps` lets it
    take several where the other columns need the width.
    """

    name: str
    label: str
    value: str | Getter = ""
    kind: str = "text"
    link: bool | Getter = False
    sort: str = ""
    primary: bool = False
    clip: bool = False
    wraps: bool = False
    unit: str = ""
    currency: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    def raw(self, row: Row) -> Any:
        """The value itself."""
        return self.value(row) if callable(self.value) else self._at(row, self.value or self.name)

    @staticmethod
    def _at(row: Row, path: str) -> Any:
        current = row
        for part in path.split("."):
            current = current.get(part) if isinstance(current, dict) else getattr(current, part, None)
            if callable(current) and not isinstance(current, Model):
                current = current()
            if current is None:
                return None
        return current

    def shown(self, row: Row) -> Any:
        """The value in the column's words."""
        value = self.raw(row)
        return self.words.get(str(value), value) if self.words and value is not None else value

    def places(self, row: Row) -> int:
        """Decimals that an amount of the row has at least."""
        return minor_units(str(self._at(row, self.currency))) if self.currency else 2

    def exported(self, row: Row) -> Any:
        """The words and digits of the screen; amounts ungrouped, times to the second and beyond."""
        value = self.shown(row)
        if isinstance(value, (list, tuple, set, frozenset)):
            return ", ".join(map(str, value))
        if self.kind == "yesno":
            return str(cells.yesno(value))
        if self.kind == "status":
            return "" if value in (None, "") else status_of(value).word
        if self.kind == "money" and value is not None:
            return figure(value, self.places(row))
        return value if value is None or isinstance(value, (int, Decimal, dt.date)) else str(value)

    def href(self, row: Row) -> str:
        if callable(self.link):
            return str(self.link(row) or "")
        return str(row.get_absolute_url()) if self.link else ""

    def cell(self, row: Row) -> SafeString:
        """The whole table cell; the row's heading is a <th scope=row> so that readers announce it."""
        inner = cells.render(self.kind, self.shown(row), self.places(row))
        href = self.href(row)
        if href and inner:
            inner = format_html('<a href="{}">{}</a>', href, inner)
        classes = " ".join(
            filter(
                None,
                (
                    "primary" * self.primary,
                    "clip" * self.clip,
                    "wraps" * self.wraps,
                    cells.css_class(self.kind),
                ),
            )
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
