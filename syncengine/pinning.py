"""What a run computes from, named by hash: taken when it is planned, checked when it is carried out."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from catalog import selectors as catalog
from mappings import selectors as mappings
from mappings.models import MappingVersion, RateSetVersion
from portal.core.canonical import canonical_json, content_hash
from portal.core.errors import Conflict, Fault, Faults
from portal.fiscal import selectors as fiscal
from syncengine.codes import Code
from syncengine.definition import FlowDefinition
from syncengine.duck import literal, session
from syncengine.evidence import EvidenceKind, EvidenceRef, EvidenceStore
from syncengine.models import FlowVersion
from syncengine.pipeline.compute import ENGINE_VERSION
from syncengine.pipeline.values import MappingPin, MemberRow, PeriodRow

Pins = dict[str, Any]


def pin_versions(version: FlowVersion, definition: FlowDefinition, period: str) -> Pins:
    """Versions in force for the period, by hash. Raises Faults RUN-005 naming all that is missing."""
    faults: list[Fault] = []
    pins: Pins = {
        "engine": ENGINE_VERSION,
        "flow": {"code": version.flow.code, "number": version.number, "sha256": version.content_sha256},
        "period": period,
        "calendar": _calendar(definition, faults),
        "connections": _connections(definition, faults),
        "mappings": {
            use.mapping_set: _mapping(use.mapping_set, period, at, faults)
            for at, use in enumerate(definition.mappings)
        },
        "rates": _rates(definition, period, faults),
        "members": {},
    }
    for code in definition.dimensions:
        if mappings.dimension_by_code(code) is None:
            faults.append(Fault(Code.RUN_005, f"There is no dimension {code!r}.", "checks"))
    if faults:
        raise Faults(faults)
    return pins


def _calendar(definition: FlowDefinition, faults: list[Fault]) -> Pins | None:
    if definition.calendar is None:
        return None
    calendar = fiscal.calendar_by_code(definition.calendar)
    if calendar is None:
        words = f"There is no fiscal calendar {definition.calendar!r}."
        faults.append(Fault(Code.RUN_005, words, "calendar"))
        return None
    return {"code": calendar.code, "sha256": fiscal.calendar_hash(calendar)}


def _connections(definition: FlowDefinition, faults: list[Fault]) -> Pins:
    found: Pins = {}
    for code in definition.connections:
        connection = catalog.connection_by_code(code)
        if connection is None:
            faults.append(Fault(Code.RUN_005, f"There is no approved connection {code!r}.", "connection"))
        else:
            found[code] = {"number": connection.number, "sha256": connection.content_sha256}
    return found


def _mapping(code: str, period: str, at: int, faults: list[Fault]) -> Pins | None:
    mapping_set = mappings.mapping_set_by_code(code)
    version = None
    if mapping_set is not None:
        in_force = mappings.version_in_force(mapping_set, period) if period else None
        version = in_force if period else mappings.last_approved(mapping_set)
    if version is None:
        words = f"Mapping set {code!r} has no approved version for {period or 'any period'}."
        faults.append(Fault(Code.RUN_005, words, f"mappings[{at}]"))
        return None
    return {"number": version.number, "sha256": version.content_sha256}


def _rates(definition: FlowDefinition, period: str, faults: list[Fault]) -> Pins | None:
    if definition.translate is None:
        return None
    rate_set = mappings.rate_set_by_code(definition.translate.rate_set)
    version = mappings.rate_version_in_force(rate_set, period) if rate_set else None
    if version is None:
        words = f"Rate set {definition.translate.rate_set!r} has no approved version for {period}."
        faults.append(Fault(Code.RUN_005, words, "translate.rate_set"))
        return None
    return {"set": definition.translate.rate_set, "number": version.number, "sha256": version.content_sha256}


def _moved(what: str) -> Conflict:
    words = f"{what} is no longer what the run was planned with."
    return Conflict(Code.RUN_005, words, hint="Replay the run: it is planned with what is approved now.")


def mapping_pins(pins: Pins) -> dict[str, MappingPin]:
    """The pinned mapping versions, compiled. Raises Conflict RUN-005 when one has changed."""
    found = {}
    for code, pin in pins["mappings"].items():
        version = _mapping_version(code, pin)
        found[code] = MappingPin(version.mapping_set.column_names, mappings.compiled_version(version))
    return found


def rate_pins(pins: Pins, definition: FlowDefinition) -> dict[str, Decimal]:
    """Units of the target currency for one unit of each source currency, from the pinned version."""
    pin, use = pins["rates"], definition.translate
    if pin is None or use is None:
        return {}
    return mappings.rates_for(_rate_version(pin), rate_type=use.rate_type, to=use.to, period=pins["period"])


def _mapping_version(code: str, pin: Pins) -> MappingVersion:
    version: MappingVersion | None = mappings.version_by_key(f"{code}/{pin['number']}")
    if version is None or version.content_sha256 != pin["sha256"]:
        raise _moved(f"Mapping set {code}")
    return version


def _rate_version(pin: Pins) -> RateSetVersion:
    version: RateSetVersion | None = mappings.rate_version_by_key(f"{pin['set']}/{pin['number']}")
    if version is None or version.content_sha256 != pin["sha256"]:
        raise _moved(f"Rate set {pin['set']}")
    return version


def check_pins(pins: Pins) -> None:
    """Raises Conflict RUN-005 when a version or the calendar is no longer what was pinned."""
    for code, pin in pins["mappings"].items():
        _mapping_version(code, pin)
    if pins["rates"] is not None:
        _rate_version(pins["rates"])
    calendar_pins(pins)


def calendar_pins(pins: Pins) -> tuple[PeriodRow, ...]:
    """The periods of the pinned calendar. Raises Conflict RUN-005 when it has changed."""
    pin = pins["calendar"]
    if pin is None:
        return ()
    calendar = fiscal.calendar_by_code(pin["code"])
    if calendar is None or fiscal.calendar_hash(calendar) != pin["sha256"]:
        raise _moved(f"Calendar {pin['code']}")
    rows = calendar.periods.order_by("code").values_list("code", "start", "end", "is_adjustment")
    return tuple(PeriodRow(*row) for row in rows)


def pin_members(code: str, store: EvidenceStore, scratch: Path) -> tuple[Pins, EvidenceRef, int]:
    """The members of a dimension as they are now, kept as evidence, with the hash that pins them."""
    dimension = mappings.dimension_by_code(code)
    if dimension is None:
        raise Conflict(Code.RUN_005, f"There is no dimension {code!r}.")
    snapshot = mappings.members_snapshot(dimension)
    path = scratch / f"members-{len(list(scratch.glob('members-*')))}.parquet"
    columns: list[list[str | None]] = [[], [], [], [], [], []]
    for row in snapshot.members:
        cells = (row.code, row.name, row.parent, canonical_json(row.attributes), row.valid_from, row.valid_to)
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell.isoformat() if isinstance(cell, dt.date) else cell)
    names = ("code", "name", "parent", "attributes", "valid_from", "valid_to")
    selected = ", ".join(f"unnest(${at}::VARCHAR[]) AS {name}" for at, name in enumerate(names, start=1))
    with session(scratch=scratch) as db:
        db.execute(f"CREATE TEMP TABLE members AS SELECT {selected}", columns)
        db.execute(f"COPY members TO {literal(path)} (FORMAT parquet, COMPRESSION zstd)")
    ref = store.put_file(path, EvidenceKind.MEMBERS)
    return {"sha256": snapshot.sha256, "evidence": ref.sha256}, ref, len(snapshot.members)


def member_rows(pin: Pins, store: EvidenceStore) -> list[MemberRow]:
    """The pinned members, read from their evidence."""
    path = store.path(store.find(pin["evidence"], EvidenceKind.MEMBERS))
    with session(read=[path]) as db:
        rows = db.execute(f"SELECT * FROM read_parquet({literal(path)})").fetchall()  # noqa: S608
    return [
        MemberRow(code, name, parent, json.loads(attributes), _day(valid_from), _day(valid_to))
        for code, name, parent, attributes, valid_from, valid_to in rows
    ]


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def pins_hash(pins: Pins) -> str:
    return content_hash(pins)
