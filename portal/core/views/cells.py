"""How values look: money with visible minus, ISO dates, times in UTC, statuses with glyph and word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from portal.core.money import group_digits
from portal.core.statuses import status_of

_NOTHING = mark_safe('<span class="muted">–</span>')
_NUMERIC = {"money", "count"}


def money(value: Decimal | None, places: int = 2) -> SafeString:
    if value is None:
        return _NOTHING
    kind = "money negative" if value < 0 else "money"
    return format_html('<span class="{}">{}</span>', kind, group_digits(value, places))


def stamp(value: dt.datetime | None) -> SafeString:
    """A point in time to the minute, always with its zone."""
    if value is None:
        return _NOTHING
    utc = value.astimezone(dt.UTC)
    return format_html(
        '<time datetime="{}">{} UTC</time>', utc.isoformat(timespec="seconds"), utc.strftime("%Y-%m-%d %H:%M")
    )


def day(value: dt.date | None) -> SafeString:
    if value is None:
        return _NOTHING
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), value.isoformat())


def status(value: Any, pill: bool = False) -> SafeString:
    if value in (None, ""):
        return _NOTHING
    shown = status_of(value)
    return format_html(
        '<span class="status{}" data-tone="{}"><i class="glyph glyph-{}" aria-hidden="true"></i>{}</span>',
        " pill" if pill else "",
        shown.tone,
        shown.glyph,
        shown.word,
    )


def tags(values: Iterable[Any] | None) -> SafeString:
    joined = format_html_join(" ", '<span class="tag">{}</span>', ((value,) for value in values or ()))
    return joined or _NOTHING


def text(value: Any) -> SafeString:
    return _NOTHING if value in (None, "") else SafeString(escape(value))


def code(value: Any) -> SafeString:
    return _NOTHING if value in (None, "") else format_html('<span class="code">{}</span>', value)


def count(value: Any) -> SafeString:
    return _NOTHING if value is None else SafeString(group_digits(value))


def yesno(value: Any) -> SafeString:
    return SafeString("Yes" if value else "No")


_RENDERERS: dict[str, Callable[[Any], SafeString]] = {
    "code": code,
    "count": count,
    "date": day,
    "status": status,
    "tags": tags,
    "text": text,
    "time": stamp,
    "yesno": yesno,
}


def render(kind: str, value: Any, places: int = 2) -> SafeString:
    """`places` are the decimals that an amount shows at least."""
    return money(value, places) if kind == "money" else _RENDERERS[kind](value)


def css_class(kind: str) -> str:
    if kind in _NUMERIC:
        return "num"
    return "nowrap" if kind in ("date", "time", "code", "status") else ""
