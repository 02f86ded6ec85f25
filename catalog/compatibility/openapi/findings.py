"""Findings as they are told: a sentence, a line, the operations concerned, and a fingerprint that stays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from catalog.compatibility.documents import Document, canonical_text, child, lookup, split
from catalog.compatibility.openapi.comparing import BASE, Raw
from catalog.compatibility.openapi.contract import Contract
from catalog.compatibility.openapi.levels import RANK, Level
from catalog.compatibility.openapi.rules import RULES

_STRUCTURE = frozenset(
    {"properties", "schema", "allOf", "oneOf", "anyOf", "components", "schemas", "definitions"}
)
_MAX_TEXT = 160
_KEYWORDS_LAST = frozenset(
    {
        "enum",
        "const",
        "type",
        "format",
        "pattern",
        "default",
        "required",
        "minimum",
        "maximum",
        "discriminator",
    }
    | {"exclusiveMinimum", "exclusiveMaximum", "maxLength", "minLength", "maxItems", "minItems", "multipleOf"}
    | {"maxProperties", "minProperties", "additionalProperties", "uniqueItems", "contentMediaType"}
    | {"contentEncoding", "dependentRequired", "x-extensible-enum", "if", "then", "else", "not", "contains"}
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One change. `pointer` and `line` (0: unknown) are places in `document`, which is base or revision.

    `fingerprint` is 16 hex digits of a sha256 over check, place (list positions replaced by names) and
    values: it stays when lines move or other things change.
    """

    id: str
    level: Level
    direction: str
    area: str
    kind: str
    document: str
    pointer: str
    line: int
    old: Any
    new: Any
    message: str
    operations: tuple[str, ...]
    fingerprint: str

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON values."""
        return {
            "area": self.area,
            "direction": self.direction,
            "document": self.document,
            "fingerprint": self.fingerprint,
            "id": self.id,
            "kind": self.kind,
            "level": self.level.value,
            "line": self.line,
            "message": self.message,
            "new": self.new,
            "old": self.old,
            "operations": list(self.operations),
            "pointer": self.pointer,
        }


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else canonical_text(value) if value is not None else ""
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "..."


class Places:
    """Pointers of one document with list positions replaced by the name, reference, title or address there.

    Such a place stays when something is put before it; it seeds the fingerprint.
    """

    def __init__(self, document: Document) -> None:
        self._known: dict[str, tuple[str, Any]] = {"": ("", document.value)}

    def at(self, pointer: str) -> str:
        return self._step(pointer)[0]

    def _step(self, pointer: str) -> tuple[str, Any]:
        found = self._known.get(pointer)
        if found is None:
            parent, _, last = pointer.rpartition("/")
            place, value = self._step(parent)
            inner = lookup(value, f"/{last}")
            key = _identity(inner, last) if isinstance(value, list) else last
            found = self._known[pointer] = (
                child(place, key) if key is not last else f"{place}/{last}",
                inner,
            )
        return found


def _identity(item: Any, key: str) -> str:
    if not isinstance(item, dict):
        return key
    if "name" in item and "in" in item:
        return f"{item['in']}:{item['name']}"
    for word in ("$ref", "title", "url"):
        if isinstance(item.get(word), str):
            return str(item[word])
    return key


def name_at(contract: Contract, side: str, pointer: str) -> str:
    """What a message calls the schema at a pointer: Invoice.Lines[].Amount, or what it describes."""
    keys = split(pointer)
    shared = keys[:1] in (["components"], ["definitions"])
    prefix, depth = pointer, len(keys)
    while prefix and not shared:
        label = contract.labels.get((side, prefix))
        if label is not None:
            tail = _tail(keys[depth:])
            return f"({label}) {tail}" if tail else f"({label})"
        prefix, depth = prefix.rpartition("/")[0], depth - 1
    if keys[:2] == ["components", "schemas"]:
        return _tail(keys[2:])
    return _tail(keys[1:] if keys[:1] == ["definitions"] else keys)


def _tail(keys: list[str]) -> str:
    if keys and keys[-1] in _KEYWORDS_LAST:
        keys = keys[:-1]
    text = ""
    for index, key in enumerate(keys):
        before = keys[index - 1] if index else ""
        if key == "items" and before != "properties":
            text += "[]"
        elif before == "properties" or not (key in _STRUCTURE or key.isdigit()):
            text += f".{key}" if text else key
    return text


def finding_of(contract: Contract, places: dict[str, Places], raw: Raw, users: int) -> Finding | None:
    """Write out a raw finding; None when its check is switched off."""
    rule = RULES[raw.id]
    level = contract.options.levels.get(raw.id, rule.level)
    if level is None:
        return None
    document = (contract.base if raw.side == BASE else contract.revision).document
    name = name_at(contract, raw.side, raw.pointer) if raw.name is None else raw.name
    values = {"name": name, "old": _shown(raw.old), "new": _shown(raw.new)}
    text = rule.text.format_map(values)
    seed = canonical_text([raw.id, places[raw.side].at(raw.pointer), raw.old, raw.new])
    return Finding(
        id=raw.id,
        level=level,
        direction=rule.direction.value,
        area=rule.area,
        kind=rule.kind,
        document=raw.side,
        pointer=raw.pointer,
        line=document.line(raw.pointer),
        old=raw.old,
        new=raw.new,
        message=" ".join((text[:1].upper() + text[1:]).split()),
        operations=tuple(sorted(label for label, bit in contract.bits.items() if users >> bit & 1)),
        fingerprint=hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:16],
    )


def order_of(finding: Finding) -> tuple[Any, ...]:
    """Worst first, then by place: the same order on every run."""
    return (
        RANK[finding.level],
        finding.pointer,
        finding.id,
        finding.document,
        canonical_text([finding.old, finding.new]),
        finding.message,
    )
