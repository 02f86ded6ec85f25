"""Flows and their versions."""

from __future__ import annotations

from django_filters import filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.approvals.api.receipts import Receipt, proposed
from portal.core.api.operations import Op
from portal.core.api.preconditions import etag_of
from portal.core.api.related import take_related
from portal.core.api.serializers import Body, CodeInScope, IdInScope, ReasonBody, Representation
from portal.core.api.values import CodeText, Document, PeriodText, Reason, Text, Whole
from portal.core.api.viewsets import Detailed, Listed
from portal.core.filters import CodeInScopeFilter, ListFilter, TextFilter, WholeFilter
from syncengine import selectors, services
from syncengine.models import Flow, FlowVersion
from syncengine.permissions import P
from syncengine.states import VersionState


class FlowView(Representation):
    """A named movement of one finance object from its owner to a target."""

    finance_object = serializers.CharField(source="finance_object.code")
    source_system = CodeInScope()
    source_system_id = IdInScope(source="source_system")
    target_system = CodeInScope()
    target_system_id = IdInScope(source="target_system")

    class Meta:
        model = Flow
        fields = [
            "id", "code", "name", "description", "finance_object", "source_system", "source_system_id",
            "target_system", "target_system_id",
        ]  # fmt: skip


class FlowVersionView(Representation):
    """One definition of a flow; an approved version never changes."""

    flow = serializers.CharField(source="flow.code")
    definition = serializers.JSONField()

    class Meta:
        model = FlowVersion
        fields = [
            "id", "flow", "flow_id", "number", "state", "effective_from", "definition", "content_sha256",
            "change_ref", "approved_at", "created_at",
        ]  # fmt: skip


class FlowBody(Body):
    code = CodeText()
    name = Text()
    description = Text(max_length=4000, lines=True, required=False, allow_blank=True)
    definition = Document()
    effective_from = PeriodText(help_text="Fiscal period YYYY-PP.")
    reason = Reason()


class FlowVersionBody(Body):
    """Without a definition, the draft starts with that of the last approved version."""

    flow = CodeText(required=False, help_text="Its code; or flow_id.")
    flow_id = Whole(required=False)
    definition = Document(required=False)
    effective_from = PeriodText()
    reason = Reason()


class FlowVersionEditBody(Body):
    definition = Document()
    effective_from = PeriodText()
    reason = Reason()


class FlowFilter(ListFilter):
    code = TextFilter()
    finance_object = TextFilter(field_name="finance_object__code")
    source_system = CodeInScopeFilter()
    target_system = CodeInScopeFilter()


class FlowVersionFilter(ListFilter):
    flow = TextFilter(field_name="flow__code")
    flow_id = WholeFilter()
    state = filters.ChoiceFilter(choices=VersionState.choices)
    number = WholeFilter()


class FlowViewSet(Listed, Detailed):
    """Flows; what they do is in their versions."""

    selector = staticmethod(selectors.flows)
    serializer_class = FlowView
    filterset_class = FlowFilter
    cursor_orderings = ("code", "-code", "id", "-id")
    operations = {
        "list": Op(P.FLOW_VIEW),
        "retrieve": Op(P.FLOW_VIEW),
        "create": Op(P.FLOW_EDIT, body=FlowBody, answer=FlowVersionView, status=201),
    }

    def create(self, request: Request) -> Response:
        """Define a flow with its first draft version."""
        version = services.flow_define(actor=self.actor, **self.body())
        data = FlowVersionView(version).data
        location = f"/api/v1/flow-versions/{version.pk}/"
        return Response(data, 201, headers={"Location": location, "ETag": etag_of(data)})


class FlowVersionViewSet(Listed, Detailed):
    """Versions of flows."""

    selector = staticmethod(selectors.flow_versions)
    serializer_class = FlowVersionView
    filterset_class = FlowVersionFilter
    operations = {
        "list": Op(P.FLOW_VIEW),
        "retrieve": Op(P.FLOW_VIEW),
        "create": Op(P.FLOW_EDIT, body=FlowVersionBody, status=201),
        "partial_update": Op(P.FLOW_EDIT, body=FlowVersionEditBody),
        "submit": Op(P.FLOW_EDIT, body=ReasonBody, answer=Receipt, status=202),
    }

    def create(self, request: Request) -> Response:
        """Start a draft."""
        values = self.body()
        flow = take_related(values, "flow", selectors.flows(self.actor))
        return self.created(services.flow_version_start(actor=self.actor, flow_id=flow.pk, **values))

    def partial_update(self, request: Request, pk: str) -> Response:
        """Set the definition of an open version; under review this voids all decisions."""
        version = services.flow_version_edit(actor=self.actor, version_id=self.instance.pk, **self.body())
        return self.changed(version)

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Propose a draft for approval."""
        return proposed(
            services.flow_version_submit(actor=self.actor, version_id=self.instance.pk, **self.body())
        )
