"""Filters that refuse a parameter they do not know instead of returning everything."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import filters, filterset
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from portal.core import authority
from portal.core.codes import Code
from portal.core.errors import BadInput, DomainError
from portal.core.text import clean_text

_PLAIN = {"cursor", "page_size", "fields", "format", "ordering"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"[0-9]{1,18}")


class _TextField(forms.CharField):
    def clean(self, value: Any) -> str:
        try:
            return clean_text(super().clean(value), 300)
        except DomainError as error:
            raise ValidationError(error.message) from None


class _WholeField(forms.CharField):
    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if text and not _WHOLE.fullmatch(text):
            many = text.isascii() and text.isdigit()
            raise ValidationError(
                "This must be a number of at most 18 digits."
                if many
                else "This must be a number in ASCII digits."
            )
        return int(text) if text else None


class _DayField(forms.CharField):
    def clean(self, value: Any) -> dt.date | None:
        text = super().clean(value)
        if not text:
            return None
        if not _DAY.fullmatch(text):
            raise ValidationError("This must be a date of the form YYYY-MM-DD.")
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise ValidationError("There is no such day.") from None


class TextFilter(filters.CharFilter):
    """Equal to a clean text (or the given lookup)."""

    field_class = _TextField


class CodeInScopeFilter(TextFilter):
    """Code of a related object; one outside the reader's scope is found by nobody's code."""

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if not value:
            return qs
        model = qs.model._meta.get_field(self.field_name).related_model
        seen = authority.restrict(self.parent.request.actor, model.view_permission, model.objects.all())
        return qs.filter(**{f"{self.field_name}__in": seen.filter(code=value).values("pk")})


class WholeFilter(filters.NumberFilter):
    """Equal to a whole number written in ASCII digits."""

    field_class = _WholeField

    def get_max_validator(self) -> None:
        return None


class DayFilter(filters.DateFilter):
    """A day, `YYYY-MM-DD`."""

    field_class = _DayField


class FlagFilter(filters.ChoiceFilter):
    """`true` or `false`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[("true", "true"), ("false", "false")], **kwargs)

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        return super().filter(qs, {"true": True, "false": False}.get(value, value))


class ListFilter(filterset.FilterSet):
    """Base of the filters of one list."""


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter, and a 400 API-012 for unknown or repeated query parameters (controls.md 6.4 row 22)."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        filterset = self.get_filterset(request, queryset, view)
        known = set(filterset.filters) if filterset is not None else set()
        unknown = set(request.query_params) - known - _PLAIN
        if unknown:
            raise BadInput(Code.API_012, f"Unknown query parameter: {sorted(unknown)[0][:80]}.")
        repeated = sorted(name for name, values in request.query_params.lists() if len(values) > 1)
        if repeated:
            raise BadInput(Code.API_012, f"The query parameter {repeated[0][:80]} stands twice.")
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            field, messages = next(iter(filterset.errors.items()))
            raise BadInput(Code.API_012, f"{field}: {messages[0]}")
        return filterset.qs
