"""Edits while a request is open: the editor becomes a contributor and decisions on the old hash are void."""

from __future__ import annotations

from portal.approvals.content import examine, subject_of
from portal.approvals.models import ChangeRequest, ChangeScope, Contribution
from portal.approvals.ports import scope_token
from portal.approvals.states import CHANGE, OPEN, ChangeState
from portal.approvals.tags import Tag
from portal.audit.services import audited, record
from portal.core.actor import Actor
from portal.core.locking import locked
from portal.core.states import apply_transition, possible


def record_contribution(*, actor: Actor, kind: str, subject_key: str) -> None:
    """Remember the acting person (also behind a token) as a contributor. The system contributes nothing."""
    if actor.person_id is not None:
        add_contributor(kind, subject_key, actor.person_id)


def add_contributor(kind: str, subject_key: str, person_id: int) -> None:
    """Remember a person as a contributor until the content is in force; deleting a draft erases nothing."""
    Contribution.objects.get_or_create(
        kind=kind, subject_key=subject_key, person_id=person_id, settled_by=None
    )


def save_scopes(change: ChangeRequest) -> None:
    """Store the scope objects that the content touches now, so that lists can be restricted by them."""
    tokens = {scope_token(obj) for obj in subject_of(change).scopes(change)}
    change.scopes.exclude(token__in=tokens).delete()
    known = set(change.scopes.values_list("token", flat=True))
    ChangeScope.objects.bulk_create(
        [ChangeScope(change=change, token=token) for token in sorted(tokens - known)]
    )


def locked_change(change: ChangeRequest) -> ChangeRequest:
    """The request locked, after its content: the order of edits, so that none waits in a circle."""
    subject_of(change).lock(change)
    return locked(ChangeRequest.objects.select_related("policy", "requested_by")).get(pk=change.pk)


def follow(change: ChangeRequest, *, actor: Actor, reason: str) -> bool:
    """Examine a locked request afresh; when its hash moved, decisions become void and a new round begins.

    Source: controls.md 2.2.2 and 2.2.3. Returns whether it moved.
    """
    before = change.content_sha256
    examine(change)
    if change.content_sha256 == before:
        return False
    voided = change.decisions.filter(round=change.round, voided=False).update(voided=True)
    apply_transition(change, CHANGE, "void")
    change.round += 1
    change.closed_at = None
    change.activation_fault = ""
    change.save()
    save_scopes(change)
    record(
        Tag.CHANGE_EDIT,
        actor=actor,
        subject=change,
        reason=f"{reason}; {voided} decision(s) void.",
        before={"content_sha256": before},
        after={"content_sha256": change.content_sha256, "round": change.round, "voided": voided},
        content_sha256=change.content_sha256,
    )
    return True


def change_content_edited(*, actor: Actor, kind: str, subject_key: str) -> ChangeRequest | None:
    """To be called by every service that edits governed content, inside its transaction.

    Records the contribution; when a request is open and the hash moved, all its decisions become void
    and a new round begins (controls.md 2.2.2). Returns the open request, if any.
    """
    record_contribution(actor=actor, kind=kind, subject_key=subject_key)
    open_requests = ChangeRequest.objects.filter(kind=kind, subject_key=subject_key, state__in=OPEN)
    change = locked(open_requests.order_by("id")).first()
    if change is None:
        return None
    if change.state == ChangeState.PUSHED_BACK:
        record(Tag.CHANGE_EDIT, actor=actor, subject=change, reason="Content edited while pushed back.")
        return change
    follow(change, actor=actor, reason="Content edited")
    return change


@audited(Tag.CHANGE_EDIT)
def change_refresh(*, actor: Actor, reason: str, change_id: int) -> ChangeRequest:
    """Follow a base or validation that moved under an open request; no effect when the hash still holds."""
    change = locked_change(ChangeRequest.objects.get(pk=change_id))
    if "void" in possible(change, CHANGE):
        follow(change, actor=actor, reason=reason)
    return change
