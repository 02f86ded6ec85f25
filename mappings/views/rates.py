"""Pages of rate sets, their versions and rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.urls import reverse

from mappings import selectors
from mappings.filters import RateFilter
from mappings.models import RateSet, RateSetVersion
from mappings.permissions import P
from mappings.states import OPEN, VersionState
from portal.approvals.addresses import change_url
from portal.core.canonical import decimal_text
from portal.core.views import (
    Action,
    Column,
    Crumb,
    DetailPage,
    Empty,
    Fact,
    ListPage,
    ObjectListPage,
    permitted,
)
from portal.core.views.paging import COUNT_CAP


def rate_set_url(rate_set: RateSet) -> str:
    return reverse("mappings:rate-set-detail", kwargs={"pk": rate_set.pk})


def crumbs_of(rate_set: RateSet, *more: Crumb) -> list[Crumb]:
    own = (rate_set.name, rate_set_url(rate_set) if more else "")
    return [("Rate sets", reverse("mappings:rate-set-list")), own, *more]


def version_url(version: RateSetVersion) -> str:
    return reverse("mappings:rate-set-version-detail", kwargs={"pk": version.pk})


class RateSetListView(ListPage):
    title = "Rate sets"
    lead = "Exchange rates by version; a run pins the version that holds for its period."
    model = RateSet
    permission = P.RATE_SET_VIEW
    ordering = ("name",)
    empty = Empty("No rate set is registered.", "Register one, then import its rates from a CSV file.")
    columns = (
        Column("name", "Rate set", primary=True, link=rate_set_url, sort="name"),
        Column("code", "Code", kind="code", sort="code"),
        Column("approved", "Approved version", kind="count"),
        Column("open", "Open version", kind="count"),
    )

    def decorate(self, rows: QuerySet) -> QuerySet:
        return rows.annotate(
            approved=Max("versions__number", filter=Q(versions__state="approved")),
            open=Max("versions__number", filter=Q(versions__state__in=["draft", "locked"])),
        )

    def actions(self) -> Sequence[Action]:
        url = reverse("mappings:rate-set-register")
        label = "Register a rate set"
        return [
            permitted(self.actor, P.RATE_SET_EDIT, label, url, everywhere=True, tone="primary", icon="plus")
        ]


class RateSetDetailView(DetailPage):
    model = RateSet
    permission = P.RATE_SET_VIEW
    template_name = "mappings/rate_set_detail.html"
    code_field = "code"

    def crumbs(self) -> Sequence[Crumb]:
        return crumbs_of(self.object)

    def actions(self) -> Sequence[Action]:
        opened = selectors.open_rate_version(self.object)
        if opened is not None:
            return [Action(f"Continue version {opened.number}", version_url(opened), "primary")]
        url = reverse("mappings:rate-set-version-start", kwargs={"pk": self.object.pk})
        return [
            permitted(self.actor, P.RATE_SET_EDIT, "Start a version", url, obj=self.object, tone="primary")
        ]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(versions=self.object.versions.order_by("-number"), **extra)


class RateSetVersionDetailView(ObjectListPage):
    parent_model = RateSetVersion
    permission = P.RATE_SET_VIEW
    filterset_class = RateFilter
    facets = ("rate_type",)
    facet_cap = COUNT_CAP
    large = True
    state_field = "state"
    ordering = ("period", "rate_type", "from_currency")
    empty = Empty("The version has no rate.")
    columns = (
        Column("period", "Period", kind="code", primary=True, sort="period"),
        Column("rate_type", "Type", value="get_rate_type_display", sort="rate_type"),
        Column("from_currency", "From", kind="code", sort="from_currency"),
        Column("to_currency", "To", kind="code", sort="to_currency"),
        Column("rate", "Rate", kind="code", value=lambda r: decimal_text(r.rate), unit="to for 1 from"),
    )

    def get_parents(self) -> Any:
        return RateSetVersion.objects.select_related("rate_set", "base")

    def get_queryset(self) -> QuerySet:
        return selectors.rates_of(self.object)

    def crumbs(self) -> Sequence[Crumb]:
        return crumbs_of(self.object.rate_set, (f"version {self.object.number}", ""))

    def actions(self) -> Sequence[Action]:
        version = self.object
        if version.state not in OPEN:
            return []
        wrong_state = "" if version.state == VersionState.DRAFT else "it is under review already."
        acts = (
            ("Submit for approval", "mappings:rate-set-version-submit", "primary", wrong_state),
            ("Import rates", "mappings:rates-import", "", ""),
            ("Withdraw", "mappings:rate-set-version-withdraw", "", ""),
        )
        return [
            permitted(
                self.actor,
                P.RATE_SET_EDIT,
                label,
                reverse(name, kwargs={"pk": version.pk}),
                obj=version,
                tone=tone,
                why=why,
            )
            for label, name, tone, why in acts
        ]

    def facts(self) -> Sequence[Fact]:
        version = self.object
        return [
            Fact("Periods", version.periods_label),
            Fact("Based on", f"version {version.base.number}" if version.base else "nothing"),
            Fact("Approved", version.approved_at, "time"),
            Fact("Change", version.change_ref, "code", change_url(version.change_ref)),
        ]
