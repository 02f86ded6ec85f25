"""Template tags of the design system: statuses, money, dates, cells, fields, word differences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms, template
from django.db.models import Model
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from portal.core import authority
from portal.core.clock import now
from portal.core.codes import help_for
from portal.core.statuses import Status, status_of
from portal.core.views import cells
from portal.core.views.base import Action, Fact
from portal.core.views.columns import Column
from portal.core.views.plain import plain
from portal.core.worddiff import word_diff

register = template.Library()


@register.simple_tag
def status(value: Any, pill: bool = False) -> SafeString:
    """{% status change.state pill=True %}: glyph, colour and word of a state."""
    return cells.status(value, pill)


@register.filter
def status_look(value: Any) -> Status:
    """Word, tone and glyph of a state, for layouts that place them apart."""
    return status_of(value)


@register.filter
def money(value: Decimal | None, places: int = 2) -> SafeString:
    """Grouped digits with a visible minus; at least `places` decimals, never rounded."""
    return cells.money(value, int(places))


@register.filter
def count(value: int | None) -> SafeString:
    return cells.count(value)


@register.filter
def stamp(value: dt.datetime | None) -> SafeString:
    """A point in time to the minute, in UTC."""
    return cells.stamp(value)


@register.filter
def day(value: dt.date | None) -> SafeString:
    return cells.day(value)


@register.filter
def ago(value: dt.datetime | None) -> str:
    """Rough age: "5 min ago", "3 h ago", "12 d ago"."""
    if value is None:
        return ""
    seconds = int((now() - value).total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now"


@register.filter
def short_hash(value: str) -> str:
    """First twelve digits of a sha256, enough to compare by eye; the page shows the whole one too."""
    return str(value)[:12]


@register.filter
def seconds(value: float | None) -> str:
    """A duration: 0.42 s, 12.3 s, 4 min 05 s."""
    if value is None:
        return "–"
    if value < 60:
        return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s"


@register.filter
def help_title(code: str) -> str:
    """Title of an error code's help page, "" without one."""
    page = help_for(code)
    return page.title if page else ""


@register.filter
def plain_data(value: Any) -> SafeString:
    """Nested data (payload, preview, audit entry) as facts and tables."""
    return plain(value)


@register.simple_tag
def cell(column: Column, row: Any) -> SafeString:
    """One table cell of a declared column."""
    return column.cell(row)


@register.simple_tag
def fact(item: Fact) -> SafeString:
    return cells.render(item.kind, item.value)


@register.simple_tag
def row_href(columns: Any, row: Any) -> str:
    """Address of the row: that of its first linked column."""
    for column in columns:
        href = column.href(row) if column.link else ""
        if href:
            return str(href)
    return ""


@register.filter
def widget_kind(field: forms.BoundField) -> str:
    """check, group, file, hidden or plain: how the field is laid out."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "group"
    return "wide" if isinstance(widget, (forms.Textarea, forms.FileInput)) else "plain"


@register.filter
def possible(actions: Sequence[Action]) -> list[Action]:
    """The actions that may be taken now."""
    return [action for action in actions if not action.why]


@register.filter
def blocked(actions: Sequence[Action]) -> list[Action]:
    """The actions that may not be taken now; each says why."""
    return [action for action in actions if action.why]


@register.filter
def has_file(form: forms.BaseForm) -> bool:
    return form.is_multipart()


def _pieces(pieces: list[tuple[str, bool]], tag: str) -> SafeString:
    marked = ((f"<{tag}>" if hit else "", text, f"</{tag}>" if hit else "") for text, hit in pieces)
    return format_html_join("", "{}{}{}", ((SafeString(a), text, SafeString(b)) for a, text, b in marked))


@register.simple_tag
def diff_pair(before: Any, after: Any) -> tuple[SafeString, SafeString]:
    """Both texts with changed words in <del> and <ins>. Use: {% diff_pair a b as pair %}."""
    old = "" if before is None else str(before)
    new = "" if after is None else str(after)
    if not old or not new:
        return _pieces([(old, False)], "del"), _pieces([(new, False)], "ins")
    left, right = word_diff(old, new)
    return _pieces(left, "del"), _pieces(right, "ins")


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], permission: str, obj: Model | None = None) -> bool:
    """Whether the reader holds a permission, for buttons in rows: {% may "app:noun:verb" obj as yes %}."""
    actor = getattr(context.get("request"), "actor", None)
    return actor is not None and authority.allowed(actor, permission, obj)
