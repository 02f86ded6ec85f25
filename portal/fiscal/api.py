"""Fiscal calendars and their periods."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django_filters import filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.core.api.operations import Op
from portal.core.api.serializers import Body, Representation
from portal.core.api.values import Choice, CodeText, Day, Reason, Rows, Text
from portal.core.api.viewsets import Detailed, Listed
from portal.core.filters import DayFilter, FlagFilter, ListFilter, TextFilter, WholeFilter
from portal.fiscal import selectors
from portal.fiscal.models import FiscalCalendar, FiscalPeriod, PeriodState
from portal.fiscal.permissions import P
from portal.fiscal.services import PeriodSpec, calendar_edit, calendar_register, period_set_state


class PeriodView(Representation):
    """A fiscal period; days inclusive."""

    calendar = serializers.CharField(source="calendar.code")

    class Meta:
        model = FiscalPeriod
        fields = ["id", "calendar", "calendar_id", "code", "name", "start", "end", "is_adjustment", "state"]


class CalendarView(Representation):
    """A fiscal calendar; its periods are a list of their own, and their hash is part of its version."""

    periods_sha256 = serializers.SerializerMethodField()

    class Meta:
        model = FiscalCalendar
        fields = ["id", "code", "name", "periods_sha256"]

    def get_periods_sha256(self, calendar: FiscalCalendar) -> str:
        return selectors.periods_hash(calendar)


class PeriodBody(Body):
    code = CodeText(help_text="YYYY-PP; 13 to 16 are adjustment periods.")
    start = Day()
    end = Day()
    name = Text(max_length=64, required=False, allow_blank=True)


class CalendarBody(Body):
    """All or nothing."""

    code = CodeText()
    name = Text()
    periods = Rows(child=PeriodBody(), max_length=2000)
    reason = Reason()


class CalendarEditBody(Body):
    """All or nothing; periods that are not named stay as they are."""

    name = Text(required=False)
    periods = Rows(child=PeriodBody(), max_length=2000, required=False)
    reason = Reason()


class PeriodStateBody(Body):
    state = Choice(PeriodState.choices)
    reason = Reason()


class CalendarFilter(ListFilter):
    code = TextFilter()


class PeriodFilter(ListFilter):
    calendar = TextFilter(field_name="calendar__code")
    calendar_id = WholeFilter()
    code = TextFilter()
    state = filters.ChoiceFilter(choices=PeriodState.choices)
    is_adjustment = FlagFilter()
    on = DayFilter(method="on_day", label="Periods that contain this day.")

    def on_day(self, queryset: QuerySet[FiscalPeriod], name: str, day: dt.date) -> QuerySet[FiscalPeriod]:
        return queryset.filter(start__lte=day, end__gte=day)


def _specs(periods: list[dict[str, object]]) -> list[PeriodSpec]:
    return [
        PeriodSpec(**period, place=f"/periods/{index}")  # type: ignore[arg-type]
        for index, period in enumerate(periods)
    ]


class CalendarViewSet(Listed, Detailed):
    """Fiscal calendars."""

    selector = staticmethod(selectors.calendars_with_periods)
    serializer_class = CalendarView
    filterset_class = CalendarFilter
    cursor_orderings = ("code", "-code", "id", "-id")
    operations = {
        "list": Op(P.CALENDAR_VIEW),
        "retrieve": Op(P.CALENDAR_VIEW),
        "create": Op(P.CALENDAR_MAINTAIN, body=CalendarBody, status=201),
        "partial_update": Op(P.CALENDAR_MAINTAIN, body=CalendarEditBody),
    }

    def create(self, request: Request) -> Response:
        """Register a new calendar with its periods; 409 when the code is there, since PATCH completes it."""
        values = self.body()
        values["periods"] = _specs(values["periods"])
        return self.created(calendar_register(actor=self.actor, **values).calendar)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename a calendar, add or correct periods of it; the days of a period with runs stay."""
        values = {"name": self.instance.name, "periods": [], **self.body()}
        values["periods"] = _specs(values["periods"])
        done = calendar_edit(actor=self.actor, calendar_id=self.instance.pk, **values)
        return self.changed(done.calendar)


class PeriodViewSet(Listed, Detailed):
    """Fiscal periods: open, closed or locked."""

    selector = staticmethod(selectors.periods)
    serializer_class = PeriodView
    filterset_class = PeriodFilter
    operations = {
        "list": Op(P.CALENDAR_VIEW),
        "retrieve": Op(P.CALENDAR_VIEW),
        "partial_update": Op(P.CALENDAR_MAINTAIN, body=PeriodStateBody),
    }

    def partial_update(self, request: Request, pk: str) -> Response:
        """Open, close or lock a period."""
        return self.changed(period_set_state(actor=self.actor, period_id=self.instance.pk, **self.body()))
