"""Systems of record: who is authoritative for what, from day to day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import selectors, services
from catalog.models import Ownership
from catalog.permissions import P
from portal.approvals.api.receipts import Receipt, proposed
from portal.core.api.operations import Op
from portal.core.api.serializers import Body, LastDayBody, Representation, View
from portal.core.api.values import CodeText, Day, Reason, Text
from portal.core.api.viewsets import Detailed, Listed
from portal.core.clock import today
from portal.core.filters import DayFilter, ListFilter, TextFilter, WholeFilter


class OwnershipView(Representation):
    """The system of record of a finance object, or of a part of it; days inclusive."""

    finance_object = serializers.CharField(source="finance_object.code")
    system = serializers.CharField(source="system.code")
    steward = serializers.CharField(source="steward.code", default="")

    class Meta:
        model = Ownership
        fields = [
            "id", "finance_object", "finance_object_id", "attribute", "legal_entity", "system", "system_id",
            "steward", "valid_from", "valid_to", "change_ref",
        ]  # fmt: skip


class MatrixRowView(View):
    """One finance object on a day; a gap is an object without a general owner."""

    finance_object = serializers.CharField()
    gap = serializers.BooleanField()
    owners = OwnershipView(many=True)


class MatrixView(View):
    """Finance objects x systems on a day."""

    on = serializers.DateField()
    systems = serializers.ListField(child=serializers.CharField())
    rows = MatrixRowView(many=True)


class OwnershipBody(Body):
    finance_object = CodeText()
    system = CodeText()
    valid_from = Day()
    valid_to = Day(required=False, allow_null=True)
    attribute = Text(max_length=64, required=False, allow_blank=True)
    legal_entity = Text(max_length=64, required=False, allow_blank=True)
    steward = CodeText(required=False, allow_blank=True, help_text="Code of a person.")
    reason = Reason()


class OwnershipFilter(ListFilter):
    finance_object = TextFilter(field_name="finance_object__code")
    system = TextFilter(field_name="system__code")
    system_id = WholeFilter()
    attribute = TextFilter()
    legal_entity = TextFilter()
    steward = TextFilter(field_name="steward__code")
    starts_by = DayFilter(field_name="valid_from", lookup_expr="lte")


class OwnershipViewSet(Listed, Detailed):
    """Systems of record; changes are proposals."""

    selector = staticmethod(selectors.ownerships)
    serializer_class = OwnershipView
    filterset_class = OwnershipFilter
    operations = {
        "list": Op(P.OWNERSHIP_VIEW),
        "retrieve": Op(P.OWNERSHIP_VIEW),
        "create": Op(P.OWNERSHIP_PROPOSE, body=OwnershipBody, answer=Receipt, status=202),
        "end": Op(P.OWNERSHIP_PROPOSE, body=LastDayBody, answer=Receipt, status=202),
        "matrix": Op(P.OWNERSHIP_VIEW, answer=MatrixView),
    }

    def extra_parameters(self) -> set[str]:
        return {"on"} if self.action == "matrix" else set()

    def create(self, request: Request) -> Response:
        """Propose a system of record."""
        return proposed(services.ownership_propose(actor=self.actor, **self.body()))

    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Propose the last day of an ownership, so that another system can follow."""
        change = services.ownership_end_propose(
            actor=self.actor, ownership_id=self.instance.pk, **self.body()
        )
        return proposed(change)

    @extend_schema(parameters=[OpenApiParameter("on", dt.date, description="Day; today when left out.")])
    @action(detail=False, methods=["get"], filterset_class=None)
    def matrix(self, request: Request) -> Response:
        """Who owns what on a day, with the gaps."""
        text = request.query_params.get("on")
        day: dt.date = today() if text is None else Day().run_validation(text)
        systems, rows = selectors.ownership_matrix(self.actor, day)
        found: list[dict[str, Any]] = [
            {
                "finance_object": row.finance_object.code,
                "gap": row.gap,
                "owners": [owned for cell in row.owned.values() for owned in cell],
            }
            for row in rows
        ]
        data = {"on": day, "systems": [system.code for system in systems], "rows": found}
        return Response(MatrixView(data).data)
