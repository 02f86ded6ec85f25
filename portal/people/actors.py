"""Actors made from accounts: the bridge between Django's users and the plain actor value."""

from __future__ import annotations

from portal.core.actor import Actor, ActorKind, Source
from portal.people.models import User


def actor_for(user: User, *, source: Source, request_id: str = "") -> Actor:
    """The actor of a signed-in account; a service account acts as a machine owned by its person."""
    kind = ActorKind.SERVICE if user.kind == User.Kind.SERVICE else ActorKind.PERSON
    return Actor(
        kind=kind,
        label=user.label,
        source=source,
        request_id=request_id,
        person_id=user.person_id,
        account_id=user.pk,
    )
