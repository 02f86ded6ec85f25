"""What each schema keyword adds to the merged meaning; wrong types are passed over, vendors publish them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from catalog.compatibility.documents import canonical_text, child
from catalog.compatibility.openapi.shapes import ABSENT, ANY_REF, JSON_TYPES, Node, Number, Ref, Shape, ref_of

GOVERNANCE = frozenset(
    {"x-classification", "x-data-classification", "x-data-retention", "x-retention", "x-retention-days"}
    | {"x-stability-level", "x-sunset"}
)


@dataclass(slots=True)
class Draft:
    """A Shape in the making, with the schemas that several parts give for one keyword or property."""

    shape: Shape
    ref: Callable[[str, Any], Ref]
    nodes: dict[str, list[Node]] = field(default_factory=dict)
    property_nodes: dict[str, list[Node]] = field(default_factory=dict)
    formats: set[str] = field(default_factory=set)

    def conjunction(self, nodes: list[Node]) -> Ref:
        """One Ref for all that several parts say."""
        return self.ref(*nodes[0]) if len(nodes) == 1 else ref_of(*nodes)


Handler = Callable[[Draft, str, Any], None]


def is_number(value: Any) -> bool:
    """A JSON number; true and false are none."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _types(draft: Draft, pointer: str, value: Any) -> None:
    listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    found = frozenset(item for item in listed if isinstance(item, str))
    if "file" in found:
        draft.formats.add("binary")
        found = found - {"file"} | {"string"}
    if not found:
        return
    shape = draft.shape
    shape.places.setdefault("type", child(pointer, "type"))
    found &= JSON_TYPES
    if shape.types is not None:
        either = shape.types | found
        found = (shape.types & found) | (
            {"integer"} if {"integer", "number"} <= either and _crossed(shape.types, found) else frozenset()
        )
    shape.types = found


def _crossed(left: frozenset[str], right: frozenset[str]) -> bool:
    return ("integer" in left and "number" in right) or ("number" in left and "integer" in right)


def _enum(draft: Draft, pointer: str, value: Any, keyword: str = "enum") -> None:
    if not isinstance(value, list):
        return
    shape = draft.shape
    found = {canonical_text(item): item for item in value}
    if shape.values is not None:
        found = {key: item for key, item in found.items() if key in shape.values}
    shape.values = found
    shape.places["enum"] = child(pointer, keyword)


def _const(draft: Draft, pointer: str, value: Any) -> None:
    _enum(draft, pointer, [value], "const")
    draft.shape.is_const = True


def _number(keyword: str, *, upper: bool) -> Handler:
    def take(draft: Draft, pointer: str, value: Any) -> None:
        if not is_number(value) or (not upper and value <= 0):
            return
        held: Number | None = draft.shape.numbers.get(keyword)
        if held is None or (value < held if upper else value > held):
            draft.shape.numbers[keyword] = value
            draft.shape.places[keyword] = child(pointer, keyword)

    return take


def _text(keyword: str) -> Handler:
    def take(draft: Draft, pointer: str, value: Any) -> None:
        if isinstance(value, str):
            draft.shape.texts[keyword] = value
            draft.shape.places[keyword] = child(pointer, keyword)

    return take


def _format(draft: Draft, pointer: str, value: Any) -> None:
    if isinstance(value, str) and value not in ("", "password"):  # password tells how to show, not what
        draft.formats.add(value)
        draft.shape.places["format"] = child(pointer, "format")


def _pattern(draft: Draft, pointer: str, value: Any) -> None:
    if isinstance(value, str) and value:
        draft.shape.patterns |= {value}
        draft.shape.places["pattern"] = child(pointer, "pattern")


def _multiple_of(draft: Draft, pointer: str, value: Any) -> None:
    if is_number(value) and value > 0:
        draft.shape.factors |= {value}
        draft.shape.places["multipleOf"] = child(pointer, "multipleOf")


def _required(draft: Draft, pointer: str, value: Any) -> None:
    if isinstance(value, list):
        for name in value:
            if isinstance(name, str):
                draft.shape.required.setdefault(name, child(pointer, "required"))


def _located(pointer: str, keyword: str, value: Any) -> list[tuple[str, Node]]:
    """Schemas of a map; a converted document brings nodes that stand elsewhere."""
    if not isinstance(value, dict):
        return []
    base = child(pointer, keyword)
    return [
        (name, raw if isinstance(raw, Node) else Node(child(base, name), raw)) for name, raw in value.items()
    ]


def _properties(draft: Draft, pointer: str, value: Any) -> None:
    for name, node in _located(pointer, "properties", value):
        draft.property_nodes.setdefault(name, []).append(node)


def _map_of_schemas(keyword: str, attribute: str) -> Handler:
    def take(draft: Draft, pointer: str, value: Any) -> None:
        held: dict[str, Ref] = getattr(draft.shape, attribute)
        for name, node in _located(pointer, keyword, value):
            before = held.get(name, ANY_REF)
            held[name] = draft.conjunction([*before.nodes, node])

    return take


