"""The exception queue: quarantined records grouped by what is wrong, and the lists behind the groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from portal.core import authority
from portal.core.actor import Actor
from portal.core.codes import help_for
from portal.core.templatetags.ui import ago
from portal.core.views import (
    Action,
    BulkAction,
    Column,
    Crumb,
    Empty,
    ListPage,
    SavedView,
    permitted,
)
from portal.core.views.paging import Page, numbered_page
from syncengine.filters import GroupFilter, RecordFilter
from syncengine.models import Flow, QuarantinedRecord
from syncengine.permissions import P
from syncengine.selectors.groups import (
    Group,
    amounts_by_currency,
    amounts_of_groups,
    combinations_of,
    group_key,
    grouped,
    held_summary,
    slices_of,
)
from syncengine.selectors.health import anything_loaded
from syncengine.selectors.quarantine import quarantined
from syncengine.selectors.readable import with_readability
from syncengine.states import HELD_BACK
from syncengine.views.amounts import AmountColumn, AmountsColumn
from syncengine.views.links import group_url, record_url, records_url, remedy, run_url

GROUP_LIMIT = 20_000
GROUPS_AT_ONCE = 500


class HeldRecords:
    """Mixin of the queue's lists: an empty one means that all is accounted for, or that nothing was read."""

    actor: Actor

    def get_empty(self) -> Empty:
        if anything_loaded(self.actor):
            words = "Every record of every run was loaded, or excluded by an approved rule."
            return Empty("No exception.", words)
        return Empty("No exception yet.", "Nothing was loaded so far; what a run holds back appears here.")


class ExceptionListView(HeldRecords, ListPage):
    """Held records by code and member; one row is what one fix releases."""

    title = "Exceptions"
    lead = "Source records that were not loaded, by cause. Mend the cause, then replay the slice."
    model = QuarantinedRecord
    permission = P.QUARANTINE_VIEW
    filterset_class = GroupFilter
    facets = ("code", "period")
    saved_views = (
        SavedView("By combination", "by=whole"),
        SavedView("Assigned to me", "who=me"),
        SavedView("Assigned to nobody", "who=nobody"),
    )

    @property
    def whole(self) -> bool:
        """Whether groups are by the whole combination, not only by its first member."""
        return self.request.GET.get("by") == "whole"

    @property
    def as_csv(self) -> bool:
        return self.request.GET.get("format") == "csv"

    def get_queryset(self) -> QuerySet:
        return QuarantinedRecord.objects.restrict(self.actor, P.QUARANTINE_VIEW).filter(state__in=HELD_BACK)

    def decorate(self, rows: QuerySet) -> QuerySet:
        self.held = rows
        return grouped(rows, whole=self.whole)

    def _sorted(self, rows: QuerySet) -> QuerySet:
        wanted = self.request.GET.get("sort", "")
        sign = "-" if wanted.startswith("-") else ""
        fields = {column.name: column.sort for column in self.get_columns() if column.sort}
        chosen = fields.get(wanted.lstrip("-"))
        last = ("flow__code", "code", "field", "member")
        return rows.order_by(*([f"{sign}{chosen}"] if chosen else ["-records"]), *last)

    def _numbered(self, rows: QuerySet) -> Page:
        listed: Any = list(rows[:GROUP_LIMIT])  # one pass: counting groups costs as much as making them
        self.total = len(listed)
        page = numbered_page(listed, self.request.GET, self.page_size, self.total)
        self._add_amounts(page.rows)
        return page

    def exported_rows(self, rows: QuerySet) -> Iterator[Group]:
        listed = list(rows[:GROUP_LIMIT])
        for start in range(0, len(listed), GROUPS_AT_ONCE):
            part = listed[start : start + GROUPS_AT_ONCE]
            self._add_amounts(part)
            yield from part

    def _add_amounts(self, groups: Sequence[Group]) -> None:
        amounts = amounts_of_groups(self.held, groups, whole=self.whole) if groups else {}
        for group in groups:
            group["amounts"] = amounts.get(group_key(group), [])

    def _url(self, group: Group) -> str:
        return group_url(group, whole=self.whole)

    def get_columns(self) -> Sequence[Column]:
        head = "Combination" if self.whole else "Member"
        return (
            Column(
                "member", head, primary=True, kind="code", value=member_text, link=self._url, sort="member"
            ),
            Column("code", "Code", kind="code", link=lambda g: help_url(g["code"]), sort="code"),
            Column("cause", "Cause", wraps=True, value=lambda g: cause_of(g["code"])),
            Column("flow", "Flow", value="flow__name", sort="flow__code"),
            Column("periods", "Periods", value=periods_text, sort="first_period"),
            Column("records", "Records", kind="count", link=self._url, sort="records"),
            Column("field", "Field", kind="code", sort="field"),
            AmountsColumn("debit", "Debit", kind="money"),
            AmountsColumn("credit", "Credit", kind="money"),
            _OLDEST_AT if self.as_csv else _OLDEST,
        )


