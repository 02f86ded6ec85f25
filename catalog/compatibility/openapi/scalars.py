"""Checks of single values: type and format, null, enum and const, bounds, pattern, default, content."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from catalog.compatibility.documents import same
from catalog.compatibility.openapi.comparing import Pair
from catalog.compatibility.openapi.merging import tighter
from catalog.compatibility.openapi.shapes import ABSENT, Bound, Number, Shape

_WIDER_FORMATS = {("int32", "int64"), ("float", "double")}
_ANYTHING = frozenset({".*", "^.*$", "^.*", ".*$"})
_UPPER = {"maxLength": "max-length", "maxItems": "max-items", "maxProperties": "max-properties"}
_LOWER = {"minLength": "min-length", "minItems": "min-items", "minProperties": "min-properties"}
_BOOLEAN = frozenset({"boolean"})
_BOTH = frozenset({"false", "true"})
_TEXTUAL = frozenset({"boolean", "integer", "number"})


def _within(types: Set[str], others: Set[str]) -> bool:
    return all(item in others or (item == "integer" and "number" in others) for item in types)


def relation(base: Shape, revision: Shape, *, strong: bool) -> str:
    """How the revision's types stand to the base's: same, compatible, wider, narrower, different."""
    old, new = base.types, revision.types
    if old == new:
        return _format_relation(base.texts.get("format"), revision.texts.get("format"))
    if new is None or old is None:
        return "wider" if new is None else "narrower"
    if not strong:
        if new == {"string"} and old <= _TEXTUAL and _is_plain_text(revision):
            return "wider"
        if old == {"string"} and new <= _TEXTUAL and _is_plain_text(base):
            return "narrower"
    up, down = _within(old, new), _within(new, old)
    if up and down:
        return "compatible"
    return "wider" if up else "narrower" if down else "different"


def _is_plain_text(shape: Shape) -> bool:
    return shape.values is None and not shape.patterns and "format" not in shape.texts


def _format_relation(old: str | None, new: str | None) -> str:
    if old == new:
        return "same"
    if old is None or new is None:
        return "narrower" if old is None else "wider"
    if (old, new) in _WIDER_FORMATS:
        return "wider"
    return "narrower" if (new, old) in _WIDER_FORMATS else "different"


def _spelled(shape: Shape) -> Any:
    if shape.types is None:
        return "any"
    types: Any = sorted(shape.types)
    text = types[0] if len(types) == 1 else types or "nothing"
    if "format" in shape.texts:
        return f"{text if isinstance(text, str) else '/'.join(text)} ({shape.texts['format']})"
    return text


def compare_types(pair: Pair) -> bool:
    """Report a change of type or format. True when the rest is worth comparing."""
    base, revision, place = pair.base, pair.revision, pair.place
    found = relation(base, revision, strong=place.strong)
    if found == "same":
        return True
    old, new = _spelled(base), _spelled(revision)
    word = "format" if base.types == revision.types else "type"
    several = len(base.types or ()) > 1 or len(revision.types or ()) > 1
    if found == "compatible":
        pair.add("type-compatible", word, old=old, new=new)
        return True
    if several and base.types != revision.types and found in ("wider", "narrower"):
        check = "list-of-types-widened" if found == "wider" else "list-of-types-narrowed"
    elif found == "wider":
        check = "type-generalized"
    elif found == "narrower" and (not place.is_request or place.prefix == "request-parameter-property"):
        check = "type-specialized"
    else:
        check = "type-changed"
    pair.add(check, word, old=old, new=new)
    if base.is_anything or revision.is_anything:
        return False
    old_types, new_types = base.types, revision.types
    if old_types is None or new_types is None:
        return True
    return any(
        _within({item}, new_types) or _within({kind}, old_types) for item in old_types for kind in new_types
    )


def compare_null(pair: Pair) -> None:
    base, revision = pair.base, pair.revision
    if base.nullable is revision.nullable or base.is_anything or revision.is_anything:
        return
    # The place of the keyword differs by spelling; the schema itself is named.
    check = "became-nullable" if revision.nullable else "became-not-nullable"
    pair.add(check, old=base.nullable, new=revision.nullable)


def compare_values(pair: Pair) -> None:
    base, revision = pair.base, pair.revision
    old, new = base.values, revision.values
    if old is None and new is not None:
        if revision.is_const:
            pair.add("const-added", "enum", new=next(iter(new.values()), None))
        elif base.types != _BOOLEAN or not new.keys() >= _BOTH:
            pair.add("became-enum", "enum", new=list(new.values()))
    elif old is not None and new is None:
        if base.is_const:
            pair.add("const-removed", "enum", old=next(iter(old.values()), None))
        elif base.types != _BOOLEAN or not old.keys() >= _BOTH:
            pair.add("became-not-enum", "enum", old=list(old.values()))
    elif old is not None and new is not None:
        _compare_lists(pair, old, new)
    _compare_extensible(pair)


def _compare_lists(pair: Pair, old: dict[str, Any], new: dict[str, Any]) -> None:
    if pair.base.is_const and pair.revision.is_const:
        if old.keys() != new.keys():
            values = next(iter(old.values()), None), next(iter(new.values()), None)
            pair.add("const-changed", "enum", old=values[0], new=values[1])
        return
    for key in old:
        if key not in new:
            pair.add("enum-value-removed", "enum", old=old[key])
    open_ended = pair.base.extensible is not None and not pair.place.is_request
    check = "x-extensible-enum-value-added" if open_ended else "enum-value-added"
    for key in new:
        if key not in old:
            pair.add(check, "enum", new=new[key])


def _compare_extensible(pair: Pair) -> None:
    old, new = pair.base.extensible, pair.revision.extensible
    if not old or not new:
        return
    for key in old:
        if key not in new:
            pair.add("x-extensible-enum-value-removed", "x-extensible-enum", old=old[key])
    for key in new:
        if key not in old:
            pair.add("x-extensible-enum-value-added", "x-extensible-enum", new=new[key])


def limit_check(old: Number | None, new: Number | None) -> str:
    """The action of a limit that changed, empty when it did not."""
    if old == new:
        return ""
    if old is None or new is None:
        return "set" if old is None else "unset"
    return "increased" if new > old else "decreased"


def compare_limits(pair: Pair) -> None:
    base, revision = pair.base, pair.revision
    for keyword, family in (*_UPPER.items(), *_LOWER.items()):
        old, new = base.numbers.get(keyword), revision.numbers.get(keyword)
        action = limit_check(old, new)
        if action:
            pair.add(f"{family}-{action}", keyword, old=old, new=new)
    _compare_bound(pair, "lower", base.lower, revision.lower)
    _compare_bound(pair, "upper", base.upper, revision.upper)
    if base.unique is not revision.unique:
        pair.add("unique-items-" + ("set" if revision.unique else "unset"), "uniqueItems")
    _compare_factors(pair)


def _compare_bound(pair: Pair, word: str, old: Bound | None, new: Bound | None) -> None:
    lower = word == "lower"
    if old == new:
        return
    told = new or old
    family = ("exclusive-" if told and told.exclusive else "") + ("min" if lower else "max")
    if old is None or new is None:
        action = "set" if old is None else "unset"
    else:
        rises = tighter(new, old, lower=lower) is lower
        action = "increased" if rises else "decreased"
    pair.add(f"{family}-{action}", word, old=old.value if old else None, new=new.value if new else None)


def _compare_factors(pair: Pair) -> None:
    old, new = pair.base.factors, pair.revision.factors
    if old == new:
        return
    spelled = [sorted(factors)[0] if len(factors) == 1 else sorted(factors) or None for factors in (old, new)]
    if not old or not new:
        action = "set" if not old else "unset"
    elif all(any(held % factor == 0 for held in old) for factor in new):
        action = "generalized"
    elif all(any(held % factor == 0 for held in new) for factor in old):
        action = "specialized"
    else:
        action = "changed"
    pair.add(f"multiple-of-{action}", "multipleOf", old=spelled[0], new=spelled[1])


def compare_texts(pair: Pair) -> None:
    base, revision = pair.base, pair.revision
    old, new = base.patterns, revision.patterns
    if old != new:
        _compare_patterns(pair, old, new)
    for keyword, family in (("contentMediaType", "media-type"), ("contentEncoding", "encoding")):
        before, after = base.texts.get(keyword), revision.texts.get(keyword)
        if before != after:
            pair.add(f"content-{family}-changed", keyword, old=before or "none", new=after or "none")


def _compare_patterns(pair: Pair, old: frozenset[str], new: frozenset[str]) -> None:
    spelled = [" and ".join(sorted(patterns)) or None for patterns in (old, new)]
    if old and new and new <= _ANYTHING and pair.place.is_request:
        action = "generalized"
    elif not old or (new > old and pair.place.is_request):
        action = "added"
    else:
        action = "removed" if not new or new < old else "changed"
    pair.add(f"pattern-{action}", "pattern", old=spelled[0], new=spelled[1])


def compare_default(pair: Pair) -> None:
    old, new = pair.base.default, pair.revision.default
    if old is new or (old is not ABSENT and new is not ABSENT and same(old, new)):
        return
    before = None if old is ABSENT else _visible(old)
    after = None if new is ABSENT else _visible(new)
    action = "added" if old is ABSENT else "removed" if new is ABSENT else "changed"
    pair.add(f"default-value-{action}", "default", old=before, new=after)


def _visible(value: Any) -> Any:
    return "null" if value is None else value
