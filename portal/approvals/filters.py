"""Filters of the change queue."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from portal.approvals.models import ChangeRequest
from portal.approvals.ports import subjects
from portal.approvals.selectors import awaiting
from portal.approvals.states import OPEN, ChangeState
from portal.core.actor import Actor
from portal.core.views import SearchFilter
from portal.people.models import Person

MINE = (("waiting", "waits for my decision"), ("submitted", "submitted by me"), ("open", "not closed yet"))


def kind_choices() -> list[tuple[str, str]]:
    return sorted((kind, subject.label) for kind, subject in subjects.all().items())


class ChangeFilter(django_filters.FilterSet):
    q = SearchFilter(["title", "subject_key"], related={"requested_by": Person})
    state = django_filters.ChoiceFilter(label="State", choices=ChangeState.choices)
    kind = django_filters.ChoiceFilter(label="Kind", choices=kind_choices)
    view = django_filters.ChoiceFilter(label="View", choices=MINE, method="filter_view")

    class Meta:
        model = ChangeRequest
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """A reference such as CR-000012 finds its request whatever else the words match."""
        word = (self.form.cleaned_data.get("q") or "").strip().upper()
        if word.startswith("CR-") and word[3:].isdigit():
            self.form.cleaned_data["q"] = ""
            queryset = queryset.filter(pk=int(word[3:][:12]))
        return super().filter_queryset(queryset)

    def _waiting(self, actor: Actor) -> list[int]:
        """Found once for the rows, their facets and their number."""
        if not hasattr(self.request, "waiting_changes"):
            self.request.waiting_changes = [change.pk for change in awaiting(actor)]
        return list(self.request.waiting_changes)

    def filter_view(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        actor = self.request.actor
        if value == "waiting":
            return queryset.filter(pk__in=self._waiting(actor))
        if value == "submitted":
            return queryset.filter(requested_by_id=actor.person_id)
        return queryset.filter(state__in=OPEN)
