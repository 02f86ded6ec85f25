"""Pages of flows: list, detail with tabs, definition of a new one, and which periods are loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from catalog import selectors as catalog
from catalog.models import System
from mappings import selectors as mappings
from portal.core import authority
from portal.core.actor import Actor
from portal.core.clock import today
from portal.core.views import (
    Action,
    Column,
    Crumb,
    DetailPage,
    Empty,
    Fact,
    ListPage,
    Tab,
    TemplatePage,
    name_in_scope,
    permitted,
    related,
)
from syncengine.definitions import definition_of
from syncengine.definitiontext import definition_text
from syncengine.describing import describe
from syncengine.execution.runner import RETRY_SECONDS
from syncengine.filters import FlowFilter
from syncengine.leases import MAX_ATTEMPTS, lease_seconds
from syncengine.models import Flow, FlowVersion, QuarantinedRecord
from syncengine.permissions import P
from syncengine.selectors.flows import last_approved, version_in_force
from syncengine.selectors.groups import grouped
from syncengine.selectors.health import period_grid, recent_runs, run_periods, with_health
from syncengine.services.flows import EDITABLE
from syncengine.states import HELD_BACK
from syncengine.views.links import flow_url, group_url, plan_url, version_url
from syncengine.views.strip import strip_of


def flow_crumbs(flow: Flow, *more: Crumb) -> list[Crumb]:
    """Flows / this flow / what follows."""
    found: list[Crumb] = [
        ("Flows", reverse("syncengine:flow-list")),
        (flow.name, flow_url(flow) if more else ""),
    ]
    return [*found, *more]


def why_not_run(actor: Actor, flow: Flow, version: FlowVersion | None) -> str:
    """What stands against running the flow at all; "" when nothing does."""
    if version is None:
        return "no version of the flow is approved."
    if not catalog.is_owner(flow.source_system, flow.finance_object, today()):
        owner = authority.shown(actor, flow.source_system)
        return f"the source ({owner}) is not the system of record of {flow.finance_object} today."
    return ""


class FlowArea:
    """Mixin: tabs of the area."""

    def siblings(self) -> Sequence[Crumb]:
        return [("Flows", reverse("syncengine:flow-list")), ("Periods", reverse("syncengine:period-grid"))]


class FlowListView(FlowArea, ListPage):
    title = "Flows"
    lead = "What moves from a system of record into planning, and how it fares."
    model = Flow
    permission = P.FLOW_VIEW
    filterset_class = FlowFilter
    ordering = ("name",)
    empty = Empty("No flow is defined.", "Define one here, or apply a manifest that holds it.")

    def get_columns(self) -> Sequence[Column]:
        owner, target = related(self.actor, "source_system"), related(self.actor, "target_system")
        return (
            Column("name", "Flow", primary=True, link=flow_url, sort="name"),
            Column("code", "Code", kind="code", sort="code"),
            Column("version_state", "Definition", kind="status"),
            Column(
                "finance_object", "Finance object", value="finance_object.name", sort="finance_object__name"
            ),
            Column("owner", "Owner", value=owner, sort="source_name"),
            Column("target", "Target", value=target, sort="target_name"),
            Column("health", "Health", kind="status", sort="health"),
            Column("held", "Exceptions", kind="count", link=held_url, sort="held"),
            Column("last_period", "Last run", kind="code", link=last_run_url),
            Column("last_at", "At", kind="time", sort="last_at"),
        )

    def decorate(self, rows: QuerySet) -> QuerySet:
        flows = rows.select_related("finance_object", "source_system", "target_system").annotate(
            source_name=name_in_scope(self.actor, Flow, "source_system"),
            target_name=name_in_scope(self.actor, Flow, "target_system"),
        )
        return with_health(flows)

    def actions(self) -> Sequence[Action]:
        url = reverse("syncengine:flow-define")
        return [permitted(self.actor, P.FLOW_EDIT, "Define a flow", url, tone="primary", icon="plus")]


def held_url(flow: Any) -> str:
    return f"{reverse('syncengine:exception-list')}?flow={flow.code}" if flow.held else ""


def last_run_url(flow: Any) -> str:
    return reverse("syncengine:run-detail", kwargs={"pk": flow.last_run}) if flow.last_run else ""


class FlowDetailView(DetailPage):
    """One flow: how it fares, what it does, with what, and since when."""

    model = Flow
    permission = P.FLOW_VIEW
    code_field = "code"
    tabs = (
        Tab("status", "Status", "syncengine/flow_status.html"),
        Tab("definition", "Definition", "syncengine/flow_definition.html"),
        Tab("mappings", "Mappings used", "syncengine/flow_mappings.html"),
        Tab("versions", "Versions", "syncengine/flow_versions.html"),
        Tab("settings", "Settings", "syncengine/flow_settings.html"),
    )
    version: FlowVersion | None

    def prepare(self) -> None:
        super().prepare()
        self.version = last_approved(self.object)

    def get_queryset(self) -> Any:
        return with_health(Flow.objects.select_related("finance_object", "source_system", "target_system"))

    def get_title(self) -> str:
        return str(self.object.name)

    def get_lead(self) -> str:
        return str(self.object.description)

    def crumbs(self) -> Sequence[Crumb]:
        return flow_crumbs(self.object)

    def actions(self) -> Sequence[Action]:
        flow = self.object
        opened = flow.versions.filter(state__in=EDITABLE).first()
        why = why_not_run(self.actor, flow, self.version)
        if opened is not None:
            edit = Action(f"Continue version {opened.number}", version_url(opened), icon="pencil")
        else:
            url = reverse("syncengine:version-start", kwargs={"pk": flow.pk})
            edit = permitted(self.actor, P.FLOW_EDIT, "New version", url, obj=flow, icon="pencil")
        run = permitted(
            self.actor, P.FLOW_RUN, "Run now", plan_url(flow), obj=flow, tone="primary", icon="play", why=why
        )
        return [edit, run]

    def facts(self) -> Sequence[Fact]:
        flow, version = self.object, self.version
        return [
            Fact("Health", flow.health, "status"),
            Fact("Finance object", flow.finance_object.name, url=object_url(flow)),
            self._system("Owner", flow.source_system),
            self._system("Target", flow.target_system),
            Fact("In force", f"version {version.number}", url=version_url(version))
            if version
            else Fact("In force", "no approved version"),
            Fact("Exceptions", flow.held, "count", url=held_url(flow)),
        ]

    def _system(self, label: str, system: System) -> Fact:
        url = system_url(system.pk) if authority.visible(self.actor, system) else ""
        return Fact(label, authority.shown(self.actor, system), url=url)

    def tab_status(self) -> dict[str, Any]:
        flow = self.object
        held = QuarantinedRecord.objects.filter(flow=flow, state__in=HELD_BACK)
        groups = list(grouped(held, whole=False).order_by("-records", "code", "member")[:8])
        for group in groups:
            group["url"] = group_url(group, whole=False)
        return {
            "strip": strip_of(recent_runs(flow)),
            "runs": flow.runs.order_by("-pk")[:12],
            "groups": groups,
            "exceptions_url": held_url(flow),
            "can_run": why_not_run(self.actor, flow, self.version) == "",
            "plan_url": plan_url(flow),
        }

    def tab_definition(self) -> dict[str, Any]:
        shown = self.version or self.object.versions.order_by("-number").first()
        return definition_context(shown) if shown else {"shown": None}

    def tab_mappings(self) -> dict[str, Any]:
        definition = definition_of(self.version)
        if definition is None:
            return {"uses": []}
        period = self.object.last_period or ""
        uses = []
        for use in definition.mappings:
            found = mappings.mapping_set_by_code(use.mapping_set)
            in_force = mappings.version_in_force(found, period) if found and period else None
            newest = in_force or (mappings.last_approved(found) if found else None)
            shown = found if found and authority.visible(self.actor, found) else None
            uses.append({"use": use, "set": shown, "version": newest, "is_for_period": bool(in_force)})
        return {"uses": uses, "period": period, "translate": definition.translate}

    def tab_versions(self) -> dict[str, Any]:
        in_force = version_in_force(self.object, self.object.last_period or "")
        return {"versions": self.object.versions.order_by("-number"), "in_force": in_force or self.version}

    def tab_settings(self) -> dict[str, Any]:
        definition = definition_of(self.version)
        codes = definition.connections if definition else ()
        return {
            "definition": definition,
            "connections": [self._connection(code) for code in codes],
            "source": authority.shown(self.actor, self.object.source_system),
            "retries": ", ".join(f"{pause} s" for pause in RETRY_SECONDS),
            "attempts": MAX_ATTEMPTS,
            "lease": round(lease_seconds()),
            "owns": catalog.is_owner(self.object.source_system, self.object.finance_object, today()),
        }

    def _connection(self, code: str) -> Any:
        """The approved connection; only its code when its system lies outside the actor's scope."""
        found = catalog.connection_by_code(code)
        if found is None:
            return {"code": code}
        return found if authority.visible(self.actor, found) else {"code": code, "outside": True}


