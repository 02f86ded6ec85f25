"""Activation: a separate step by the system, in which hash, seats, guards and validation still hold."""

from __future__ import annotations

import logging

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError

from portal.approvals.content import required_approvals, subject_of
from portal.approvals.eligibility import seats_filled
from portal.approvals.models import ChangeRequest, Contribution
from portal.approvals.ports import activation_guards
from portal.approvals.services.edit import follow, locked_change
from portal.approvals.states import CHANGE, ChangeState
from portal.approvals.tags import Tag
from portal.audit.services import audited, record
from portal.core.actor import Actor, system_actor
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.core.states import apply_transition
from portal.core.text import escaped

log = logging.getLogger(__name__)
_MOVED = "Base, validation or preview is no longer what was approved"


def _put_in_force(change: ChangeRequest, actor: Actor) -> None:
    subject = subject_of(change)
    for guard in activation_guards.all().values():
        guard(change)
    subject.apply(change, actor)
    apply_transition(change, CHANGE, "activate")
    change.activated_at = now()
    change.activation_fault = ""
    change.save()
    own = {"kind": change.kind, "subject_key": change.subject_key}
    Contribution.objects.filter(**own, settled_by=None).update(settled_by=change)
    subject.state_changed(change, change.state)
    record(Tag.CHANGE_ACTIVATE, actor=actor, subject=change, content_sha256=change.content_sha256)


@audited(Tag.CHANGE_ACTIVATE)
def _activate(*, actor: Actor, change_id: int) -> ChangeRequest:
    change = locked_change(ChangeRequest.objects.get(pk=change_id))
    if change.state != ChangeState.APPROVED:
        return change
    if follow(change, actor=actor, reason=_MOVED):
        return change
    if seats_filled(change) < required_approvals(change):
        apply_transition(change, CHANGE, "reopen")
        change.closed_at = None
        change.save()
        words = "An approver is no longer eligible, or the policy became stricter; another one must approve."
        record(Tag.CHANGE_REOPEN, actor=actor, subject=change, reason=words)
    else:
        _put_in_force(change, actor)
    return change


@audited(Tag.CHANGE_HOLD)
def _hold(*, actor: Actor, reason: str, change_id: int) -> ChangeRequest:
    change = locked_change(ChangeRequest.objects.get(pk=change_id))
    if change.state == ChangeState.APPROVED and change.activation_fault != reason:
        change.activation_fault = reason
        change.save()
        record(Tag.CHANGE_HOLD, actor=actor, subject=change, reason=reason)
    return change


def change_activate(*, change_id: int, request_id: str = "") -> ChangeRequest:
    """Put an approved content in force, as the system.

    When base, validation or preview moved, the decisions are void; when a seat no longer counts, it is
    open again; any other refusal is kept on the request, shown there (APR-010), and tried again later.
    """
    actor = system_actor("Activation", request_id=request_id)
    try:
        return _activate(actor=actor, change_id=change_id)
    except (DomainError, ObjectDoesNotExist) as error:
        return _hold(actor=actor, reason=escaped(error, 2000), change_id=change_id)


def changes_activate_pending() -> int:
    """Activate what was approved while the process died in between; returns how many came into force.

    An unknown error of one request is logged and does not keep the others waiting.
    """
    waiting = ChangeRequest.objects.filter(state=ChangeState.APPROVED).order_by("id")
    active = 0
    for pk in list(waiting.values_list("pk", flat=True)):
        try:
            active += change_activate(change_id=pk).state == ChangeState.ACTIVE
        except DatabaseError:
            raise
        except Exception:
            log.exception("the activation of change request %s failed", pk)
    return active
