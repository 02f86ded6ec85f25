"""Plain data (JSON of a payload, preview or audit entry) as readable HTML: facts, lists and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

ROW_LIMIT = 200
_DEPTH = 6


def words(key: Any) -> str:
    """A key as people read it: valid_from -> Valid from."""
    text = str(key).replace("_", " ")
    return text[:1].upper() + text[1:]


def _scalar(value: Any) -> SafeString:
    if value is None or value == "":
        return SafeString('<span class="muted">–</span>')
    if isinstance(value, bool):
        return SafeString("yes" if value else "no")
    if isinstance(value, (int, Decimal)):
        return format_html('<span class="money">{}</span>', value)
    return SafeString(escape(value))


def _is_flat(row: Any) -> bool:
    return isinstance(row, Mapping) and not any(isinstance(v, (Mapping, list, tuple)) for v in row.values())


def _table(rows: Sequence[Mapping[str, Any]]) -> SafeString:
    keys = list(dict.fromkeys(key for row in rows for key in row))
    head = format_html_join("", '<th scope="col">{}</th>', ((words(key),) for key in keys))
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        (
            (
                format_html_join(
                    "", '<td data-label="{}">{}</td>', ((words(k), _scalar(row.get(k))) for k in keys)
                ),
            )
            for row in rows[:ROW_LIMIT]
        ),
    )
    more = f"{len(rows) - ROW_LIMIT} more rows" if len(rows) > ROW_LIMIT else ""
    return format_html(
        '<table class="table cards"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
        '<p class="help">{}</p>',
        head,
        body,
        more,
    )


def plain(value: Any, depth: int = 0) -> SafeString:
    """Nested data as HTML; beyond six levels as text."""
    if depth > _DEPTH:
        return _scalar(str(value))
    if isinstance(value, Mapping):
        pairs = ((words(key), plain(item, depth + 1)) for key, item in value.items())
        return format_html(
            '<dl class="fact-list">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", pairs)
        )
    if isinstance(value, (list, tuple)):
        if value and all(map(_is_flat, value)):
            return _table(value)
        if not any(isinstance(item, (Mapping, list, tuple)) for item in value):
            return _scalar(", ".join(map(str, value)))
        return format_html_join("", "{}", ((plain(item, depth + 1),) for item in value[:ROW_LIMIT]))
    return _scalar(value)