_OLDEST = Column("oldest", "Oldest", value=lambda g: ago(g["oldest"]), sort="oldest")
_OLDEST_AT = Column("oldest", "Oldest", kind="time", sort="oldest")  # a CSV is read later than it is made


def member_text(group: Group) -> str:
    return group["member"] or "(empty)"


def help_url(code: str) -> str:
    return reverse("desk:help-code", kwargs={"code": code})


def cause_of(code: str) -> str:
    page = help_for(code)
    return page.title if page else ""


def periods_text(group: Group) -> str:
    first, last = group["first_period"], group["last_period"]
    return first if first == last else f"{first} to {last}"


_FIXED = ("flow", "code", "field", "value", "member", "run")


class RecordListView(HeldRecords, ListPage):
    """Single records; narrowed to one cause it is the page of that group."""

    model = QuarantinedRecord
    permission = P.QUARANTINE_VIEW
    filterset_class = RecordFilter
    facets = ("state", "period")
    saved_views = (SavedView("Held back", "work=held"), SavedView("Assigned to me", "who=me"))
    ordering = ("period", "row")
    large = True
    template_name = "syncengine/record_list.html"
    columns = (
        Column("row", "Record", kind="code", primary=True, value=lambda r: f"row {r.row}", link=record_url),
        Column("flow", "Flow", value="flow.code", sort="flow__code"),
        Column("period", "Period", kind="code", sort="period"),
        Column("code", "Code", kind="code", link=lambda r: help_url(r.code), sort="code"),
        Column("field", "Field", kind="code"),
        Column("value", "Value", kind="code", sort="value"),
        AmountColumn("debit", "Debit", value="told_debit", kind="money", currency="currency"),
        AmountColumn("credit", "Credit", value="told_credit", kind="money", currency="currency"),
        Column("currency", "Currency", kind="code", value="told_currency", sort="currency"),
        Column("state", "State", kind="status", sort="state"),
        Column("assigned_to", "Assigned to", value="assigned_to.name", sort="assigned_to__name"),
        Column("last_run", "Run", kind="code", value="last_run.ref", link=lambda r: run_url(r.last_run)),
        Column("opened_at", "Since", kind="time", sort="opened_at"),
    )
    quiet_columns = frozenset({"last_run", "opened_at"})  # in the export only, and on the record's own page

    def get_title(self) -> str:
        cause = self.cause()
        if cause is None:
            return "Exception records"
        code, member = cause
        return f"{code} {member}".strip()

    def get_lead(self) -> str:
        cause = self.cause()
        page = help_for(cause[0]) if cause else None
        return f"{page.title}. {page.cause}" if page else "Single source records that were not loaded."

    def cause(self) -> tuple[str, str] | None:
        """Code and member when the list is narrowed to one cause, else None."""
        asked = self.request.GET
        if not asked.get("code") or not asked.get("flow") or not ("value" in asked or "member" in asked):
            return None
        return asked["code"][:16], (asked.get("value") or asked.get("member") or "(empty)")[:500]

    def crumbs(self) -> Sequence[Crumb]:
        return [("Exceptions", reverse("syncengine:exception-list")), (self.get_title(), "")]

    def decorate(self, rows: QuerySet) -> QuerySet:
        return with_readability(rows).select_related("flow", "last_run", "assigned_to")

    def get_columns(self) -> Sequence[Column]:
        """In a group the columns that say the same on every row are left out."""
        if self.request.GET.get("format") == "csv":
            return self.columns
        left_out = set(self.quiet_columns)
        if self.cause() is not None:
            left_out |= {"flow", "code", "field"} | ({"value"} if "value" in self.request.GET else set())
        return [column for column in self.columns if column.name not in left_out]

    def _shape(self, base: QuerySet, filterset: Any) -> dict[str, Any]:
        """In a group what makes the group is fixed: only the words are searched for."""
        shape = super()._shape(base, filterset)
        if self.cause() is not None:
            asked = self.request.GET
            kept = dict(shape["kept"]) | {k: asked[k] for k in _FIXED if k in asked}
            fields = [field for field in shape["filter_fields"] if field.name == "q"]
            shape |= {"kept": list(kept.items()), "filter_fields": fields, "chips": [], "views": []}
        return shape

    def bulk_actions(self) -> Sequence[BulkAction]:
        if not authority.allowed(self.actor, P.QUARANTINE_WORK):
            return ()
        return (
            BulkAction("Assign to me", f"{reverse('syncengine:quarantine-assign')}?to=me", "primary"),
            BulkAction("Assign", reverse("syncengine:quarantine-assign")),
            BulkAction("Mark fixed", reverse("syncengine:quarantine-fix")),
            BulkAction("Accept unloaded", reverse("syncengine:quarantine-accept")),
        )

    def actions(self) -> Sequence[Action]:
        if self.cause() is None:
            return ()
        return group_actions(self.actor, self._group(), self.request.GET.urlencode())

    def _group(self) -> QuerySet:
        """The held records that the whole page, not only its shown rows, is about."""
        filterset = self.get_filterset(self.get_queryset())
        rows: QuerySet = filterset.qs if filterset.is_valid() else self.get_queryset().none()
        return rows.filter(state__in=HELD_BACK)

    def get_context(self, **extra: Any) -> dict[str, Any]:
        context = super().get_context(**extra)
        cause = self.cause()
        if cause is None:
            return context
        records = self._group()
        count, oldest = held_summary(records)
        first = records.select_related("flow").first()
        code, member = cause
        parts = combinations_of(records) if "member" in self.request.GET else []
        return {
            **context,
            "group": first,
            "help": help_for(code),
            "help_code": code,
            "held": count,
            "oldest": oldest,
            "amounts": amounts_by_currency(records),
            "slices": [(part, self._narrowed(period=part.period)) for part in slices_of(records)],
            "combinations": [(row, self._whole(first, row)) for row in parts] if len(parts) > 1 else [],
            "remedy": remedy(self.actor, code, first.origin, member) if first else None,
            "may_run": authority.allowed(self.actor, P.FLOW_RUN, first.flow if first else None),
        }

    def _narrowed(self, **more: str) -> str:
        return records_url(**{**self.request.GET.dict(), **more})

    def _whole(self, first: QuarantinedRecord | None, row: dict[str, Any]) -> str:
        flow = first.flow.code if first else ""
        asked = self.request.GET
        return records_url(
            flow=flow, code=asked.get("code"), field=asked.get("field"), value=row["value"],
            period=asked.get("period"), work="held",
        )  # fmt: skip


