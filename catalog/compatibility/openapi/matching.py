"""Which path of the revision is which of the base: exact names first, then the shape of the template.

Paths of one shape that differ by the names of their parameters are normal (vendors publish them).
"""

from __future__ import annotations

import re

from catalog.compatibility.openapi.model import PathItem

_PARAMETER = re.compile(r"\{([^{}]*)\}")


def shape_of(path: str) -> str:
    """The path with its parameters nameless."""
    return _PARAMETER.sub("{}", path)


def renamed_parameters(base: str, revision: str) -> dict[str, str]:
    """Name in the base by name in the revision, by position, where they differ."""
    names = zip(_PARAMETER.findall(base), _PARAMETER.findall(revision), strict=False)
    return {new: old for old, new in names if old != new}


def match_paths(
    base: dict[str, PathItem], revision: dict[str, PathItem]
) -> tuple[list[tuple[PathItem, PathItem]], list[PathItem], list[PathItem]]:
    """Pairs, paths only in the base, paths only in the revision."""
    pairs = [(item, revision[path]) for path, item in base.items() if path in revision]
    free: dict[str, list[PathItem]] = {}
    for path, item in revision.items():
        if path not in base:
            free.setdefault(shape_of(path), []).append(item)
    gone = []
    for path, item in base.items():
        if path in revision:
            continue
        candidates = free.get(shape_of(path), [])
        if not candidates:
            gone.append(item)
            continue
        # The one with most methods in common; among equals the first one.
        best = max(candidates, key=lambda other: len(other.operations.keys() & item.operations.keys()))
        candidates.remove(best)
        pairs.append((item, best))
    return pairs, gone, [item for items in free.values() for item in items]
