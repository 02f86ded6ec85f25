"""Permissions over systems, connections, finance objects and their owners."""

from enum import StrEnum


class P(StrEnum):
    CONNECTION_APPROVE = "catalog:connection:approve"
    CONNECTION_PROPOSE = "catalog:connection:propose"
    FINANCE_OBJECT_EDIT = "catalog:finance-object:edit"
    FINANCE_OBJECT_VIEW = "catalog:finance-object:view"
    OWNERSHIP_APPROVE = "catalog:ownership:approve"
    OWNERSHIP_PROPOSE = "catalog:ownership:propose"
    OWNERSHIP_VIEW = "catalog:ownership:view"
    SCHEMA_APPROVE = "catalog:schema:approve"
    SCHEMA_PROPOSE = "catalog:schema:propose"
    SYSTEM_EDIT = "catalog:system:edit"
    SYSTEM_VIEW = "catalog:system:view"


LABELS: dict[P, str] = {
    P.CONNECTION_APPROVE: "Approve connection endpoints",
    P.CONNECTION_PROPOSE: "Propose connection endpoints",
    P.FINANCE_OBJECT_EDIT: "Register and change finance objects",
    P.FINANCE_OBJECT_VIEW: "See finance objects and their schemas",
    P.OWNERSHIP_APPROVE: "Approve systems of record",
    P.OWNERSHIP_PROPOSE: "Propose systems of record",
    P.OWNERSHIP_VIEW: "See systems of record",
    P.SCHEMA_APPROVE: "Approve canonical schemas",
    P.SCHEMA_PROPOSE: "Propose canonical schemas",
    P.SYSTEM_EDIT: "Register and change systems",
    P.SYSTEM_VIEW: "See systems and their connections",
}
