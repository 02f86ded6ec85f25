"""Pages of long lists without counting them: one row more than a page says whether there is a next one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

COUNT_CAP = 10_000
MAX_PAGE = 20_000


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page with the query strings of its neighbours ("" when there is none)."""

    rows: list[Any]
    summary: str
    first: str = ""
    previous: str = ""
    next: str = ""


def capped_count(queryset: QuerySet, cap: int = COUNT_CAP) -> tuple[int, bool]:
    """Count at most `cap` rows; the second value says that there are more."""
    found = queryset.order_by()[: cap + 1].count()
    return min(found, cap), found > cap


def with_params(params: QueryDict, **changes: Any) -> str:
    """The query string with some parameters set, or removed when None. Always starts with "?"."""
    copy = params.copy()
    for name, value in changes.items():
        if value is None:
            copy.pop(name, None)
        else:
            copy[name] = str(value)
    return f"?{copy.urlencode()}"


def _number(text: str | None, low: int, high: int) -> int:
    digits = (text or "")[:18]
    number = int(digits) if digits.isascii() and digits.isdigit() else low
    return max(low, min(high, number))


def numbered_page(queryset: QuerySet, params: QueryDict, size: int, found: int | None = None) -> Page:
    """A page by number (`page`), for lists that people sort as they like; `found` is their number."""
    number = _number(params.get("page"), 1, MAX_PAGE)
    start = (number - 1) * size
    rows = list(queryset[start : start + size + 1])
    more, rows = len(rows) > size, rows[:size]
    if number == 1 and not more:
        total, over = len(rows), False
    elif found is not None:
        total, over = found, False
    else:
        total, over = capped_count(queryset)
    last = start + len(rows)
    known = f"{max(total, last):,}" + ("+" if over and last <= total else "")
    summary = f"{start + 1:,}–{last:,} of {known}" if rows else "No rows on this page"
    return Page(
        rows=rows,
        summary=summary,
        first=with_params(params, page=None) if number > 1 else "",
        previous=with_params(params, page=number - 1 if number > 2 else None) if number > 1 else "",
        next=with_params(params, page=number + 1) if more else "",
    )


def keyset_page(queryset: QuerySet, params: QueryDict, size: int) -> Page:
    """A page by primary key, newest first (`before`, `after`): as fast at the end as at the start."""
    before, after = params.get("before"), params.get("after")
    limit = 2**63 - 1
    if after:
        key = _number(after, 0, limit)
        rows = list(queryset.filter(pk__gt=key).order_by("pk")[: size + 1])
        newer, rows = len(rows) > size, rows[:size][::-1]
        older = True
    else:
        newer = bool(before)
        window = queryset.filter(pk__lt=_number(before, 0, limit)) if before else queryset
        rows = list(window.order_by("-pk")[: size + 1])
        older, rows = len(rows) > size, rows[:size]
    summary = f"{len(rows):,} rows" + (", newest first" if rows else "")
    return Page(
        rows=rows,
        summary=summary,
        first=with_params(params, before=None, after=None) if newer else "",
        previous=with_params(params, after=rows[0].pk, before=None) if newer and rows else "",
        next=with_params(params, before=rows[-1].pk, after=None) if older and rows else "",
    )