def group_actions(actor: Any, records: QuerySet, query: str) -> list[Action]:
    """What can be done with all held records of a group."""
    first = records.select_related("flow").first()
    if first is None:
        return []
    flow: Flow = first.flow
    slices = records.order_by().values("flow_id", "slice_key").distinct().count()
    one = "" if slices == 1 else f"the records belong to {slices} slices; choose one period below."
    assign, fix, accept = (
        f"{reverse(f'syncengine:quarantine-{verb}')}?{query}" for verb in ("assign", "fix", "accept")
    )
    return [
        permitted(actor, P.QUARANTINE_WORK, "Assign all", assign, obj=flow, icon="user-plus"),
        permitted(actor, P.QUARANTINE_WORK, "Mark all fixed", fix, obj=flow, icon="check"),
        permitted(actor, P.QUARANTINE_ACCEPT, "Accept all unloaded", accept, obj=flow, why=one),
    ]


def is_key(text: str) -> bool:
    """Whether a text can be a primary key at all."""
    return text.isascii() and text.isdigit() and len(text) < 19


def selection_of(actor: Any, request: Any) -> QuerySet:
    """The held records an act is about: those picked, else those of the group in the address."""
    mine = quarantined(actor).filter(state__in=HELD_BACK)
    picked = [key for key in request.POST.getlist("pick") if is_key(key)]
    if picked:
        return mine.filter(pk__in=picked)
    if not any(request.GET.get(name) for name in ("code", "record", "run")):
        return mine.none()
    if request.GET.get("record"):
        key = request.GET["record"]
        return mine.filter(pk=int(key)) if is_key(key) else mine.none()
    filterset = RecordFilter(request.GET, queryset=mine, request=request)
    return filterset.qs if filterset.is_valid() else mine.none()
