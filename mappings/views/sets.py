"""Pages of mapping sets: list, detail with versions, registration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from mappings import selectors, services
from mappings.filters import MappingSetFilter
from mappings.forms import MappingSetRegisterForm, PeriodsForm
from mappings.models import MappingSet, MappingVersion
from mappings.permissions import P
from portal.core import authority
from portal.core.views import (
    Action,
    Column,
    Crumb,
    DetailPage,
    Empty,
    Fact,
    ListPage,
    ObjectActionPage,
    RegisterPage,
    name_in_scope,
    permitted,
    related,
)


def set_url(mapping_set: MappingSet) -> str:
    return reverse("mappings:mapping-set-detail", kwargs={"pk": mapping_set.pk})


def version_url(version: MappingVersion) -> str:
    return reverse("mappings:version-detail", kwargs={"pk": version.pk})


def prefilled(request: HttpRequest) -> dict[str, str]:
    """Cells of a new rule in the address: the exception queue sends the members that no rule maps."""
    return {name: str(text) for name, text in request.GET.items() if name.startswith("column_")}


class MappingArea:
    """Mixin: tabs of the area."""

    def siblings(self) -> Sequence[Crumb]:
        return [
            ("Mapping sets", reverse("mappings:mapping-set-list")),
            ("Dimensions", reverse("mappings:dimension-list")),
        ]


class MappingSetListView(MappingArea, ListPage):
    title = "Mapping sets"
    lead = "How members of one system become members of another, by version and fiscal period."
    model = MappingSet
    permission = P.MAPPING_SET_VIEW
    filterset_class = MappingSetFilter
    ordering = ("name",)
    empty = Empty("No mapping set is registered.", "Register one, then import its rules from a CSV file.")

    def get_columns(self) -> Sequence[Column]:
        return (
            Column("name", "Mapping set", primary=True, link=set_url, sort="name"),
            Column("code", "Code", kind="code", sort="code"),
            Column(
                "source_system",
                "From",
                value=related(self.actor, "source_system"),
                sort="source_name",
            ),
            Column("target_system", "To", value=related(self.actor, "target_system"), sort="target_name"),
            Column("target_dimension", "Target dimension", value=related(self.actor, "target_dimension")),
            Column("columns", "Source columns", kind="tags", value="column_names"),
            Column("kind", "Kind", value="get_kind_display"),
            Column("approved", "Approved version", kind="count"),
            Column("open", "Open version", kind="count"),
        )

    def decorate(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("source_system", "target_system", "target_dimension").annotate(
            approved=Max("versions__number", filter=Q(versions__state="approved")),
            open=Max("versions__number", filter=Q(versions__state__in=["draft", "locked"])),
            source_name=name_in_scope(self.actor, MappingSet, "source_system"),
            target_name=name_in_scope(self.actor, MappingSet, "target_system"),
        )

    def actions(self) -> Sequence[Action]:
        url = reverse("mappings:mapping-set-register")
        label = "Register a mapping set"
        return [permitted(self.actor, P.MAPPING_SET_REGISTER, label, url, tone="primary", icon="plus")]


class MappingSetDetailView(DetailPage):
    model = MappingSet
    permission = P.MAPPING_SET_VIEW
    template_name = "mappings/mapping_set_detail.html"
    code_field = "code"

    def get_queryset(self) -> Any:
        return MappingSet.objects.select_related("source_system", "target_system", "target_dimension")

    def crumbs(self) -> Sequence[Crumb]:
        return [("Mapping sets", reverse("mappings:mapping-set-list")), (self.object.name, "")]

    def actions(self) -> Sequence[Action]:
        opened = selectors.open_version(self.object)
        if opened is not None:
            return [Action(f"Continue version {opened.number}", version_url(opened), "primary")]
        url = reverse("mappings:version-start", kwargs={"pk": self.object.pk})
        return [
            permitted(self.actor, P.VERSION_EDIT, "Start a version", url, obj=self.object, tone="primary")
        ]

    def facts(self) -> Sequence[Fact]:
        item = self.object
        return [
            Fact("From", authority.shown(self.actor, item.source_system)),
            Fact("To", authority.shown(self.actor, item.target_system)),
            Fact("Target dimension", authority.shown(self.actor, item.target_dimension)),
            Fact("Kind", item.get_kind_display()),
            Fact("Source columns", item.column_names, "tags"),
        ]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(versions=self.object.versions.order_by("-number"), **extra)


class MappingSetRegisterView(RegisterPage):
    title = "Register a mapping set"
    permission = P.MAPPING_SET_REGISTER
    form_class = MappingSetRegisterForm
    area = ("Mapping sets", "mappings:mapping-set-list")
    detail = "mappings:mapping-set-detail"
    service = staticmethod(services.mapping_set_register)

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}


class VersionStartView(ObjectActionPage):
    lead = "A draft with the rules of the last approved version; nothing is in force until it is approved."
    model = MappingSet
    permission = P.VERSION_EDIT
    form_class = PeriodsForm
    submit_label = "Start the draft"

    def get_title(self) -> str:
        return f"Start a version of {self.object.name}"

    def get_lead(self) -> str:
        return f"{self.lead} The rule is written next." if prefilled(self.request) else self.lead

    def crumbs(self) -> Sequence[Crumb]:
        return [
            ("Mapping sets", reverse("mappings:mapping-set-list")),
            (self.object.name, set_url(self.object)),
            ("Start a version", ""),
        ]

    def cancel_url(self) -> str:
        return set_url(self.object)

    def perform(self, form: PeriodsForm) -> MappingVersion:
        return services.version_start(actor=self.actor, mapping_set_id=self.object.pk, **form.values)

    def success_url(self, result: MappingVersion) -> str:
        """The draft; or, for cells that wait for a rule, the form of that rule."""
        cells = prefilled(self.request)
        if not cells:
            return version_url(result)
        return f"{reverse('mappings:rule-add', kwargs={'pk': result.pk})}?{urlencode(cells)}"

    def success_message(self, result: MappingVersion) -> str:
        return f"{result} is a draft."
