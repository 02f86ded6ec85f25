"""Checks of schemas made of schemas: oneOf, anyOf, parts that cannot be merged, conditions, exclusions."""

from __future__ import annotations

from collections.abc import Callable

from catalog.compatibility.documents import canonical_text
from catalog.compatibility.openapi.comparing import BASE, REVISION, Pair, Walk
from catalog.compatibility.openapi.expanding import ANNOTATIONS
from catalog.compatibility.openapi.merging import Schemas
from catalog.compatibility.openapi.scalars import limit_check
from catalog.compatibility.openapi.shapes import Condition, Containing, Group, Ref, Shape

_FAMILY = {"oneOf": "one-of", "anyOf": "any-of"}
_NESTED = {
    "contentSchema": "content-schema",
    "propertyNames": "property-names",
    "unevaluatedItems": "unevaluated-items",
    "unevaluatedProperties": "unevaluated-properties",
}


def name_of(ref: Ref) -> str:
    """The name an author gave to a schema: its component, else its title, else nothing."""
    parts = ref.key.split("/")
    if len(parts) in (3, 4) and parts[1] in ("components", "definitions"):
        return parts[-1]
    raw = ref.nodes[0].raw if len(ref.nodes) == 1 else None
    title = raw.get("title") if isinstance(raw, dict) else None
    if isinstance(raw, dict) and isinstance(raw.get("$ref"), str):
        return str(raw["$ref"]).rpartition("/")[2]
    return title if isinstance(title, str) else ""


def label_of(ref: Ref, schemas: Schemas) -> str:
    """What a message calls a branch."""
    name = name_of(ref)
    if name:
        return name
    types = schemas.shape(ref).types
    return "/".join(sorted(types)) if types else ref.pointer.rpartition("/")[2]


def matched(pair: Pair, old: list[Ref], new: list[Ref]) -> tuple[list[tuple[Ref, Ref]], list[Ref], list[Ref]]:
    """Pairs of branches by name, else by content, else by order among nameless ones; then those left over."""
    walk = pair.walk
    pairs: list[tuple[Ref, Ref]] = []
    names = {name_of(ref): ref for ref in reversed(new)}
    left, taken = [], set()
    for ref in old:
        name = name_of(ref)
        twin = names.get(name) if name else None
        if twin is not None and id(twin) not in taken:
            pairs.append((ref, twin))
            taken.add(id(twin))
        else:
            left.append(ref)
    rest = [ref for ref in new if id(ref) not in taken]
    for key_of, fits in ((_content_key, walk.alike.refs), (_type_key, _nameless)):
        if fits is not _nameless and pair.revision.discriminator is not None:
            continue  # a discriminator tells branches by name
        left, rest = _paired(pairs, left, rest, key_of, walk, fits)
    return pairs, left, rest


def _paired(
    pairs: list[tuple[Ref, Ref]],
    old: list[Ref],
    new: list[Ref],
    key_of: Callable[[Schemas, Ref], str],
    walk: Walk,
    fits: Callable[[Ref, Ref], bool],
) -> tuple[list[Ref], list[Ref]]:
    """Pair what fits among those of one key, in order; return what is left of both."""
    free: dict[str, list[Ref]] = {}
    for ref in new:
        free.setdefault(key_of(walk.revision, ref), []).append(ref)
    left, taken = [], set()
    for ref in old:
        candidates = free.get(key_of(walk.base, ref), [])
        twin = next((other for other in candidates if fits(ref, other)), None)
        if twin is None:
            left.append(ref)
            continue
        pairs.append((ref, twin))
        candidates.remove(twin)
        taken.add(id(twin))
    return left, [ref for ref in new if id(ref) not in taken]


def _content_key(schemas: Schemas, ref: Ref) -> str:
    """Equal for schemas that are alike: their plain keywords and the names of the others."""
    _, raw = schemas.references.resolve(*ref.nodes[0]) if ref.nodes else ("", {})
    if not isinstance(raw, dict):
        return canonical_text(raw)
    said = {key: value for key, value in raw.items() if key not in ANNOTATIONS}
    return canonical_text(
        {key: "" if isinstance(value, (dict, list, tuple)) else value for key, value in said.items()}
    )


def _type_key(schemas: Schemas, ref: Ref) -> str:
    types = schemas.shape(ref).types
    return "any" if types is None else "/".join(sorted(types))


def _nameless(old: Ref, new: Ref) -> bool:
    return not name_of(old) and not name_of(new)


def compare_groups(pair: Pair) -> bool:
    """Compare oneOf and anyOf. False when a plain schema was compared with a branch: no more to compare."""
    old, new = pair.base.groups, pair.revision.groups
    if len(new) == 1 and not old and _is_bare(pair.revision):
        return _wrap(pair, new[0])
    if len(old) == 1 and not new and _is_bare(pair.base):
        return _unwrap(pair, old[0])
    for left, right in zip(old, new, strict=False):
        _compare_branches(pair, left, right)
    for group in new[len(old) :]:
        pair.report(_check(pair, group, "set"), REVISION, group.pointer, new=group.kind)
    for group in old[len(new) :]:
        pair.report(_check(pair, group, "unset"), BASE, group.pointer, old=group.kind)
    return True


