"""Members as a table: `code, name, parent, valid_from, valid_to`, and a column `attributes.NAME` for each.

What a file has no column for stays as it is; an empty cell clears the value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from mappings.codes import Code
from mappings.selectors.dimensions import MemberValue
from mappings.services.members import KEPT, Kept, MemberSpec
from mappings.services.tables import Line, lines_and_faults
from portal.core.errors import Fault
from portal.core.manifest import iso_day

GROUP = "attributes."
COLUMNS = ("code", "name", "parent", "valid_from", "valid_to")


def member_specs(data: bytes) -> tuple[list[MemberSpec], list[Fault]]:
    """Members of a CSV or XLSX file, and its faults: MAP-020 to -025 (the file), MDM-010 (a date)."""
    lines, faults = lines_and_faults(data, COLUMNS[:1], COLUMNS[1:], GROUP)
    headings = lines[0].cells if lines else {}
    groups = [(name, name.removeprefix(GROUP)) for name in headings if name.startswith(GROUP)]
    specs = [_spec(line, groups, faults) for line in lines]
    return specs, faults


def _spec(line: Line, groups: list[tuple[str, str]], faults: list[Fault]) -> MemberSpec:
    cells = line.cells
    attributes = {name: cells[heading] for heading, name in groups}
    first, last = (_day(line, name, faults) for name in COLUMNS[3:])
    return MemberSpec(
        cells["code"], cells.get("name", KEPT), cells.get("parent", KEPT), attributes, first, last, line.place
    )


def _day(line: Line, name: str, faults: list[Fault]) -> dt.date | Kept | None:
    if name not in line.cells:
        return KEPT
    try:
        return iso_day(line.cells[name])
    except ValueError as error:
        faults.append(Fault(Code.MDM_010, str(error), f"{line.place}, column {name}"))
        return None


def member_headings(members: Iterable[MemberValue]) -> list[str]:
    """Headings that hold every attribute of these members."""
    names = sorted({name for member in members for name in member.attributes})
    return [*COLUMNS, *(f"{GROUP}{name}" for name in names)]


def member_rows(members: Iterable[MemberValue], headings: list[str]) -> Iterator[list[object]]:
    """Members as `member_specs` reads them back."""
    for member in members:
        plain = [getattr(member, name) for name in COLUMNS]
        yield [
            *plain,
            *(member.attributes.get(name.removeprefix(GROUP), "") for name in headings[len(COLUMNS) :]),
        ]
