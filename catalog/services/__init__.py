"""Verbs of the catalog."""

from catalog.services.connections import connection_propose
from catalog.services.finance_objects import finance_object_edit, finance_object_register, schema_propose
from catalog.services.ownership import ownership_end_propose, ownership_propose
from catalog.services.systems import system_edit, system_register

__all__ = [
    "connection_propose",
    "finance_object_edit",
    "finance_object_register",
    "ownership_end_propose",
    "ownership_propose",
    "schema_propose",
    "system_edit",
    "system_register",
]