def _check(pair: Pair, group: Group, action: str) -> str:
    return f"{pair.place.prefix}-{_FAMILY[group.kind]}-{action}"


def _is_bare(shape: Shape) -> bool:
    """Nothing but the group says what the value is."""
    return (shape.types is None or shape.types == {"object"}) and not (
        shape.properties or shape.values or shape.items or shape.required or shape.sealed
    )


def _compare_branches(pair: Pair, old: Group, new: Group) -> None:
    pairs, gone, added = matched(pair, old.branches, new.branches)
    for left, right in pairs:
        pair.descend(left, right, pair.place)
    _report_branches(pair, old, gone, "removed")
    _report_branches(pair, new, added, "added")
    if old.kind == "anyOf" and new.kind == "oneOf" and pair.place.is_request:
        pair.report(_check(pair, old, "narrowed"), REVISION, new.pointer, "anyOf", "oneOf")


def _report_branches(pair: Pair, group: Group, branches: list[Ref], action: str) -> None:
    for ref in branches:
        if action == "added":
            label = label_of(ref, pair.walk.revision)
            pair.report(_check(pair, group, action), REVISION, _spot(group, ref), new=label)
        else:
            label = label_of(ref, pair.walk.base)
            pair.report(_check(pair, group, action), BASE, _spot(group, ref), old=label)


def _spot(group: Group, ref: Ref) -> str:
    """Where the branch is listed, not where its component stands."""
    return ref.pointer if ref.pointer.startswith(group.pointer) else group.pointer


def _twin(pair: Pair, plain: Ref, branches: list[Ref], *, wrapping: bool) -> Ref | None:
    """The branch that a plain schema has become, or was."""
    walk = pair.walk
    ours, theirs = (walk.base, walk.revision) if wrapping else (walk.revision, walk.base)
    name = name_of(plain)
    for ref in branches:
        if name and name_of(ref) == name:
            return ref
    for ref in branches:
        if walk.alike.refs(plain, ref) if wrapping else walk.alike.refs(ref, plain):
            return ref
    types = ours.shape(plain).types
    for ref in branches:
        if types is not None and theirs.shape(ref).types == types:
            return ref
    return None


def _wrap(pair: Pair, group: Group) -> bool:
    twin = _twin(pair, pair.base_ref, group.branches, wrapping=True)
    if twin is None:
        pair.add("type-changed", old=_said(pair.base), new=group.kind)
        return False
    pair.descend(pair.base_ref, twin, pair.place)
    if group.kind == "oneOf" and pair.place.is_body:
        pair.report(f"{pair.place.prefix}-wrapped-in-one-of", REVISION, group.pointer, new="oneOf")
    else:
        _report_branches(pair, group, [ref for ref in group.branches if ref is not twin], "added")
    return False


def _unwrap(pair: Pair, group: Group) -> bool:
    twin = _twin(pair, pair.revision_ref, group.branches, wrapping=False)
    if twin is None:
        check = "type-generalized" if pair.revision.is_anything else "type-changed"
        pair.add(check, old=group.kind, new=_said(pair.revision))
        return False
    pair.descend(twin, pair.revision_ref, pair.place)
    _report_branches(pair, group, [ref for ref in group.branches if ref is not twin], "removed")
    return False


def _said(shape: Shape) -> str:
    return "/".join(sorted(shape.types)) if shape.types else "any"


def compare_parts(pair: Pair) -> None:
    """Parts of allOf that are judged as a whole, and parts that only describe."""
    pairs, gone, added = matched(pair, pair.base.sealed, pair.revision.sealed)
    for left, right in pairs:
        pair.descend(left, right, pair.place)
    for ref in gone:
        pair.report(
            f"{pair.place.prefix}-all-of-removed", BASE, ref.pointer, old=label_of(ref, pair.walk.base)
        )
    for ref in added:
        pair.report(
            f"{pair.place.prefix}-all-of-added", REVISION, ref.pointer, new=label_of(ref, pair.walk.revision)
        )
    old, new = pair.base.remarks, pair.revision.remarks
    if len(old) > len(new):
        pointer = next(old[key] for key in old if key not in new)
        pair.report(f"{pair.place.prefix}-all-of-removed-annotation-only", BASE, pointer)
    elif len(new) > len(old):
        pointer = next(new[key] for key in new if key not in old)
        pair.report(f"{pair.place.prefix}-all-of-added-annotation-only", REVISION, pointer)


