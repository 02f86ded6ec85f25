"""Approval subject of approvals' own policies."""

from __future__ import annotations

from typing import Any

from portal.approvals.content import policy_for
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
        payload = change.payload or {}
        return [DiffRow("approvals", str(policy_for(payload["kind"]).approvals), str(payload["approvals"]))]

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        payload = change.payload or {}
        last = Policy.objects.filter(kind=payload["kind"]).order_by("-number").first()
        number = last.number + 1 if last else 1
        policy = Policy.objects.create(kind=payload["kind"], number=number, approvals=payload["approvals"])
        record(Tag.POLICY_ADOPT, actor=actor, subject=policy, after=payload)