def object_url(flow: Flow) -> str:
    return reverse("catalog:finance-object-detail", kwargs={"pk": flow.finance_object_id})


def system_url(pk: int) -> str:
    return reverse("catalog:system-detail", kwargs={"pk": pk})


def definition_context(version: FlowVersion) -> dict[str, Any]:
    """A version's definition in words and as text."""
    definition = definition_of(version)
    return {
        "shown": version,
        "parts": describe(definition) if definition else [],
        "text": definition_text(version.definition),
    }


class PeriodGridView(FlowArea, TemplatePage):
    """Which periods of which flows are loaded, and how that ended."""

    title = "Periods"
    lead = "The latest run of each flow and fiscal period; dry runs are left out."
    permission = P.RUN_VIEW
    template_name = "syncengine/period_grid.html"

    def get_context(self, **extra: Any) -> dict[str, Any]:
        known = run_periods(self.actor)
        years = sorted({period[:4] for period in known if period}, reverse=True)
        asked = self.request.GET.get("year", "")
        year = asked if asked in years else (years[0] if years else "")
        periods = sorted(period for period in known if period and period.startswith(year))
        periods += [""] if "" in known else []
        rows = period_grid(self.actor, periods)
        legend = sorted({run.state for row in rows for _, run in row.cells if run})
        return super().get_context(years=years, year=year, periods=periods, rows=rows, legend=legend, **extra)
