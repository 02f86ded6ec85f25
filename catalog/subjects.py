"""Approval subjects of the catalog: connections, canonical schemas, systems of record."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Model
from django.urls import reverse

from catalog.codes import Code
from catalog.models import Connection, FinanceObject, FinanceObjectSchema, Ownership, System
from catalog.permissions import P
from catalog.ports import connectors
from catalog.selectors import clashing_ownership, days_of, schema_in_force
from catalog.tags import Tag
from portal.approvals.correcting import corrected
from portal.approvals.differing import flat_diff, order_diff
from portal.approvals.models import ChangeRequest
from portal.approvals.ports import DiffRow, Finding, Subject
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.canonical import content_hash
from portal.core.clock import now
from portal.people.models import Person


def _payload(change: ChangeRequest) -> dict[str, Any]:
    return dict(change.payload or {})


class ConnectionSubject(Subject):
    kind = "catalog.connection"
    label = "connection"
    approve_permission = P.CONNECTION_APPROVE
    propose_permission = P.CONNECTION_PROPOSE

    def _active(self, change: ChangeRequest) -> Connection | None:
        payload = _payload(change)
        return Connection.objects.filter(code=payload["code"], environment=payload["environment"]).first()

    def content(self, change: ChangeRequest) -> dict[str, Any]:
        active = self._active(change)
        return {**_payload(change), "base": active.content_sha256 if active else ""}

    def title(self, change: ChangeRequest) -> str:
        payload = _payload(change)
        return f"Connection {payload['code']} ({payload['connector']}, {payload['environment']})"

    def url(self, change: ChangeRequest) -> str:
        system = System.objects.get(code=_payload(change)["system"])
        return reverse("catalog:system-detail", args=[system.pk])

    def correction_url(self, change: ChangeRequest) -> str:
        system = System.objects.get(code=_payload(change)["system"])
        return corrected(reverse("catalog:connection-propose", args=[system.pk]), change)

    def scopes(self, change: ChangeRequest) -> list[Model]:
        return [System.objects.get(code=_payload(change)["system"])]

    def diff(self, change: ChangeRequest) -> list[DiffRow]:
        active, after, before = self._active(change), _payload(change), {}
        if active:
            heads = {"code": active.code, "environment": active.environment, "connector": active.connector}
            before = {"system": active.system.code, **heads, "config": active.config}
        of_config = flat_diff(before.pop("config", {}), after.pop("config"))
        return flat_diff(before, after) + of_config

    def validate(self, change: ChangeRequest) -> list[Finding]:
        payload = _payload(change)
        if payload["connector"] not in connectors:
            words = f"There is no connector named {payload['connector']!r}."
            return [Finding("error", Code.CTR_005, words, "connector")]
        faults = connectors.get(payload["connector"])(payload["config"])
        return [Finding("error", str(fault.code), fault.message, fault.place) for fault in faults]

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        payload, connection = _payload(change), self._active(change)
        before = {"connector": connection.connector, "config": connection.config} if connection else None
        if connection is None:
            connection = Connection(code=payload["code"], environment=payload["environment"])
        else:
            connection.number += 1
        connection.system = System.objects.get(code=payload["system"])
        connection.connector, connection.config = payload["connector"], payload["config"]
        connection.content_sha256 = content_hash(payload)
        connection.full_clean()
        connection.save()
        record(Tag.CONNECTION_ACTIVATE, actor=actor, subject=connection, before=before, after=payload)


def _field_text(field: dict[str, Any]) -> str:
    """A field as a reviewer reads it."""
    words = f"{field['type']}, {field['classification']}{', required' if field['required'] else ''}"
    return f"{words}: {field['description']}" if field["description"] else words


class SchemaSubject(Subject):
    kind = "catalog.schema"
    label = "canonical schema"
    approve_permission = P.SCHEMA_APPROVE
    propose_permission = P.SCHEMA_PROPOSE

    def _object(self, change: ChangeRequest) -> FinanceObject:
        return FinanceObject.objects.get(code=_payload(change)["finance_object"])

    def content(self, change: ChangeRequest) -> dict[str, Any]:
        active = schema_in_force(self._object(change))
        return {**_payload(change), "base": active.number if active else 0}

    def title(self, change: ChangeRequest) -> str:
        active = schema_in_force(self._object(change))
        return f"Canonical schema {active.number + 1 if active else 1} of {self._object(change)}"

    def url(self, change: ChangeRequest) -> str:
        return reverse("catalog:finance-object-detail", args=[self._object(change).pk])

    def correction_url(self, change: ChangeRequest) -> str:
        return corrected(reverse("catalog:schema-propose", args=[self._object(change).pk]), change)

    def diff(self, change: ChangeRequest) -> list[DiffRow]:
        active = schema_in_force(self._object(change))
        before = {field["name"]: _field_text(field) for field in (active.fields if active else [])}
        after = {field["name"]: _field_text(field) for field in _payload(change)["fields"]}
        return flat_diff(before, after) + order_diff("order of the fields", [*before], [*after])

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        payload, obj = _payload(change), self._object(change)
        active = schema_in_force(obj)
        schema = FinanceObjectSchema.objects.create(
            finance_object=obj,
            number=active.number + 1 if active else 1,
            fields=payload["fields"],
            content_sha256=content_hash(payload),
            approved_at=now(),
            change_ref=change.ref,
        )
        record(
            Tag.SCHEMA_ACTIVATE, actor=actor, subject=obj, after=payload, object_version=str(schema.number)
        )


def ownership_content(owned: Ownership) -> dict[str, Any]:
    """What a change of this ownership would propose if it changed nothing."""
    return {
        "finance_object": owned.finance_object.code,
        "attribute": owned.attribute,
        "legal_entity": owned.legal_entity,
        "system": owned.system.code,
        "steward": owned.steward.code if owned.steward else "",
        "valid_from": owned.valid_from.isoformat(),
        "valid_to": owned.valid_to.isoformat() if owned.valid_to else None,
        "ends": owned.pk,
    }


class OwnershipSubject(Subject):
    kind = "catalog.ownership"
    label = "system of record"
    approve_permission = P.OWNERSHIP_APPROVE
    propose_permission = P.OWNERSHIP_PROPOSE

    def content(self, change: ChangeRequest) -> dict[str, Any]:
        ended = Ownership.objects.select_related("system").filter(pk=_payload(change)["ends"]).first()
        base = [ended.system.code, ended.valid_from, ended.valid_to] if ended else None
        return {**_payload(change), "base": base}

    def title(self, change: ChangeRequest) -> str:
        payload = _payload(change)
        named = (payload["finance_object"], payload["attribute"], payload["legal_entity"])
        days = f"from {payload['valid_from']}" + (f" to {payload['valid_to']}" if payload["valid_to"] else "")
        return f"System of record of {' '.join(filter(None, named))}: {payload['system']} {days}"

    def url(self, change: ChangeRequest) -> str:
        return reverse("catalog:ownership-matrix")

    def correction_url(self, change: ChangeRequest) -> str:
        if ends := _payload(change)["ends"]:
            return corrected(reverse("catalog:ownership-end", args=[ends]), change)
        return corrected(reverse("catalog:ownership-propose"), change)

    def scopes(self, change: ChangeRequest) -> list[Model]:
        return [System.objects.get(code=_payload(change)["system"])]

    def diff(self, change: ChangeRequest) -> list[DiffRow]:
        payload = _payload(change)
        if payload["ends"]:
            return flat_diff(ownership_content(Ownership.objects.get(pk=payload["ends"])), payload)
        return flat_diff({}, {key: value for key, value in payload.items() if value not in ("", None)})

    def validate(self, change: ChangeRequest) -> list[Finding]:
        clash = clashing_ownership(_payload(change))
        if clash is None:
            return []
        words = f"Another ownership {days_of(clash)} covers some of these days already."
        return [Finding("error", Code.CTR_003, words, "valid_from")]

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        payload = _payload(change)
        ownership = Ownership.objects.get(pk=payload["ends"]) if payload["ends"] else Ownership()
        before = ownership_content(ownership) if payload["ends"] else None
        ownership.finance_object = FinanceObject.objects.get(code=payload["finance_object"])
        ownership.attribute, ownership.legal_entity = payload["attribute"], payload["legal_entity"]
        ownership.system = System.objects.get(code=payload["system"])
        ownership.steward = Person.objects.get(code=payload["steward"]) if payload["steward"] else None
        ownership.valid_from = dt.date.fromisoformat(payload["valid_from"])
        ownership.valid_to = dt.date.fromisoformat(payload["valid_to"]) if payload["valid_to"] else None
        ownership.change_ref = change.ref
        ownership.full_clean()
        ownership.save()
        record(Tag.OWNERSHIP_ACTIVATE, actor=actor, subject=ownership, before=before, after=payload)
