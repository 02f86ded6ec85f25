"""A schema as it means: references followed, allOf merged, one spelling for null, enum, bounds and tuples."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

JSON_TYPES = frozenset({"array", "boolean", "integer", "number", "object", "string"})
Number: TypeAlias = "int | Decimal"
ABSENT: Any = object()


class Node(NamedTuple):
    """A schema (mapping or boolean) and where it stands."""

    pointer: str
    raw: Any


@dataclass(frozen=True, slots=True, eq=False)
class Ref:
    """One or several schemas that hold together; `key` names the combination within its document."""

    nodes: tuple[Node, ...]
    key: str

    @property
    def pointer(self) -> str:
        return self.nodes[0].pointer if self.nodes else ""


ANY_REF = Ref((), "")


def ref_of(*nodes: Node) -> Ref:
    """A Ref of one or more nodes."""
    return Ref(nodes, nodes[0].pointer if len(nodes) == 1 else "\n".join(node.pointer for node in nodes))


class Bound(NamedTuple):
    """An effective minimum or maximum: exclusive bounds of the same value are tighter."""

    value: Number
    exclusive: bool


@dataclass(slots=True)
class Group:
    """One oneOf or anyOf with at least two branches that are not null."""

    kind: str
    pointer: str
    branches: list[Ref]


@dataclass(slots=True)
class Condition:
    """if / then / else of one schema."""

    pointer: str
    test: Ref
    then: Ref | None
    otherwise: Ref | None


@dataclass(slots=True)
class Containing:
    """contains with its counts; minContains is 1 when not given."""

    pointer: str
    schema: Ref
    least: Number
    most: Number | None


@dataclass(slots=True)
class Shape:
    """The merged meaning of a Ref. `places` holds the pointer of each keyword that was found."""

    pointer: str
    types: frozenset[str] | None = None
    nullable: bool = True
    values: dict[str, Any] | None = None
    is_const: bool = False
    numbers: dict[str, Number] = field(default_factory=dict)
    lower: Bound | None = None
    upper: Bound | None = None
    texts: dict[str, str] = field(default_factory=dict)
    patterns: frozenset[str] = frozenset()
    factors: frozenset[Number] = frozenset()
    unique: bool = False
    default: Any = ABSENT
    required: dict[str, str] = field(default_factory=dict)
    properties: dict[str, Ref] = field(default_factory=dict)
    property_places: dict[str, str] = field(default_factory=dict)
    additional: Ref | None = None
    closed: bool = False
    items: Ref | None = None
    prefix: list[Ref] = field(default_factory=list)
    pattern_properties: dict[str, Ref] = field(default_factory=dict)
    dependent_schemas: dict[str, Ref] = field(default_factory=dict)
    dependent_required: dict[str, frozenset[str]] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    contains: list[Containing] = field(default_factory=list)
    exclusions: list[Ref] = field(default_factory=list)
    nested: dict[str, Ref] = field(default_factory=dict)
    sealed: list[Ref] = field(default_factory=list)
    remarks: dict[str, str] = field(default_factory=dict)
    discriminator: dict[str, Any] | None = None
    extensible: dict[str, Any] | None = None
    read_only: bool = False
    write_only: bool = False
    deprecated: bool = False
    extras: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def place(self, keyword: str) -> str:
        """Pointer of the keyword, else of the schema itself."""
        return self.places.get(keyword, self.pointer)

    @property
    def is_anything(self) -> bool:
        """True when nothing is said about the value: no type, no parts, no constraints."""
        structure = self.properties or self.required or self.items or self.prefix or self.nested
        parts = self.groups or self.sealed or self.conditions or self.exclusions or self.contains
        limits = self.numbers or self.lower or self.upper or self.patterns or self.factors or self.unique
        rest = self.texts or self.closed or self.additional or self.pattern_properties
        return self.types is None and not (structure or parts or limits or rest or self.values)
