"""Filters of mapping sets, rules, members and rates."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from catalog.models import System
from mappings.models import Dimension, MappingRule, MappingSet, Member, Rate, RateType
from mappings.rules.rule import RuleKind
from portal.core.views import SearchFilter

ORIGINS = (("new", "new in this version"), ("kept", "kept from the base"))


class MappingSetFilter(django_filters.FilterSet):
    q = SearchFilter(["code", "name"], related={"source_system": System, "target_system": System})
    kind = django_filters.ChoiceFilter(label="Kind", choices=MappingSet.Kind.choices)

    class Meta:
        model = MappingSet
        fields: list[str] = []


class RuleFilter(django_filters.FilterSet):
    q = SearchFilter(["match_text", "target", "label", "reason"])
    kind = django_filters.ChoiceFilter(label="Kind", choices=[(str(k), str(k)) for k in RuleKind])
    target = django_filters.CharFilter(label="Target", max_length=200)
    origin = django_filters.ChoiceFilter(label="Origin", choices=ORIGINS, method="filter_origin")

    class Meta:
        model = MappingRule
        fields: list[str] = []

    def filter_origin(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        number = self.request.mapping_version_number
        return queryset.filter(since=number) if value == "new" else queryset.exclude(since=number)


class DimensionFilter(django_filters.FilterSet):
    q = SearchFilter(["code", "name", "system__name"])

    class Meta:
        model = Dimension
        fields: list[str] = []


class MemberFilter(django_filters.FilterSet):
    q = SearchFilter(["code", "name"])
    parent = django_filters.CharFilter(label="Parent", max_length=200)

    class Meta:
        model = Member
        fields: list[str] = []


class RateFilter(django_filters.FilterSet):
    period = django_filters.CharFilter(label="Period", max_length=7)
    from_currency = django_filters.CharFilter(label="From", max_length=3)
    to_currency = django_filters.CharFilter(label="To", max_length=3)
    rate_type = django_filters.ChoiceFilter(label="Type", choices=RateType.choices)

    class Meta:
        model = Rate
        fields: list[str] = []
