"""Filters of the audit timeline."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from portal.audit.models import AuditEntry
from portal.audit.naming import SIGN_IN, behind
from portal.core.actor import Source
from portal.core.views import SearchFilter

_DAY = {"widget": forms.DateInput(attrs={"type": "date"}), "input_formats": ["%Y-%m-%d"]}


class EntrySearch(SearchFilter):
    """A reference such as CR-000012 also finds what is about its object, whatever words an entry holds."""

    def matching(self, word: str) -> Q:
        return super().matching(word) | behind(word.upper())


class AuditFilter(django_filters.FilterSet):
    q = EntrySearch(["subject_label", "reason", "action", "code"])
    person = django_filters.CharFilter(label="Person", method="of_person", max_length=200)
    action = django_filters.CharFilter(label="Act begins with", lookup_expr="startswith", max_length=80)
    outcome = django_filters.ChoiceFilter(label="Outcome", choices=AuditEntry.Outcome.choices)
    source = django_filters.ChoiceFilter(label="Through", choices=[(str(s), str(s)) for s in Source])
    since = django_filters.DateFilter(label="From", field_name="at", lookup_expr="date__gte", **_DAY)
    until = django_filters.DateFilter(label="To, inclusive", field_name="at", lookup_expr="date__lte", **_DAY)
    stream_type = django_filters.CharFilter(label="Kind of object", max_length=64, widget=forms.HiddenInput)
    stream_id = django_filters.CharFilter(label="Object", max_length=64, widget=forms.HiddenInput)

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def of_person(self, entries: QuerySet, name: str, value: str) -> QuerySet:
        """What somebody did, and refused sign-ins with a name of theirs, whoever tried."""
        tried = Q(stream_type=SIGN_IN, subject_label__icontains=value)
        return entries.filter(Q(actor_label__icontains=value) | tried)
