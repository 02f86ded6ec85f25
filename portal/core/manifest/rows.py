"""Tables of a manifest: rows written inline, rows from files, and how columns of files become ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from portal.core.errors import BadInput, DomainError, Fault, Faults
from portal.core.keys import Key
from portal.core.manifest.codes import Code
from portal.core.manifest.files import ManifestFiles, Row, read_csv, stop_at_limit
from portal.core.manifest.node import Entry
from portal.core.ports import Registry
from portal.core.yamlsafe import Yaml

_OWN_NAME = ".NAME"
_Path = tuple[str | int, ...]
RowReader = Callable[[Path, Mapping[str, Yaml]], Iterable[Row]]

# Readers of other file formats, by name; the file connector registers `dataset`.
row_readers: Registry[RowReader] = Registry("row reader")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table. Names of `groups` take any sub-column, written `group.name` in a CSV header."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @classmethod
    def of(cls, keys: Sequence[Key]) -> Columns:
        """The columns as they are documented; `group.NAME` is a group."""
        plain = [key for key in keys if not key.name.endswith(_OWN_NAME)]
        return cls(
            tuple(key.name for key in plain if key.default is None),
            tuple(key.name for key in plain if key.default is not None),
            tuple(key.name.removesuffix(_OWN_NAME) for key in keys if key not in plain),
        )

    def knows(self, name: str) -> bool:
        group, dot, _ = name.partition(".")
        return name in self.required or name in self.optional or bool(dot and group in self.groups)

    def describe(self) -> str:
        return ", ".join([*self.required, *self.optional, *(f"{group}.*" for group in self.groups)])


def read_rows(entry: Entry, key: str, columns: Columns, files: ManifestFiles) -> list[Row]:
    """All rows under `key`: a list whose items are rows or `{file: ...}`, or one such mapping.

    Faults are collected on the entry's document with the line of the manifest or of the file.
    """
    value = entry.raw(key)
    if value == "":
        return []
    items = value if isinstance(value, list) else [value]
    paths: list[_Path] = (
        [(key, index) for index in range(len(items))] if isinstance(value, list) else [(key,)]
    )
    rows: list[Row] = []
    for item, path, place in zip(items, paths, _places(entry, paths), strict=True):
        if isinstance(item, dict) and "file" in item:
            rows.extend(_from_file(entry.child(item, *path), columns, files))
        else:
            rows.extend(_inline(entry, item, path, place, columns))
    return rows


def _places(entry: Entry, paths: Sequence[_Path]) -> list[str]:
    """`file:line` of each, with its number in the list where several share a line."""
    found = [entry.place_of(*path) for path in paths]
    sharing = Counter(found)
    return [
        f"{place}, entry {number}" if sharing[place] > 1 else place
        for number, place in enumerate(found, start=1)
    ]


def _inline(entry: Entry, item: Yaml, path: _Path, place: str, columns: Columns) -> Iterator[Row]:
    if not isinstance(item, dict):
        entry.row_fault(Code.YAM_103, f"A row with the columns {columns.describe()} is expected here.", place)
        return
    cells: dict[str, str] = {}
    for name, value in item.items():
        if isinstance(value, dict) and name in columns.groups:
            cells.update({f"{name}.{sub}": cell for sub, cell in value.items() if isinstance(cell, str)})
        elif isinstance(value, str):
            cells[name] = value
        else:
            entry.fault(Code.YAM_103, f"'{name[:64]}' takes a text.", *path, name)
    row = Row(cells, place)
    faults = list(_column_faults(row, columns))
    entry.document.faults.extend(faults)
    if not faults:
        yield row


def _column_faults(row: Row, columns: Columns) -> Iterator[Fault]:
    for name in row.cells:
        if not columns.knows(name):
            message = f"The column '{name[:64]}' is unknown; known: {columns.describe()}."
            yield Fault(Code.YAM_101, message, row.place)
    for name in columns.required:
        if not row.cells.get(name):
            yield Fault(Code.YAM_102, f"'{name}' is missing.", row.place)


def _from_file(spec: Entry, columns: Columns, files: ManifestFiles) -> list[Row]:
    """Rows of one file; what is wrong with single rows is told of all of them, up to a limit."""
    name = spec.text("file", max_length=500)
    dataset = spec.raw("dataset")
    mapping = _column_map(spec.entry("columns"), columns)
    wanted = _conditions(spec)
    faults: list[Fault] = []
    rows: list[Row] = []
    try:
        path = files.find(name, spec.place_of("file"))
        own = row_readers.get("dataset")(path, dataset) if isinstance(dataset, dict) else None
        source = read_csv(path, faults) if own is None else own
        rows = list(_shaped(source, mapping, wanted, columns, faults))
    except DomainError as error:
        faults += error.faults if isinstance(error, Faults) else [_as_fault(error)]
    for fault in faults:
        place = fault.place or spec.place_of("file")
        spec.document.faults.append(Fault(fault.code, fault.message, place))
    return [] if faults else rows


def _as_fault(error: DomainError) -> Fault:
    return Fault(error.code, error.message, error.place)


class _NoColumn(BadInput):
    """What is wrong with the header is told once, not of every row."""


def _shaped(
    source: Iterable[Row],
    mapping: dict[str, _Cell] | None,
    wanted: _Wanted,
    columns: Columns,
    faults: list[Fault],
) -> Iterator[Row]:
    for row in source:
        stop_at_limit(faults, row.place)
        if not all(_cell(row, name) in values for name, values in wanted.items()):
            continue
        try:
            cells = row.cells if mapping is None else {name: make(row) for name, make in mapping.items()}
        except _NoColumn:
            raise
        except BadInput as error:
            faults.append(_as_fault(error))
            continue
        shaped = Row(cells, row.place)
        found = list(_column_faults(shaped, columns))
        if any(not columns.knows(name) for name in cells):
            raise Faults(found)
        faults += found
        blank = frozenset(name for name, cell in cells.items() if not cell)
        yield Row({name: cell for name, cell in cells.items() if cell}, row.place, blank)


_Cell = Callable[[Row], str]
_Wanted = Mapping[str, frozenset[str]]


def _cell(row: Row, column: str) -> str:
    try:
        return row.cells[column]
    except KeyError:
        known = ", ".join(row.cells)
        raise _NoColumn(
            Code.YAM_108, f"The file has no column '{column[:64]}'; it has {known[:400]}.", place=row.place
        ) from None


def _conditions(spec: Entry) -> _Wanted:
    """`where`: only rows whose column has one of the values."""
    wanted: dict[str, frozenset[str]] = {}
    for condition in spec.entries("where"):
        column = condition.text("field")
        values = condition.texts("in") if condition.has("in") else [condition.text("equals")]
        wanted[column] = frozenset(values)
    return wanted


def _column_map(spec: Entry | None, columns: Columns) -> dict[str, _Cell] | None:
    """`columns`: ours from theirs. None: the file's columns are ours."""
    if spec is None:
        return None
    found: dict[str, _Cell] = {}
    for name in spec:
        group = spec.entry(name) if name in columns.groups else None
        if group is None:
            found[name] = _expression(spec, spec.raw(name), name)
            continue
        for sub in group:
            found[f"{name}.{sub}"] = _expression(group, group.raw(sub), sub)
    return found


def _expression(spec: Entry, value: Yaml, *path: str | int) -> _Cell:
    """A column name; or `from` with `date` or `strip_suffix`; or `join` with `with`; or `value`."""
    if isinstance(value, str):
        return lambda row: _cell(row, value)
    entry = spec.child(value, *path)
    if entry.has("join"):
        parts = entry.raw("join")
        items = parts if isinstance(parts, list) else [parts]
        made = [_expression(entry, item, "join", index) for index, item in enumerate(items)]
        separator = entry.text("with", "")
        return lambda row: separator.join(part(row) for part in made)
    if entry.has("value"):
        constant = entry.text("value")
        return lambda row: constant
    column, suffix, layout = entry.text("from"), entry.text("strip_suffix", ""), entry.text("date", "")
    if layout:
        return lambda row: _date(_cell(row, column), layout, row.place)
    return lambda row: _cell(row, column).removesuffix(suffix)


def _date(text: str, layout: str, place: str) -> str:
    """An ISO date from a text in strptime's language; empty stays empty."""
    if not text.strip():
        return ""
    try:
        return datetime.strptime(text, layout).date().isoformat()
    except ValueError:
        raise BadInput(Code.YAM_108, f"'{text[:40]}' is not a date written {layout}.", place=place) from None
