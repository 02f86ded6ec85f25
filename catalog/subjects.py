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
from portal.approvals.differing import flat_diff
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
        active = self._active(change)
        payload = _payload(change)
        before = {"connector": active.connector, **active.config} if active else {}
        return flat_diff(before, {"connector": payload["connector"], **payload["config"]})

    def validate(self, change: ChangeRequest) -> list[Finding]:
        payload = _payload(change)
        if payload["connector"] not in connectors:
            words = f"There is no connector named {payload['connector']!r}."
            return [Finding("error", Code.CTR_005, words, "connector")]
        faults = connectors.get(payload["connector"])(payload["config"])
        return [Finding("error", str(fault.code), fault.message, fault.place) for fault in faults]

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        payload, connection = _payload(change), self._active(change)
        before = {"config": connection.config} if connection else None
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

        def by_name(fields: list[dict[str, Any]]) -> dict[str, Any]:
            return {
                f["name"]: f"{f['type']}, {f['classification']}{', required' if f['required'] else ''}"
                for f in fields
            }

        return flat_diff(by_name(active.fields if active else []), by_name(_payload(change)["fields"]))

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
        before: dict[str, Any] = {}
        if payload["ends"]:
            owned = Ownership.objects.get(pk=payload["ends"])
            before = {**payload, "valid_to": owned.valid_to.isoformat() if owned.valid_to else None}
        return flat_diff(before, {key: value for key, value in payload.items() if value not in ("", None)})

    def validate(self, change: ChangeRequest) -> list[Finding]:
        clash = clashing_ownership(_payload(change))
        if clash is None:
            return []
        words = f"Another ownership {days_of(clash)} covers some of these days already."
        return [Finding("error", Code.CTR_003, words, "valid_from")]

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        payload = _payload(change)
        ownership = Ownership.objects.get(pk=payload["ends"]) if payload["ends"] else Ownership()
        ownership.finance_object = FinanceObject.objects.get(code=payload["finance_object"])
        ownership.attribute, ownership.legal_entity = payload["attribute"], payload["legal_entity"]
        ownership.system = System.objects.get(code=payload["system"])
        ownership.steward = Person.objects.get(code=payload["steward"]) if payload["steward"] else None
        ownership.valid_from = dt.date.fromisoformat(payload["valid_from"])
        ownership.valid_to = dt.date.fromisoformat(payload["valid_to"]) if payload["valid_to"] else None
        ownership.change_ref = change.ref
        ownership.full_clean()
        ownership.save()
        record(Tag.OWNERSHIP_ACTIVATE, actor=actor, subject=ownership, after=payload)
