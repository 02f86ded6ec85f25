"""Definitions against the rest of the portal: what they name must exist, fit and be allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from catalog import selectors as catalog
from catalog.codes import Code as CatalogCode
from catalog.models import Connection, FinanceObject
from mappings import selectors as mappings
from portal.approvals.ports import Finding
from portal.core import authority
from portal.core.actor import Actor
from portal.core.canonical import content_hash
from portal.core.clock import today
from portal.core.errors import DomainError, Fault, Faults
from portal.fiscal import selectors as fiscal
from syncengine.codes import Code
from syncengine.definition import DefinitionError, FlowDefinition, definition_dict, parse_definition
from syncengine.definition.model import Op
from syncengine.fitting import SetShape, dataset_misfits, end_misfits, misfit, set_misfits
from syncengine.models import Flow, FlowVersion
from syncengine.states import VersionState
from syncengine.storage import adapter_of


def read_definition(data: object) -> FlowDefinition:
    """The definition, or Faults with RUN-101 to RUN-105 and the path of each."""
    try:
        return parse_definition(data)
    except DefinitionError as error:
        raise Faults([Fault(f.code, f.message, f.path) for f in error.faults]) from None


def definition_of(version: FlowVersion | None) -> FlowDefinition | None:
    """The parsed definition; None without one, or when today's rules refuse an old one: it cannot run."""
    try:
        return read_definition(version.definition) if version else None
    except Faults:
        return None


def version_content(flow_code: str, effective_from: str, definition: FlowDefinition) -> dict[str, Any]:
    """The exact content of a flow version: what is hashed and approved."""
    return {
        "flow": flow_code,
        "effective_from": effective_from,
        "definition": definition_dict(definition),
    }


def version_hash(flow_code: str, effective_from: str, definition: FlowDefinition) -> str:
    return content_hash(version_content(flow_code, effective_from, definition))


_BY_CODE: dict[str, Callable[[str], Model | None]] = {
    "finance_object": catalog.finance_object_by_code,
    "connection": catalog.connection_by_code,
    "calendar": fiscal.calendar_by_code,
    "dimension": mappings.dimension_by_code,
    "rate_set": mappings.rate_set_by_code,
    "mapping_set": mappings.mapping_set_by_code,
}


@dataclass(frozen=True, slots=True)
class Names:
    """What codes in a definition stand for: what the actor may not see reads as what does not exist.

    Without an actor there is everything. `known` are names (kind, code) that the flow's approved version
    holds: who may edit the flow reads them there.
    """

    actor: Actor | None = None
    known: frozenset[tuple[str, str]] = frozenset()

    def find(self, kind: str, code: str) -> Any:
        found = _BY_CODE[kind](code)
        if found is None or self.actor is None or (kind, code) in self.known:
            return found
        return found if authority.visible(self.actor, found) else None

    def flow(self, flow: Flow) -> str:
        """The code of another flow, as far as the actor may see it."""
        return flow.code if self.actor is None else authority.shown(self.actor, flow, "code")


def names_for(actor: Actor, flow: Flow) -> Names:
    """The names that an actor who may edit the flow can use in it."""
    base = flow.versions.filter(state=VersionState.APPROVED).order_by("-number").first()
    definition = definition_of(base)
    return Names(actor, _named_in(definition) if definition else frozenset())


def _named_in(definition: FlowDefinition) -> frozenset[tuple[str, str]]:
    ends = [definition.source.connection, definition.target.connection]
    ends += [definition.reconcile.connection] if definition.reconcile else []
    return frozenset(
        [
            ("finance_object", definition.finance_object),
            ("calendar", definition.calendar or ""),
            ("rate_set", definition.translate.rate_set if definition.translate else ""),
            *(("connection", code) for code in ends),
            *(("dimension", code) for code in definition.dimensions),
            *(("mapping_set", use.mapping_set) for use in definition.mappings),
        ]
    )


@dataclass(frozen=True, slots=True)
class FlowEnds:
    """What a definition moves, and the connections it moves it between; `names` has found them."""

    finance_object: FinanceObject
    source: Connection
    target: Connection
    names: Names


def ends_of(definition: FlowDefinition, names: Names) -> FlowEnds:
    """The catalog's objects behind a definition. Raises Faults CTR-002 naming each that is not registered."""
    faults = []
    finance_object = names.find("finance_object", definition.finance_object)
    if finance_object is None:
        words = f"There is no finance object {definition.finance_object!r}."
        faults.append(Fault(CatalogCode.CTR_002, words, "finance_object"))
    found: dict[str, Connection] = {}
    for part in ("source", "target"):
        code = getattr(definition, part).connection
        connection = names.find("connection", code)
        if connection is None:
            words = f"There is no approved connection {code!r}."
            faults.append(Fault(CatalogCode.CTR_002, words, f"{part}.connection"))
        else:
            found[part] = connection
    if faults or finance_object is None:
        raise Faults(faults)
    return FlowEnds(finance_object, found["source"], found["target"], names)


def findings_of(version: FlowVersion, actor: Actor | None = None) -> list[Finding]:
    """Everything that stands against approving a version; warnings are shown, errors block.

    With an actor in words that tell nothing of what lies outside his scope.
    """
    try:
        definition = read_definition(version.definition)
        ends = ends_of(definition, names_for(actor, version.flow) if actor else Names())
    except Faults as error:
        return [Finding("error", fault.code, fault.message, fault.place) for fault in error.faults]
    parts = (_ends, _owner, _datasets, _master, _mappings, _cells)
    return [finding for part in parts for finding in part(version.flow, definition, ends)]


