"""Approval subject of approvals' own policies."""

from __future__ import annotations

from typing import Any

from portal.approvals.content import own_policy, policy_for
from portal.approvals.differing import flat_diff
from portal.approvals.models import ChangeRequest, Policy
from portal.approvals.permissions import P
from portal.approvals.ports import DiffRow, Subject
from portal.approvals.tags import Tag
from portal.audit.services import record
from portal.core.actor import Actor


class PolicySubject(Subject):
    kind = "approvals.policy"
    label = "approval policy"
    approve_permission = P.POLICY_APPROVE
    propose_permission = P.POLICY_PROPOSE

    def title(self, change: ChangeRequest) -> str:
        payload = change.payload or {}
        return f"{payload['approvals']} approval(s) for {payload['kind'] or 'every kind of change'}"

    def content(self, change: ChangeRequest) -> dict[str, Any]:
        payload = change.payload or {}
        return {**payload, "base": policy_for(payload["kind"]).number}

    def diff(self, change: ChangeRequest) -> list[DiffRow]:
        """A kind without a policy of its own follows the general one, which the first of its own replaces."""
        payload = dict(change.payload or {})
        in_force = policy_for(payload["kind"])
        return flat_diff({"kind": in_force.kind, "approvals": in_force.approvals}, payload)

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        payload = change.payload or {}
        last = own_policy(payload["kind"])
        number = last.number + 1 if last else 1
        policy = Policy.objects.create(kind=payload["kind"], number=number, approvals=payload["approvals"])
        record(Tag.POLICY_ADOPT, actor=actor, subject=policy, after=payload)
