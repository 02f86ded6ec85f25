"""From the database back to a manifest that says the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import yaml

from portal.core.keys import arranged
from portal.core.manifest.files import looks_like_formula
from portal.core.manifest.ports import Section, Table, ordered_sections
from portal.core.manifest.reading import VERSION

INLINE_ROWS = 60


class _Dumper(yaml.SafeDumper):
    """Plain YAML: no anchors, because the reader takes none."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def export_manifest(only: Collection[str] = (), *, inline: bool = False) -> tuple[str, dict[str, str]]:
    """The manifest's text, and the texts of the CSV files that it names, by file name (none when inline)."""
    files: dict[str, str] = {}
    found: dict[str, Any] = {"tieout": VERSION}
    for section in ordered_sections():
        if only and section.name not in only:
            continue
        entries = [_shaped(section, entry, None if inline else files) for entry in section.export()]
        if entries:
            found[section.name] = entries
    text = yaml.dump(
        found, Dumper=_Dumper, default_flow_style=False, sort_keys=False, allow_unicode=True, width=110
    )  # fmt: skip
    return text, files


def write_manifest(path: Path, only: Collection[str] = ()) -> list[Path]:
    """Write the manifest and its CSV files; each file appears complete or not at all."""
    text, files = export_manifest(only)
    written = []
    for name, content in {**files, path.name: text}.items():
        target = path.with_name(name)
        draft = target.with_name(f".{name}.part")
        draft.write_bytes(content.encode())
        draft.replace(target)
        written.append(target)
    return written


def _shaped(section: Section[Any], entry: dict[str, Any], files: dict[str, str] | None) -> dict[str, Any]:
    """The entry without empty values, its keys in the order of their documentation; long tables become
    files."""
    shaped: dict[str, Any] = {}
    for key, value in arranged(entry, section.documented()).items():
        if isinstance(value, Table):
            value = _table(f"{section.name}-{entry['code']}-{key}.csv", value, files)
        if value not in ("", None, [], {}):
            shaped[key] = value
    return shaped


def _table(name: str, table: Table, files: dict[str, str] | None) -> Any:
    short = len(table.rows) <= INLINE_ROWS
    if files is None or short or any(looks_like_formula(cell) for row in table.rows for cell in row):
        return [_inline(table.columns, row) for row in table.rows]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    files[name] = text.getvalue()
    return {"file": name}


def _inline(columns: Sequence[str], row: Sequence[str]) -> dict[str, Any]:
    """A row as a mapping; `group.name` columns become a mapping below their group."""
    cells: dict[str, Any] = {}
    for column, cell in zip(columns, row, strict=True):
        group, dot, name = column.partition(".")
        if cell and dot:
            cells.setdefault(group, {})[name] = cell
        elif cell:
            cells[column] = cell
    return cells
