"""Whether two schemas of two documents say the same, names of definitions and descriptions aside."""

from __future__ import annotations

from typing import Any

from catalog.compatibility.documents import child, same
from catalog.compatibility.openapi.expanding import ANNOTATIONS
from catalog.compatibility.openapi.merging import Schemas
from catalog.compatibility.openapi.shapes import Node, Ref

_MAX_STEPS = 5_000
_MAX_TOTAL = 300_000
_NAMED = frozenset({"$defs", "dependentSchemas", "patternProperties", "properties"})


class Alike:
    """Answers for one pair of documents; recursive definitions are equal when nothing differs on the way."""

    def __init__(self, base: Schemas, revision: Schemas) -> None:
        self.base = base
        self.revision = revision
        self._known: dict[tuple[str, str], bool] = {}
        self._steps = 0

    def refs(self, old: Ref, new: Ref) -> bool:
        """True when both hold the same schemas; False also when that takes too many steps to see.

        A False too many tells of a change that is none; nothing is hidden by it.
        """
        if len(old.nodes) != len(new.nodes):
            return False
        return all(self._nodes(left, right) for left, right in zip(old.nodes, new.nodes, strict=True))

    def _nodes(self, old: Node, new: Node) -> bool:
        key = (old.pointer, new.pointer)
        if key not in self._known:
            self._known[key] = self._equal(old, new)
        return self._known[key]

    def _equal(self, old: Node, new: Node) -> bool:
        stack: list[tuple[str, Any, str, Any, bool]] = [(*old, *new, False)]
        seen: set[tuple[str, str]] = set()
        while stack:
            left_at, left, right_at, right, named = stack.pop()
            left_at, left = self.base.references.resolve(left_at, left)
            right_at, right = self.revision.references.resolve(right_at, right)
            if (left_at, right_at) in seen:
                continue
            seen.add((left_at, right_at))
            self._steps += 1
            if len(seen) > _MAX_STEPS or self._steps > _MAX_TOTAL:
                return False
            pairs = _parts(left, right, frozenset() if named else ANNOTATIONS)
            if pairs is None:
                return False
            for key, one, two in pairs:
                below = not named and key in _NAMED
                stack.append((child(left_at, key), one, child(right_at, key), two, below))
        return True


def _parts(left: Any, right: Any, skipped: frozenset[str]) -> list[tuple[str | int, Any, Any]] | None:
    """What is left to compare; None when the two differ already."""
    if isinstance(left, dict) and isinstance(right, dict):
        keys = {key for key in left if key not in skipped}
        if keys != {key for key in right if key not in skipped}:
            return None
        return [(key, left[key], right[key]) for key in sorted(keys)]
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return None
        return [(index, one, two) for index, (one, two) in enumerate(zip(left, right, strict=True))]
    return [] if same(left, right) else None
