"""One of everything that has a page, made through the services, and the address of every page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from catalog.models import FinanceObject, Ownership, System
from catalog.services import (
    finance_object_register,
    ownership_propose,
    schema_propose,
)
from mappings.models import Member
from mappings.services import rate_set_register, rate_set_version_start, rates_load
from mappings.services.rate_sets import RateSpec
from portal.access.models import Grant, Role
from portal.access.services import token_issue
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_approve
from portal.audit.models import AuditEntry
from portal.core.actor import Actor, Source
from portal.core.views import PageView
from portal.fiscal.models import FiscalCalendar, FiscalPeriod
from portal.fiscal.services import PeriodSpec, calendar_register
from portal.people.actors import actor_for
from portal.people.models import User
from tests.factories.engine import make_connection, make_engine, make_evidence
from tests.factories.mappings import add, make_set, start

WHY = "Because the test asks for it"
AREAS = ("desk", "approvals", "access", "audit", "fiscal", "catalog", "mappings", "syncengine")
FRAGMENTS = {"desk:palette", "syncengine:run-live"}  # parts of pages, without a frame


@dataclass
class WebWorld:
    users: dict[str, User]
    ids: dict[str, int]

    def actor(self, name: str) -> Actor:
        return actor_for(self.users[name], source=Source.UI, request_id="test-request")


def approve(change: ChangeRequest, actor: Actor) -> ChangeRequest:
    return change_approve(actor=actor, reason=WHY, change_id=change.pk, content_sha256=change.content_sha256)


def make_world(users: dict[str, User]) -> WebWorld:
    """Systems, objects, an owner, a schema, an open change, a mapping draft with a rule, rates, periods."""
    world = WebWorld(users, {})
    architect, controller = world.actor("architect"), world.actor("controller_a")
    mapping_set = make_set(architect)
    finance_object_register(actor=architect, reason=WHY, code="actuals", name="Actuals")
    finance_object_register(actor=architect, reason=WHY, code="budget", name="Budget")
    owner = {"system": "ledger", "valid_from": dt.date(2024, 1, 1)}
    approve(ownership_propose(actor=architect, reason=WHY, finance_object="actuals", **owner), controller)
    fields = [{"name": "amount", "type": "amount"}]
    approve(schema_propose(actor=architect, reason=WHY, finance_object="actuals", fields=fields), controller)
    change = ownership_propose(actor=architect, reason=WHY, finance_object="budget", **owner)
    version = start(architect, mapping_set)
    rule = add(architect, version, "4000")
    rates = rate_set_register(actor=architect, reason=WHY, code="fx", name="Rates")
    rate_version = rate_set_version_start(
        actor=architect, reason=WHY, rate_set_id=rates.pk, effective_from="2024-01"
    )
    spec = RateSpec("average", "USD", "EUR", "2024-01", "0.9")
    rates_load(actor=architect, reason=WHY, version_id=rate_version.pk, rates=[spec])
    january = PeriodSpec("2024-01", dt.date(2024, 1, 1), dt.date(2024, 1, 31))
    calendar_register(actor=architect, reason=WHY, code="group", name="Group", periods=[january])
    token, _ = token_issue(
        actor=architect,
        reason=WHY,
        account_id=users["architect"].pk,
        name="ci",
        scopes=["catalog:system:view"],
        days=30,
    )
    person = users["architect"].person_id
    world.ids = {
        "account": person,
        "user": users["architect"].pk,
        "approvals": change.pk,
        "audit": AuditEntry.objects.earliest("id").pk,
        "calendar": FiscalCalendar.objects.get().pk,
        "finance-object": FinanceObject.objects.get(code="actuals").pk,
        "grant": Grant.objects.earliest("id").pk,
        "mapping-set": mapping_set.pk,
        "member": Member.objects.filter(dimension_id=mapping_set.target_dimension_id).earliest("id").pk,
        "ownership": Ownership.objects.earliest("id").pk,
        "period": FiscalPeriod.objects.get().pk,
        "dimension": mapping_set.target_dimension_id,
        "person": person,
        "rate-set-version": rate_version.pk,
        "rate-set": rates.pk,
        "role": Role.objects.earliest("id").pk,
        "rule": rule.pk,
        "system": System.objects.get(code="ledger").pk,
        "token": token.pk,
        "version": version.pk,
    }
    return world


def with_engine(world: WebWorld, folder: Path) -> WebWorld:
    """The world with a flow, a run, its evidence and a held record; evidence lies in the test's folder."""
    make_connection(System.objects.get(code="ledger"), "erp-files", "file", {"folder": str(folder)})
    draft, run, record = make_engine(world.actor("architect"), world.actor("operator"))
    world.ids |= {
        "flow": run.flow_id,
        "flow-version": draft.pk,
        "run": run.pk,
        "record": record.pk,
        "evidence": make_evidence(run, folder).pk,
    }
    return world


def page_names() -> list[str]:
    """Every named page of our own apps that answers GET."""
    names = []
    for area in AREAS:
        prefix = get_resolver().namespace_dict[area][1]
        for pattern in prefix.url_patterns:
            view = getattr(pattern.callback, "view_class", None) if isinstance(pattern, URLPattern) else None
            if (
                view
                and issubclass(view, PageView)
                and hasattr(view, "get")
                and "get" in view.http_method_names
            ):
                names.append(f"{area}:{pattern.name}")
    return sorted(names)


def address(name: str, world: WebWorld) -> str:
    """The address of a page in this world."""
    area, _, page = name.partition(":")
    try:
        return reverse(name)
    except NoReverseMatch:
        kwargs: dict[str, Any] = {"pk": _key(area, page, world)}
    if page == "help-code":
        kwargs = {"code": "API-404"}
    if page in ("rule-edit", "rule-remove"):
        kwargs = {"pk": world.ids["version"], "rule": world.ids["rule"]}
    if page.startswith("evidence-"):
        kwargs = {"pk": world.ids["run"], "file": world.ids["evidence"]}
    if page == "member-edit":
        kwargs = {"pk": world.ids["dimension"], "member": world.ids["member"]}
    return reverse(name, kwargs=kwargs)


def _key(area: str, page: str, world: WebWorld) -> int:
    engine = {"version-start": "flow", "run-plan": "flow", "version": "flow-version"}
    if area == "syncengine":
        return world.ids[engine.get(page) or engine.get(page.partition("-")[0]) or page.partition("-")[0]]
    owner = {
        "account-set-password": "user",
        "connection-propose": "system",
        "schema-propose": "finance-object",
        "version-start": "mapping-set",
        "rules-export": "version",
        "rules-import": "version",
        "rule-add": "version",
        "dimension-detail": "dimension",
        "member-add": "dimension",
        "members-export": "dimension",
        "members-import": "dimension",
        "rate-set-version-start": "rate-set",
        "rates-import": "rate-set-version",
    }.get(page)
    longest = max((name for name in world.ids if page.startswith(name)), key=len, default="")
    return world.ids.get(owner or longest, world.ids.get(area, 1))


def as_shown(page: Any, **changes: Any) -> dict[str, Any]:
    """What a browser sends when it submits the form of a page, with the version that the page carries."""
    form = page.context["form"]
    values = {field.name: field.field.widget.format_value(field.value()) for field in form if field.value()}
    values |= {field.name: "on" for field in form if field.value() is True}
    version = page.context["version_read"]
    return {**values, **({"version_read": version} if version else {}), **changes}


def version_read(browser: Any, url: str) -> dict[str, str]:
    """The version that a form carries as it is opened now, to be posted with what a test types."""
    return {"version_read": browser.get(url).context["version_read"]}
