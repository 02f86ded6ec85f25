"""Periods as a CSV: `code, start, end`, and optionally `name` and `state`."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from portal.core.codes import Code as Platform
from portal.core.errors import Fault, Faults, TooLarge
from portal.core.manifest import Row, iso_day
from portal.core.manifest.files import read_csv
from portal.fiscal.codes import Code
from portal.fiscal.consistency import PeriodSpec
from portal.fiscal.states import PeriodState

PERIOD_COLUMNS = ("code", "start", "end", "name", "state")
MAX_BYTES = 1_000_000


def period_specs(data: bytes) -> list[PeriodSpec]:
    """Periods of a CSV in UTF-8. Raises TooLarge API-002, BadInput YAM-108 (the file), Faults PER-002."""
    if len(data) > MAX_BYTES:
        raise TooLarge(Platform.API_002, f"A calendar's file has at most {MAX_BYTES:,} bytes.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "periods"
        path.write_bytes(data)
        rows = list(read_csv(path))
    faults: list[Fault] = []
    specs = [spec for row in rows if (spec := _spec(row, faults)) is not None]
    if not rows:
        hint = f"Write a line for each period below the headings: {', '.join(PERIOD_COLUMNS)}."
        raise Faults([Fault(Code.PER_002, "Below the headings there is no period.")], hint=hint)
    if faults:
        raise Faults(faults)
    return specs


def _spec(row: Row, faults: list[Fault]) -> PeriodSpec | None:
    """A period, or None and its faults."""
    cells, before = row.cells, len(faults)
    for name in cells:
        if name not in PERIOD_COLUMNS:
            faults.append(Fault(Code.PER_002, f"The column '{name[:64]}' is not known.", row.place))
    start, end = _day(row, "start", faults), _day(row, "end", faults)
    state = cells.get("state", "")
    if state and state not in PeriodState.values:
        faults.append(Fault(Code.PER_002, f"'{state[:40]}' is no state of a period.", row.place))
    if len(faults) > before or start is None or end is None:
        return None
    return PeriodSpec(cells.get("code", ""), start, end, cells.get("name", ""), state, row.place)


def _day(row: Row, name: str, faults: list[Fault]) -> dt.date | None:
    try:
        day = iso_day(row.cells.get(name, ""))
    except ValueError as error:
        faults.append(Fault(Code.PER_002, str(error), f"{row.place}, column {name}"))
        return None
    if day is None:
        faults.append(Fault(Code.PER_002, f"'{name}' is missing.", row.place))
    return day
