"""The walk: pairs of schemas are compared once per place, whoever uses them; users add up at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from catalog.compatibility.documents import DocumentCode, DocumentError
from catalog.compatibility.openapi.alike import Alike
from catalog.compatibility.openapi.families import renamed
from catalog.compatibility.openapi.merging import Schemas
from catalog.compatibility.openapi.options import Options
from catalog.compatibility.openapi.places import HEADER_IDS, Place, below
from catalog.compatibility.openapi.rules import RULES
from catalog.compatibility.openapi.shapes import Ref, Shape

BASE, REVISION = "base", "revision"


class Raw(NamedTuple):
    """A finding before it is written out: `side` tells in which document `pointer` stands."""

    id: str
    side: str
    pointer: str
    old: Any
    new: Any
    name: str | None


@dataclass(slots=True, eq=False)
class Pair:
    """Two schemas at one place; comparators add findings and further pairs."""

    walk: Walk
    base_ref: Ref
    revision_ref: Ref
    base: Shape
    revision: Shape
    place: Place
    found: list[Raw] = field(default_factory=list)
    children: dict[int, Pair] = field(default_factory=dict)
    users: int = 0

    def add(self, check: str, word: str = "", *, old: Any = None, new: Any = None) -> None:
        """Report `<place>-<check>` at `word`, in the base when there is only an old value."""
        gone = new is None and old is not None
        shape = self.base if gone else self.revision
        self.report(f"{self.place.prefix}-{check}", BASE if gone else REVISION, shape.place(word), old, new)

    def report(
        self, rule_id: str, side: str, pointer: str, old: Any = None, new: Any = None, name: str | None = None
    ) -> None:
        """Report a check by its full id. A silent place knows few checks and drops the others."""
        if self.place.header:
            rule_id = HEADER_IDS.get(rule_id, rule_id)
        rule_id = renamed(rule_id)
        if self.place.silent and rule_id not in RULES:
            return
        self.found.append(Raw(rule_id, side, pointer, old, new, name))

    def descend(self, base: Ref, revision: Ref, place: Place | None = None) -> None:
        """Compare two schemas below; as properties unless a place is given."""
        child = self.walk.pair(base, revision, place or below(self.place))
        self.children[id(child)] = child

    def base_shape(self, ref: Ref) -> Shape:
        return self.walk.base.shape(ref)

    def revision_shape(self, ref: Ref) -> Shape:
        return self.walk.revision.shape(ref)


@dataclass(slots=True, eq=False)
class Walk:
    """Work list of one comparison. `users` of a pair is a bit set of the operations that reach it."""

    base: Schemas
    revision: Schemas
    options: Options
    compare: Callable[[Pair], None]
    max_pairs: int
    pairs: dict[tuple[str, str, Place], Pair] = field(default_factory=dict)
    todo: list[Pair] = field(default_factory=list)
    alike: Alike = field(init=False)

    def __post_init__(self) -> None:
        self.alike = Alike(self.base, self.revision)

    def pair(self, base: Ref, revision: Ref, place: Place) -> Pair:
        """The pair of two schemas at a place; new ones are put on the work list.

        Raises DocumentError (CTR-110) beyond the limit of pairs.
        """
        key = (base.key, revision.key, place)
        found = self.pairs.get(key)
        if found is None:
            if len(self.pairs) >= self.max_pairs:
                raise DocumentError(
                    DocumentCode.TOO_COMPLEX,
                    f"More than {self.max_pairs} pairs of schemas would be compared.",
                )
            shapes = self.base.shape(base), self.revision.shape(revision)
            found = self.pairs[key] = Pair(self, base, revision, *shapes, place)
            self.todo.append(found)
        return found

    def run(self) -> None:
        """Compare until nothing is left, then hand the users of each pair down to its children."""
        while self.todo:
            pair = self.todo.pop()
            self.compare(pair)
        self._spread(pair for pair in list(self.pairs.values()) if pair.users)

    @staticmethod
    def _spread(roots: Iterable[Pair]) -> None:
        changed = list(roots)
        while changed:
            pair = changed.pop()
            for child in pair.children.values():
                if pair.users & ~child.users:
                    child.users |= pair.users
                    changed.append(child)
