"""Pages of finance objects and their canonical schemas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Max, QuerySet
from django.urls import reverse

from catalog import selectors, services
from catalog.filters import FinanceObjectFilter
from catalog.forms import FinanceObjectEditForm, FinanceObjectRegisterForm, SchemaProposeForm
from catalog.models import FinanceObject
from catalog.permissions import P
from portal.approvals.correction_page import Correction
from portal.approvals.models import ChangeRequest
from portal.core import authority
from portal.core.clock import today
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


def object_url(obj: FinanceObject) -> str:
    return reverse("catalog:finance-object-detail", kwargs={"pk": obj.pk})


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [("Finance objects", reverse("catalog:finance-object-list")), *more]


class FinanceObjectListView(ListPage):
    title = "Finance objects"
    lead = "The canonical things of finance, each with a versioned schema."
    model = FinanceObject
    permission = P.FINANCE_OBJECT_VIEW
    filterset_class = FinanceObjectFilter
    ordering = ("name",)
    empty = Empty("No finance object is registered.", "Start with account, cost center, journal and actuals.")
    columns = (
        Column("name", "Finance object", primary=True, link=object_url, sort="name"),
        Column("code", "Code", kind="code", sort="code"),
        Column("description", "Description", clip=True),
        Column("schema", "Schema version", kind="count"),
    )

    def decorate(self, rows: QuerySet) -> QuerySet:
        return rows.annotate(schema=Max("schemas__number"))

    def actions(self) -> Sequence[Action]:
        url = reverse("catalog:finance-object-register")
        label = "Register a finance object"
        return [
            permitted(
                self.actor, P.FINANCE_OBJECT_EDIT, label, url, everywhere=True, tone="primary", icon="plus"
            )
        ]


class FinanceObjectDetailView(DetailPage):
    model = FinanceObject
    permission = P.FINANCE_OBJECT_VIEW
    template_name = "catalog/finance_object_detail.html"
    code_field = "code"

    def get_lead(self) -> str:
        return str(self.object.description)

    def crumbs(self) -> Sequence[Crumb]:
        return _crumbs((self.object.name, ""))

    def actions(self) -> Sequence[Action]:
        key = {"pk": self.object.pk}
        schema = reverse("catalog:schema-propose", kwargs=key)
        edit = reverse("catalog:finance-object-edit", kwargs=key)
        owner = f"{reverse('catalog:ownership-propose')}?finance_object={self.object.code}"
        return [
            permitted(
                self.actor,
                P.SCHEMA_PROPOSE,
                "Propose a schema version",
                schema,
                obj=self.object,
                tone="primary",
            ),
            permitted(self.actor, P.OWNERSHIP_PROPOSE, "Propose an owner", owner),
            permitted(self.actor, P.FINANCE_OBJECT_EDIT, "Edit", edit, obj=self.object),
        ]

    def facts(self) -> Sequence[Fact]:
        owner = selectors.owner_of(self.object, today())
        seen = owner is not None and authority.visible(self.actor, owner)
        schema = selectors.schema_in_force(self.object)
        return [
            Fact(
                "System of record today",
                authority.shown(self.actor, owner.system) if owner else "none: a gap",
            ),
            Fact("Steward", owner.steward.name if owner and owner.steward and seen else ""),
            Fact("Schema version", schema.number if schema else None),
            Fact("Approved", schema.approved_at if schema else None, "time"),
        ]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        versions = list(self.object.schemas.order_by("-number"))
        wanted = self.request.GET.get("version", "")
        shown = next((v for v in versions if str(v.number) == wanted), versions[0] if versions else None)
        owners = selectors.ownerships(self.actor).filter(finance_object=self.object)
        return super().get_context(versions=versions, shown=shown, ownerships=owners, **extra)


class _FinanceObjects:
    """Mixin: where finance objects are listed and shown, and who changes them."""

    area = ("Finance objects", "catalog:finance-object-list")
    detail = "catalog:finance-object-detail"
    permission: str = P.FINANCE_OBJECT_EDIT


class FinanceObjectRegisterView(_FinanceObjects, RegisterPage):
    title = "Register a finance object"
    everywhere = True
    form_class = FinanceObjectRegisterForm
    service = staticmethod(services.finance_object_register)


class FinanceObjectEditView(_FinanceObjects, EditPage):
    model = FinanceObject
    form_class = FinanceObjectEditForm
    fields = ("name", "description")
    key = "finance_object_id"
    service = staticmethod(services.finance_object_edit)


class SchemaProposeView(Correction, ObjectActionPage):
    lead = "The next version of the canonical schema; the version in force stays until this one is approved."
    model = FinanceObject
    permission = P.SCHEMA_PROPOSE
    form_class = SchemaProposeForm
    reference = "finance_objects"
    subject_kind = "catalog.schema"

    def get_title(self) -> str:
        return f"Propose a schema of {self.object.name}"

    def crumbs(self) -> Sequence[Crumb]:
        return _crumbs((self.object.name, object_url(self.object)), ("Propose a schema", ""))

    def stored(self) -> dict[str, Any]:
        active = selectors.schema_in_force(self.object)
        return {"fields_text": active.fields if active else ""}

    def concerns(self, payload: dict[str, Any]) -> bool:
        return bool(payload["finance_object"] == self.object.code)

    def refilled(self, payload: dict[str, Any]) -> dict[str, Any]:
        return {"fields_text": payload["fields"]}

    def cancel_url(self) -> str:
        return object_url(self.object)

    def perform(self, form: SchemaProposeForm) -> ChangeRequest:
        return services.schema_propose(
            actor=self.actor,
            reason=form.cleaned_data["reason"],
            finance_object=self.object.code,
            fields=form.cleaned_data["fields_text"],
        )
