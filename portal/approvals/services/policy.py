"""Approval policies are themselves changed under approval."""

from __future__ import annotations

from portal.approvals.codes import Code as Approvals
from portal.approvals.content import own_policy
from portal.approvals.models import ChangeRequest
from portal.approvals.permissions import P
from portal.approvals.ports import subjects
from portal.approvals.services.submit import change_submit
from portal.approvals.tags import Tag
from portal.audit.services import audited
from portal.core import authority
from portal.core.actor import Actor
from portal.core.codes import Code
from portal.core.errors import BadInput, Conflict


@audited(Tag.POLICY_PROPOSE)
def policy_propose(*, actor: Actor, reason: str, kind: str, approvals: int) -> ChangeRequest:
    """Propose how many distinct approvers changes of `kind` need ('' for every kind); at least one.

    Raises BadInput API-005, Conflict APR-008 when the kind's own policy asks for as many already.
    """
    authority.check_everywhere(actor, P.POLICY_PROPOSE)
    if not 1 <= approvals <= 9:
        raise BadInput(Code.API_005, "A policy asks for 1 to 9 approvals.", place="approvals")
    if kind and kind not in subjects:
        raise BadInput(Code.API_005, f"There is no kind of change named {kind!r}.", place="kind")
    payload = {"kind": kind, "approvals": approvals}
    own = own_policy(kind)
    if own is not None and own.approvals == approvals:
        raise Conflict(Approvals.APR_008, "The policy in force asks for as many approvals already.")
    return change_submit(
        actor=actor, reason=reason, kind="approvals.policy", subject_key=kind or "*", payload=payload
    )
