"""One quarantined record: its source row with the culprit marked, and the acts on records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from portal.approvals.addresses import change_url
from portal.approvals.models import ChangeRequest
from portal.core.codes import help_for
from portal.core.errors import DomainError
from portal.core.views import Action, ActionPage, Crumb, DetailPage, Fact, Proposal, permitted
from portal.core.views.paging import capped_count
from syncengine import services
from syncengine.definition import FlowDefinition
from syncengine.definitions import definition_of
from syncengine.forms import LIMIT, AssignForm, RecordsForm
from syncengine.models import Flow, QuarantinedRecord
from syncengine.permissions import P
from syncengine.selectors.acceptances import waiting_among, waiting_in
from syncengine.selectors.groups import SEPARATOR, amounts_by_currency, slices_of
from syncengine.selectors.quarantine import assignable, record_values
from syncengine.selectors.readable import NOT_READABLE, with_readability
from syncengine.states import HELD_BACK
from syncengine.views.exceptions import selection_of
from syncengine.views.links import flow_url, records_url, remedy, run_url

SHOWN = 12


@dataclass(frozen=True, slots=True)
class SourceField:
    """A column of the source row; `is_culprit` where it made the record fail."""

    name: str
    value: str | None
    is_culprit: bool


def culprits(
    record: QuarantinedRecord, definition: FlowDefinition | None, columns: Sequence[str]
) -> set[str]:
    """The source columns behind the faulty field: itself, or what it is mapped, joined or taken from."""
    if record.field in columns or definition is None:
        return {record.field}
    feeds: dict[str, set[str]] = {use.into: {field for _, field in use.inputs} for use in definition.mappings}
    for item in definition.fields:
        names = {getattr(item, name, "") for name in ("source", "key")} | set(getattr(item, "parts", ()))
        feeds[item.name] = names - {""}
    found, todo = set(), [record.field]
    while todo:
        name = todo.pop()
        if name in columns:
            found.add(name)
        else:
            todo += list(feeds.pop(name, ()))
    return found


def _amount(label: str, amount: Decimal | None) -> Fact:
    return Fact(label, NOT_READABLE) if amount is None else Fact(label, amount, "money")


class RecordDetailView(DetailPage):
    model = QuarantinedRecord
    permission = P.QUARANTINE_VIEW
    template_name = "syncengine/record_detail.html"
    state_field = "state"

    def prepare(self) -> None:
        super().prepare()
        self.waiting = waiting_in(self.object)

    def get_queryset(self) -> Any:
        records = with_readability(QuarantinedRecord.objects.all())
        return records.select_related("flow", "last_run__flow_version", "first_run", "assigned_to")

    def get_title(self) -> str:
        return f"{self.object.code} row {self.object.row}"

    def get_lead(self) -> str:
        page = help_for(self.object.code)
        return page.title if page else ""

    def crumbs(self) -> Sequence[Crumb]:
        record = self.object
        group = records_url(
            flow=record.flow.code, code=record.code, field=record.field, value=record.value, work="held"
        )
        label = f"{record.code} {record.value}".strip()
        return [
            ("Exceptions", reverse("syncengine:exception-list")),
            (label, group),
            (f"row {record.row}", ""),
        ]

    def actions(self) -> Sequence[Action]:
        record, flow = self.object, self.object.flow
        why = "" if record.state in HELD_BACK else "the record is no longer held back."
        waits = f"it waits for acceptance in {self.waiting.ref}." if self.waiting else ""
        urls = {
            verb: f"{reverse(f'syncengine:quarantine-{verb}')}?record={record.pk}"
            for verb in ("assign", "fix", "accept")
        }
        mend = remedy(self.actor, record.code, record.origin, record.value)
        acts = [
            permitted(self.actor, P.QUARANTINE_WORK, "Assign", urls["assign"], obj=flow, why=why),
            permitted(self.actor, P.QUARANTINE_WORK, "Mark fixed", urls["fix"], obj=flow, why=why),
            permitted(
                self.actor, P.QUARANTINE_ACCEPT, "Accept unloaded", urls["accept"], obj=flow, why=why or waits
            ),
        ]
        return [mend, *acts] if mend and not why else acts

    def facts(self) -> Sequence[Fact]:
        record = self.object
        waits = self.waiting.ref if self.waiting else ""
        return [
            Fact("Flow", record.flow.code, "code", url=flow_url(record.flow)),
            Fact("Period", record.period or "all"),
            _amount(f"Debit {record.told_currency}", record.told_debit),
            _amount(f"Credit {record.told_currency}", record.told_credit),
            Fact("Assigned to", record.assigned_to.name if record.assigned_to else "nobody"),
            Fact("Held since", record.opened_at, "time"),
            Fact("Closed", record.closed_at, "time"),
            Fact("First run", record.first_run.ref, "code", url=run_url(record.first_run)),
            Fact("Last run that held it", record.last_run.ref, "code", url=run_url(record.last_run)),
            Fact("Change", record.change_ref, "code", url=change_url(record.change_ref)),
            *([Fact("Waits for acceptance in", waits, "code", url=change_url(waits))] if waits else []),
        ]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        record = self.object
        missing = ""
        try:
            values = record_values(record)
        except DomainError as error:
            values, missing = {}, f"{error.code} {error.message}"
        marked = culprits(record, definition_of(record.last_run.flow_version), list(values))
        fields = [SourceField(name, value, name in marked) for name, value in values.items()]
        return super().get_context(
            source=fields, missing=missing, help=help_for(record.code), help_code=record.code, **extra
        )


class _OnRecords(ActionPage):
    """An act on held records: shown first, then done on exactly those that were shown."""

    form_class: type[Any] = RecordsForm
    preview_template = "syncengine/records_preview.html"
    selection: QuerySet

    def prepare(self) -> None:
        super().prepare()
        self.selection = selection_of(self.actor, self.request)

    def crumbs(self) -> Sequence[Crumb]:
        return [("Exceptions", reverse("syncengine:exception-list")), (self.title, "")]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The bulk bar of a list posts what was picked: show it. The form itself posts `records`: do it."""
        if "records" in request.POST:
            self.selection = self._carried()
            return super().post(request, *args, **kwargs)
        return self._show(self.make_form())

    def _carried(self) -> QuerySet:
        """The records of a posted form, for the preview beside its faults."""
        form = RecordsForm(self.request.POST)
        form.is_valid()
        keys = form.cleaned_data.get("records", [])
        records = QuarantinedRecord.objects.restrict(self.actor, P.QUARANTINE_VIEW)
        return records.select_related("flow").filter(pk__in=keys)

    def initial(self) -> dict[str, Any]:
        keys = self.selection.order_by("pk").values_list("pk", flat=True)[: LIMIT + 1]
        return {"records": ",".join(map(str, keys)), "reason": self.request.POST.get("reason", "")[:2000]}

    def blocked(self) -> str:
        count, over = capped_count(self.selection, LIMIT)
        if not count:
            return "No held record is picked. Go back and pick some."
        return f"These are more than {LIMIT:,} records; narrow the list first." if over else ""

    def preview(self) -> dict[str, Any]:
        return {
            "count": self.selection.count(),
            "amounts": amounts_by_currency(self.selection),
            "slices": slices_of(self.selection),
            "rows": with_readability(self.selection).order_by("period", "row")[:SHOWN],
        }

    def cancel_url(self) -> str:
        return self._back(list(self.selection[:SHOWN]))

    def success_url(self, result: Any) -> str:
        return self._back(list(self.selection[:SHOWN]))

    @staticmethod
    def _back(records: list[QuarantinedRecord]) -> str:
        """The group of what was acted on; it shows what became of it."""
        if not records:
            return reverse("syncengine:exception-list")
        first = records[0]
        same = {"flow": first.flow.code, "code": first.code, "field": first.field}
        if all(record.value == first.value for record in records):
            return records_url(**same, value=first.value)
        return records_url(**same, member=first.value.split(SEPARATOR)[0])

    @staticmethod
    def ids(form: Any) -> dict[str, Any]:
        return {"record_ids": form.cleaned_data["records"], "reason": form.cleaned_data["reason"]}


