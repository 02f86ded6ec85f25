"""Submitting, resubmitting and withdrawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NoReturn

from portal.approvals.codes import Code
from portal.approvals.content import examine, policy_for, subject_of
from portal.approvals.correcting import Way, open_words, resubmit_words, way_of
from portal.approvals.models import ChangeRequest, Decision
from portal.approvals.permissions import P
from portal.approvals.ports import Finding
from portal.approvals.services.edit import add_contributor, locked_change, record_contribution, save_scopes
from portal.approvals.states import CHANGE, OPEN, ChangeState
from portal.approvals.tags import Tag
from portal.audit.services import audited, record
from portal.core.actor import Actor
from portal.core.canonical import plain_json
from portal.core.clock import now
from portal.core.errors import BadInput, Conflict, Fault, Faults, Forbidden
from portal.core.locking import lock_name, locked
from portal.core.states import apply_transition
from portal.core.text import clean_text


def demand_reason(reason: str, verb: str) -> str:
    """A reason of at least ten characters. Raises BadInput APR-001."""
    text = clean_text(reason, 4000, multiline=True, place="reason")
    if len(text) < 10:
        raise BadInput(Code.APR_001, f"To {verb}, give a reason of at least ten characters.", place="reason")
    return text


def refuse_faults(change: ChangeRequest, hint: str = "") -> None:
    """Raises Faults when the examination found an error; each keeps its own code and place.

    Without a hint the code says what to do next, which is for who proposes.
    """
    found = [Finding(**row) for row in change.findings]
    errors = [Fault(f.code, f.message, f.place) for f in found if f.level == "error"]
    if errors:
        raise Faults(errors, hint=hint)


def lock_change(actor: Actor, change_id: int, permission: str = P.CHANGE_VIEW) -> ChangeRequest:
    """The request, visible to the actor and locked. Raises NotFound, Forbidden."""
    return locked_change(ChangeRequest.objects.get_for(actor, permission, pk=change_id))


def refuse_open(opened: ChangeRequest, words: str) -> NoReturn:
    """Raises Conflict APR-003 with what to do about the open request."""
    raise Conflict(Code.APR_003, words, hint=open_words(opened), details={"change": opened.ref})


def _proposer(actor: Actor) -> int:
    if actor.person_id is None:
        raise Forbidden(Code.APR_005, "A change is proposed on behalf of a person.")
    return actor.person_id


def _locked_open(kind: str, subject_key: str) -> ChangeRequest | None:
    rows = ChangeRequest.objects.select_related("policy", "requested_by")
    return locked(rows.filter(kind=kind, subject_key=subject_key, state__in=OPEN).order_by("id")).first()


def _new(
    actor: Actor, reason: str, kind: str, subject_key: str, payload: dict[str, Any] | None
) -> ChangeRequest:
    """An examined request without fault, not saved yet."""
    change = ChangeRequest(
        kind=kind,
        subject_key=subject_key,
        payload=plain_json(payload),
        policy=policy_for(kind),
        requested_by_id=_proposer(actor),
        reason=clean_text(reason, 4000, multiline=True),
        submitted_at=now(),
    )
    examine(change)
    refuse_faults(change)
    return change


def _save_submitted(change: ChangeRequest, contributors: Iterable[int]) -> None:
    subject = subject_of(change)
    change.title = subject.title(change)[:300]
    change.save()
    save_scopes(change)
    for person_id in {change.requested_by_id, *contributors}:
        add_contributor(change.kind, change.subject_key, person_id)
    subject.state_changed(change, change.state)


def _correct(
    opened: ChangeRequest,
    *,
    actor: Actor,
    reason: str,
    payload: dict[str, Any] | None,
    contributors: Iterable[int],
) -> ChangeRequest:
    """The next round of a pushed-back request: with its rows as they stand, or with another payload."""
    if not opened.is_pushed_back or subject_of(opened).fixed:
        refuse_open(opened, f"{opened.ref} is already open over this subject.")
    if way_of(opened) is Way.EDIT:
        for person_id in contributors:
            add_contributor(opened.kind, opened.subject_key, person_id)
        return change_resubmit(actor=actor, reason=reason, change_id=opened.pk)
    seen = ChangeRequest.objects.restrict(replace(actor, token_scopes=None), P.CHANGE_VIEW)
    if not seen.filter(pk=opened.pk).exists():
        refuse_open(opened, f"{opened.ref} is already open over this subject.")
    return _replace(opened, actor, reason, payload, contributors)


def _replace(
    change: ChangeRequest,
    actor: Actor,
    reason: str,
    payload: dict[str, Any] | None,
    contributors: Iterable[int],
) -> ChangeRequest:
    """Put other content in the place of what was pushed back: who proposed it stays a contributor."""
    before = {"payload": change.payload, "title": change.title}
    approvals = change.decisions.filter(round=change.round, voided=False, verdict=Decision.Verdict.APPROVE)
    voided = approvals.update(voided=True)
    change.payload = plain_json(payload)
    change.requested_by_id = _proposer(actor)
    change.reason = clean_text(reason, 4000, multiline=True)
    apply_transition(change, CHANGE, "resubmit", code=Code.APR_002)
    examine(change)
    refuse_faults(change)
    change.round += 1
    change.submitted_at = now()
    _save_submitted(change, contributors)
    record(
        Tag.CHANGE_REPLACE,
        actor=actor,
        subject=change,
        reason=change.reason,
        before=before,
        after={"payload": change.payload, "title": change.title, "round": change.round, "voided": voided},
        content_sha256=change.content_sha256,
    )
    return change


@audited(Tag.CHANGE_SUBMIT)
def change_submit(
    *,
    actor: Actor,
    reason: str,
    kind: str,
    subject_key: str,
    payload: dict[str, Any] | None = None,
    contributors: Iterable[int] = (),
) -> ChangeRequest:
    """Propose one exact content. The calling service has checked the permission to propose.

    `contributors` are further person ids that had a hand in it, for instance who wrote an imported file.
    While a request over the subject is pushed back, this is its correction: a new round of it. Raises
    Faults (validation), Conflict APR-003 (another request is open), Forbidden APR-005 (no person).
    """
    lock_name(f"change:{kind}:{subject_key}")
    opened = _locked_open(kind, subject_key)
    if opened is not None:
        return _correct(opened, actor=actor, reason=reason, payload=payload, contributors=contributors)
    change = _new(actor, reason, kind, subject_key, payload)
    _save_submitted(change, contributors)
    record(
        Tag.CHANGE_SUBMIT,
        actor=actor,
        subject=change,
        reason=change.reason,
        after={"kind": kind, "subject": subject_key, "payload": change.payload, "title": change.title},
        content_sha256=change.content_sha256,
    )
    return change


def _own(change: ChangeRequest, actor: Actor) -> None:
    if actor.person_id != change.requested_by_id:
        raise Forbidden(Code.APR_009, f"Only {change.requested_by}, who submitted it, can do this.")


@audited(Tag.CHANGE_RESUBMIT)
def change_resubmit(*, actor: Actor, reason: str, change_id: int) -> ChangeRequest:
    """Submit a pushed-back request again, with the content as it stands now."""
    change = lock_change(actor, change_id)
    _own(change, actor)
    apply_transition(change, CHANGE, "resubmit", code=Code.APR_002)
    examine(change)
    refuse_faults(change, hint=resubmit_words(change))
    change.round += 1
    change.submitted_at = now()
    change.save()
    save_scopes(change)
    record_contribution(actor=actor, kind=change.kind, subject_key=change.subject_key)
    subject_of(change).state_changed(change, change.state)
    record(
        Tag.CHANGE_RESUBMIT,
        actor=actor,
        subject=change,
        reason=clean_text(reason, 4000, multiline=True),
        after={"round": change.round},
        content_sha256=change.content_sha256,
    )
    return change


@audited(Tag.CHANGE_WITHDRAW)
def change_withdraw(*, actor: Actor, reason: str, change_id: int) -> ChangeRequest:
    """Take a request back before it is in force. A withdrawn content starts again at zero."""
    change = lock_change(actor, change_id)
    _own(change, actor)
    text = demand_reason(reason, "withdraw")
    apply_transition(change, CHANGE, "withdraw", code=Code.APR_002)
    change.closed_at = now()
    change.save()
    subject_of(change).state_changed(change, ChangeState.WITHDRAWN)
    record(
        Tag.CHANGE_WITHDRAW, actor=actor, subject=change, reason=text, content_sha256=change.content_sha256
    )
    return change
