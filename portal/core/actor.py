"""Who acts: a plain value that every service receives and every audit entry stores."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"
    SYSTEM = "system"


class Source(StrEnum):
    API = "api"
    CLI = "cli"
    SYSTEM = "system"
    UI = "ui"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting principal. `person_id` is the natural person that owns the account or token, if any."""

    kind: ActorKind
    label: str
    source: Source
    request_id: str = ""
    person_id: int | None = None
    account_id: int | None = None
    token_id: int | None = None
    token_scopes: frozenset[str] | None = None
    on_behalf_of: int | None = None

    @property
    def is_machine(self) -> bool:
        """Whether a machine acts: the system itself, a service account, or anyone through a token."""
        return self.kind is not ActorKind.PERSON or self.token_id is not None

    @property
    def is_system(self) -> bool:
        return self.kind is ActorKind.SYSTEM


def system_actor(label: str = "Tieout", source: Source = Source.SYSTEM, request_id: str = "") -> Actor:
    """The portal itself: activates approved changes and runs approved flows; it never approves."""
    return Actor(kind=ActorKind.SYSTEM, label=label, source=source, request_id=request_id)
