"""Filters of list pages: search by words, facets with counts, chips of what is set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from portal.core.querysets import Governed
from portal.core.statuses import STATUSES, status_of
from portal.core.views.paging import with_params


class SearchFilter(django_filters.CharFilter):
    """Free text: every word must occur in one of `fields`. Declare it as `q`.

    `related` are foreign keys whose names are searched too, as far as the reader may see what they lead to.
    """

    def __init__(
        self,
        fields: Sequence[str],
        label: str = "Search",
        related: Mapping[str, type[Governed]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.search_fields = tuple(fields)
        self.related = dict(related or {})
        widget = forms.TextInput(attrs={"type": "search", "data-page-search": "", "autocomplete": "off"})
        super().__init__(label=label, widget=widget, max_length=200, **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        for word in (value or "").split()[:8]:
            qs = qs.filter(self.matching(word))
        return qs

    def matching(self, word: str) -> Q:
        """Rows that one word finds."""
        one = Q()
        for name in self.search_fields:
            one |= Q(**{f"{name}__icontains": word})
        for path, model in self.related.items():
            seen: Any = model.objects.restrict(self.parent.request.actor, model.view_permission)
            one |= Q(**{f"{path}__in": seen.filter(name__icontains=word).values("pk")})
        return one


@dataclass(frozen=True, slots=True)
class FacetValue:
    label: str
    count: int | None
    url: str
    current: bool
    tone: str = ""
    glyph: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter shown as pills with the number of rows behind each."""

    name: str
    label: str
    values: list[FacetValue]
    found: int | None = None  # rows that match every filter, when they were counted


@dataclass(frozen=True, slots=True)
class Chip:
    text: str
    url: str


def _choices(field: forms.Field) -> list[tuple[Any, Any]]:
    found = getattr(field, "choices", None)
    return [] if found is None else list(found)


def _label(field: forms.Field, value: Any) -> str:
    for key, words in _choices(field):
        if str(key) == str(value):
            return f"{str(words)[:1].upper()}{str(words)[1:]}"
    return status_of(value).word if str(value) in STATUSES else str(value)


def facets(filterset: Any, queryset: QuerySet, names: Sequence[str], cap: int = 0) -> list[Facet]:
    """Each facet counted with every other filter applied, so that a pill says what one click gives.

    One query counts all combinations of the facets, which must be plain exact filters. With `cap`, more rows
    than that are not counted: the pills then carry no number.
    """
    if not names:
        return []
    params = filterset.request.GET
    others = params.copy()
    current = {name: (others.pop(name, None) or [""])[-1] for name in names}
    without = type(filterset)(others, queryset=queryset, request=filterset.request)
    rows = (without.qs if without.is_valid() else queryset).order_by()
    counted = not cap or rows[: cap + 1].count() <= cap
    combinations: list[tuple[Any, ...]] = []
    if counted:
        fields = [filterset.filters[name].field_name for name in names]
        combinations = list(rows.values_list(*fields).annotate(n=Count("pk")))
    found = _found(combinations, names, current) if counted else None
    return [
        _facet(
            filterset,
            name,
            current,
            _counts(combinations, names, name, current) if counted else None,
            found,
        )
        for name in names
    ]


def _found(combinations: Sequence[tuple[Any, ...]], names: Sequence[str], current: dict[str, str]) -> int:
    """Rows that match every filter, the facets included."""
    return sum(
        number
        for *values, number in combinations
        if all(current[name] in ("", str(value)) for name, value in zip(names, values, strict=True))
    )


def _counts(
    combinations: Sequence[tuple[Any, ...]], names: Sequence[str], name: str, current: dict[str, str]
) -> dict[str, int]:
    """Rows by value of one facet, within what the other facets are set to."""
    place = list(names).index(name)
    found: dict[str, int] = {}
    for *values, number in combinations:
        inside = all(
            other == name or not current[other] or str(value) == current[other]
            for other, value in zip(names, values, strict=True)
        )
        if inside and values[place] not in (None, ""):
            found[str(values[place])] = found.get(str(values[place]), 0) + number
    return found


def _facet(
    filterset: Any, name: str, current: dict[str, str], counts: dict[str, int] | None, found: int | None
) -> Facet:
    params, item, chosen = filterset.request.GET, filterset.filters[name], current[name]
    order = [str(key) for key, _ in _choices(item.field) if str(key)]
    known = order if counts is None else [key for key in order if key in counts or key == chosen]
    total = None if counts is None else sum(counts.values())
    values = [FacetValue("All", total, with_params(params, **{name: None, "page": None}), not chosen)]
    for key in [*known, *sorted(set(counts or ()) - set(order))]:
        shown = STATUSES.get(key)
        values.append(
            FacetValue(
                _label(item.field, key),
                None if counts is None else counts.get(key, 0),
                with_params(params, **{name: key, "page": None}),
                key == chosen,
                shown.tone if shown else "",
                shown.glyph if shown else "",
            )
        )
    return Facet(name, str(item.label or name), values, found)


def chips(filterset: Any, params: QueryDict, hidden: Sequence[str]) -> list[Chip]:
    """What is filtered by, each with the address that takes it away."""
    found = []
    for name, item in filterset.filters.items():
        value = params.get(name)
        if value and name not in hidden:
            text = f"{item.label or name}: {_label(item.field, value)}"
            found.append(Chip(text[:80], with_params(params, **{name: None, "page": None})))
    return found
