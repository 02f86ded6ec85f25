"""A note under approval: content in a row of its own, so that edits, bases and faults can be played."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from catalog.models import System
from catalog.permissions import P
from portal.access.functions import Function
from portal.access.models import Role
from portal.approvals.models import ChangeRequest, Policy
from portal.approvals.ports import Finding, Subject, subjects
from portal.approvals.services import change_approve, change_content_edited, change_submit
from portal.audit.models import AuditEntry
from portal.core.actor import Actor
from portal.core.models import SiteFlag

KIND = "tests.note"
WHY = "Because it must be said."


class NoteSubject(Subject):
    """The note is the flag `note`; `base`, `fault`, `preview` play what moves around it."""

    kind = KIND
    label = "note"
    approve_permission = P.OWNERSHIP_APPROVE

    def __init__(self) -> None:
        self.applied: list[str] = []
        self.raises: Exception | None = None

    def flag(self, key: str) -> str:
        found = SiteFlag.objects.filter(key=key).first()
        return found.value if found else ""

    def content(self, change):
        return {"note": self.flag(change.subject_key), "base": self.flag("base"), **(change.payload or {})}

    def title(self, change):
        return f"Note {change.subject_key}"

    def scopes(self, change):
        return list(System.objects.filter(code__in=self.flag("scopes").split()))

    def barred(self, change):
        return [int(key) for key in self.flag("barred").split()]

    def validate(self, change):
        words = self.flag("fault")
        return [Finding("error", "CTR-006", words, "note")] if words else []

    def preview(self, change):
        return {"moves": self.flag("preview")}

    def apply(self, change, actor):
        if self.raises:
            raise self.raises
        self.applied.append(change.content_sha256)


def put(key: str, value: str) -> None:
    SiteFlag.objects.update_or_create(key=key, defaults={"value": value})


@pytest.fixture
def note():
    subject = NoteSubject()
    subjects.register(KIND, subject)
    yield subject
    subjects._entries.pop(KIND)


@dataclass
class Play:
    """The verbs with their usual arguments."""

    subject: NoteSubject
    key: str = "note"
    made: list[int] = field(default_factory=list)

    def submit(self, actor: Actor, **kwargs) -> ChangeRequest:
        return change_submit(actor=actor, reason=WHY, kind=KIND, subject_key=self.key, **kwargs)

    def edit(self, actor: Actor, text: str) -> ChangeRequest | None:
        put(self.key, text)
        return change_content_edited(actor=actor, kind=KIND, subject_key=self.key)

    def approve(self, actor: Actor, change: ChangeRequest, sha: str | None = None) -> ChangeRequest:
        return change_approve(
            actor=actor, reason="Read it.", change_id=change.pk, content_sha256=sha or change.content_sha256
        )


@pytest.fixture
def play(note, db) -> Play:
    put("note", "first")
    return Play(note)


@pytest.fixture
def quorum_of_two(db) -> Policy:
    return Policy.objects.create(kind=KIND, number=1, approvals=2)


@pytest.fixture
def third(make_user):
    """One more controller."""
    from portal.core.actor import Source
    from portal.people.actors import actor_for

    user = make_user("controller_c", [Function.VIEW, Function.SOR_APPR])
    return actor_for(user, source=Source.UI, request_id="test-request")


def by_token(actor: Actor, *scopes: str) -> Actor:
    return replace(actor, token_id=7, token_scopes=frozenset(scopes))


def denied() -> list[tuple[str, str]]:
    rows = AuditEntry.objects.filter(outcome="denied").order_by("id")
    return list(rows.values_list("action", "code"))


def acts_on(change: ChangeRequest) -> list[str]:
    rows = AuditEntry.objects.filter(stream_type="approvals.changerequest", stream_id=str(change.pk))
    return [action.rpartition(":")[2] for action in rows.order_by("id").values_list("action", flat=True)]


def give_duty(actor: Actor, *functions: Function) -> None:
    role = Role.objects.get(code=f"role-{actor.label.split('(')[1].rstrip(')')}")
    role.functions = sorted({*role.functions, *map(str, functions)})
    role.save()
