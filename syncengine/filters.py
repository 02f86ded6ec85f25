"""Filters of flows, runs and quarantined records."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from catalog.models import System
from portal.core.views import SearchFilter
from syncengine.models import Flow, QuarantinedRecord, ReconciliationDifference, Run
from syncengine.states import ACTIVE, HELD_BACK, RecordState, RunState

SEPARATOR = " | "  # between the members of a combination, as the engine writes it


class FlowFilter(django_filters.FilterSet):
    q = SearchFilter(
        ["code", "name", "finance_object__name"], related={"source_system": System, "target_system": System}
    )

    class Meta:
        model = Flow
        fields: list[str] = []


class RunFilter(django_filters.FilterSet):
    period = django_filters.CharFilter(label="Period", max_length=7)
    q = SearchFilter(["slice_key", "requested_by", "reason", "error_code"])
    flow = django_filters.CharFilter(label="Flow", field_name="flow__code", max_length=64)
    state = django_filters.ChoiceFilter(label="State", choices=RunState.choices)
    kind = django_filters.ChoiceFilter(
        label="Kind",
        choices=(("load", "loads"), ("dry", "dry runs"), ("active", "not ended")),
        method="filter_kind",
    )

    class Meta:
        model = Run
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """A reference such as R-000012 finds its run whatever else the words match."""
        word = (self.form.cleaned_data.get("q") or "").strip().upper()
        if word.startswith("R-") and word[2:].isdecimal() and word[2:].isascii():
            self.form.cleaned_data["q"] = ""
            queryset = queryset.filter(pk=int(word[2:][:12]))
        return super().filter_queryset(queryset)

    def filter_kind(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == "active":
            return queryset.filter(state__in=ACTIVE)
        return queryset.filter(dry_run=value == "dry")


class _RecordFilter(django_filters.FilterSet):
    """What groups and single records have in common."""

    q = SearchFilter(["value", "field", "code", "origin", "note"])
    flow = django_filters.CharFilter(label="Flow", field_name="flow__code", max_length=64)
    code = django_filters.CharFilter(label="Code", max_length=16)
    period = django_filters.CharFilter(label="Period", max_length=7)

    class Meta:
        model = QuarantinedRecord
        fields: list[str] = []


class GroupFilter(_RecordFilter):
    by = django_filters.ChoiceFilter(
        label="Group by", choices=(("whole", "combination"),), method="filter_nothing"
    )
    who = django_filters.ChoiceFilter(
        label="Assigned",
        choices=(("me", "to me"), ("nobody", "to nobody")),
        method="filter_who",
    )

    def filter_nothing(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset

    def filter_who(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return assigned(queryset, value, self.request)


class RecordFilter(_RecordFilter):
    field = django_filters.CharFilter(label="Field", max_length=200)
    value = django_filters.CharFilter(label="Value", max_length=500, strip=False)
    member = django_filters.CharFilter(label="Member", max_length=500, strip=False, method="filter_member")
    run = django_filters.NumberFilter(
        label="Run", field_name="last_run_id", decimal_places=0, max_value=2**62
    )
    state = django_filters.ChoiceFilter(label="State", choices=RecordState.choices)
    work = django_filters.ChoiceFilter(
        label="Work", choices=(("held", "held back"), ("done", "done")), method="filter_work"
    )
    who = django_filters.ChoiceFilter(
        label="Assigned", choices=(("me", "to me"), ("nobody", "to nobody")), method="filter_who"
    )

    def filter_member(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """The value itself, or any combination that starts with it."""
        return queryset.filter(Q(value=value) | Q(value__startswith=f"{value}{SEPARATOR}"))

    def filter_work(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return (
            queryset.filter(state__in=HELD_BACK) if value == "held" else queryset.exclude(state__in=HELD_BACK)
        )

    def filter_who(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return assigned(queryset, value, self.request)


def assigned(queryset: QuerySet, value: str, request: Any) -> QuerySet:
    person = request.actor.person_id if value == "me" else None
    return queryset.filter(assigned_to_id=person)


class DifferenceFilter(django_filters.FilterSet):
    measure = django_filters.CharFilter(label="Measure", max_length=63)

    class Meta:
        model = ReconciliationDifference
        fields: list[str] = []
