"""Fiscal calendars and their periods."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from portal.core.querysets import Governed
from portal.fiscal.permissions import P
from portal.fiscal.states import PeriodState


class FiscalCalendar(Governed):
    """How a group or an entity divides its years."""

    view_permission = P.CALENDAR_VIEW

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)

    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class FiscalPeriod(models.Model):
    """One period; `code` is `YYYY-PP`; first and last day inclusive. Adjustment periods may share days."""

    calendar = models.ForeignKey(FiscalCalendar, on_delete=models.PROTECT, related_name="periods")
    code = models.CharField(max_length=7)
    name = models.CharField(max_length=64, blank=True)
    start = models.DateField()
    end = models.DateField()
    is_adjustment = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=PeriodState.choices, default=PeriodState.OPEN)

    history = HistoricalRecords()

    class Meta:
        ordering = ["calendar", "code"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "code"], name="period_once"),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="period_dates"),
            models.CheckConstraint(condition=Q(state__in=PeriodState.values), name="period_known_state"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def full_name(self) -> str:
        """With its calendar, which `calendar` must hold already."""
        return f"{self.code} of {self.calendar}"

    @property
    def is_open(self) -> bool:
        return self.state == PeriodState.OPEN
