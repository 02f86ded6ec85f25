"""The audit over REST: read and verify; nothing here writes."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Model
from django_filters import filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.audit import selectors
from portal.audit.models import AuditEntry
from portal.audit.permissions import P
from portal.audit.verification import verify
from portal.core.api.operations import Op
from portal.core.api.serializers import Representation, View
from portal.core.api.viewsets import Detailed, Listed, out_of_scope
from portal.core.codes import Code
from portal.core.errors import BadInput, Forbidden
from portal.core.filters import DayFilter, ListFilter, TextFilter, WholeFilter


class EntryView(Representation):
    """One act, or one refused act, with the hashes that chain it."""

    payload = serializers.SerializerMethodField()

    class Meta:
        model = AuditEntry
        fields = [
            "id", "stream_type", "stream_id", "stream_seq", "at", "action", "outcome", "code", "actor_kind",
            "actor_label", "actor_person", "actor_account", "on_behalf_of", "token_id", "source",
            "subject_label", "object_version", "content_sha256", "request_id", "run_id", "reason", "payload",
            "prev", "leaf",
        ]  # fmt: skip

    def get_payload(self, entry: AuditEntry) -> dict[str, Any]:
        return dict(json.loads(entry.payload))


class BreakView(View):
    """The first bad place of a stream."""

    stream = serializers.CharField()
    seq = serializers.IntegerField()
    problem = serializers.CharField()


class VerificationView(View):
    """Result of recomputing every number, link and hash."""

    ok = serializers.BooleanField()
    entries = serializers.IntegerField()
    streams = serializers.IntegerField()
    breaks = BreakView(many=True)


class EntryFilter(ListFilter):
    action = TextFilter()
    outcome = filters.ChoiceFilter(choices=AuditEntry.Outcome.choices)
    code = TextFilter()
    stream_type = TextFilter()
    stream_id = TextFilter()
    actor_person = WholeFilter()
    actor_account = WholeFilter()
    request_id = TextFilter()
    run_id = WholeFilter()
    content_sha256 = TextFilter()
    since = DayFilter(field_name="at", lookup_expr="date__gte")
    until = DayFilter(field_name="at", lookup_expr="date__lte")


class EntryViewSet(Listed, Detailed):
    """The append-only audit, newest first."""

    selector = staticmethod(selectors.entries)
    serializer_class = EntryView
    filterset_class = EntryFilter
    operations = {
        "list": Op(P.ENTRY_VIEW),
        "retrieve": Op(P.ENTRY_VIEW),
        "verify": Op(P.ENTRY_VIEW, answer=VerificationView),
    }

    def fetch(self, pk: Any) -> Model:
        """One entry. Raises NotFound also where the caller's duty does not cover the audit."""
        try:
            return super().fetch(pk)
        except Forbidden:
            raise out_of_scope() from None

    def extra_parameters(self) -> set[str]:
        return {"stream_type", "stream_id"} if self.action == "verify" else set()

    @action(detail=False, methods=["get"], filterset_class=None)
    def verify(self, request: Request) -> Response:
        """Recompute the whole audit, or one stream by `stream_type` and `stream_id`."""
        selectors.entries(self.actor)
        stream = (request.query_params.get("stream_type"), request.query_params.get("stream_id"))
        if (stream[0] is None) != (stream[1] is None):
            raise BadInput(Code.API_012, "A stream is named by stream_type and stream_id together.")
        found = verify(None if stream[0] is None or stream[1] is None else (stream[0], stream[1]))
        return Response(VerificationView(found).data)
