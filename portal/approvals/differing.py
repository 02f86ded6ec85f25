"""Differences of contents that are plain data, one row for each value."""

from __future__ import annotations

from typing import Any

from portal.approvals.ports import DiffRow
from portal.core.canonical import canonical_json


def flat_diff(before: dict[str, Any], after: dict[str, Any]) -> list[DiffRow]:
    """Differences of two flat dictionaries as rows, texts as they are, other values as canonical JSON."""

    def text(value: Any) -> str:
        return "" if value is None else value if isinstance(value, str) else canonical_json(value)

    rows = []
    for key in sorted(before.keys() | after.keys()):
        old, new = text(before.get(key)), text(after.get(key))
        if old != new:
            rows.append(DiffRow(key, old, new, "added" if not old else "removed" if not new else "changed"))
    return rows


def flatten(value: Any, path: str = "") -> dict[str, str]:
    """Nested data as one line per value, so that a reviewer sees exactly what differs."""
    if isinstance(value, dict) and value:
        pairs = [(f"{path}.{key}" if path else str(key), item) for key, item in value.items()]
    elif isinstance(value, list) and value:
        pairs = [(f"{path}[{_label(item, at)}]", item) for at, item in enumerate(value)]
    else:
        return {path: value if isinstance(value, str) else "" if value is None else canonical_json(value)}
    return {key: text for name, item in pairs for key, text in flatten(item, name).items()}


def _label(item: Any, at: int) -> str:
    """Entries of lists are told apart by their name, so that an inserted one does not move the others."""
    return str(item["name"]) if isinstance(item, dict) and "name" in item else str(at)
