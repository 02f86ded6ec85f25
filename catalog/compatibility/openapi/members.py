"""Checks of what a value consists of: properties, requirements, items, and what else is let in."""

from __future__ import annotations

from catalog.compatibility.openapi.comparing import BASE, REVISION, Pair
from catalog.compatibility.openapi.lifecycle import compare_property_life
from catalog.compatibility.openapi.places import READ_ONLY, WRITE_ONLY, Place
from catalog.compatibility.openapi.shapes import ABSENT, ANY_REF, Ref, Shape


def compare_properties(pair: Pair) -> None:
    base, revision = pair.base, pair.revision
    for name, ref in base.properties.items():
        other = revision.properties.get(name)
        if other is None:
            _removed(pair, name, ref)
        else:
            _compare_property(pair, name, ref, other)
    for name, ref in revision.properties.items():
        if name not in base.properties:
            _added(pair, name, ref)
    _compare_required(pair)
    _compare_others(pair)


def _unsent(shape: Shape, pair: Pair) -> bool:
    """Whether clients do not send it (requests) or do not get it (responses)."""
    return shape.read_only if pair.place.is_request else shape.write_only


def _removed(pair: Pair, name: str, ref: Ref) -> None:
    shape = pair.base_shape(ref)
    pointer = pair.base.property_places[name]
    if not pair.place.is_request:
        need = "required" if name in pair.base.required else "optional"
        kind = "-write-only" if shape.write_only else ""
        pair.report(f"response-{need}{kind}-property-removed", BASE, pointer, old=name)
    elif not shape.read_only:
        prefix = "request-parameter" if pair.place.is_parameter else "request"
        pair.report(f"{prefix}-property-removed", BASE, pointer, old=name)


def _added(pair: Pair, name: str, ref: Ref) -> None:
    shape = pair.revision_shape(ref)
    pointer = pair.revision.property_places[name]
    required = name in pair.revision.required
    if not pair.place.is_request:
        need = "required" if required else "optional"
        kind = "-write-only" if shape.write_only else ""
        pair.report(f"response-{need}{kind}-property-added", REVISION, pointer, new=name)
    elif not shape.read_only:
        need = "new-required-request" if required else "new-optional-request"
        if pair.place.is_parameter:
            pair.report(f"{need}-parameter-property", REVISION, pointer, new=name)
        elif required and shape.default is not ABSENT:
            pair.report(f"{need}-property-with-default", REVISION, pointer, new=shape.default)
        else:
            pair.report(f"{need}-property", REVISION, pointer, new=name)
        if pair.base.additional is not None:
            pair.descend(pair.base.additional, ref)


def _compare_property(pair: Pair, name: str, old: Ref, new: Ref) -> None:
    before, after = pair.base_shape(old), pair.revision_shape(new)
    pointer = pair.revision.property_places[name]
    need = "required" if name in pair.revision.required else "optional"
    side = pair.place.side
    if not pair.place.is_parameter and not pair.place.silent:
        for word, was, now in (
            ("read-only", before.read_only, after.read_only),
            ("write-only", before.write_only, after.write_only),
        ):
            if was is not now:
                change = word if now else f"not-{word}"
                pair.report(f"{side}-{need}-property-became-{change}", REVISION, pointer)
        compare_property_life(pair, before, after, pointer)
    unsent = _unsent(before, pair), _unsent(after, pair)
    if all(unsent):
        pair.descend(old, new, _silent(pair.place))
    elif not unsent[1]:
        pair.descend(old, new)


def _silent(place: Place) -> Place:
    return READ_ONLY if place.is_request else WRITE_ONLY


def _compare_required(pair: Pair) -> None:
    base, revision = pair.base, pair.revision
    for name, where in revision.required.items():
        known = name not in revision.properties or name in base.properties
        if name not in base.required and known:
            _became_required(pair, name, where)
    for name in base.required:
        gone = name in base.properties and name not in revision.properties
        if name not in revision.required and not gone:
            _became_optional(pair, name)