def _ends(flow: Flow, definition: FlowDefinition, ends: FlowEnds) -> Iterator[Finding]:
    """The systems of a flow are its scope; a version that moves it elsewhere is another flow."""
    if ends.source.system_id != flow.source_system_id or ends.target.system_id != flow.target_system_id:
        words = (
            f"The flow goes from {flow.source_system} to {flow.target_system}; another way is another flow."
        )
        yield misfit(Code.RUN_104, words, "source.connection")
    if ends.finance_object.pk != flow.finance_object_id:
        yield misfit(Code.RUN_104, f"The flow moves {flow.finance_object}.", "finance_object")
    for part, end in (("source", ends.source), ("target", ends.target)):
        yield from end_misfits(part, end.connector, end)


def _owner(flow: Flow, definition: FlowDefinition, ends: FlowEnds) -> Iterator[Finding]:
    if not catalog.is_owner(ends.source.system, ends.finance_object, today()):
        words = f"{ends.source.system} is not the system of record of {ends.finance_object}."
        yield misfit(CatalogCode.CTR_004, words, "source.connection")


def _datasets(flow: Flow, definition: FlowDefinition, ends: FlowEnds) -> Iterator[Finding]:
    source = ends.source.connector
    yield from dataset_misfits(flow.code, definition, source, definition.source.dataset, "source.dataset")
    item = definition.reconcile
    if item is None:
        yield Finding("warning", str(Code.REC_001), "Completeness will not be proven.", "reconcile")
        return
    connection = ends.names.find("connection", item.connection)
    if connection is None:
        words = f"There is no approved connection {item.connection!r}."
        yield misfit(CatalogCode.CTR_002, words, "reconcile.connection")
        return
    place = "reconcile.dataset"
    yield from dataset_misfits(flow.code, definition, connection.connector, item.dataset, place)


def _master(flow: Flow, definition: FlowDefinition, ends: FlowEnds) -> Iterator[Finding]:
    if definition.calendar and ends.names.find("calendar", definition.calendar) is None:
        yield misfit(Code.RUN_005, f"There is no fiscal calendar {definition.calendar!r}.", "calendar")
    for code in definition.dimensions:
        if ends.names.find("dimension", code) is None:
            yield misfit(Code.RUN_005, f"There is no dimension {code!r}.", "checks")
    if definition.translate and ends.names.find("rate_set", definition.translate.rate_set) is None:
        words = f"There is no rate set {definition.translate.rate_set!r}."
        yield misfit(Code.RUN_005, words, "translate.rate_set")


def _mappings(flow: Flow, definition: FlowDefinition, ends: FlowEnds) -> Iterator[Finding]:
    for at, use in enumerate(definition.mappings):
        place = f"mappings[{at}]"
        found = ends.names.find("mapping_set", use.mapping_set)
        if found is None:
            yield misfit(Code.RUN_005, f"There is no mapping set {use.mapping_set!r}.", place)
            continue
        shape = SetShape(found.code, found.kind, found.source_system_id, found.column_names)
        yield from set_misfits(use, shape, flow.source_system_id, place)


def fixed_cells(flow_code: str, definition: FlowDefinition, period: str = "") -> dict[str, str]:
    """The columns whose value is fixed: in the slice of a period, or in all slices of a flow.

    A column from a field is fixed where the source's conditions let one value of the field pass.
    """
    values = {"{flow}": flow_code, "{scenario}": definition.slice.scenario}
    if period:
        values["{period}"] = period
    passed = {item.field: item.values[0] for item in definition.source.where if item.op is Op.EQUALS}
    found = {}
    for column in definition.target.columns:
        text = column.value if column.value is not None else passed.get(column.field or "")
        for name, value in values.items():
            text = text and text.replace(name, value)
        if text is not None and "{period}" not in text:
            found[column.name] = text
    return found


def _one_place(mine: Connection, code: str) -> bool:
    """Whether another connection may lead to the same tables: one system's do, and so does one database.

    Where a secret cannot be read here, the load itself finds out: the target knows whose its slices are.
    """
    other = mine if mine.code == code else catalog.connection_by_code(code)
    if other is None:
        return False
    if other.system_id == mine.system_id or other.config == mine.config:
        return True
    try:
        return adapter_of(other).place() == adapter_of(mine).place()
    except DomainError:
        return False


def _cells(flow: Flow, definition: FlowDefinition, ends: FlowEnds) -> Iterator[Finding]:
    """Two flows into one table must differ in a fixed column, else each could overwrite the other."""
    mine = fixed_cells(flow.code, definition)
    others = FlowVersion.objects.filter(state=VersionState.APPROVED).exclude(flow=flow).select_related("flow")
    for other in others:
        target = other.definition["target"]
        if target["table"] != definition.target.table or not _one_place(ends.target, target["connection"]):
            continue
        there = definition_of(other)
        theirs = fixed_cells(other.flow.code, there) if there else {}
        if there and all(mine[name] == theirs[name] for name in mine.keys() & theirs.keys()):
            named = ends.names.flow(other.flow)
            words = f"Flow {named} owns cells of {definition.target.table} that this one would replace."
            yield misfit(Code.RUN_006, words, "target.columns")
