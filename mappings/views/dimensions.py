"""Pages of dimensions and their members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from mappings import selectors, services
from mappings.filters import DimensionFilter, MemberFilter
from mappings.forms import DimensionEditForm, DimensionRegisterForm
from mappings.models import Dimension, Member
from mappings.permissions import P
from mappings.views.sets import MappingArea
from portal.core import authority
from portal.core.querysets import Governed
from portal.core.views import (
    Action,
    Column,
    Crumb,
    Empty,
    Fact,
    ListPage,
    ObjectActionPage,
    ObjectListPage,
    RegisterPage,
    permitted,
)


def dimension_url(dimension: Dimension) -> str:
    return reverse("mappings:dimension-detail", kwargs={"pk": dimension.pk})


def member_url(member: Member) -> str:
    return reverse("mappings:member-edit", kwargs={"pk": member.dimension_id, "member": member.pk})


def attribute_texts(member: Member) -> list[str]:
    return [f"{key} {value}" for key, value in sorted(member.attributes.items())]


def crumbs_of(dimension: Dimension, *more: Crumb) -> list[Crumb]:
    own = (dimension.name, dimension_url(dimension) if more else "")
    return [("Dimensions", reverse("mappings:dimension-list")), own, *more]


class OnDimension:
    """Mixin before an action page: an act on one dimension, for those who maintain its members."""

    model: type[Governed] = Dimension
    permission: str = P.DIMENSION_EDIT
    title = ""
    object: Dimension

    def crumbs(self) -> Sequence[Crumb]:
        return crumbs_of(self.object, (self.title, ""))

    def cancel_url(self) -> str:
        return dimension_url(self.object)

    def success_url(self, result: Any) -> str:
        return dimension_url(self.object)


class DimensionListView(MappingArea, ListPage):
    title = "Dimensions"
    lead = "Coordinates of an amount in each system, with their members."
    model = Dimension
    permission = P.DIMENSION_VIEW
    filterset_class = DimensionFilter
    ordering = ("code",)
    empty = Empty("No dimension is registered.", "Register one, then import its members from a CSV file.")
    columns = (
        Column("name", "Dimension", primary=True, link=dimension_url, sort="name"),
        Column("code", "Code", kind="code", sort="code"),
        Column("system", "System", value="system.name", sort="system__name"),
        Column("member_count", "Members", kind="count"),
    )

    def decorate(self, rows: QuerySet) -> QuerySet:
        members = Member.objects.filter(dimension=OuterRef("pk")).order_by().values("dimension")
        counted = Subquery(members.annotate(n=Count("pk")).values("n"))
        return rows.select_related("system").annotate(member_count=Coalesce(counted, 0))

    def actions(self) -> Sequence[Action]:
        url = reverse("mappings:dimension-register")
        label = "Register a dimension"
        return [permitted(self.actor, P.DIMENSION_EDIT, label, url, tone="primary", icon="plus")]


class DimensionDetailView(ObjectListPage):
    parent_model = Dimension
    permission = P.DIMENSION_VIEW
    filterset_class = MemberFilter
    ordering = ("code",)
    large = True
    code_field = "code"
    empty = Empty("No member yet.")

    def get_parents(self) -> Any:
        return Dimension.objects.select_related("system")

    def get_queryset(self) -> QuerySet:
        return selectors.members_of(self.object)

    def crumbs(self) -> Sequence[Crumb]:
        return crumbs_of(self.object)

    def get_columns(self) -> Sequence[Column]:
        may_edit = authority.allowed(self.actor, P.DIMENSION_EDIT, self.object)
        return (
            Column("code", "Member", primary=True, sort="code", link=member_url if may_edit else False),
            Column("name", "Name", clip=True, sort="name"),
            Column("parent", "Parent", kind="code", sort="parent"),
            Column("valid_from", "From", kind="date"),
            Column("valid_to", "To", kind="date", sort="valid_to"),
            Column("attributes", "Attributes", kind="tags", value=attribute_texts),
        )

    def actions(self) -> Sequence[Action]:
        key = {"pk": self.object.pk}
        acts = (
            ("Add a member", "mappings:member-add", "primary"),
            ("Import members", "mappings:members-import", ""),
            ("Rename", "mappings:dimension-edit", ""),
        )
        export = reverse("mappings:members-export", kwargs=key)
        return [
            *(
                permitted(
                    self.actor, P.DIMENSION_EDIT, label, reverse(name, kwargs=key), obj=self.object, tone=tone
                )
                for label, name, tone in acts
            ),
            Action("Export members", export, icon="arrow-down-tray"),
        ]

    def facts(self) -> Sequence[Fact]:
        return [
            Fact("System", self.object.system.name),
            Fact("Members", self.object.members.count(), "count"),
            Fact("Revision", self.object.revision, "count"),
        ]


class DimensionRegisterView(MappingArea, RegisterPage):
    title = "Register a dimension"
    permission = P.DIMENSION_EDIT
    form_class = DimensionRegisterForm
    area = ("Dimensions", "mappings:dimension-list")
    detail = "mappings:dimension-detail"
    service = staticmethod(services.dimension_register)

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}


class DimensionEditView(OnDimension, ObjectActionPage):
    title = "Rename"
    form_class = DimensionEditForm

    def stored(self) -> dict[str, Any]:
        return {"name": self.object.name}

    def perform(self, form: DimensionEditForm) -> Dimension:
        return services.dimension_edit(actor=self.actor, dimension_id=self.object.pk, **form.values)

    def success_message(self, result: Dimension) -> str:
        return f"{result.name} is saved."
