"""Systems of record: the matrix with its gaps, the list, and proposals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from catalog import selectors, services
from catalog.filters import OwnershipFilter
from catalog.forms import OwnershipEndForm, OwnershipProposeForm
from catalog.models import Ownership
from catalog.permissions import P
from catalog.selectors import MatrixRow
from portal.approvals.addresses import change_url
from portal.approvals.correction_page import Correction
from portal.approvals.models import ChangeRequest
from portal.core.clock import today
from portal.core.views import (
    Action,
    ActionPage,
    Column,
    Crumb,
    Empty,
    ListPage,
    ObjectActionPage,
    TemplatePage,
    permitted,
)


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """A row of the matrix ready to draw: one list of ownerships for each column."""

    row: MatrixRow
    cells: list[list[Ownership]]


def when_of(ownership: Ownership) -> str:
    """in_force, future or ended, today."""
    if ownership.valid_from > today():
        return "future"
    return "ended" if ownership.valid_to and ownership.valid_to < today() else "in_force"


class OwnershipArea:
    """Mixin: the tabs of the area and its one action."""

    actor: Any

    def siblings(self) -> Sequence[Crumb]:
        return [("Matrix", reverse("catalog:ownership-matrix")), ("List", reverse("catalog:ownership-list"))]

    def actions(self) -> Sequence[Action]:
        url = reverse("catalog:ownership-propose")
        return [
            permitted(self.actor, P.OWNERSHIP_PROPOSE, "Propose an owner", url, tone="primary", icon="plus")
        ]


class OwnershipMatrixView(OwnershipArea, TemplatePage):
    title = "Systems of record"
    lead = (
        "Which system is authoritative for each finance object on a day. A flow may read only from the owner."
    )
    permission = P.OWNERSHIP_VIEW
    template_name = "catalog/ownership_matrix.html"

    def get_context(self, **extra: Any) -> dict[str, Any]:
        try:
            day = dt.date.fromisoformat(self.request.GET.get("day", ""))
        except ValueError:
            day = today()
        systems, rows = selectors.ownership_matrix(self.actor, day)
        held = {pk for row in rows for pk in row.owned}
        shown = [system for system in systems if system.pk in held]
        lines = [MatrixLine(row, [row.owned.get(system.pk, []) for system in shown]) for row in rows]
        gaps = [row for row in rows if row.gap]
        return super().get_context(
            day=day, systems=shown, unused=len(systems) - len(shown), lines=lines, gaps=gaps, **extra
        )


class OwnershipListView(OwnershipArea, ListPage):
    title = "All ownerships"
    model = Ownership
    permission = P.OWNERSHIP_VIEW
    filterset_class = OwnershipFilter
    ordering = ("finance_object__name", "attribute", "legal_entity", "valid_from")
    empty = Empty(
        "No system of record is named.", "Propose one; it is in force when another person approves it."
    )
    columns = (
        Column(
            "finance_object",
            "Finance object",
            value="finance_object.name",
            primary=True,
            link=lambda o: reverse("catalog:finance-object-detail", kwargs={"pk": o.finance_object_id}),
            sort="finance_object__name",
        ),
        Column("attribute", "Attribute", value=lambda o: o.attribute or "whole object"),
        Column("legal_entity", "Legal entity", value=lambda o: o.legal_entity or "all"),
        Column(
            "system",
            "System of record",
            value="system.name",
            link=lambda o: reverse("catalog:system-detail", kwargs={"pk": o.system_id}),
            sort="system__name",
        ),
        Column("steward", "Steward", value="steward.name"),
        Column("valid_from", "From", kind="date", sort="valid_from"),
        Column("valid_to", "To", kind="date", sort="valid_to"),
        Column("when", "State", kind="status", value=when_of),
        Column("change_ref", "Change", kind="code", link=lambda row: change_url(row.change_ref)),
    )

    def decorate(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("finance_object", "system", "steward")


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [("Systems of record", reverse("catalog:ownership-matrix")), *more]


class OwnershipProposeView(Correction, ActionPage):
    title = "Propose an owner"
    lead = "Days are inclusive. Two owners of the same thing on one day are refused."
    permission = P.OWNERSHIP_PROPOSE
    form_class = OwnershipProposeForm
    subject_kind = "catalog.ownership"

    def crumbs(self) -> Sequence[Crumb]:
        return _crumbs((self.title, ""))

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        return {"finance_object": self.request.GET.get("finance_object", "")}

    def concerns(self, payload: dict[str, Any]) -> bool:
        return payload["ends"] is None

    def cancel_url(self) -> str:
        return reverse("catalog:ownership-matrix")

    def perform(self, form: OwnershipProposeForm) -> ChangeRequest:
        return services.ownership_propose(actor=self.actor, **form.values)


class OwnershipEndView(Correction, ObjectActionPage):
    title = "Propose the last day"
    model = Ownership
    permission = P.OWNERSHIP_PROPOSE
    form_class = OwnershipEndForm
    subject_kind = "catalog.ownership"

    def get_queryset(self) -> Any:
        return Ownership.objects.select_related("finance_object", "system", "steward")

    def get_lead(self) -> str:
        return str(self.object)

    def crumbs(self) -> Sequence[Crumb]:
        return _crumbs((self.title, ""))

    def cancel_url(self) -> str:
        return reverse("catalog:ownership-list")

    def concerns(self, payload: dict[str, Any]) -> bool:
        return bool(payload["ends"] == self.object.pk)

    def refilled(self, payload: dict[str, Any]) -> dict[str, Any]:
        return {"last_day": payload["valid_to"]}

    def perform(self, form: OwnershipEndForm) -> ChangeRequest:
        return services.ownership_end_propose(actor=self.actor, ownership_id=self.object.pk, **form.values)
