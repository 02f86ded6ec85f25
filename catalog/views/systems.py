"""Pages of systems and their connections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse

from catalog import selectors, services
from catalog.filters import SystemFilter
from catalog.forms import ConnectionProposeForm, SystemEditForm, SystemRegisterForm
from catalog.models import Connection, System
from catalog.permissions import P
from catalog.services.systems import FIELDS
from portal.approvals.correction_page import Correction
from portal.approvals.models import ChangeRequest
from portal.core.views import (
    Action,
    Column,
    Crumb,
    DetailPage,
    EditPage,
    Empty,
    Fact,
    ListPage,
    ObjectActionPage,
    RegisterPage,
    permitted,
)


def system_url(system: System) -> str:
    return reverse("catalog:system-detail", kwargs={"pk": system.pk})


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [("Systems", reverse("catalog:system-list")), *more]


class SystemListView(ListPage):
    title = "Systems"
    lead = "Applications that hold finance data, with the team that answers for each."
    model = System
    permission = P.SYSTEM_VIEW
    filterset_class = SystemFilter
    facets = ("kind",)
    ordering = ("name",)
    empty = Empty("No system is registered.", "Register the ledger first, then the planning system.")
    columns = (
        Column("name", "System", primary=True, link=system_url, sort="name"),
        Column("code", "Code", kind="code", sort="code"),
        Column("kind", "Kind", value="get_kind_display", sort="kind"),
        Column("hosting", "Hosting", value="get_hosting_display", sort="hosting"),
        Column("region", "Region", sort="region"),
        Column("owner_team", "Owner team", sort="owner_team"),
        Column("criticality", "Criticality", sort="criticality"),
        Column("rpo_minutes", "RPO", kind="count", unit="minutes"),
        Column("rto_minutes", "RTO", kind="count", unit="minutes"),
        Column("links", "Connections", kind="count"),
    )

    def decorate(self, rows: QuerySet) -> QuerySet:
        return rows.annotate(links=Count("connections"))

    def actions(self) -> Sequence[Action]:
        url = reverse("catalog:system-register")
        return [
            permitted(
                self.actor,
                P.SYSTEM_EDIT,
                "Register a system",
                url,
                everywhere=True,
                tone="primary",
                icon="plus",
            )
        ]


class SystemDetailView(DetailPage):
    model = System
    permission = P.SYSTEM_VIEW
    template_name = "catalog/system_detail.html"
    code_field = "code"

    def get_lead(self) -> str:
        return str(self.object.description)

    def crumbs(self) -> Sequence[Crumb]:
        return _crumbs((self.object.name, ""))

    def actions(self) -> Sequence[Action]:
        key = {"pk": self.object.pk}
        propose = reverse("catalog:connection-propose", kwargs=key)
        edit = reverse("catalog:system-edit", kwargs=key)
        return [
            permitted(
                self.actor,
                P.CONNECTION_PROPOSE,
                "Propose a connection",
                propose,
                obj=self.object,
                tone="primary",
            ),
            permitted(self.actor, P.SYSTEM_EDIT, "Edit", edit, obj=self.object),
        ]

    def facts(self) -> Sequence[Fact]:
        system = self.object
        return [
            Fact("Kind", system.get_kind_display()),
            Fact("Hosting", system.get_hosting_display()),
            Fact("Region", system.region),
            Fact("Owner team", system.owner_team),
            Fact("Criticality", system.get_criticality_display()),
            Fact("RPO, minutes", system.rpo_minutes, "count"),
            Fact("RTO, minutes", system.rto_minutes, "count"),
        ]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        owned = selectors.ownerships(self.actor).filter(system=self.object)
        return super().get_context(
            connections=self.object.connections.order_by("code", "environment"), ownerships=owned, **extra
        )


class _Systems:
    """Mixin: where systems are listed and shown, and who changes them."""

    area = ("Systems", "catalog:system-list")
    detail = "catalog:system-detail"
    permission: str = P.SYSTEM_EDIT


class SystemRegisterView(_Systems, RegisterPage):
    title = "Register a system"
    everywhere = True
    form_class = SystemRegisterForm
    service = staticmethod(services.system_register)


class SystemEditView(_Systems, EditPage):
    model = System
    form_class = SystemEditForm
    fields = FIELDS
    key = "system_id"
    service = staticmethod(services.system_edit)


class ConnectionProposeView(Correction, ObjectActionPage):
    lead = "A logical connection bound to a real endpoint. It is bound only when another person approves it."
    model = System
    permission = P.CONNECTION_PROPOSE
    form_class = ConnectionProposeForm
    reference = "connections"
    subject_kind = "catalog.connection"

    def get_title(self) -> str:
        return f"Propose a connection of {self.object.name}"

    def crumbs(self) -> Sequence[Crumb]:
        return _crumbs((self.object.name, system_url(self.object)), ("Propose a connection", ""))

    def initial(self) -> dict[str, Any]:
        return {"config": {}}

    def concerns(self, payload: dict[str, Any]) -> bool:
        return bool(payload["system"] == self.object.code)

    def stored_rows(self) -> QuerySet:
        wanted = self.request.GET.get("connection", "")
        key = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0
        return Connection.objects.filter(system=self.object, pk=key)

    def stored(self) -> dict[str, Any]:
        known = self.stored_rows().first()
        if known is None:
            return {}
        return {name: getattr(known, name) for name in ("code", "environment", "connector", "config")}

    def cancel_url(self) -> str:
        return system_url(self.object)

    def perform(self, form: ConnectionProposeForm) -> ChangeRequest:
        return services.connection_propose(actor=self.actor, system=self.object.code, **form.values)
