"""Loading and editing the members of a dimension: all or nothing, every fault named."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from mappings.codes import Code
from mappings.models import Dimension, Member
from mappings.permissions import P
from mappings.selectors.dimensions import MemberValue, members_snapshot
from mappings.services.tables import MAX_FAULTS
from mappings.tags import Tag
from portal.audit.services import audited, record
from portal.core.actor import Actor
from portal.core.codes import Code as CoreCode
from portal.core.errors import DomainError, Fault, Faults, NotFound, PreconditionFailed
from portal.core.locking import locked
from portal.core.text import clean_text, refuse_odd_digits

MAX_AUDITED = 200
"""Changed members named in the audit; the snapshot hashes cover all of them."""

MAX_SHOWN = 500
"""Changes of fields that a result names; the counts cover all of them."""

_FIELDS = ("name", "parent", "attributes", "valid_from", "valid_to")
_PLAIN = ("name", "parent", "valid_from", "valid_to")


class Kept(Enum):
    """What a spec does not say: an existing member keeps its value, a new one has none."""

    KEPT = "kept"


KEPT: Final = Kept.KEPT


@dataclass(frozen=True, slots=True)
class MemberSpec:
    """A member to be loaded; what is KEPT, and attributes not named, stay as they are.

    An empty attribute is removed. `place` says where the member stands in the caller's file.
    """

    code: str
    name: str | Kept = KEPT
    parent: str | Kept = KEPT
    attributes: Mapping[str, str] = field(default_factory=dict)
    valid_from: dt.date | Kept | None = KEPT
    valid_to: dt.date | Kept | None = KEPT
    place: str = ""

    def over(self, old: MemberValue | None) -> MemberValue:
        """The member after the load."""
        before = old or MemberValue(self.code)
        attributes = {**before.attributes, **{k: v for k, v in self.attributes.items() if v}}
        for name, text in self.attributes.items():
            if not text and before.attributes.get(name):
                del attributes[name]
        return MemberValue(
            self.code,
            before.name if self.name is KEPT else self.name,
            before.parent if self.parent is KEPT else self.parent,
            attributes,
            before.valid_from if self.valid_from is KEPT else self.valid_from,
            before.valid_to if self.valid_to is KEPT else self.valid_to,
        )


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a changed member before and after; `field` is `attributes.NAME` for an attribute."""

    code: str
    field: str
    old: str
    new: str

    @property
    def clears(self) -> bool:
        """Whether a value is taken away; of a day or a parent that changes which lines are loaded."""
        return bool(self.old) and not self.new


@dataclass(frozen=True, slots=True)
class MembersResult:
    """Numbers of members; a load never removes any."""

    added: int
    changed: int
    unchanged: int
    sha256: str
    fields: Mapping[str, int] = field(default_factory=dict)
    """Changed members by changed field."""
    cleared: Mapping[str, int] = field(default_factory=dict)
    """Changed members that lose their value, by field."""
    changes: Sequence[FieldChange] = ()
    """The first MAX_SHOWN, those that clear a value first."""


def lock_dimension(actor: Actor, dimension_id: int, revision: int | None = None) -> Dimension:
    """The dimension, editable by the actor and locked.

    Raises NotFound, Forbidden, and PreconditionFailed API-007 when `revision` is given and is not the
    present one.
    """
    found = Dimension.objects.get_for(actor, P.DIMENSION_EDIT, pk=dimension_id)
    dimension = locked(Dimension.objects.all()).get(pk=found.pk)
    if revision is not None and revision != dimension.revision:
        raise PreconditionFailed(CoreCode.API_007, f"{dimension} has changed since you read it.")
    return dimension


def _cleaned(spec: MemberSpec) -> MemberSpec:
    """The spec with clean texts. Raises BadInput API-011 with the field."""
    return MemberSpec(
        refuse_odd_digits(clean_text(spec.code, 200, place="code"), place="code"),
        KEPT if spec.name is KEPT else clean_text(spec.name, 300, place="name"),
        KEPT if spec.parent is KEPT else clean_text(spec.parent, 200, place="parent"),
        {
            clean_text(key, 64, place="attributes"): clean_text(value, 1000, place=key)
            for key, value in spec.attributes.items()
        },
        spec.valid_from,
        spec.valid_to,
        spec.place,
    )


