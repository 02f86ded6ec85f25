"""allOf as one schema: types and values intersect, bounds tighten, properties and requirements add up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from catalog.compatibility.documents import References, child
from catalog.compatibility.openapi.expanding import Atom, Expander, Parts, may_be_null
from catalog.compatibility.openapi.keywords import HANDLERS, Draft, is_number
from catalog.compatibility.openapi.shapes import Bound, Condition, Containing, Node, Ref, Shape, ref_of


class Schemas:
    """The schemas of one document, each shape made once."""

    def __init__(self, references: References, *, siblings: bool = True) -> None:
        self.references = references
        self._expander = Expander(references, siblings=siblings)
        self._shapes: dict[str, Shape] = {"": Shape("")}

    def ref(self, pointer: str, raw: Any) -> Ref:
        """A Ref of the schema at `pointer`; a plain reference is the Ref of its target."""
        if isinstance(raw, dict) and len(raw) == 1 and "$ref" in raw:
            pointer, raw = self.references.resolve(pointer, raw)
        return ref_of(Node(pointer, raw))

    def shape(self, ref: Ref) -> Shape:
        """The merged meaning of a Ref. Raises DocumentError when it combines too much."""
        found = self._shapes.get(ref.key)
        if found is None:
            found = _Merger(self, ref, self._expander.expand(ref)).shape
            self._shapes[ref.key] = found
        return found


class _Merger:
    """Builds one Shape from its Parts."""

    def __init__(self, schemas: Schemas, ref: Ref, parts: Parts) -> None:
        self.schemas = schemas
        self.shape = Shape(ref.pointer, sealed=parts.sealed, groups=parts.groups, remarks=parts.remarks)
        self.draft = Draft(self.shape, schemas.ref)
        for atom in parts.atoms:
            self._take(atom)
        self._finish(parts)

    def _take(self, atom: Atom) -> None:
        shape = self.shape
        for keyword, value in atom.raw.items():
            handler = HANDLERS.get(keyword)
            if handler is not None:
                handler(self.draft, atom.pointer, value)
        if "if" in atom.raw:
            self._condition(atom)
        if "contains" in atom.raw:
            self._contains(atom)
        self._bounds(atom)
        if shape.nullable and not atom.exempt and not may_be_null(atom.raw):
            shape.nullable = False

    def _finish(self, parts: Parts) -> None:
        shape = self.shape
        if parts.not_null:
            shape.nullable = False
        if parts.never is not None:
            shape.types, shape.nullable = frozenset(), False
            shape.places["type"] = parts.never
        if self.draft.formats:
            shape.texts["format"] = "+".join(sorted(self.draft.formats))
        self._close(parts.atoms)
        for name, nodes in self.draft.property_nodes.items():
            if all(node.raw is not False for node in nodes):
                shape.properties[name] = self.draft.conjunction(nodes)
                shape.property_places[name] = nodes[0].pointer
        for keyword, nodes in self.draft.nodes.items():
            shape.nested[keyword] = self.draft.conjunction(nodes)
        shape.items = shape.nested.pop("items", None)
        shape.additional = shape.nested.pop("additionalProperties", None)
        self._infer(parts)

    def _infer(self, parts: Parts) -> None:
        """Types that follow from values or properties; null among the values is nullability."""
        shape = self.shape
        if shape.values is not None:
            shape.values.pop("null", None)
            if shape.types is None:
                shape.types = frozenset(map(_type_of, shape.values.values()))
        elif shape.types is None and not shape.groups and (shape.properties or shape.items or shape.prefix):
            shape.types = frozenset({"object" if shape.properties else "array"})
            words = ("nullable", "x-nullable")
            shape.nullable = any(atom.raw.get(word) is True for atom in parts.atoms for word in words)

    def _close(self, atoms: list[Atom]) -> None:
        """Properties that a closed part does not know are forbidden or bound by its rule for others."""
        if len(self.draft.property_nodes) == 0:
            return
        for pointer, raw, _ in atoms:
            others = raw.get("additionalProperties", True)
            known = raw.get("properties")
            if others in (True, {}) or raw.get("patternProperties") or len(atoms) == 1:
                continue
            for name, nodes in self.draft.property_nodes.items():
                if not isinstance(known, dict) or name not in known:
                    nodes.append(Node(child(pointer, "additionalProperties"), others))

    def _condition(self, atom: Atom) -> None:
        def branch(keyword: str) -> Ref | None:
            raw = atom.raw.get(keyword)
            return None if raw is None else self.schemas.ref(child(atom.pointer, keyword), raw)

        test = branch("if")
        if test is not None:
            self.shape.conditions.append(Condition(atom.pointer, test, branch("then"), branch("else")))

    def _contains(self, atom: Atom) -> None:
        least, most = atom.raw.get("minContains", 1), atom.raw.get("maxContains")
        schema = self.schemas.ref(child(atom.pointer, "contains"), atom.raw["contains"])
        self.shape.contains.append(
            Containing(
                atom.pointer, schema, least if is_number(least) else 1, most if is_number(most) else None
            )
        )

    def _bounds(self, atom: Atom) -> None:
        """minimum and maximum with exclusive bounds as a flag (2.0, 3.0) or a number (3.1)."""
        shape = self.shape
        for plain, exclusive, lower in (
            ("minimum", "exclusiveMinimum", True),
            ("maximum", "exclusiveMaximum", False),
        ):
            value, other = atom.raw.get(plain), atom.raw.get(exclusive)
            found = []
            if is_number(value):
                found.append((plain, Bound(value, other is True)))  # type: ignore[arg-type]
            if is_number(other):
                found.append((exclusive, Bound(other, True)))  # type: ignore[arg-type]
            for keyword, bound in found:
                held = shape.lower if lower else shape.upper
                if held is None or tighter(bound, held, lower=lower):
                    shape.places["lower" if lower else "upper"] = child(atom.pointer, keyword)
                    if lower:
                        shape.lower = bound
                    else:
                        shape.upper = bound


def tighter(bound: Bound, than: Bound, *, lower: bool) -> bool:
    """Whether a bound lets less pass than another one."""
    if bound.value == than.value:
        return bound.exclusive and not than.exclusive
    return (bound.value > than.value) is lower


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, Decimal)):
        return "integer" if value == int(value) else "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
