"""Pages of fiscal calendars and their periods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.db.models import Count, Max, Min, Q, QuerySet
from django.urls import reverse

from portal.core import authority
from portal.core.clock import today
from portal.core.errors import OutOfScope
from portal.core.states import possible
from portal.core.views import (
    Action,
    ActionPage,
    Column,
    Crumb,
    DetailPage,
    Empty,
    Fact,
    ListPage,
    ObjectUploadPage,
    UploadMixin,
    UploadPage,
    permitted,
)
from portal.fiscal import services
from portal.fiscal.forms import CalendarEditForm, CalendarRegisterForm, PeriodStateForm
from portal.fiscal.models import FiscalCalendar, FiscalPeriod
from portal.fiscal.permissions import P
from portal.fiscal.selectors import periods, periods_hash
from portal.fiscal.services import PERIOD_COLUMNS, CalendarResult
from portal.fiscal.states import PERIOD

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


class _Upload(UploadMixin):
    """A calendar's periods by file."""

    permission: str = P.CALENDAR_MAINTAIN
    everywhere = True
    headings = (
        f"{', '.join(PERIOD_COLUMNS)}; codes are YYYY-PP, 13 to 16 are adjustment periods, whose days lie in "
        "their fiscal year; state is that of a new period, open when empty; CSV only"
    )
    service: ClassVar[Callable[..., CalendarResult]]

    def named(self, form: Any) -> dict[str, Any]:
        """Which calendar it is, as the service takes it."""
        raise NotImplementedError

    def load(self, form: Any, content: bytes, dry_run: bool) -> CalendarResult:
        periods = services.period_specs(content) if content else []
        values = {name: form.cleaned_data[name] for name in ("reason", "name")}
        return type(self).service(
            actor=self.actor, periods=periods, dry_run=dry_run, **values, **self.named(form)
        )

    def counts(self, result: CalendarResult) -> Sequence[tuple[str, int]]:
        return [*result.counts.items(), *([("name changed", 1)] if result.renamed else [])]

    def imported(self, result: CalendarResult) -> str:
        told = ", ".join(f"{number:,} {word}" for word, number in result.counts.items() if number)
        sentences = [f"Periods: {told}."] if told else []
        if result.renamed:
            sentences.append(f"The calendar is now called {result.calendar.name}.")
        return " ".join(sentences)

    def success_url(self, result: CalendarResult) -> str:
        return calendar_url(result.calendar)


class CalendarRegisterView(_Upload, UploadPage):
    title = "Register a calendar"
    lead = "A new calendar: its fiscal periods with first and last days, which leave no day out."
    form_class = CalendarRegisterForm
    submit_label = "Register"
    service = staticmethod(services.calendar_register)

    def crumbs(self) -> Sequence[Crumb]:
        return [("Calendars", reverse("fiscal:calendar-list")), (self.title, "")]

    def cancel_url(self) -> str:
        return reverse("fiscal:calendar-list")

    def named(self, form: CalendarRegisterForm) -> dict[str, Any]:
        return {"code": form.cleaned_data["code"]}

    def state(self, form: CalendarRegisterForm) -> str:
        return str(FiscalCalendar.objects.filter(code=form.cleaned_data["code"]).exists())


class CalendarEditView(_Upload, ObjectUploadPage):
    title = "Add or correct periods"
    lead = (
        "Periods that the file does not name stay as they are, and so do the days of periods with runs or "
        "that are not open. The state of a period that is there is changed on its own page. To change the "
        "name alone, leave file and lines empty."
    )
    model = FiscalCalendar
    form_class = CalendarEditForm
    submit_label = "Save"
    service = staticmethod(services.calendar_edit)

    def crumbs(self) -> Sequence[Crumb]:
        here = (self.object.name, calendar_url(self.object))
        return [("Calendars", reverse("fiscal:calendar-list")), here, (self.title, "")]

    def stored(self) -> dict[str, Any]:
        return {"name": self.object.name}

    def cancel_url(self) -> str:
        return calendar_url(self.object)

    def named(self, form: CalendarEditForm) -> dict[str, Any]:
        return {"calendar_id": self.object.pk}

    def state(self, form: CalendarEditForm) -> str:
        return periods_hash(self.object)


class CalendarDetailView(DetailPage):
    model = FiscalCalendar
    permission = P.CALENDAR_VIEW
    template_name = "fiscal/calendar_detail.html"
    code_field = "code"

    def crumbs(self) -> Sequence[Crumb]:
        return [("Calendars", reverse("fiscal:calendar-list")), (self.object.name, "")]

    def actions(self) -> Sequence[Action]:
        url = reverse("fiscal:calendar-edit", kwargs={"pk": self.object.pk})
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
        rows = [
            (period, STATUS[period.state], possible(period, PERIOD))
            for period in self.object.periods.order_by("code")
        ]
        may = authority.allowed_everywhere(self.actor, P.CALENDAR_MAINTAIN)
        return super().get_context(periods=rows, may_change=may, today=today(), **extra)


class PeriodSetStateView(ActionPage):
    permission = P.CALENDAR_MAINTAIN
    form_class = PeriodStateForm
    submit_label = "Change the state"

    def prepare(self) -> None:
        period = periods(self.actor).filter(pk=self.kwargs["pk"]).first()
        if period is None:
            raise OutOfScope("There is no such period in your scope.")
        authority.check(self.actor, self.permission, period, name=period.full_name)
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

    def stored(self) -> dict[str, Any]:
        return {"state": self.period.state}

    def form_options(self) -> dict[str, Any]:
        return {"period": self.period}

    def blocked(self) -> str:
        if possible(self.period, PERIOD):
            return ""
        return f"{self.period} is {self.period.get_state_display()}, and a locked period stays locked."

    def stored_rows(self) -> QuerySet:
        return FiscalPeriod.objects.filter(pk=self.period.pk)

    def cancel_url(self) -> str:
        return calendar_url(self.period.calendar)

    def perform(self, form: PeriodStateForm) -> FiscalPeriod:
        return services.period_set_state(actor=self.actor, period_id=self.period.pk, **form.values)

    def success_url(self, result: FiscalPeriod) -> str:
        return calendar_url(result.calendar)

    def success_message(self, result: FiscalPeriod) -> str:
        return f"{result.code} is {result.get_state_display()}."
