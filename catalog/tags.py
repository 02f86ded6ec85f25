"""Audit tags of the catalog."""

from enum import StrEnum


class Tag(StrEnum):
    CONNECTION_ACTIVATE = "catalog:connection:activate"
    CONNECTION_PROPOSE = "catalog:connection:propose"
    FINANCE_OBJECT_EDIT = "catalog:finance-object:edit"
    FINANCE_OBJECT_REGISTER = "catalog:finance-object:register"
    OWNERSHIP_ACTIVATE = "catalog:ownership:activate"
    OWNERSHIP_PROPOSE = "catalog:ownership:propose"
    SCHEMA_ACTIVATE = "catalog:schema:activate"
    SCHEMA_PROPOSE = "catalog:schema:propose"
    SYSTEM_EDIT = "catalog:system:edit"
    SYSTEM_REGISTER = "catalog:system:register"
