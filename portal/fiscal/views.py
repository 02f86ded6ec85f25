"""Pages of fiscal calendars and their periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.urls import reverse

from portal.core import authority
from portal.core.canonical import content_hash
from portal.core.clock import today
from portal.core.errors import NotFound
from portal.core.views import (
    Action,
    ActionPage,
    Column,
    Crumb,
    DetailPage,
    Empty,
    Fact,
    ListPage,
    UploadPage,
    permitted,
)
from portal.fiscal import services
from portal.fiscal.forms import CalendarRegisterForm, PeriodStateForm
from portal.fiscal.models import FiscalCalendar, FiscalPeriod
from portal.fiscal.permissions import P
from portal.fiscal.services import PERIOD_COLUMNS

STATUS = {"open": "period_open", "closed": "period_closed", "locked": "period_locked"}


def calendar_url(calendar: FiscalCalendar) -> str:
    return reverse("fiscal:calendar-detail", kwargs={"pk": calendar.pk})


class CalendarListView(ListPage):
    title = "Calendars"
    lead = "How years divide into periods, and which of them are open."
    model = FiscalCalendar
    permission = P.CALENDAR_VIEW
    ordering = ("code",)
    empty = Empty("No calendar yet.", "Register one with a CSV of its periods.")
    columns = (
        Column("name", "Calendar", primary=True, link=calendar_url, sort="name"),
        Column("code", "Code", kind="code", sort="code"),
        Column("periods_all", "Periods", kind="count"),
        Column("periods_open", "Open", kind="count"),
        Column("first", "From", kind="date"),
        Column("last", "To", kind="date"),
    )

    def decorate(self, rows: QuerySet) -> QuerySet:
        return rows.annotate(
            periods_all=Count("periods"),
            periods_open=Count("periods", filter=Q(periods__state="open")),
            first=Min("periods__start"),
            last=Max("periods__end"),
        )

    def actions(self) -> Sequence[Action]:
        url = reverse("fiscal:calendar-register")
        label = "Register a calendar"
        return [
            permitted(
                self.actor, P.CALENDAR_MAINTAIN, label, url, everywhere=True, tone="primary", icon="plus"
            )
        ]


class CalendarRegisterView(UploadPage):
    title = "Register a calendar"
    lead = "Fiscal periods with first and last days. Periods that the file does not name stay as they are."
    permission = P.CALENDAR_MAINTAIN
    everywhere = True
    form_class = CalendarRegisterForm
    submit_label = "Register"
    headings = f"{', '.join(PERIOD_COLUMNS)}; codes are YYYY-PP, 13 to 16 are adjustment periods; CSV only"

    def crumbs(self) -> Sequence[Crumb]:
        return [("Calendars", reverse("fiscal:calendar-list")), (self.title, "")]

    def initial(self) -> dict[str, Any]:
        known = FiscalCalendar.objects.filter(code=self.request.GET.get("calendar", "")[:64]).first()
        return {"code": known.code, "name": known.name} if known else {}

    def cancel_url(self) -> str:
        return reverse("fiscal:calendar-list")

    def load(self, form: CalendarRegisterForm, content: bytes, dry_run: bool) -> FiscalCalendar:
        data = form.cleaned_data
        self.periods = services.period_specs(content)
        named = {"code": data["code"], "name": data["name"]}
        calendar, _ = services.calendar_register(
            actor=self.actor, reason=data["reason"], periods=self.periods, dry_run=dry_run, **named
        )
        return calendar

    def state(self, form: CalendarRegisterForm) -> str:
        periods = FiscalPeriod.objects.filter(calendar__code=form.cleaned_data["code"]).order_by("code")
        return content_hash([[str(cell) for cell in row] for row in periods.values_list()])

    def counts(self, result: FiscalCalendar) -> Sequence[tuple[str, int]]:
        return [("periods", len(self.periods))]

    def success_url(self, result: FiscalCalendar) -> str:
        return calendar_url(result)


class CalendarDetailView(DetailPage):
    model = FiscalCalendar
    permission = P.CALENDAR_VIEW
    template_name = "fiscal/calendar_detail.html"
    code_field = "code"

    def crumbs(self) -> Sequence[Crumb]:
        return [("Calendars", reverse("fiscal:calendar-list")), (self.object.name, "")]

    def actions(self) -> Sequence[Action]:
        url = f"{reverse('fiscal:calendar-register')}?calendar={self.object.code}"
        return [permitted(self.actor, P.CALENDAR_MAINTAIN, "Add or correct periods", url, everywhere=True)]

    def facts(self) -> Sequence[Fact]:
        day = today()
        current = self.object.periods.filter(start__lte=day, end__gte=day, is_adjustment=False).first()
        return [
            Fact("Today's period", current.code if current else "none"),
            Fact("Periods", self.object.periods.count(), "count"),
            Fact("Open", self.object.periods.filter(state="open").count(), "count"),
        ]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        periods = [(period, STATUS[period.state]) for period in self.object.periods.order_by("code")]
        may = authority.allowed_everywhere(self.actor, P.CALENDAR_MAINTAIN)
        return super().get_context(periods=periods, may_change=may, today=today(), **extra)


class PeriodSetStateView(ActionPage):
    permission = P.CALENDAR_MAINTAIN
    form_class = PeriodStateForm
    submit_label = "Change the state"

    def prepare(self) -> None:
        super().prepare()
        period = FiscalPeriod.objects.select_related("calendar").filter(pk=self.kwargs["pk"]).first()
        if period is None:
            raise NotFound("There is no such period.")
        self.period = period

    def get_title(self) -> str:
        return f"Open or close {self.period.code}"

    def crumbs(self) -> Sequence[Crumb]:
        calendar = self.period.calendar
        return [
            ("Calendars", reverse("fiscal:calendar-list")),
            (calendar.name, calendar_url(calendar)),
            (self.period.code, ""),
        ]

    def initial(self) -> dict[str, Any]:
        return {"state": self.period.state}

    def cancel_url(self) -> str:
        return calendar_url(self.period.calendar)

    def perform(self, form: PeriodStateForm) -> FiscalPeriod:
        return services.period_set_state(actor=self.actor, period_id=self.period.pk, **form.values)

    def success_url(self, result: FiscalPeriod) -> str:
        return calendar_url(result.calendar)

    def success_message(self, result: FiscalPeriod) -> str:
        return f"{result.code} is {result.get_state_display()}."
