"""A flow of a manifest against the connections and mapping sets it names, before any of them is approved."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.manifest import ConnectionItem
from catalog.models import Connection
from catalog.selectors import connection_by_code
from mappings.manifest.mapping_sets import MappingSetItem
from mappings.selectors import mapping_set_by_code
from portal.approvals.ports import Finding
from portal.core.manifest import Reading
from syncengine.connectors import connectors
from syncengine.definition import FlowDefinition
from syncengine.fitting import SetShape, dataset_misfits, end_misfits, set_misfits


def manifest_misfits(flow: str, definition: FlowDefinition, reading: Reading) -> Iterator[Finding]:
    """What stands against proposing the flow once all else is in force, as far as the manifest tells."""
    source, reconcile = definition.source, definition.reconcile
    ends = {"source": _connection(source.connection, reading)}
    ends["target"] = _connection(definition.target.connection, reading)
    for part, end in ends.items():
        if end is not None:
            yield from end_misfits(part, end.connector, end.code)
    if (end := ends["source"]) is not None:
        yield from dataset_misfits(flow, definition, end.connector, source.dataset, "source.dataset")
        for at, use in enumerate(definition.mappings):
            if (shape := _shape(use.mapping_set, reading)) is not None:
                yield from set_misfits(use, shape, _system(end), f"mappings[{at}]")
    if reconcile is not None and (end := _connection(reconcile.connection, reading)) is not None:
        yield from dataset_misfits(flow, definition, end.connector, reconcile.dataset, "reconcile.dataset")


def _connection(code: str, reading: Reading) -> ConnectionItem | Connection | None:
    """The manifest's connection, else the approved one; None where another fault tells of it already."""
    found: ConnectionItem | Connection | None = reading.items.get(("connections", code))
    if found is None:
        found = connection_by_code(code)
    return found if found is not None and found.connector in connectors else None


def _system(end: ConnectionItem | Connection) -> str:
    return end.system if isinstance(end.system, str) else str(end.system.code)


def _shape(code: str, reading: Reading) -> SetShape | None:
    item: MappingSetItem | None = reading.items.get(("mapping_sets", code))
    if item is not None:
        names = [column["name"] for column in item.values["columns"]]
        return SetShape(code, item.values["kind"], item.values["source_system"], names)
    found = mapping_set_by_code(code)
    if found is None:
        return None
    return SetShape(code, found.kind, found.source_system.code, found.column_names)
