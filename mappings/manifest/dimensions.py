"""Manifest section of dimensions and their members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mappings.models import Dimension
from mappings.selectors import dimension_by_code, members_snapshot
from mappings.selectors.dimensions import MemberValue
from mappings.services import KEPT, MemberSpec, dimension_register, member_faults, members_load
from portal.core.errors import BadInput, Conflict
from portal.core.keys import Key
from portal.core.manifest import (
    UNCHANGED,
    Applying,
    Columns,
    Entry,
    Outcome,
    Reading,
    Result,
    Row,
    Section,
    Table,
    iso_day,
)
from portal.core.manifest.codes import Code
from portal.core.text import clean_text

_MEMBER = (
    Key("code", "text", "the member as the system writes it", example='"4000"'),
    Key("name", "text", "name", "", "Revenue"),
    Key("parent", "text", "code of another member, above it", "", "REVENUE"),
    Key("valid_from", "date", "first day", "always", "2026-01-01"),
    Key("valid_to", "date", "last day", "open", "2026-12-31"),
    Key("attributes.NAME", "text", "attributes of its own; inline also attributes: {NAME: text}", "",
        "north"),
)  # fmt: skip
_COLUMNS = Columns.of(_MEMBER)
_GROUP = "attributes."


@dataclass(frozen=True, slots=True)
class DimensionItem:
    code: str
    system: str
    name: str
    members: tuple[MemberSpec, ...]


class DimensionsSection(Section[DimensionItem]):
    name = "dimensions"
    order = 80
    fields = (
        Key("code", "code", "unique code", example="account"),
        Key("system", "code", "the system whose dimension it is, set once", example="ERP"),
        Key("name", "text", "name, set once", example="Account"),
        Key("members", "table", "its members; those not named, and what is not said, stay as they are; "
            "an empty value clears", "none", "{file: accounts.csv}", keys=_MEMBER),
    )  # fmt: skip

    def read(self, entry: Entry, reading: Reading) -> DimensionItem:
        rows = reading.rows(entry, "members", _COLUMNS)
        members = tuple(spec for row in rows if (spec := _member(entry, row)) is not None)
        code = entry.code()
        if len(members) == len(rows):
            for fault in member_faults(dimension_by_code(code), members):
                entry.row_fault(fault.code, fault.message, fault.place)
        reading.declared[f"members of {code}"] = {member.code for member in members}
        return DimensionItem(code, reading.reference(entry, "system", "systems"), entry.text("name"), members)

    def key(self, item: DimensionItem) -> str:
        return item.code

    def known(self, key: str) -> bool:
        return dimension_by_code(key) is not None

    def apply(self, item: DimensionItem, applying: Applying) -> Result:
        dimension = Dimension.objects.select_related("system").filter(code=item.code).first()
        created = dimension is None
        if dimension is None:
            dimension = dimension_register(**applying.who, system=item.system, code=item.code, name=item.name)
        elif (dimension.system.code, dimension.name) != (item.system, item.name):
            raise Conflict(Code.YAM_111, f"The dimension {item.code} has another system or name.")
        there = {member.code: member for member in members_snapshot(dimension).members}
        if any(there.get(spec.code) != spec.over(there.get(spec.code)) for spec in item.members):
            members_load(**applying.who, dimension_id=dimension.pk, members=item.members)
            return Result(Outcome.CREATED if created else Outcome.CHANGED, f"{len(item.members)} members")
        return Result(Outcome.CREATED) if created else UNCHANGED

    def export(self) -> Iterator[dict[str, Any]]:
        for dimension in Dimension.objects.select_related("system").order_by("code"):
            yield {
                "code": dimension.code,
                "system": dimension.system.code,
                "name": dimension.name,
                "members": _table(members_snapshot(dimension).members),
            }


def _member(entry: Entry, row: Row) -> MemberSpec | None:
    """A clean member, or None and a fault at the row."""
    cells = {**dict.fromkeys(row.blank, ""), **row.cells}
    try:
        return MemberSpec(
            clean_text(cells["code"], 200),
            clean_text(cells["name"], 300) if "name" in cells else KEPT,
            clean_text(cells["parent"], 200) if "parent" in cells else KEPT,
            {
                clean_text(name.removeprefix(_GROUP), 64): clean_text(cell, 1000)
                for name, cell in cells.items()
                if name.startswith(_GROUP)
            },
            iso_day(cells["valid_from"]) if "valid_from" in cells else KEPT,
            iso_day(cells["valid_to"]) if "valid_to" in cells else KEPT,
            row.place,
        )
    except BadInput as error:
        entry.row_fault(error.code, error.message, row.place)
    except ValueError as error:
        entry.row_fault(Code.YAM_104, str(error), row.place)
    return None


def _table(members: tuple[MemberValue, ...]) -> Table:
    names = sorted({name for member in members for name in member.attributes})
    rows = [
        (
            member.code,
            member.name,
            member.parent,
            member.valid_from.isoformat() if member.valid_from else "",
            member.valid_to.isoformat() if member.valid_to else "",
            *(member.attributes.get(name, "") for name in names),
        )
        for member in members
    ]
    columns = ("code", "name", "parent", "valid_from", "valid_to", *(f"{_GROUP}{name}" for name in names))
    return Table(columns, rows)
