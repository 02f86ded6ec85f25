"""Flattening: which schemas hold together at one place through allOf, $ref and branches that stand alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from catalog.compatibility.documents import DocumentCode, DocumentError, References, canonical_text, child
from catalog.compatibility.openapi.shapes import Group, Node, Ref, ref_of

ANNOTATIONS = frozenset(
    {
        "$comment",
        "$id",
        "$schema",
        "deprecated",
        "description",
        "example",
        "examples",
        "externalDocs",
        "title",
    }
    | {"xml"}
)
# What looks at the properties or items that its own schema evaluates, and what evaluates them.
_EVALUATING = ("$ref", "anyOf", "if", "items", "oneOf", "patternProperties", "prefixItems", "properties")
_SCOPED = ("$dynamicRef", "unevaluatedItems", "unevaluatedProperties")
_VALUE_WORDS = frozenset({"const", "enum", "type"}) | ANNOTATIONS
_TYPE_WORDS = frozenset({"type"}) | ANNOTATIONS
_MAX_ATOMS = 2_000
_MAX_ALL_ATOMS = 60_000


class Atom(NamedTuple):
    """One schema without its references; `exempt` when another one next to it decides about null."""

    pointer: str
    raw: dict[str, Any]
    exempt: bool


@dataclass(slots=True)
class Parts:
    """All that holds at one place."""

    atoms: list[Atom] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    sealed: list[Ref] = field(default_factory=list)
    remarks: dict[str, str] = field(default_factory=dict)
    never: str | None = None
    not_null: bool = False


def may_be_null(raw: dict[str, Any]) -> bool:
    """Whether one schema, taken alone, lets null pass (3.0: nullable; 2.0: x-nullable; 3.1: type null)."""
    if raw.get("nullable") is True or raw.get("x-nullable") is True:
        return True
    types = raw.get("type")
    if types is not None and types != "null" and not (isinstance(types, list) and "null" in types):
        return False
    if "const" in raw:
        return raw["const"] is None
    values = raw.get("enum")
    return None in values if isinstance(values, list) else True


def _is_null(raw: Any) -> bool:
    if not isinstance(raw, dict):
        return False
    if raw.get("type") in ("null", ["null"]) or raw.get("enum") == [None]:
        return True
    return "const" in raw and raw["const"] is None


def only_describes(raw: Any) -> bool:
    """Whether a schema has annotations only, so that it changes nothing."""
    return isinstance(raw, dict) and all(key in ANNOTATIONS or key.startswith("x-") for key in raw)


class Expander:
    """Collects the Parts of one Ref. Circles end where a schema was seen before.

    `siblings` is False before 3.1, where nothing next to a `$ref` counts by the specification. Vendors mean
    what they write there (nullable, limits), so all of it counts except a type that may contradict.
    """

    def __init__(self, references: References, *, siblings: bool) -> None:
        self.references = references
        self.siblings = siblings
        self.expanded = 0

    def expand(self, ref: Ref) -> Parts:
        """Raises DocumentError (CTR-110) beyond 2,000 schemas that hold together, 60,000 at all places."""
        parts = Parts()
        stack: list[tuple[str, Any, bool]] = [(node.pointer, node.raw, False) for node in reversed(ref.nodes)]
        seen: set[str] = set()
        while stack:
            pointer, raw, exempt = stack.pop()
            if raw is False:
                parts.never = pointer
            if pointer in seen or not isinstance(raw, dict):
                continue
            seen.add(pointer)
            self.expanded += len(seen) > 1
            if len(seen) > _MAX_ATOMS or self.expanded > _MAX_ALL_ATOMS:
                raise DocumentError(DocumentCode.TOO_COMPLEX, "Schemas combine too many other schemas.")
            stack.extend(reversed(self._open(parts, pointer, raw, exempt)))
        return parts

    def _open(self, parts: Parts, pointer: str, raw: dict[str, Any], exempt: bool) -> list[Any]:
        """Take one schema; return what holds together with it."""
        reference = raw.get("$ref")
        if isinstance(reference, str) and len(raw) == 1:
            return [(*self.references.target(reference, pointer), exempt)]
        more: list[Any] = []
        # 3.0 documents make a reference nullable by a wrapper; the wrapper decides then.
        inner = exempt or raw.get("nullable") is True or raw.get("x-nullable") is True
        if isinstance(reference, str):
            more.append((*self.references.target(reference, pointer), inner))
            raw = raw if self.siblings else {key: item for key, item in raw.items() if key != "type"}
        all_of = raw.get("allOf")
        if isinstance(all_of, list):
            base = child(pointer, "allOf")
            alone = len(all_of) == 1 and not any(word in raw for word in _EVALUATING)
            for index, part in enumerate(all_of):
                self._part(parts, more, (child(base, index), part, inner), alone=alone)
        parts.atoms.append(Atom(pointer, raw, exempt))
        for kind in ("oneOf", "anyOf"):
            listed = raw.get(kind)
            if isinstance(listed, list) and listed:
                base = child(pointer, kind)
                self._group(parts, more, kind, [Node(child(base, n), item) for n, item in enumerate(listed)])
                parts.not_null = parts.not_null and not inner
        return more

    def _part(self, parts: Parts, more: list[Any], part: tuple[str, Any, bool], *, alone: bool) -> None:
        pointer, raw, _ = part
        _, target = self.references.resolve(pointer, raw)
        if only_describes(raw):
            parts.remarks[canonical_text(raw)] = pointer
        if not alone and isinstance(target, dict) and any(key in target for key in _SCOPED):
            parts.sealed.append(ref_of(Node(pointer, raw)))
        else:
            more.append(part)

    def _group(self, parts: Parts, more: list[Any], kind: str, nodes: list[Node]) -> None:
        """Take one oneOf or anyOf: null branches become nullability, one branch alone is just that schema."""
        solved = [(node, self.references.resolve(*node)[1]) for node in nodes]
        kept = [(node, value) for node, value in solved if not _is_null(value)]
        had_null = len(kept) < len(nodes)
        if len(kept) == 1:
            more.append((*kept[0][0], had_null))
            return
        values = [value for _, value in kept]
        found = _as_values(values) or _as_types(values)
        base = nodes[0].pointer.rpartition("/")[0]
        if found is not None:
            parts.atoms.append(Atom(base, {**found, "nullable": True} if had_null else found, False))
        elif kept:
            parts.groups.append(Group(kind, base, [ref_of(node) for node, _ in kept]))
            null = had_null or any(not isinstance(value, dict) or may_be_null(value) for value in values)
            parts.not_null = parts.not_null or not null


def _as_values(branches: list[Any]) -> dict[str, Any] | None:
    """oneOf of constants is an enum."""
    values: list[Any] = []
    for raw in branches:
        if not isinstance(raw, dict) or any(
            key not in _VALUE_WORDS and not key.startswith("x-") for key in raw
        ):
            return None
        if "const" in raw:
            values.append(raw["const"])
        elif isinstance(raw.get("enum"), list):
            values.extend(raw["enum"])
        else:
            return None
    return {"enum": values}


def _as_types(branches: list[Any]) -> dict[str, Any] | None:
    """oneOf of bare types is a list of types."""
    types: list[str] = []
    for raw in branches:
        if not isinstance(raw, dict) or any(
            key not in _TYPE_WORDS and not key.startswith("x-") for key in raw
        ):
            return None
        found = raw.get("type")
        if isinstance(found, str):
            types.append(found)
        elif isinstance(found, list) and all(isinstance(item, str) for item in found):
            types.extend(found)
        else:
            return None
    return {"type": types}
