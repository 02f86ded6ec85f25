"""Which object an entry is about and what it is called, also where the entry itself does not say it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from portal.audit.models import AuditEntry
from portal.audit.ports import namings

DENIAL = "denial"
"""Type of the streams of refusals that name no object; their id is the verb."""
SIGN_IN = "sign-in"
"""Type of the streams of refused sign-ins, one a day. Labels say who was meant; who acted is not known."""


def object_of(stream: tuple[str, str], attempt: dict[str, Any]) -> tuple[str, str]:
    """Type and id of what an entry is about: its stream, or for a refusal what the attempt named."""
    for kind, naming in namings.all().items():
        if stream[0] == DENIAL and naming.argument in attempt:
            return kind, str(attempt[naming.argument])
    return stream


def _attempt(entry: AuditEntry) -> dict[str, Any]:
    if entry.outcome != AuditEntry.Outcome.DENIED:
        return {}
    return dict(json.loads(entry.payload).get("after", {}).get("attempt", {}))


def name_of(kind: str, key: str) -> str:
    """What people call the object; "" when nobody names its kind or it is gone."""
    return namings.get(kind).names([key]).get(key, "") if kind in namings else ""


def add_names(entries: Sequence[AuditEntry]) -> None:
    """Set `named` on entries: the label they keep, else the object's present name, else its type and id."""
    about = {
        entry.pk: object_of((entry.stream_type, entry.stream_id), _attempt(entry))
        for entry in entries
        if not entry.subject_label
    }
    wanted: dict[str, set[str]] = defaultdict(set)
    for kind, key in about.values():
        wanted[kind].add(key)
    known = {kind: namings.get(kind).names(keys) for kind, keys in wanted.items() if kind in namings}
    for entry in entries:
        kind, key = about.get(entry.pk, ("", ""))
        found = entry.subject_label or known.get(kind, {}).get(key)
        entry.named = found or f"{entry.stream_type} {entry.stream_id}"  # type: ignore[attr-defined]


def behind(word: str) -> Q:
    """Entries about the object whose reference the word is; none when it is no reference."""
    found = Q(pk__in=[])
    for kind, naming in namings.all().items():
        if key := naming.id_of(word):
            attempted = f'"{naming.argument}":"{key}"'
            found |= Q(stream_type=kind, stream_id=key)
            found |= Q(stream_type=DENIAL, payload__contains=attempted)
    return found
