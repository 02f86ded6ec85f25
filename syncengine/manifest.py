"""Manifest section of flows, and the reader of datasets for tables in other formats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from catalog.models import Connection
from mappings.models import MappingVersion, RateSetVersion
from portal.core.errors import Conflict
from portal.core.keys import Key
from portal.core.manifest import UNCHANGED, Applying, Entry, Outcome, Reading, Result, Row, Section
from portal.core.manifest.codes import Code
from portal.core.yamlsafe import Yaml
from portal.fiscal.periods import is_period
from syncengine.connectors.file import parse_dataset, read_rows
from syncengine.definition import DefinitionError, FlowDefinition, keys, parse_definition, written
from syncengine.definitions import version_hash
from syncengine.definitiontext import documented_definition
from syncengine.manifestfit import manifest_misfits
from syncengine.models import Flow, FlowVersion
from syncengine.services import flow_define, flow_version_start, flow_version_submit
from syncengine.services.flows import EDITABLE
from syncengine.states import VersionState

_STEP = re.compile(r"[^.\[\]]+")


def dataset_rows(path: Path, dataset: Mapping[str, Yaml]) -> Iterator[Row]:
    """Rows of a file written as a flow's dataset would say. Raises SRC codes with the place."""
    layout = parse_dataset({**dataset, "file": path.name})
    for line, values in read_rows(path, layout):
        yield Row(values, f"{path.name}:{line}")


@dataclass(frozen=True, slots=True)
class FlowItem:
    code: str
    name: str
    description: str
    effective_from: str
    data: Yaml
    definition: FlowDefinition | None

    @property
    def sha256(self) -> str:
        return version_hash(self.code, self.effective_from, self.definition) if self.definition else ""


class FlowsSection(Section[FlowItem]):
    name = "flows"
    order = 200
    fields = (
        Key("code", "code", "unique code", example="actuals-to-planning"),
        Key("name", "text", "name, set once", example="Actuals to planning"),
        Key("description", "text", "what it is for, set once", "", "Monthly actuals by planning line."),
        Key("effective_from", "period", "first fiscal period of this version. Further versions are "
            "further entries with the same code", "the beginning", "2026-01"),
        Key("definition", "mapping", "what the flow reads, checks, maps, translates and loads (under "
            "approval)", keys=keys.DEFINITION),
    )  # fmt: skip

    def documented(self) -> tuple[Key, ...]:
        *others, definition = self.fields
        return (*others, replace(definition, keys=documented_definition()))

    def read(self, entry: Entry, reading: Reading) -> FlowItem:
        data = entry.raw("definition")
        definition = self._definition(entry, data)
        if definition is not None:
            _references(entry, definition, reading)
            for finding in manifest_misfits(entry.code(), definition, reading):
                words = f"{finding.place}: {finding.message}"
                entry.fault(finding.code, words, "definition", *_path(finding.place))
        period = entry.text("effective_from", "")
        if period and not is_period(period):
            entry.fault(Code.YAM_104, f"'{period}' is not a fiscal period YYYY-PP.", "effective_from")
        description = entry.text("description", "", max_length=4000, multiline=True)
        return FlowItem(entry.code(), entry.text("name"), description, period, data, definition)

    @staticmethod
    def _definition(entry: Entry, data: Yaml) -> FlowDefinition | None:
        if data == "":
            entry.fault(Code.YAM_102, "'definition' is missing.")
            return None
        try:
            return parse_definition(data)
        except DefinitionError as error:
            for fault in error.faults:
                entry.fault(fault.code, f"{fault.path}: {fault.message}.", "definition", *_path(fault.path))
            return None

    def key(self, item: FlowItem) -> str:
        return f"{item.code}@{item.effective_from}" if item.effective_from else item.code

    def known(self, key: str) -> bool:
        return Flow.objects.filter(code=key).exists()

    def apply(self, item: FlowItem, applying: Applying) -> Result:
        flow = Flow.objects.filter(code=item.code).first()
        if flow is not None and (flow.name, flow.description) != (item.name, item.description):
            raise Conflict(Code.YAM_111, f"The flow {item.code} has another name or description.")
        if flow is not None and item.sha256 in {version.content_sha256 for version in current_versions(flow)}:
            return UNCHANGED
        opened = flow.versions.filter(state__in=EDITABLE).first() if flow else None
        if opened is not None and opened.content_sha256 != item.sha256:
            return self._other(item, opened, applying)
        if opened is not None and opened.state == VersionState.LOCKED:
            return Result(Outcome.PENDING, opened.change_ref)
        if waiting := applying.waiting([*_needs(item, applying), ("flows", item.code)]):
            return waiting
        applying.demand_person()
        version = opened or self._version(flow, item, applying)
        return Result(Outcome.PROPOSED, flow_version_submit(**applying.who, version_id=version.pk).ref)

    @staticmethod
    def _other(item: FlowItem, opened: FlowVersion, applying: Applying) -> Result:
        """Another version is open: an earlier entry's, which this one waits for, or somebody else's."""
        if waiting := applying.waiting([("flows", item.code)]):
            return waiting
        words = f"Version {opened.number} of {item.code} is open with other content."
        raise Conflict(Code.YAM_110, words)

    @staticmethod
    def _version(flow: Flow | None, item: FlowItem, applying: Applying) -> FlowVersion:
        if flow is None:
            return flow_define(
                **applying.who, code=item.code, name=item.name, description=item.description,
                definition=item.data, effective_from=item.effective_from,
            )  # fmt: skip
        return flow_version_start(
            **applying.who, flow_id=flow.pk, definition=item.data, effective_from=item.effective_from
        )

    def export(self) -> Iterator[dict[str, Any]]:
        for flow in Flow.objects.order_by("code"):
            for version in current_versions(flow):
                yield {
                    "code": flow.code,
                    "name": flow.name,
                    "description": flow.description,
                    "effective_from": version.effective_from,
                    "definition": _texts(written(version.definition)),
                }