def _member(spec: MemberSpec, there: Mapping[str, MemberValue]) -> MemberValue:
    """A clean member as it is after the load. Raises DomainError with the field at fault."""
    clean = _cleaned(spec)
    member = clean.over(there.get(clean.code))
    if not member.code:
        raise DomainError(Code.MDM_010, "A member needs a code.", place="code")
    if member.valid_from and member.valid_to and member.valid_to < member.valid_from:
        raise DomainError(Code.MDM_010, f"{member.code} ends before it begins.", place="valid_to")
    return member


def _at(place: str, field: str) -> str:
    """Where a member is at fault; lines of files have columns."""
    named = f"column {field}" if field and place.startswith("line ") else field
    return ", ".join(part for part in (place, named) if part)


def _members(
    specs: Iterable[MemberSpec], there: Mapping[str, MemberValue]
) -> tuple[dict[str, MemberValue], list[Fault]]:
    """Members by code, and everything that cannot be loaded."""
    members: dict[str, MemberValue] = {}
    faults: list[Fault] = []
    for spec in specs:
        try:
            member = _member(spec, there)
        except DomainError as error:
            faults.append(Fault(error.code, error.message, _at(spec.place, error.place)))
            continue
        if member.code in members:
            faults.append(Fault(Code.MDM_010, f"The member {member.code} stands twice.", spec.place))
        members[member.code] = member
    return members, faults


def _checked(
    specs: Sequence[MemberSpec], there: Mapping[str, MemberValue]
) -> tuple[dict[str, MemberValue], list[Fault]]:
    """Members by code, and all faults; the hierarchy is judged where every member could be read."""
    members, faults = _members(specs, there)
    if len(members) == len(specs):
        parents = {code: member.parent for code, member in there.items()}
        parents.update((code, member.parent) for code, member in members.items())
        faults += hierarchy_faults(parents, {spec.code: spec.place for spec in specs})
    return members, faults


def member_faults(dimension: Dimension | None, specs: Sequence[MemberSpec]) -> list[Fault]:
    """What a load of these members would refuse, with places; None is a dimension still to be made."""
    there = {member.code: member for member in members_snapshot(dimension).members} if dimension else {}
    return _checked(specs, there)[1]


def hierarchy_faults(parents: Mapping[str, str], places: Mapping[str, str]) -> list[Fault]:
    """Members whose parent does not exist or that are their own ancestors; linear in the members."""
    faults = []
    sound: set[str] = {""}
    for code in parents:
        path: dict[str, None] = {}
        step = code
        while step not in sound and step in parents and step not in path:
            path[step] = None
            step = parents[step]
        if step in path:
            message = f"{step} is its own ancestor."
            faults.append(Fault(Code.MDM_011, message, places.get(code, "")))
        elif step not in sound:
            child = next(reversed(path))
            message = f"The parent {step} of {child} does not exist."
            faults.append(Fault(Code.MDM_011, message, places.get(child, "")))
        sound.update(path)
    return faults


def _plain(member: MemberValue | Member) -> dict[str, Any]:
    return {name: getattr(member, name) for name in _FIELDS}


def _texts(member: MemberValue) -> dict[str, str]:
    """Every field that has a value, as text; attributes one by one."""
    plain = {name: value for name in _PLAIN if (value := getattr(member, name))}
    named = {f"attributes.{name}": text for name, text in member.attributes.items() if text}
    return {name: str(value) for name, value in {**plain, **named}.items()}


def _field_changes(there: Mapping[str, MemberValue], changed: Iterable[MemberValue]) -> list[FieldChange]:
    """Every field that changes; what clears a value stands first."""
    found = []
    for member in changed:
        old, new = _texts(there[member.code]), _texts(member)
        for name in sorted({*old, *new}):
            change = FieldChange(member.code, name, old.get(name, ""), new.get(name, ""))
            if change.old != change.new:
                found.append(change)
    return sorted(found, key=lambda change: not change.clears)