def compare_nested(pair: Pair) -> None:
    """propertyNames, contentSchema, unevaluated*: appeared, gone, or compared in turn."""
    for keyword, family in _NESTED.items():
        old, new = pair.base.nested.get(keyword), pair.revision.nested.get(keyword)
        if old is not None and new is not None:
            pair.descend(old, new)
        elif old is not None:
            pair.report(f"{pair.place.prefix}-{family}-removed", BASE, old.pointer)
        elif new is not None:
            pair.report(f"{pair.place.prefix}-{family}-added", REVISION, new.pointer)


def compare_exclusions(pair: Pair) -> None:
    """`not` turns direction around, so a changed one is reported, not compared."""
    old, new = list(pair.base.exclusions), list(pair.revision.exclusions)
    for ref in list(old):
        twin = next((other for other in new if pair.walk.alike.refs(ref, other)), None)
        if twin is not None:
            old.remove(ref)
            new.remove(twin)
    for _, right in zip(old, new, strict=False):
        pair.report(f"{pair.place.prefix}-not-changed", REVISION, right.pointer)
    for ref in old[len(new) :]:
        pair.report(f"{pair.place.prefix}-not-removed", BASE, ref.pointer)
    for ref in new[len(old) :]:
        pair.report(f"{pair.place.prefix}-not-added", REVISION, ref.pointer)


def compare_conditions(pair: Pair) -> None:
    old, new = list(pair.base.conditions), list(pair.revision.conditions)
    for left in list(old):
        right = next((other for other in new if pair.walk.alike.refs(left.test, other.test)), None)
        if right is not None:
            _compare_consequences(pair, left, right)
            old.remove(left)
            new.remove(right)
    for left, right in zip(old, new, strict=False):
        pair.report(f"{pair.place.prefix}-if-changed", REVISION, right.test.pointer)
        _compare_consequences(pair, left, right)
    for condition in old[len(new) :]:
        _report_condition(pair, condition, BASE, "removed")
    for condition in new[len(old) :]:
        _report_condition(pair, condition, REVISION, "added")


def _report_condition(pair: Pair, condition: Condition, side: str, action: str) -> None:
    pair.report(f"{pair.place.prefix}-if-{action}", side, condition.test.pointer)
    for word, ref in (("then", condition.then), ("else", condition.otherwise)):
        if ref is not None:
            pair.report(f"{pair.place.prefix}-{word}-{action}", side, ref.pointer)


def _compare_consequences(pair: Pair, left: Condition, right: Condition) -> None:
    for word, old, new in (("then", left.then, right.then), ("else", left.otherwise, right.otherwise)):
        if old is not None and new is not None:
            pair.descend(old, new, pair.place)
        elif old is not None:
            pair.report(f"{pair.place.prefix}-{word}-removed", BASE, old.pointer)
        elif new is not None:
            pair.report(f"{pair.place.prefix}-{word}-added", REVISION, new.pointer)


def compare_contains(pair: Pair) -> None:
    old, new = pair.base.contains, pair.revision.contains
    for left, right in zip(old, new, strict=False):
        _compare_counts(pair, left, right)
        pair.descend(left.schema, right.schema)
    for gone in old[len(new) :]:
        pair.report(f"{pair.place.prefix}-contains-removed", BASE, gone.schema.pointer)
    for added in new[len(old) :]:
        pair.report(f"{pair.place.prefix}-contains-added", REVISION, added.schema.pointer)


def _compare_counts(pair: Pair, left: Containing, right: Containing) -> None:
    for family, old, new in (("min", left.least, right.least), ("max", left.most, right.most)):
        action = limit_check(old, new)
        if action:
            side, pointer = (BASE, left.pointer) if new is None else (REVISION, right.pointer)
            pair.report(f"{pair.place.prefix}-{family}-contains-{action}", side, pointer, old, new)


def compare_discriminator(pair: Pair) -> None:
    old, new = pair.base.discriminator, pair.revision.discriminator
    if old is None or new is None:
        if old is not None:
            pair.add("discriminator-removed", "discriminator", old=str(old.get("propertyName")))
        if new is not None:
            pair.add("discriminator-added", "discriminator", new=str(new.get("propertyName")))
        return
    names = str(old.get("propertyName")), str(new.get("propertyName"))
    if names[0] != names[1]:
        pair.add("discriminator-property-name-changed", "discriminator", old=names[0], new=names[1])
    before, after = old.get("mapping"), new.get("mapping")
    before = before if isinstance(before, dict) else {}
    after = after if isinstance(after, dict) else {}
    for key in sorted({*before, *after}):
        if key not in after:
            pair.add("discriminator-mapping-deleted", "discriminator", old=key)
        elif key not in before:
            pair.add("discriminator-mapping-added", "discriminator", new=key)
        elif before[key] != after[key]:
            values = f"{key}: {before[key]}", f"{key}: {after[key]}"
            pair.add("discriminator-mapping-changed", "discriminator", old=values[0], new=values[1])
