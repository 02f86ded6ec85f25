"""Filters of systems, finance objects and ownerships."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from catalog.models import FinanceObject, Ownership, System
from portal.core.clock import today
from portal.core.views import SearchFilter

WHEN = (("in_force", "in force today"), ("future", "not yet in force"), ("ended", "ended"))


class SystemFilter(django_filters.FilterSet):
    q = SearchFilter(["code", "name", "owner_team", "region"])
    kind = django_filters.ChoiceFilter(label="Kind", choices=System.Kind.choices)
    hosting = django_filters.ChoiceFilter(label="Hosting", choices=System.Hosting.choices)
    criticality = django_filters.ChoiceFilter(label="Criticality", choices=System.Criticality.choices)

    class Meta:
        model = System
        fields: list[str] = []


class FinanceObjectFilter(django_filters.FilterSet):
    q = SearchFilter(["code", "name", "description"])

    class Meta:
        model = FinanceObject
        fields: list[str] = []


class OwnershipFilter(django_filters.FilterSet):
    q = SearchFilter(
        ["finance_object__name", "finance_object__code", "system__name", "attribute", "legal_entity"]
    )
    when = django_filters.ChoiceFilter(label="When", choices=WHEN, method="filter_when")

    class Meta:
        model = Ownership
        fields: list[str] = []

    def filter_when(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        day = today()
        if value == "future":
            return queryset.filter(valid_from__gt=day)
        if value == "ended":
            return queryset.filter(valid_to__lt=day)
        return queryset.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)
