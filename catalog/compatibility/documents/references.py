"""References inside a document: local only, without circles, resolved once."""

from __future__ import annotations

from typing import Any

from catalog.compatibility.documents.codes import DocumentCode, DocumentError
from catalog.compatibility.documents.document import Document, Note
from catalog.compatibility.documents.limits import Limits
from catalog.compatibility.documents.patterns import may_never_end
from catalog.compatibility.documents.pointers import MISSING, child, from_reference, lookup

# Below these keys stand data, not definitions: a `$ref` there is only a text.
_DATA = frozenset({"const", "default", "enum", "example", "examples", "value"})
# Below these keys stand names chosen by the author; none of them is a keyword.
_NAMED = frozenset(
    {"$defs", "callbacks", "content", "definitions", "dependentSchemas", "headers", "links", "paths"}
    | {"parameters", "pathItems", "patternProperties", "properties", "requestBodies", "responses"}
    | {"schemas", "securitySchemes", "webhooks"}
)
_DEFAULT = Limits()


def check_references(document: Document, *, limits: Limits = _DEFAULT) -> None:
    """Refuse references to other places, circles, endless patterns and compositions beyond the limit.

    Raises DocumentError. A reference to a file that exists reads like one to a file that does not:
    nothing is opened.
    """
    holders: list[tuple[str, dict[str, Any]]] = []
    stack: list[tuple[str, Any, bool]] = [("", document.value, False)]
    while stack:
        pointer, value, named = stack.pop()
        if isinstance(value, list):
            stack.extend((child(pointer, n), item, False) for n, item in enumerate(value))
        elif isinstance(value, dict):
            if not named:
                _check_keywords(document, pointer, value, limits)
            if "$ref" in value or "allOf" in value:
                holders.append((pointer, value))
            for key, item in value.items():
                if isinstance(item, (dict, list)) and (
                    named or (key not in _DATA and not key.startswith("x-"))
                ):
                    stack.append((child(pointer, key), item, not named and key in _NAMED))
    _refuse_circles(document, holders)


def _check_keywords(document: Document, pointer: str, value: dict[str, Any], limits: Limits) -> None:
    reference = value.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        raise DocumentError(
            DocumentCode.REMOTE_REFERENCE,
            "A $ref leads out of the document; only references that start with # are read.",
            line=document.line(child(pointer, "$ref")),
        )
    for key in ("allOf", "anyOf", "oneOf"):
        parts = value.get(key)
        if isinstance(parts, list) and len(parts) > limits.max_parts:
            raise DocumentError(
                DocumentCode.TOO_COMPLEX,
                f"{key} has {len(parts)} parts; at most {limits.max_parts} are compared.",
                line=document.line(child(pointer, key)),
            )
    pattern = value.get("pattern")
    if isinstance(pattern, str) and may_never_end(pattern):
        raise DocumentError(
            DocumentCode.PATTERN,
            f"The pattern {pattern[:60]!r} repeats a repetition ambiguously; matching it may never end.",
            line=document.line(child(pointer, "pattern")),
        )


def _contained(root: Any, value: Any) -> list[dict[str, Any]]:
    """What a definition is made of: the target of its `$ref` and the parts of its `allOf`."""
    found: list[Any] = []
    if isinstance(value.get("$ref"), str):
        found.append(lookup(root, from_reference(value["$ref"])))
    if isinstance(value.get("allOf"), list):
        found.extend(value["allOf"])
    return [item for item in found if isinstance(item, dict)]


def _refuse_circles(document: Document, holders: list[tuple[str, dict[str, Any]]]) -> None:
    done: set[int] = set()
    for pointer, holder in holders:
        if id(holder) in done:
            continue
        open_ids = {id(holder)}
        stack = [(holder, iter(_contained(document.value, holder)))]
        while stack:
            value, parts = stack[-1]
            part = next(parts, None)
            if part is None:
                stack.pop()
                open_ids.discard(id(value))
                done.add(id(value))
            elif id(part) in open_ids:
                raise DocumentError(
                    DocumentCode.REFERENCE_CYCLE,
                    "A definition contains itself through $ref or allOf.",
                    line=document.line(pointer),
                )
            elif id(part) not in done:
                open_ids.add(id(part))
                stack.append((part, iter(_contained(document.value, part))))


class References:
    """Resolves the references of one document; what leads nowhere is `{}` and noted in `missing`."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.missing: dict[str, Note] = {}
        self._known: dict[str, tuple[str, Any]] = {}

    def target(self, reference: str, pointer: str) -> tuple[str, Any]:
        """Pointer and value that a `$ref` text leads to; `pointer` is where the text stands."""
        found = self._known.get(reference)
        if found is None:
            place = from_reference(reference) if reference.startswith("#") else ""
            value = lookup(self.document.value, place) if place.startswith("/") else MISSING
            if value is MISSING:
                line = self.document.line(pointer)
                message = f"{reference[:120]} leads nowhere; it is taken as anything."
                self.missing[reference] = Note(DocumentCode.MISSING_REFERENCE, message, line)
                place, value = pointer, {}
            found = self._known[reference] = (place, value)
        return found

    def resolve(self, pointer: str, value: Any) -> tuple[str, Any]:
        """Follow `$ref` from a node until something else stands there. Circles were refused before."""
        for _ in range(100):
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                return pointer, value
            pointer, value = self.target(value["$ref"], pointer)
        return pointer, {}