def _became_required(pair: Pair, name: str, where: str) -> None:
    ref = pair.revision.properties.get(name, ANY_REF)
    shape = pair.revision_shape(ref)
    pointer = pair.revision.property_places[name] if ref is not ANY_REF else where
    if not pair.place.is_request:
        kind = "-write-only" if shape.write_only else ""
        pair.report(f"response{kind}-property-became-required", REVISION, pointer, new=name)
    elif not shape.read_only:
        if pair.place.is_parameter:
            pair.report("request-parameter-property-became-required", REVISION, pointer, new=name)
        elif shape.default is not ABSENT:
            pair.report("request-property-became-required-with-default", REVISION, pointer, new=shape.default)
        else:
            pair.report("request-property-became-required", REVISION, pointer, new=name)


def _became_optional(pair: Pair, name: str) -> None:
    ref = pair.base.properties.get(name, ANY_REF)
    shape = pair.base_shape(ref)
    pointer = pair.base.required[name]
    if not pair.place.is_request:
        kind = "-write-only" if shape.write_only else ""
        pair.report(f"response{kind}-property-became-optional", BASE, pointer, old=name)
    elif not shape.read_only:
        prefix = "request-parameter" if pair.place.is_parameter else "request"
        pair.report(f"{prefix}-property-became-optional", BASE, pointer, old=name)


def _compare_others(pair: Pair) -> None:
    """Properties that are not named: forbidden, allowed, or of one schema."""
    base, revision = pair.base, pair.revision
    if base.closed is not revision.closed:
        action = "forbidden" if revision.closed else "allowed"
        pair.add(f"additional-properties-{action}", "additionalProperties")
    elif base.additional is not None or revision.additional is not None:
        pair.descend(base.additional or ANY_REF, revision.additional or ANY_REF)
    _compare_maps(pair, "pattern-property", base.pattern_properties, revision.pattern_properties)
    _compare_maps(pair, "dependent-schema", base.dependent_schemas, revision.dependent_schemas)
    _compare_dependent_names(pair)


def _compare_maps(pair: Pair, family: str, old: dict[str, Ref], new: dict[str, Ref]) -> None:
    for key, ref in old.items():
        if key in new:
            pair.descend(ref, new[key], pair.place if family == "dependent-schema" else None)
        else:
            pair.report(f"{pair.place.prefix}-{family}-removed", BASE, ref.pointer, old=key)
    for key, ref in new.items():
        if key not in old:
            pair.report(f"{pair.place.prefix}-{family}-added", REVISION, ref.pointer, new=key)


def _compare_dependent_names(pair: Pair) -> None:
    old, new = pair.base.dependent_required, pair.revision.dependent_required
    for key in sorted({*old, *new}):
        before, after = sorted(old.get(key, ())), sorted(new.get(key, ()))
        if before and not after:
            pair.add("dependent-required-removed", "dependentRequired", old=f"{key}: {', '.join(before)}")
        elif after and not before:
            pair.add("dependent-required-added", "dependentRequired", new=f"{key}: {', '.join(after)}")
        elif before != after:
            pair.add(
                "dependent-required-changed",
                "dependentRequired",
                old=f"{key}: {', '.join(before)}",
                new=f"{key}: {', '.join(after)}",
            )


def compare_items(pair: Pair) -> None:
    """Items of lists; those of tuples are compared by position, one added with what held there before."""
    base, revision = pair.base, pair.revision
    if base.items is not None or revision.items is not None:
        pair.descend(base.items or ANY_REF, revision.items or ANY_REF)
    for left, right in zip(base.prefix, revision.prefix, strict=False):
        pair.descend(left, right)
    for index in range(len(revision.prefix), len(base.prefix)):
        ref = base.prefix[index]
        pair.report(f"{pair.place.prefix}-prefix-items-removed", BASE, ref.pointer, old=index)
    for index in range(len(base.prefix), len(revision.prefix)):
        ref = revision.prefix[index]
        pair.report(f"{pair.place.prefix}-prefix-items-added", REVISION, ref.pointer, new=index)
        if pair.place.is_request:
            pair.descend(base.items or ANY_REF, ref)
