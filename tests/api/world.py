"""One object of every resource, and for every write who may do it with which body."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from catalog.models import Connection, FinanceObject, FinanceObjectSchema, Ownership, System
from catalog.services import ownership_propose
from portal import api
from portal.access.models import Grant
from portal.access.services import token_issue
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_push_back
from portal.approvals.states import ChangeState
from portal.audit.models import AuditEntry
from portal.core.actor import Actor, Source
from portal.core.canonical import content_hash
from portal.core.clock import now
from portal.fiscal.models import FiscalCalendar, FiscalPeriod
from portal.people.actors import actor_for
from portal.people.models import User
from tests.api.engine import build_engine, build_mappings, ended_run, held_run
from tests.api.operations import Operation

WHY = "Because the test asks for it"
DAY = "2024-01-01"


@dataclass
class World:
    """Ids by resource (the prefix of the address)."""

    users: dict[str, User]
    ids: dict[str, int] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        return actor_for(self.users[name], source=Source.API, request_id="test-request")

    def pk(self, operation_name: str) -> int:
        """Id of the object that an operation's example works on."""
        special = SPECIAL.get(operation_name)
        return special(self) if special else self.ids[resource_of(operation_name)]

    def url(self, operation: Operation) -> str:
        pk = self.pk(operation.name) if operation.on_object else 0
        return operation.url(pk, self.ids["rules"])


def resource_of(operation_name: str) -> str:
    """Longest known prefix: `finance_object_schemas_create` belongs to `finance_object_schemas`."""
    return max((name for name in RESOURCES if operation_name.startswith(f"{name}_")), key=len)


RESOURCES = tuple(name.replace("-", "_") for name in api.RESOURCES)


def propose(world: World, finance_object: str = "budget") -> ChangeRequest:
    """An open proposal of the architect."""
    return ownership_propose(
        actor=world.actor("architect"),
        reason=WHY,
        finance_object=finance_object,
        system="erp",
        valid_from=dt.date(2024, 1, 1),
    )


def _pushed_back(world: World) -> int:
    change = ChangeRequest.objects.get(pk=world.ids["changes"])
    if change.state == ChangeState.PUSHED_BACK:
        return change.pk
    change_push_back(
        actor=world.actor("controller_a"),
        reason=WHY,
        change_id=change.pk,
        content_sha256=change.content_sha256,
    )
    return change.pk


SPECIAL: dict[str, Callable[[World], int]] = {
    "changes_resubmit": _pushed_back,
    "runs_release": held_run,
    "runs_replay": ended_run,
}


def _catalog(world: World) -> None:
    system = System.objects.create(code="erp", name="ERP", kind="erp")
    actuals = FinanceObject.objects.create(code="actuals", name="Actuals")
    FinanceObject.objects.create(code="budget", name="Budget")
    config = {"folder": "."}
    content = content_hash(config)
    world.ids["systems"], world.ids["finance_objects"] = system.pk, actuals.pk
    world.ids["connections"] = Connection.objects.create(
        system=system, code="erp-files", connector="file", config=config, content_sha256=content
    ).pk
    world.ids["finance_object_schemas"] = FinanceObjectSchema.objects.create(
        finance_object=actuals, number=1, fields=[FIELD], content_sha256=content, approved_at=now()
    ).pk
    world.ids["ownerships"] = Ownership.objects.create(
        finance_object=actuals, system=system, valid_from=dt.date(2024, 1, 1), change_ref="CR-000000"
    ).pk


def build(users: dict[str, User]) -> World:
    world = World(users)
    _catalog(world)
    calendar = FiscalCalendar.objects.create(code="monthly", name="Monthly")
    period = FiscalPeriod.objects.create(
        calendar=calendar, code="2024-01", start=dt.date(2024, 1, 1), end=dt.date(2024, 1, 31)
    )
    change = propose(world)
    grant = Grant.objects.select_related("role").get(person=users["operator"].person)
    token, _ = token_issue(
        actor=world.actor("architect"),
        reason=WHY,
        account_id=users["architect"].pk,
        name="A pipeline",
        scopes=["catalog:system:view"],
        days=30,
    )
    world.ids = {
        **world.ids,
        "accounts": users["operator"].pk,
        "audit": AuditEntry.objects.latest("id").pk,
        "calendars": calendar.pk,
        "changes": change.pk,
        "grants": grant.pk,
        "people": users["operator"].person_id,
        "periods": period.pk,
        "policies": change.policy_id,
        "roles": grant.role_id,
        "tokens": token.pk,
    }
    build_mappings(world)
    build_engine(world)
    return world


FIELD: dict[str, Any] = {
    "name": "amount", "type": "amount", "classification": "internal", "required": True, "description": "",
}  # fmt: skip


READERS = {"audit": "auditor", "grants": "auditor"}


def reader_of(operation_name: str) -> str:
    """Someone who may read the resource of an operation."""
    return READERS.get(resource_of(operation_name), "architect")
