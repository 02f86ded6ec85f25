"""What exactly is approved: the hash over content, policy, validation result and preview."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from portal.approvals.models import ChangeRequest, Policy
from portal.approvals.ports import Finding, Subject, subjects
from portal.core.canonical import content_hash, plain_json


def own_policy(kind: str) -> Policy | None:
    """The newest policy of exactly this kind."""
    return Policy.objects.filter(kind=kind).order_by("-number").first()


def policy_for(kind: str) -> Policy:
    """The newest policy of a kind, else of every kind; four eyes when there is none at all."""
    general = own_policy(kind) or own_policy("")
    return general or Policy.objects.get_or_create(kind="", number=1, defaults={"approvals": 1})[0]


def policies_in_force() -> dict[str, int]:
    """Approvals that the newest policy of each kind asks for; the blank kind stands for every other."""
    return {policy.kind: policy.approvals for policy in Policy.objects.order_by("number")}


def required_approvals(change: ChangeRequest, in_force: dict[str, int] | None = None) -> int:
    """Seats to fill: of the policy at submission, or the present one if stricter (controls.md 2.2.17).

    Lists pass `policies_in_force()` once for all their rows.
    """
    present = policies_in_force() if in_force is None else in_force
    return max(change.policy.approvals, present.get(change.kind, present.get("", 1)))


def subject_of(change: ChangeRequest) -> Subject:
    return subjects.get(change.kind)


def envelope_hash(
    change: ChangeRequest, findings: list[dict[str, str]], preview: dict[str, Any] | None
) -> str:
    """sha256 of kind, subject, content, policy, validation and preview, canonical (controls.md 2.2.1)."""
    return content_hash(
        {
            "kind": change.kind,
            "subject": change.subject_key,
            "content": subject_of(change).content(change),
            "policy": [change.policy.kind, change.policy.number],
            "validation": content_hash(findings),
            "preview": None if preview is None else content_hash(preview),
        }
    )


def examine(change: ChangeRequest) -> list[Finding]:
    """Validate afresh, compute the preview and the hash, and set them on the (unsaved) request."""
    subject = subject_of(change)
    findings = subject.validate(change)
    change.findings = [finding.as_dict() for finding in findings]
    change.preview = plain_json(subject.preview(change))
    change.difference = [asdict(row) for row in subject.diff(change)]
    change.content_sha256 = envelope_hash(change, change.findings, change.preview)
    return findings


def current_hash(change: ChangeRequest) -> str:
    """The hash as content, base and validation stand now, with the preview that was shown.

    Deciding leaves the preview alone, since computing one may take long; activation computes it.
    """
    findings = [finding.as_dict() for finding in subject_of(change).validate(change)]
    return envelope_hash(change, findings, change.preview)