class QuarantineAssignView(_OnRecords):
    title = "Assign records"
    lead = "The person finds them in the queue on the close desk."
    permission = P.QUARANTINE_WORK
    form_class = AssignForm
    submit_label = "Assign"

    def form_options(self) -> dict[str, Any]:
        flows = Flow.objects.filter(pk__in=self.selection.order_by().values("flow"))
        return {"people": assignable(self.actor, flows)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("to") == "me" and "records" not in request.POST:
            return self._to_me()
        return super().post(request, *args, **kwargs)

    def _to_me(self) -> HttpResponse:
        """Taking records oneself is harmless and needs no second page."""
        records = list(self.selection[: LIMIT + 1])
        try:
            count = services.quarantine_assign(
                actor=self.actor,
                reason=self.request.POST.get("reason", "")[:2000],
                record_ids=[record.pk for record in records],
                person_id=self.actor.person_id or 0,
            )
            messages.success(self.request, f"{count} record{'s' if count != 1 else ''} assigned to you.")
        except DomainError as error:
            messages.error(self.request, f"{error.code} {error.message}")
        return HttpResponseRedirect(self._came_from() or self._back(records))

    def _came_from(self) -> str:
        """The list on which the records were picked, with its filters; "" when it is not known."""
        came = self.request.headers.get("Referer", "")
        known = url_has_allowed_host_and_scheme(came, {self.request.get_host()})
        return came if known and urlsplit(came).path == reverse("syncengine:record-list") else ""

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "person": self.actor.person_id}

    def perform(self, form: AssignForm) -> int:
        person = form.cleaned_data["person"]
        return services.quarantine_assign(actor=self.actor, person_id=person.pk, **self.ids(form))

    def success_message(self, result: int) -> str:
        return f"{result} record{'s' if result != 1 else ''} assigned."


class QuarantineFixView(_OnRecords):
    title = "Mark records fixed"
    lead = "Their cause is mended; the next run of the slice proves it, or opens them again."
    permission = P.QUARANTINE_WORK
    submit_label = "Mark fixed"

    def perform(self, form: RecordsForm) -> int:
        return services.quarantine_fix(actor=self.actor, **self.ids(form))

    def success_message(self, result: int) -> str:
        return f"{result} record{'s' if result != 1 else ''} marked fixed. Replay the slice to load them."


class QuarantineAcceptView(Proposal, _OnRecords):
    title = "Accept records unloaded"
    lead = "A proposal that these records stay out of the target; another person decides."
    permission = P.QUARANTINE_ACCEPT

    def blocked(self) -> str:
        found = super().blocked()
        if found:
            return found
        slices = self.selection.order_by().values("flow_id", "slice_key").distinct().count()
        if slices > 1:
            return f"The records belong to {slices} slices; accept those of one period at a time."
        first = self.selection[0]
        keys = list(self.selection.values_list("record_key", flat=True))
        waiting = waiting_among(first.flow, first.slice_key, keys)
        return f"{waiting.words} {waiting.hint}" if waiting else ""

    def perform(self, form: RecordsForm) -> ChangeRequest:
        return services.quarantine_accept(actor=self.actor, **self.ids(form))
