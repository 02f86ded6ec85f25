"""Reads of the catalog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from catalog.codes import Code
from catalog.models import Connection, FinanceObject, FinanceObjectSchema, Ownership, System
from catalog.permissions import P
from portal.core.actor import Actor
from portal.core.errors import Invalid


def systems(actor: Actor) -> QuerySet[System]:
    return System.objects.restrict(actor, P.SYSTEM_VIEW)


def finance_objects(actor: Actor) -> QuerySet[FinanceObject]:
    return FinanceObject.objects.restrict(actor, P.FINANCE_OBJECT_VIEW)


def ownerships(actor: Actor) -> QuerySet[Ownership]:
    queryset = Ownership.objects.restrict(actor, P.OWNERSHIP_VIEW)
    return queryset.select_related("finance_object", "system", "steward")


def system_named(actor: Actor, duty: str, code: str, place: str) -> System:
    """A system that the actor sees or has the duty over. Raises Invalid CTR-002 alike for any other."""
    named = System.objects.filter(code=code)
    found = (named.restrict(actor, permission).first() for permission in (P.SYSTEM_VIEW, duty))
    system = next((system for system in found if system is not None), None)
    if system is None:
        raise Invalid(Code.CTR_002, f"There is no system {code!r} in your scope.", place=place)
    return system


def system_by_code(code: str) -> System | None:
    return System.objects.filter(code=code).first()


def connection_by_code(code: str, environment: str = "production") -> Connection | None:
    """The approved connection, or None."""
    return Connection.objects.select_related("system").filter(code=code, environment=environment).first()


def finance_object_by_code(code: str) -> FinanceObject | None:
    return FinanceObject.objects.filter(code=code).first()


def schema_in_force(finance_object: FinanceObject) -> FinanceObjectSchema | None:
    """The newest approved schema version."""
    return finance_object.schemas.order_by("-number").first()


def owner_of(
    finance_object: FinanceObject, day: dt.date, *, attribute: str = "", legal_entity: str = ""
) -> Ownership | None:
    """The ownership in force on a day; one named for the attribute or entity goes before the general one."""
    rows = Ownership.objects.select_related("system", "steward").filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        finance_object=finance_object,
        valid_from__lte=day,
        attribute__in={"", attribute},
        legal_entity__in={"", legal_entity},
    )
    return max(rows, key=lambda o: (bool(o.attribute), bool(o.legal_entity)), default=None)


def clashing_ownership(proposed: Mapping[str, Any]) -> Ownership | None:
    """An ownership of the same thing that shares a day with a proposed one (payload of its request)."""
    rows = Ownership.objects.select_related("system").filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=proposed["valid_from"]),
        finance_object__code=proposed["finance_object"],
        attribute=proposed["attribute"],
        legal_entity=proposed["legal_entity"],
    )
    if proposed["valid_to"]:
        rows = rows.filter(valid_from__lte=proposed["valid_to"])
    return rows.exclude(pk=proposed["ends"]).first()


def days_of(ownership: Ownership) -> str:
    """Its days in words."""
    until = f"to {ownership.valid_to}" if ownership.valid_to else "without end"
    return f"from {ownership.valid_from} {until}"


def is_owner(system: System, finance_object: FinanceObject, day: dt.date) -> bool:
    """Whether a system is system of record of the object, or of a part of it, on a day."""
    general = owner_of(finance_object, day)
    if general is not None and general.system_id == system.pk:
        return True
    part = Ownership.objects.filter(finance_object=finance_object, system=system, valid_from__lte=day)
    return part.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day)).exists()


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One finance object: its visible ownerships by system, and whether nobody at all owns the whole."""

    finance_object: FinanceObject
    owned: dict[int, list[Ownership]]
    gap: bool


def ownership_matrix(actor: Actor, day: dt.date) -> tuple[list[System], list[MatrixRow]]:
    """Finance objects x systems on a day. Gaps are objects without a general owner that day.

    A gap is a fact of the whole organisation: an owner outside the actor's scope is an owner.
    """
    columns = list(systems(actor))
    by_object: dict[int, list[Ownership]] = {}
    on_day = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    for ownership in ownerships(actor).filter(on_day):
        by_object.setdefault(ownership.finance_object_id, []).append(ownership)
    whole = Ownership.objects.filter(on_day, attribute="", legal_entity="")
    owned = set(whole.values_list("finance_object_id", flat=True))
    rows = []
    for obj in finance_objects(actor):
        cells: dict[int, list[Ownership]] = {}
        for ownership in by_object.get(obj.pk, []):
            cells.setdefault(ownership.system_id, []).append(ownership)
        rows.append(MatrixRow(obj, cells, gap=obj.pk not in owned))
    return columns, rows


def connections(actor: Actor) -> QuerySet[Connection]:
    """Connections in force of the systems the actor may see."""
    return Connection.objects.restrict(actor, P.SYSTEM_VIEW).select_related("system")


def schemas(actor: Actor) -> QuerySet[FinanceObjectSchema]:
    """Approved versions of canonical schemas."""
    return FinanceObjectSchema.objects.restrict(actor, P.FINANCE_OBJECT_VIEW).select_related("finance_object")
