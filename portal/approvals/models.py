"""Change requests: a proposal over one subject with exact content, decided under a policy."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from portal.approvals.permissions import P
from portal.approvals.states import OPEN, ChangeState
from portal.core.querysets import Governed
from portal.people.models import Person


class Policy(models.Model):
    """How many distinct persons must approve changes of a kind; blank kind: every other kind. Versioned."""

    kind = models.CharField(max_length=64, blank=True)
    number = models.PositiveIntegerField()
    approvals = models.PositiveSmallIntegerField(default=1)
    adopted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="policy_number"),
            models.CheckConstraint(condition=Q(approvals__gte=1), name="policy_never_without_approval"),
        ]

    def __str__(self) -> str:
        return f"{self.kind or 'every kind'} policy {self.number}: {self.approvals} approval(s)"


class ChangeRequest(Governed):
    """One proposal. `content_sha256` is what is decided on; `payload` holds content without a model."""

    view_permission = P.CHANGE_VIEW
    scope_token_lookup: ClassVar[str] = "scopes__token"  # noqa: S105

    kind = models.CharField(max_length=64)
    subject_key = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    payload = models.JSONField(null=True, blank=True)
    content_sha256 = models.CharField(max_length=64)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT)
    round = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=16, choices=ChangeState.choices, default=ChangeState.SUBMITTED)
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="change_requests")
    reason = models.TextField(blank=True)
    findings = models.JSONField(default=list)
    preview = models.JSONField(null=True, blank=True)
    difference = models.JSONField(default=list, blank=True)
    activation_fault = models.TextField(blank=True)
    submitted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    activated_at = models.DateTimeField(null=True)

    history = HistoricalRecords(excluded_fields=["difference", "preview"])

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "kind"], name="change_state_kind"),
            models.Index(fields=["kind", "subject_key"], name="change_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_key"],
                condition=Q(state__in=[str(s) for s in OPEN]),
                name="change_one_open",
            ),
            models.CheckConstraint(condition=Q(state__in=ChangeState.values), name="change_known_state"),
            models.CheckConstraint(
                condition=Q(state="active", activated_at__isnull=False)
                | (~Q(state="active") & Q(activated_at__isnull=True)),
                name="change_active_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    @property
    def ref(self) -> str:
        return f"CR-{self.pk:06d}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_pushed_back(self) -> bool:
        return self.state == ChangeState.PUSHED_BACK


class ChangeScope(models.Model):
    """A scope object that the change touches, as `kind:id`; an approver must cover every one."""

    change = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="scopes")
    token = models.CharField(max_length=80, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "token"], name="change_scope_once")]

    def __str__(self) -> str:
        return self.token


class Decision(models.Model):
    """One person's word on one hash. Voided decisions stay readable; they no longer count."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", "approved"
        REJECT = "reject", "rejected"
        PUSH_BACK = "push_back", "pushed back"

    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    content_sha256 = models.CharField(max_length=64)
    comment = models.TextField(blank=True)
    voided = models.BooleanField(default=False)
    audit_leaf = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "person", "round"], condition=Q(voided=False), name="decision_one_seat"
            ),
            models.CheckConstraint(condition=~Q(person=F("requester")), name="decision_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_verdict_display()} {self.change_id}"


class Contribution(models.Model):
    """A person had a hand in a content and therefore never approves it (controls.md, invariant 4).

    Open until the content is in force; settled then by its request, so that the next content of the same
    key starts with its own contributors.
    """

    kind = models.CharField(max_length=64)
    subject_key = models.CharField(max_length=200)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    settled_by = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_key", "person"],
                condition=Q(settled_by__isnull=True),
                name="contribution_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} contributed to {self.kind} {self.subject_key}"


class Comment(models.Model):
    """What people say about a change; it never changes the content."""

    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="comments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:60]
