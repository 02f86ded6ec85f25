"""Lines of an uploaded CSV or XLSX table by heading: bounded, no formulas, every fault with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mappings.rules.faults import FaultCode, FileFault, FileFaults
from mappings.rules.tables import Table, TableRow, read_table
from portal.core.errors import Fault, Faults
from portal.core.export import unguard_text
from portal.core.manifest.files import looks_like_formula

MAX_FAULTS = 200
_DOUBTFUL = frozenset("'=@+-")
"""What a formula or a guarded text begins with."""


@dataclass(frozen=True, slots=True)
class Line:
    """Trimmed cells by heading, and where they stand in words."""

    cells: dict[str, str]
    place: str


def read_lines(
    data: bytes, required: Sequence[str], optional: Sequence[str] = (), group: str = ""
) -> list[Line]:
    """All lines of a table with exactly these headings, and any that begin with `group`.

    Raises Faults MAP-020 to MAP-025 with line and column, or cell.
    """
    lines, faults = lines_and_faults(data, required, optional, group)
    if faults:
        raise Faults(faults)
    return lines


def lines_and_faults(
    data: bytes, required: Sequence[str], optional: Sequence[str] = (), group: str = ""
) -> tuple[list[Line], list[Fault]]:
    """The lines that could be read and the faults, so that a caller can tell those beside its own."""
    lines: list[Line] = []
    faults: list[FileFault] = []
    try:
        table = read_table(data)
        _check_headings(table, required, optional, group)
        for row in table.rows:
            cells = [cell.strip() for cell in row.cells]
            if any(cell[:1] in _DOUBTFUL for cell in cells if cell):
                faults += _formulas(row, table.header)
                cells = [unguard_text(cell) for cell in cells]
            lines.append(Line(dict(zip(table.header, cells, strict=True)), f"line {row.line}"))
            if len(faults) >= MAX_FAULTS:
                break
    except FileFaults as error:
        faults += error.faults
    return lines, [Fault(str(f.code), f"{f.message[:1].upper()}{f.message[1:]}.", f.place) for f in faults]


def _check_headings(table: Table, required: Sequence[str], optional: Sequence[str], group: str) -> None:
    known = (*required, *optional)
    faults = [
        FileFault(FaultCode.HEADER, f"the heading '{name}' is missing", table.header_line)
        for name in required
        if name not in table.header
    ]
    faults += [
        FileFault(FaultCode.HEADER, f"the heading '{name[:80]}' is not known", table.header_line, name[:80])
        for name in table.header
        if name not in known and not (group and name.startswith(group) and len(name) > len(group))
    ]
    if faults:
        raise FileFaults(faults)


def _formulas(row: TableRow, header: Sequence[str]) -> list[FileFault]:
    """What a spreadsheet would compute; a guarded text (with a leading apostrophe) is none."""
    message = "the cell holds a formula; paste its value, or write an apostrophe before it"
    return [
        row.fault(FaultCode.FORMULA, message, header[place], place)
        for place, cell in enumerate(row.cells)
        if looks_like_formula(cell.strip())
    ]
