"""Quarantined records: lists, groups of one cause, and the work on them; every act is all or nothing."""

from __future__ import annotations

from typing import Any

from django_filters import filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.approvals.api.receipts import Receipt, proposed
from portal.core.api.operations import Op
from portal.core.api.serializers import Body, Representation, View
from portal.core.api.values import DecimalText, Reason, Whole
from portal.core.api.viewsets import Detailed, Listed
from portal.core.filters import ListFilter, TextFilter, WholeFilter
from portal.core.text import clean_text
from syncengine import selectors, services
from syncengine.models import QuarantinedRecord
from syncengine.permissions import P
from syncengine.selectors.readable import told_sums
from syncengine.states import RecordState

MAX_GROUPS = 1_000
TOTALS = ("total_debit", "total_credit")
GROUP_FILTERS = {"flow": "flow__code", "period": "period", "code": "code"}


class RecordView(Representation):
    """A source record that was not loaded; `row` is its number in the snapshot of `last_run_id`.

    `debit` and `credit` are null where the amount cannot be read.
    """

    flow = serializers.CharField(source="flow.code")
    assigned_to = serializers.CharField(source="assigned_to.code", default=None)
    debit = DecimalText(allow_null=True, source="told_debit")
    credit = DecimalText(allow_null=True, source="told_credit")

    class Meta:
        model = QuarantinedRecord
        fields = [
            "id", "flow", "flow_id", "slice_key", "period", "record_key", "state", "code", "field", "value",
            "origin", "currency", "debit", "credit", "row", "first_run_id", "last_run_id", "assigned_to",
            "note", "change_ref", "opened_at", "closed_at",
        ]  # fmt: skip


class GroupView(View):
    """Held records of one cause: what one fix would release.

    The totals are of the records whose amount can be read, null where there are none.
    """

    flow = serializers.CharField(source="flow__code")
    slice_key = serializers.CharField()
    period = serializers.CharField()
    code = serializers.CharField()
    field = serializers.CharField()
    value = serializers.CharField()
    origin = serializers.CharField()
    currency = serializers.CharField()
    records = serializers.IntegerField()
    unreadable_records = serializers.IntegerField()
    total_debit = DecimalText(allow_null=True)
    total_credit = DecimalText(allow_null=True)
    oldest = serializers.DateTimeField()


class GroupsView(View):
    """At most 1,000 groups; `truncated` says whether there are more."""

    truncated = serializers.BooleanField()
    groups = GroupView(many=True)


class ValuesView(View):
    """All source columns of a record, from the evidence of its last run."""

    values = serializers.DictField(child=serializers.CharField(allow_null=True))


class CountView(View):
    """How many records were changed: all that were named."""

    records = serializers.IntegerField()


class RecordsBody(Body):
    """Records of one slice, by id."""

    record_ids = serializers.ListField(child=Whole(), min_length=1, max_length=10_000)
    reason = Reason()


class AssignBody(RecordsBody):
    person_id = Whole()


class RecordFilter(ListFilter):
    flow = TextFilter(field_name="flow__code")
    flow_id = WholeFilter()
    slice_key = TextFilter()
    period = TextFilter()
    state = filters.ChoiceFilter(choices=RecordState.choices)
    code = TextFilter()
    field = TextFilter()
    value = TextFilter()
    last_run_id = WholeFilter()
    assigned_to = TextFilter(field_name="assigned_to__code")


class QuarantineViewSet(Listed, Detailed):
    """Quarantined records, in all states."""

    selector = staticmethod(selectors.quarantined)
    serializer_class = RecordView
    filterset_class = RecordFilter
    operations = {
        "list": Op(P.QUARANTINE_VIEW),
        "retrieve": Op(P.QUARANTINE_VIEW),
        "source_values": Op(P.QUARANTINE_VIEW, answer=ValuesView),
        "groups": Op(P.QUARANTINE_VIEW, answer=GroupsView),
        "assign": Op(P.QUARANTINE_WORK, body=AssignBody, answer=CountView),
        "fix": Op(P.QUARANTINE_WORK, body=RecordsBody, answer=CountView),
        "accept": Op(P.QUARANTINE_ACCEPT, body=RecordsBody, answer=Receipt, status=202),
    }

    def extra_parameters(self) -> set[str]:
        return set(GROUP_FILTERS) if self.action == "groups" else set()

    @action(detail=True, methods=["get"], url_path="values")
    def source_values(self, request: Request, pk: str) -> Response:
        """All source columns of the record."""
        return Response(ValuesView({"values": selectors.record_values(self.instance)}).data)

    @extend_schema(parameters=[OpenApiParameter(name) for name in GROUP_FILTERS])
    @action(detail=False, methods=["get"], filterset_class=None)
    def groups(self, request: Request) -> Response:
        """Held records by cause."""
        chosen: dict[str, Any] = {
            lookup: clean_text(request.query_params[name], 300, place=name)
            for name, lookup in GROUP_FILTERS.items()
            if name in request.query_params
        }
        found = list(selectors.quarantine_groups(self.actor, **chosen)[: MAX_GROUPS + 1])
        groups = [row | dict(zip(TOTALS, told_sums(row), strict=True)) for row in found[:MAX_GROUPS]]
        data = {"truncated": len(found) > MAX_GROUPS, "groups": groups}
        return Response(GroupsView(data).data)

    @action(detail=False, methods=["post"])
    def assign(self, request: Request) -> Response:
        """Give held records of one slice to a person."""
        count = services.quarantine_assign(actor=self.actor, **self.body())
        return Response(CountView({"records": count}).data)

    @action(detail=False, methods=["post"])
    def fix(self, request: Request) -> Response:
        """Mark held records as fixed at their cause; the next run proves it."""
        count = services.quarantine_fix(actor=self.actor, **self.body())
        return Response(CountView({"records": count}).data)

    @action(detail=False, methods=["post"])
    def accept(self, request: Request) -> Response:
        """Propose that held records of one slice stay unloaded."""
        return proposed(services.quarantine_accept(actor=self.actor, **self.body()))
