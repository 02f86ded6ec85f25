"""Representations and bodies of change requests."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.approvals.content import policies_in_force, required_approvals
from portal.approvals.models import ChangeRequest, Comment, Decision, Policy
from portal.approvals.ports import DiffRow
from portal.approvals.selectors import refusal
from portal.core.api.serializers import Body, Representation, View
from portal.core.api.values import CodeText, Reason, Whole


class DecisionView(Representation):
    """One person's word on one hash."""

    person = serializers.CharField(source="person.code")
    person_name = serializers.CharField(source="person.name")

    class Meta:
        model = Decision
        fields = ["round", "person", "person_name", "verdict", "content_sha256", "comment", "voided", "at"]


class CommentView(Representation):
    """What a person said about a change."""

    person = serializers.CharField(source="person.code")
    person_name = serializers.CharField(source="person.name")

    class Meta:
        model = Comment
        fields = ["id", "person", "person_name", "text", "at"]


class FindingView(View):
    """One result of validation: errors block, warnings are shown."""

    level = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    place = serializers.CharField()


class DiffView(View):
    """One difference between what is in force and what is proposed."""

    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    kind = serializers.ChoiceField(["added", "changed", "removed"])
    place = serializers.CharField()


class SeatView(View):
    """Whether the caller may decide, and if not, why."""

    may_decide = serializers.BooleanField()
    code = serializers.CharField()
    why_not = serializers.CharField()


class ChangeView(Representation):
    """A change request as lists show it."""

    ref = serializers.CharField()
    requested_by = serializers.CharField(source="requested_by.code")
    approvals_needed = serializers.SerializerMethodField()

    def get_approvals_needed(self, change: ChangeRequest) -> int:
        return required_approvals(change, self._in_force)

    @cached_property
    def _in_force(self) -> dict[str, int]:
        return policies_in_force()

    class Meta:
        model = ChangeRequest
        fields = [
            "id", "ref", "kind", "subject_key", "title", "state", "round", "requested_by", "reason",
            "content_sha256", "approvals_needed", "submitted_at", "closed_at", "activated_at",
            "activation_fault",
        ]  # fmt: skip


class ChangeDetail(ChangeView):
    """A change request with everything that a decision needs."""

    payload = serializers.JSONField()
    preview = serializers.JSONField()
    findings = FindingView(many=True)
    diff = serializers.SerializerMethodField()
    decisions = DecisionView(many=True)
    comments = CommentView(many=True)
    seat = serializers.SerializerMethodField()

    class Meta(ChangeView.Meta):
        fields = [
            *ChangeView.Meta.fields,
            "payload", "findings", "preview", "diff", "decisions", "comments", "seat",
        ]  # fmt: skip

    @extend_schema_field(DiffView(many=True))
    def get_diff(self, change: ChangeRequest) -> list[dict[str, Any]]:
        rows: list[DiffRow] = self.context["diff"](change)
        return [dict(DiffView(row).data) for row in rows]

    @extend_schema_field(SeatView)
    def get_seat(self, change: ChangeRequest) -> dict[str, Any]:
        error = refusal(self.context["request"].actor, change)
        return {
            "may_decide": error is None,
            "code": error.code if error else "",
            "why_not": error.message if error else "",
        }


class PolicyView(Representation):
    """How many distinct persons must approve changes of a kind; a blank kind stands for all others."""

    class Meta:
        model = Policy
        fields = ["id", "kind", "number", "approvals", "adopted_at"]


class DecisionBody(Body):
    """A decision names the hash of exactly the content that was read."""

    content_sha256 = serializers.RegexField(r"^[0-9a-f]{64}\Z", help_text="content_sha256 of the change.")
    reason = Reason()


class CommentBody(Body):
    """A comment voids nothing."""

    text = Reason(help_text="What you say about the change.")


class PolicyBody(Body):
    """A proposal of a policy; another person approves it."""

    kind = CodeText(allow_blank=True, help_text="Kind of change; blank for every other kind.")
    approvals = Whole(min_value=1, max_value=9)
    reason = Reason()
