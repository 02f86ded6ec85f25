"""Filters of people, roles and grants."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from portal.access.functions import LABELS
from portal.access.models import Grant, Role
from portal.core.clock import today
from portal.core.views import SearchFilter
from portal.people.models import Person

WHEN = (("in_force", "in force today"), ("future", "not yet in force"), ("ended", "ended"))


class PersonFilter(django_filters.FilterSet):
    q = SearchFilter(["name", "code", "email", "accounts__username"])
    is_active = django_filters.ChoiceFilter(label="Active", choices=(("True", "yes"), ("False", "no")))

    class Meta:
        model = Person
        fields: list[str] = []


class GrantFilter(django_filters.FilterSet):
    q = SearchFilter(["person__name", "person__code", "role__name", "role__code", "over"])
    when = django_filters.ChoiceFilter(label="When", choices=WHEN, method="filter_when")
    duty = django_filters.ChoiceFilter(
        label="Duty", choices=[(str(f), label) for f, label in LABELS.items()], method="filter_duty"
    )

    class Meta:
        model = Grant
        fields: list[str] = []

    def filter_when(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        day = today()
        if value == "future":
            return queryset.filter(valid_from__gt=day)
        if value == "ended":
            return queryset.filter(valid_to__lt=day)
        live = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        return queryset.filter(live, valid_from__lte=day)

    def filter_duty(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        # Functions are a JSON list of few roles: reading the roles is portable, JSON operators are not.
        roles = [role.pk for role in Role.objects.all() if value in role.functions]
        return queryset.filter(role__in=roles)