def _result(
    there: Mapping[str, MemberValue],
    added: list[MemberValue],
    changed: list[MemberValue],
    same: int,
    sha256: str,
) -> MembersResult:
    changes = _field_changes(there, changed)
    fields = Counter(change.field for change in changes)
    cleared = Counter(change.field for change in changes if change.clears)
    return MembersResult(
        len(added), len(changed), same, sha256, dict(fields), dict(cleared), changes[:MAX_SHOWN]
    )


def _by_code(members: Iterable[MemberValue]) -> dict[str, dict[str, Any]]:
    return {member.code: _plain(member) for member in members}


def _told(
    there: Mapping[str, MemberValue], added: list[MemberValue], changed: list[MemberValue]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the audit keeps of a load: numbers with the first members after it, and those before it."""
    named = [*changed, *added][:MAX_AUDITED]
    old = [there[member.code] for member in named if member.code in there]
    return {"added": len(added), "changed": len(changed), "members": _by_code(named)}, _by_code(old)


@audited(Tag.MEMBERS_LOAD)
def members_load(
    *,
    actor: Actor,
    reason: str,
    dimension_id: int,
    members: Sequence[MemberSpec],
    faults: Sequence[Fault] = (),
    dry_run: bool = False,
    revision: int | None = None,
) -> MembersResult:
    """Add and change members; those not named, and what is not said of them, stay. All or nothing.

    `faults` are those of the file the members come from. Raises Faults (those, MDM-010, MDM-011, API-011)
    with the place of each, and what `lock_dimension` raises.
    """
    dimension = lock_dimension(actor, dimension_id, revision)
    before = members_snapshot(dimension)
    there = {member.code: member for member in before.members}
    wanted, found = _checked(members, there)
    if faults or found:
        raise Faults([*faults, *found][:MAX_FAULTS])
    added = [member for code, member in wanted.items() if code not in there]
    changed = [m for code, m in wanted.items() if code in there and there[code] != m]
    same = len(wanted) - len(added) - len(changed)
    if dry_run or not (added or changed):
        return _result(there, added, changed, same, before.sha256)
    _write(dimension, added, changed)
    after = members_snapshot(dimension)
    told, replaced = _told(there, added, changed)
    record(
        Tag.MEMBERS_LOAD,
        actor=actor,
        subject=dimension,
        reason=reason,
        before={"sha256": before.sha256, "members": replaced},
        after={"sha256": after.sha256, **told},
        content_sha256=after.sha256,
    )
    return _result(there, added, changed, same, after.sha256)


def _write(dimension: Dimension, added: list[MemberValue], changed: list[MemberValue]) -> None:
    Member.objects.bulk_create(
        [Member(dimension=dimension, code=new.code, **_plain(new)) for new in (*added, *changed)],
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["dimension", "code"],
        update_fields=list(_FIELDS),
    )
    dimension.revision += 1
    dimension.save(update_fields=["revision"])


@audited(Tag.MEMBER_EDIT)
def member_edit(
    *,
    actor: Actor,
    reason: str,
    dimension_id: int,
    code: str,
    name: str,
    parent: str = "",
    attributes: Mapping[str, str] | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> Member:
    """Set all fields of one member. Raises Faults, NotFound MDM-012, Forbidden."""
    dimension = lock_dimension(actor, dimension_id)
    old = Member.objects.filter(dimension=dimension, code=code).first()
    if old is None:
        raise NotFound(f"{dimension} has no member {code!r}.", code=Code.MDM_012)
    there = {member.code: member for member in members_snapshot(dimension).members}
    whole = {**dict.fromkeys(old.attributes, ""), **(attributes or {})}
    spec = MemberSpec(code, name, parent, whole, valid_from, valid_to)
    members, faults = _checked([spec], there)
    if faults:
        raise Faults(faults)
    new = members[old.code]
    before = _plain(old)
    if before == _plain(new):
        return old
    _write(dimension, [], [new])
    old.refresh_from_db()
    after = _plain(old)
    record(Tag.MEMBER_EDIT, actor=actor, subject=old, reason=reason, before=before, after=after)
    return old
