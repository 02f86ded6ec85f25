"""What a proposal is answered with: the change request that now waits for another person."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.response import Response

from portal.approvals.models import ChangeRequest
from portal.core.api.serializers import Representation


class Receipt(Representation):
    """A change request in short."""

    ref = serializers.CharField()

    class Meta:
        model = ChangeRequest
        fields = ["id", "ref", "kind", "subject_key", "title", "state", "content_sha256", "submitted_at"]


def proposed(change: ChangeRequest) -> Response:
    """202 with the change request: nothing is in force until another person approves it."""
    location = f"/api/v1/changes/{change.pk}/"
    return Response(Receipt(change).data, 202, headers={"Location": location})
