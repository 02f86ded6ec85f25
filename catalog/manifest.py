"""Manifest sections of the catalog: systems, connections, finance objects, systems of record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from catalog.models import Connection, FinanceObject, Ownership, System
from catalog.ports import connector_keys, connectors
from catalog.schema import CLASSIFICATIONS, TYPES, normal_fields
from catalog.selectors import schema_in_force
from catalog.services import (
    connection_propose,
    finance_object_edit,
    finance_object_register,
    ownership_propose,
    schema_propose,
    system_edit,
    system_register,
)
from catalog.services.connections import connection_content, same_as_active
from catalog.services.ownership import ownership_key
from portal.approvals.manifest import propose, same_payload
from portal.core.canonical import content_hash
from portal.core.errors import Faults
from portal.core.keys import Key
from portal.core.manifest import (
    UNCHANGED,
    Applying,
    Columns,
    Entry,
    Outcome,
    Reading,
    Result,
    Section,
    Table,
)
from portal.core.manifest.codes import Code
from portal.core.yamlsafe import Yaml
from portal.people.models import Person

PRODUCTION = "production"
_MINUTES = 60 * 24 * 366


@dataclass(frozen=True, slots=True)
class SystemItem:
    code: str
    values: dict[str, Any]


class SystemsSection(Section[SystemItem]):
    name = "systems"
    order = 40
    fields = (
        Key("code", "code", "unique code", example="ERP"),
        Key("name", "text", "name", example="Ledger"),
        Key("kind", ", ".join(System.Kind.values), "what it is", example="erp"),
        Key("hosting", ", ".join(System.Hosting.values), "where it is hosted", "saas", "on_premise"),
        Key("region", "text", "where it runs", "", "Frankfurt"),
        Key("owner_team", "text", "who runs it", "", "Group accounting"),
        Key("criticality", ", ".join(System.Criticality.values), "how much depends on it", "medium", "high"),
        Key("rpo_minutes", "whole number", "recovery point objective", "", "15"),
        Key("rto_minutes", "whole number", "recovery time objective", "", "240"),
        Key("description", "text", "what it is for", "", "The general ledger."),
    )  # fmt: skip

    def read(self, entry: Entry, reading: Reading) -> SystemItem:
        return SystemItem(
            entry.code(),
            {
                "name": entry.text("name"),
                "kind": entry.choice("kind", System.Kind.values),
                "hosting": entry.choice("hosting", System.Hosting.values, System.Hosting.SAAS),
                "region": entry.text("region", "", max_length=64),
                "owner_team": entry.text("owner_team", ""),
                "criticality": entry.choice(
                    "criticality", System.Criticality.values, System.Criticality.MEDIUM
                ),
                "rpo_minutes": entry.optional_integer("rpo_minutes", 0, _MINUTES),
                "rto_minutes": entry.optional_integer("rto_minutes", 0, _MINUTES),
                "description": entry.text("description", "", max_length=4000, multiline=True),
            },
        )

    def key(self, item: SystemItem) -> str:
        return item.code

    def known(self, key: str) -> bool:
        return System.objects.filter(code=key).exists()

    def apply(self, item: SystemItem, applying: Applying) -> Result:
        system = System.objects.filter(code=item.code).first()
        if system is None:
            system_register(**applying.who, code=item.code, **item.values)
            return Result(Outcome.CREATED)
        if all(getattr(system, field) == value for field, value in item.values.items()):
            return UNCHANGED
        system_edit(**applying.who, system_id=system.pk, **item.values)
        return Result(Outcome.CHANGED)

    def export(self) -> Iterator[dict[str, Any]]:
        for system in System.objects.order_by("code"):
            values = {key.name: getattr(system, key.name) for key in self.fields}
            yield {key: "" if value is None else str(value) for key, value in values.items()}


@dataclass(frozen=True, slots=True)
class ConnectionItem:
    code: str
    system: str
    connector: str
    environment: str
    config: dict[str, Yaml]


class ConnectionsSection(Section[ConnectionItem]):
    name = "connections"
    order = 50
    fields = (
        Key("code", "code", "code that flows name", example="ledger-files"),
        Key("system", "code", "the system it leads to", example="ERP"),
        Key("connector", "file, database ...", "how it is reached (under approval, with config)",
            example="file"),
        Key("environment", "code", "one connection for each environment", PRODUCTION, "test"),
        Key("config", "mapping", "what the connector asks for; secrets only as references such as "
            "env:NAME", example="{folder: ledger}"),
    )  # fmt: skip

    def documented(self) -> tuple[Key, ...]:
        variants = tuple((f"connector: {name}", keys) for name, keys in sorted(connector_keys.all().items()))
        return (*self.fields[:-1], replace(self.fields[-1], variants=variants))

    def read(self, entry: Entry, reading: Reading) -> ConnectionItem:
        connector = entry.choice("connector", connectors.all())
        config = entry.raw("config")
        item = ConnectionItem(
            entry.code(),
            reading.reference(entry, "system", "systems"),
            connector,
            entry.code("environment", PRODUCTION),
            config if isinstance(config, dict) else {},
        )
        if not isinstance(config, dict):
            entry.fault(Code.YAM_103, "'config' takes a mapping.", "config")
        elif connector in connectors:
            for fault in connectors.get(connector)(config):
                entry.fault(fault.code, fault.message, "config", fault.place.rpartition(".")[2])
        return item

    def key(self, item: ConnectionItem) -> str:
        return item.code if item.environment == PRODUCTION else f"{item.code}@{item.environment}"

    def known(self, key: str) -> bool:
        code, _, environment = key.partition("@")
        return Connection.objects.filter(code=code, environment=environment or PRODUCTION).exists()

    def apply(self, item: ConnectionItem, applying: Applying) -> Result:
        payload = connection_content(item.system, item.code, item.connector, item.environment, item.config)
        if same_as_active(payload):
            return UNCHANGED
        return propose(
            applying,
            kind="catalog.connection",
            subject_key=f"{item.code}@{item.environment}",
            same=same_payload(payload),
            submit=lambda: connection_propose(**applying.who, **payload),
        )

    def export(self) -> Iterator[dict[str, Any]]:
        for connection in Connection.objects.select_related("system").order_by("code", "environment"):
            environment = connection.environment
            yield {
                "code": connection.code,
                "system": connection.system.code,
                "connector": connection.connector,
                "environment": "" if environment == PRODUCTION else environment,
                "config": connection.config,
            }


@dataclass(frozen=True, slots=True)
class FinanceObjectItem:
    code: str
    name: str
    description: str
    schema: list[dict[str, Any]]


_SCHEMA_KEYS = (
    Key("name", "text", "lower-case letters, digits, underscores", example="amount"),
    Key("type", ", ".join(TYPES), "what its values are", example="amount"),
    Key("classification", ", ".join(CLASSIFICATIONS), "who may see it", "internal", "confidential"),
    Key("required", "true or false", "whether it is always there", "false", "true"),
    Key("description", "text", "what it is", "", "In local currency."),
)  # fmt: skip
_SCHEMA = Columns.of(_SCHEMA_KEYS)


class FinanceObjectsSection(Section[FinanceObjectItem]):
    name = "finance_objects"
    order = 60
    fields = (
        Key("code", "code", "unique code", example="actuals"),
        Key("name", "text", "name", example="Actuals"),
        Key("description", "text", "what it is", "", "What was booked."),
        Key("schema", "table", "its attributes (under approval)", "none", "[{name: amount, type: amount}]",
            keys=_SCHEMA_KEYS),
    )  # fmt: skip

    def read(self, entry: Entry, reading: Reading) -> FinanceObjectItem:
        rows = reading.rows(entry, "schema", _SCHEMA)
        schema: list[dict[str, Any]] = []
        try:
            schema = normal_fields([row.cells for row in rows]) if rows else []
        except Faults as error:
            for fault in error.faults:
                index = fault.place.rpartition("/")[2]
                place = rows[int(index)].place if index.isdigit() else entry.place
                entry.row_fault(fault.code, fault.message, place)
        description = entry.text("description", "", max_length=4000, multiline=True)
        return FinanceObjectItem(entry.code(), entry.text("name"), description, schema)

    def key(self, item: FinanceObjectItem) -> str:
        return item.code

    def known(self, key: str) -> bool:
        return FinanceObject.objects.filter(code=key).exists()

    def apply(self, item: FinanceObjectItem, applying: Applying) -> Result:
        obj = FinanceObject.objects.filter(code=item.code).first()
        values = {"name": item.name, "description": item.description}
        outcome = Outcome.UNCHANGED
        if obj is None:
            obj = finance_object_register(**applying.who, code=item.code, **values)
            outcome = Outcome.CREATED
        elif (obj.name, obj.description) != (item.name, item.description):
            finance_object_edit(**applying.who, finance_object_id=obj.pk, **values)
            outcome = Outcome.CHANGED
        proposed = self._schema(item, obj, applying)
        return proposed if proposed is not UNCHANGED else Result(outcome)

    @staticmethod
    def _schema(item: FinanceObjectItem, obj: FinanceObject, applying: Applying) -> Result:
        payload = {"finance_object": item.code, "fields": item.schema}
        active = schema_in_force(obj)
        if not item.schema or (active is not None and active.content_sha256 == content_hash(payload)):
            return UNCHANGED
        return propose(
            applying,
            kind="catalog.schema",
            subject_key=item.code,
            same=same_payload(payload),
            submit=lambda: schema_propose(**applying.who, finance_object=item.code, fields=item.schema),
        )

    def export(self) -> Iterator[dict[str, Any]]:
        columns = (*_SCHEMA.required, *_SCHEMA.optional)
        for obj in FinanceObject.objects.order_by("code"):
            schema = schema_in_force(obj)
            rows = [
                tuple({True: "true", False: ""}.get(field[column], field[column]) for column in columns)
                for field in (schema.fields if schema else [])
            ]
            yield {
                "code": obj.code,
                "name": obj.name,
                "description": obj.description,
                "schema": Table(columns, rows),
            }


@dataclass(frozen=True, slots=True)
class OwnershipItem:
    finance_object: str
    attribute: str
    legal_entity: str
    system: str
    steward: str
    valid_from: dt.date
    valid_to: dt.date | None

    @property
    def payload(self) -> dict[str, Any]:
        return {
            "finance_object": self.finance_object,
            "attribute": self.attribute,
            "legal_entity": self.legal_entity,
            "system": self.system,
            "steward": self.steward,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
        }


class OwnershipSection(Section[OwnershipItem]):
    name = "ownership"
    order = 70
    fields = (
        Key("finance_object", "code", "the finance object (the whole entry is under approval)",
            example="actuals"),
        Key("system", "code", "the system that is authoritative: its system of record", example="ERP"),
        Key("attribute", "text", "only this attribute of it", "all", "amount"),
        Key("legal_entity", "text", "only for this legal entity", "all", "DE01"),
        Key("steward", "code", "the person who answers for it", "", "anna"),
        Key("valid_from", "date", "first day", example="2026-01-01"),
        Key("valid_to", "date", "last day", "open", "2026-12-31"),
    )  # fmt: skip

    def read(self, entry: Entry, reading: Reading) -> OwnershipItem:
        return OwnershipItem(
            reading.reference(entry, "finance_object", "finance_objects"),
            entry.text("attribute", "", max_length=64),
            entry.text("legal_entity", "", max_length=64),
            reading.reference(entry, "system", "systems"),
            reading.reference(entry, "steward", "people", required=False),
            entry.required_day("valid_from"),
            entry.day("valid_to"),
        )

    def key(self, item: OwnershipItem) -> str:
        return f"{ownership_key(item.payload)}@{item.valid_from}"

    def known(self, key: str) -> bool:
        return False

    def apply(self, item: OwnershipItem, applying: Applying) -> Result:
        held = Ownership.objects.filter(
            finance_object__code=item.finance_object, attribute=item.attribute,
            legal_entity=item.legal_entity, system__code=item.system, valid_from=item.valid_from,
            valid_to=item.valid_to,
        )  # fmt: skip
        if held.filter(steward=Person.objects.filter(code=item.steward).first()).exists():
            return UNCHANGED
        return propose(
            applying,
            kind="catalog.ownership",
            subject_key=ownership_key(item.payload),
            same=same_payload(item.payload),
            submit=lambda: ownership_propose(
                **applying.who,
                finance_object=item.finance_object,
                system=item.system,
                valid_from=item.valid_from,
                valid_to=item.valid_to,
                attribute=item.attribute,
                legal_entity=item.legal_entity,
                steward=item.steward,
            ),
        )

    def export(self) -> Iterator[dict[str, Any]]:
        held = Ownership.objects.select_related("finance_object", "system", "steward")
        for each in held.order_by("finance_object__code", "attribute", "legal_entity", "valid_from"):
            yield {
                "finance_object": each.finance_object.code,
                "attribute": each.attribute,
                "legal_entity": each.legal_entity,
                "system": each.system.code,
                "steward": each.steward.code if each.steward else "",
                "valid_from": each.valid_from.isoformat(),
                "valid_to": each.valid_to.isoformat() if each.valid_to else "",
            }


SECTIONS: tuple[Section[Any], ...] = (
    SystemsSection(), ConnectionsSection(), FinanceObjectsSection(), OwnershipSection(),
)  # fmt: skip
