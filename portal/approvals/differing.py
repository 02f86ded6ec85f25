"""Differences of contents that are plain data: whatever gives another hash gives a row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from portal.approvals.ports import DiffRow
from portal.core.canonical import canonical_json


def flat_diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[DiffRow]:
    """Differences of two flat dictionaries as rows, texts as they are, other values as canonical JSON."""
    rows = []
    for key in sorted(before.keys() | after.keys()):
        if _exact(before, key) == _exact(after, key):
            continue
        old, new = _text(before.get(key)), _text(after.get(key))
        gone, fresh = key not in after or not new, key not in before or not old
        kind = "added" if fresh else "removed" if gone else "changed"
        if old == new:
            old, new = _exact(before, key), _exact(after, key)
        rows.append(DiffRow(key, old, new, kind))
    return rows


def deep_diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[DiffRow]:
    """Differences of nested data, one row for each value, and one for each list in another order."""
    was, will = named_lists(before), named_lists(after)
    orders = (order_diff(f"order of {path}", was[path], will[path]) for path in was.keys() & will.keys())
    rows = [*flat_diff(flatten(before), flatten(after)), *(row for found in orders for row in found)]
    return sorted(rows, key=lambda row: row.field.removeprefix("order of "))


def order_diff(field: str, before: Sequence[str], after: Sequence[str]) -> list[DiffRow]:
    """A row unless the entries that both have keep their order, with new ones behind them."""
    kept = [name for name in before if name in after]
    if list(after) == kept + [name for name in after if name not in before]:
        return []
    return [DiffRow(field, ", ".join(before), ", ".join(after))]


def flatten(value: Any, path: str = "") -> dict[str, Any]:
    """Nested data as one entry per value, so that a reviewer sees exactly what differs."""
    if not isinstance(value, dict | list) or not value:
        return {path: value}
    return {key: leaf for name, item in _parts(value, path) for key, leaf in flatten(item, name).items()}


def named_lists(value: Any, path: str = "") -> dict[str, list[str]]:
    """The names in each list whose entries are told apart by name, in their order."""
    if not isinstance(value, dict | list):
        return {}
    named = any(isinstance(item, dict) and "name" in item for item in value)
    found = {path: _labels(value)} if isinstance(value, list) and named else {}
    for at, item in _parts(value, path):
        found |= named_lists(item, at)
    return found


def _parts(value: Any, path: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        steps = [(_step(str(key)), item) for key, item in value.items()]
        return [(f"{path}.{step}" if path else step, item) for step, item in steps]
    return [(f"{path}[{label}]", item) for label, item in zip(_labels(value), value, strict=True)]


def _labels(entries: Sequence[Any]) -> list[str]:
    """Entries of lists are told apart by their name, so that an inserted one does not move the others."""
    labels: dict[str, None] = {}
    for at, item in enumerate(entries):
        name = _step(str(item["name"])) if isinstance(item, dict) and "name" in item else str(at)
        label, times = name, 1
        while label in labels:
            times += 1
            label = f"{name}#{times}"
        labels[label] = None
    return list(labels)


def _step(key: str) -> str:
    """A key that could be read as several steps stands in quotes."""
    return json.dumps(key, ensure_ascii=False) if any(sign in key for sign in '.[]"') else key


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else canonical_json(value)


def _exact(values: Mapping[str, Any], key: str) -> str:
    """The value with its type, so that a number and its digits are two values; nothing for no value."""
    return canonical_json(values[key]) if key in values else ""