def _dependent_required(draft: Draft, pointer: str, value: Any) -> None:
    if not isinstance(value, dict):
        return
    held = draft.shape.dependent_required
    for name, needs in value.items():
        if isinstance(needs, list):
            held[name] = held.get(name, frozenset()) | {item for item in needs if isinstance(item, str)}
    draft.shape.places["dependentRequired"] = child(pointer, "dependentRequired")


def _schema(keyword: str) -> Handler:
    def take(draft: Draft, pointer: str, value: Any) -> None:
        if isinstance(value, dict) or value is False:
            draft.nodes.setdefault(keyword, []).append(Node(child(pointer, keyword), value))

    return take


def _items(draft: Draft, pointer: str, value: Any) -> None:
    if isinstance(value, list):
        _prefix_items(draft, pointer, value, "items")
    elif value is not True and value != {}:
        _schema("items")(draft, pointer, value)


def _prefix_items(draft: Draft, pointer: str, value: Any, keyword: str = "prefixItems") -> None:
    if not isinstance(value, list):
        return
    base = child(pointer, keyword)
    draft.shape.places.setdefault("prefixItems", base)
    refs = [draft.ref(child(base, index), raw) for index, raw in enumerate(value)]
    draft.shape.prefix.extend(refs[len(draft.shape.prefix) :])


def _additional(draft: Draft, pointer: str, value: Any) -> None:
    if value is False:
        draft.shape.closed = True
        draft.shape.places["additionalProperties"] = child(pointer, "additionalProperties")
    elif value is not True and value != {}:
        _schema("additionalProperties")(draft, pointer, value)


def _not(draft: Draft, pointer: str, value: Any) -> None:
    if isinstance(value, (dict, bool)):
        draft.shape.exclusions.append(draft.ref(child(pointer, "not"), value))


def _default(draft: Draft, pointer: str, value: Any) -> None:
    if draft.shape.default is ABSENT:
        draft.shape.default = value
        draft.shape.places["default"] = child(pointer, "default")


def _flag(attribute: str, keyword: str) -> Handler:
    def take(draft: Draft, pointer: str, value: Any) -> None:
        if value is True:
            setattr(draft.shape, attribute, True)
            draft.shape.places[keyword] = child(pointer, keyword)

    return take


def _discriminator(draft: Draft, pointer: str, value: Any) -> None:
    found = {"propertyName": value} if isinstance(value, str) else value
    if isinstance(found, dict):
        draft.shape.discriminator = found
        draft.shape.places["discriminator"] = child(pointer, "discriminator")


def _extensible(draft: Draft, pointer: str, value: Any) -> None:
    if isinstance(value, list):
        draft.shape.extensible = {canonical_text(item): item for item in value}
    elif value is True:
        draft.shape.extensible = {}
    draft.shape.places["x-extensible-enum"] = child(pointer, "x-extensible-enum")


def _extra(keyword: str) -> Handler:
    def take(draft: Draft, pointer: str, value: Any) -> None:
        draft.shape.extras.setdefault(keyword, value)
        draft.shape.places.setdefault(keyword, child(pointer, keyword))

    return take


HANDLERS: dict[str, Handler] = {
    "additionalProperties": _additional,
    "const": _const,
    "contentSchema": _schema("contentSchema"),
    "contentEncoding": _text("contentEncoding"),
    "contentMediaType": _text("contentMediaType"),
    "default": _default,
    "dependentRequired": _dependent_required,
    "dependentSchemas": _map_of_schemas("dependentSchemas", "dependent_schemas"),
    "deprecated": _flag("deprecated", "deprecated"),
    "discriminator": _discriminator,
    "enum": _enum,
    "format": _format,
    "items": _items,
    "multipleOf": _multiple_of,
    "not": _not,
    "pattern": _pattern,
    "patternProperties": _map_of_schemas("patternProperties", "pattern_properties"),
    "prefixItems": _prefix_items,
    "properties": _properties,
    "propertyNames": _schema("propertyNames"),
    "readOnly": _flag("read_only", "readOnly"),
    "required": _required,
    "type": _types,
    "unevaluatedItems": _schema("unevaluatedItems"),
    "unevaluatedProperties": _schema("unevaluatedProperties"),
    "uniqueItems": _flag("unique", "uniqueItems"),
    "writeOnly": _flag("write_only", "writeOnly"),
    "x-extensible-enum": _extensible,
    **{keyword: _number(keyword, upper=True) for keyword in ("maxLength", "maxItems", "maxProperties")},
    **{keyword: _number(keyword, upper=False) for keyword in ("minLength", "minItems", "minProperties")},
    **{keyword: _extra(keyword) for keyword in GOVERNANCE},
}
