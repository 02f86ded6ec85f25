"""Systems and their connections."""

from __future__ import annotations

from django_filters import filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import selectors, services
from catalog.models import Connection, System
from catalog.permissions import P
from portal.approvals.api.receipts import Receipt, proposed
from portal.core.api.operations import Op
from portal.core.api.serializers import Body, Representation
from portal.core.api.values import Choice, CodeText, Document, Reason, Text, Whole
from portal.core.api.viewsets import Detailed, Listed
from portal.core.filters import ListFilter, TextFilter, WholeFilter

MINUTES = {"required": False, "allow_null": True, "min_value": 0, "max_value": 2**31 - 1}


class SystemView(Representation):
    """An application that holds finance data; recovery objectives in minutes."""

    class Meta:
        model = System
        fields = [
            "id", "code", "name", "kind", "hosting", "region", "owner_team", "criticality", "rpo_minutes",
            "rto_minutes", "description",
        ]  # fmt: skip


class ConnectionView(Representation):
    """A connection in force. Secrets in `config` are references, never values."""

    system = serializers.CharField(source="system.code")
    config = serializers.JSONField()

    class Meta:
        model = Connection
        fields = [
            "id", "code", "environment", "system", "system_id", "connector", "config", "number",
            "content_sha256",
        ]  # fmt: skip


class SystemEditBody(Body):
    name = Text(required=False)
    kind = Choice(System.Kind.choices, required=False)
    hosting = Choice(System.Hosting.choices, required=False)
    region = Text(max_length=64, required=False, allow_blank=True)
    owner_team = Text(required=False, allow_blank=True)
    criticality = Choice(System.Criticality.choices, required=False)
    rpo_minutes = Whole(**MINUTES)
    rto_minutes = Whole(**MINUTES)
    description = Text(max_length=4000, lines=True, required=False, allow_blank=True)
    reason = Reason()


class SystemBody(SystemEditBody):
    code = CodeText()
    name = Text()
    kind = Choice(System.Kind.choices)


class ConnectionBody(Body):
    system = CodeText()
    code = CodeText()
    connector = CodeText()
    environment = Choice(["production", "test"], required=False)
    config = Document()
    reason = Reason()


class SystemFilter(ListFilter):
    code = TextFilter()
    name = TextFilter(lookup_expr="icontains")
    kind = filters.ChoiceFilter(choices=System.Kind.choices)
    hosting = filters.ChoiceFilter(choices=System.Hosting.choices)
    criticality = filters.ChoiceFilter(choices=System.Criticality.choices)
    owner_team = TextFilter()


class ConnectionFilter(ListFilter):
    code = TextFilter()
    connector = TextFilter()
    environment = TextFilter()
    system = TextFilter(field_name="system__code")
    system_id = WholeFilter()


class SystemViewSet(Listed, Detailed):
    """Systems that hold finance data."""

    selector = staticmethod(selectors.systems)
    serializer_class = SystemView
    filterset_class = SystemFilter
    cursor_orderings = ("code", "-code", "id", "-id")
    operations = {
        "list": Op(P.SYSTEM_VIEW),
        "retrieve": Op(P.SYSTEM_VIEW),
        "create": Op(P.SYSTEM_EDIT, body=SystemBody, status=201),
        "partial_update": Op(P.SYSTEM_EDIT, body=SystemEditBody),
    }

    def create(self, request: Request) -> Response:
        """Register a system."""
        return self.created(services.system_register(actor=self.actor, **self.body()))

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a system; what is left out stays."""
        return self.changed(services.system_edit(actor=self.actor, system_id=self.instance.pk, **self.body()))


class ConnectionViewSet(Listed, Detailed):
    """Connections in force; new endpoints are proposals."""

    selector = staticmethod(selectors.connections)
    serializer_class = ConnectionView
    filterset_class = ConnectionFilter
    operations = {
        "list": Op(P.SYSTEM_VIEW),
        "retrieve": Op(P.SYSTEM_VIEW),
        "create": Op(P.CONNECTION_PROPOSE, body=ConnectionBody, answer=Receipt, status=202),
    }

    def create(self, request: Request) -> Response:
        """Propose a connection or a new endpoint of one."""
        return proposed(services.connection_propose(actor=self.actor, **self.body()))
