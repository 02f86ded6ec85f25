"""Reads of dimensions and members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from mappings.models import Dimension, Member
from mappings.permissions import P
from mappings.selectors.chunks import chunked
from portal.core.actor import Actor
from portal.core.canonical import content_hash


@dataclass(frozen=True, slots=True)
class MemberValue:
    """A member as a plain value; days inclusive, None is open."""

    code: str
    name: str = ""
    parent: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class MembersSnapshot:
    """All members of a dimension in order of code, and the sha256 that pins them."""

    dimension: str
    members: tuple[MemberValue, ...]
    sha256: str


def dimensions(actor: Actor) -> QuerySet[Dimension]:
    """Dimensions the actor may see, with their number of members."""
    queryset = Dimension.objects.restrict(actor, P.DIMENSION_VIEW)
    return queryset.select_related("system").annotate(member_count=Count("members"))


def dimension_by_code(code: str) -> Dimension | None:
    return Dimension.objects.filter(code=code).first()


def members(actor: Actor) -> QuerySet[Member]:
    """Members of the dimensions the actor may see."""
    return Member.objects.restrict(actor, P.DIMENSION_VIEW).select_related("dimension")


def members_of(dimension: Dimension, *, text: str = "") -> QuerySet[Member]:
    """Members in order of code, optionally those whose code or name holds a text."""
    members = Member.objects.filter(dimension=dimension)
    if text:
        members = members.filter(code__icontains=text) | members.filter(name__icontains=text)
    return members


def effective_members(dimension: Dimension, day: dt.date, limit: int) -> list[tuple[str, str]]:
    """Code and name of the first members, in order of code, that are valid on a day."""
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    valid = members_of(dimension).filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    return list(valid.order_by("code").values_list("code", "name")[:limit])


def members_snapshot(dimension: Dimension) -> MembersSnapshot:
    """The members a run reads, pinned by hash over everything a flow can read of them."""
    fields = ("code", "name", "parent", "attributes", "valid_from", "valid_to")
    rows = Member.objects.filter(dimension=dimension).order_by().values_list(*fields)
    members = tuple(sorted((MemberValue(*row) for row in rows), key=lambda member: member.code))
    content = [[m.code, m.name, m.parent, m.attributes, m.valid_from, m.valid_to] for m in members]
    digest = content_hash({"dimension": dimension.code, "members": content})
    return MembersSnapshot(dimension.code, members, digest)


def unknown_members(dimension: Dimension, codes: Iterable[str]) -> set[str]:
    """Those of the codes that the dimension does not have."""
    wanted = sorted(set(codes))
    known: set[str] = set()
    for chunk in chunked(wanted):
        rows = Member.objects.filter(dimension=dimension, code__in=chunk).order_by()
        known.update(rows.values_list("code", flat=True))
    return set(wanted) - known