def current_versions(flow: Flow) -> list[FlowVersion]:
    """Approved versions that are in force for some period, in the order of their approval."""
    approved = list(flow.versions.filter(state=VersionState.APPROVED).order_by("approved_at", "number"))
    return [
        version
        for at, version in enumerate(approved)
        if not any(later.effective_from <= version.effective_from for later in approved[at + 1 :])
    ]


def _references(entry: Entry, definition: FlowDefinition, reading: Reading) -> None:
    """Everything a definition names must be in the manifest or in the database."""

    def check(value: str | None, section: str, *path: str | int) -> None:
        if value:
            reading.check_reference(entry, value, section, "definition", *path)

    check(definition.finance_object, "finance_objects", "finance_object")
    check(definition.calendar, "calendars", "calendar")
    check(definition.source.connection, "connections", "source", "connection")
    check(definition.target.connection, "connections", "target", "connection")
    if definition.reconcile:
        check(definition.reconcile.connection, "connections", "reconcile", "connection")
    if definition.translate:
        check(definition.translate.rate_set, "rate_sets", "translate", "rate_set")
    for at, use in enumerate(definition.mappings):
        check(use.mapping_set, "mapping_sets", "mappings", at, "set")
    for dimension in definition.dimensions:
        check(dimension, "dimensions")


def _needs(item: FlowItem, applying: Applying) -> Iterator[tuple[str, str]]:
    """What must be in force before the flow can be proposed, as far as nothing of it is."""
    definition = item.definition
    if definition is None:
        return
    for code in definition.connections:
        if not Connection.objects.filter(code=code).exists():
            yield "connections", code
    approved = {"state": "approved"}
    for use in definition.mappings:
        if not MappingVersion.objects.filter(mapping_set__code=use.mapping_set, **approved).exists():
            yield "mapping_sets", use.mapping_set
    translate = definition.translate
    if (
        translate
        and not RateSetVersion.objects.filter(rate_set__code=translate.rate_set, **approved).exists()
    ):
        yield "rate_sets", translate.rate_set
    for section, key in applying.pending:
        if section == "ownership" and key.startswith(f"{definition.finance_object}/"):
            yield section, key


def _path(text: str) -> list[str | int]:
    """`amount.side.debit[0]` as a path."""
    return [int(step) if step.isdigit() else step for step in _STEP.findall(text)]


def _texts(value: Any) -> Any:
    """A definition in texts, as a manifest writes it."""
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
