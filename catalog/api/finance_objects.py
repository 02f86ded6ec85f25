"""Finance objects and their canonical schemas."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import selectors, services
from catalog.models import FinanceObject, FinanceObjectSchema
from catalog.permissions import P
from catalog.schema import CLASSIFICATIONS, TYPES
from portal.approvals.api.receipts import Receipt, proposed
from portal.core.api.operations import Op
from portal.core.api.serializers import Body, Representation, View
from portal.core.api.values import Choice, CodeText, Flag, Reason, Rows, Text
from portal.core.api.viewsets import Detailed, Listed
from portal.core.filters import ListFilter, TextFilter, WholeFilter


class FinanceObjectView(Representation):
    """A canonical thing of finance."""

    class Meta:
        model = FinanceObject
        fields = ["id", "code", "name", "description"]


class FieldView(View):
    """One field of a canonical schema."""

    name = serializers.CharField()
    type = serializers.ChoiceField(list(TYPES))
    classification = serializers.ChoiceField(list(CLASSIFICATIONS))
    required = serializers.BooleanField()  # type: ignore[assignment]
    description = serializers.CharField()


class SchemaView(Representation):
    """An approved version of a canonical schema; it never changes."""

    finance_object = serializers.CharField(source="finance_object.code")
    fields = FieldView(many=True)  # type: ignore[assignment]

    class Meta:
        model = FinanceObjectSchema
        fields = ["id", "finance_object", "number", "fields", "content_sha256", "approved_at", "change_ref"]


class FinanceObjectBody(Body):
    code = CodeText()
    name = Text()
    description = Text(max_length=4000, lines=True, required=False, allow_blank=True)
    reason = Reason()


class FinanceObjectEditBody(Body):
    name = Text(required=False)
    description = Text(max_length=4000, lines=True, required=False, allow_blank=True)
    reason = Reason()


class FieldBody(Body):
    name = Text(max_length=63)
    type = Choice(list(TYPES))
    classification = Choice(list(CLASSIFICATIONS), required=False)
    required = Flag(required=False)  # type: ignore[assignment]
    description = Text(max_length=2000, required=False, allow_blank=True)


class SchemaBody(Body):
    finance_object = CodeText()
    fields = Rows(child=FieldBody(), max_length=500)  # type: ignore[assignment]
    reason = Reason()


class FinanceObjectFilter(ListFilter):
    code = TextFilter()
    name = TextFilter(lookup_expr="icontains")


class SchemaFilter(ListFilter):
    finance_object = TextFilter(field_name="finance_object__code")
    finance_object_id = WholeFilter()
    number = WholeFilter()


class FinanceObjectViewSet(Listed, Detailed):
    """Finance objects: what systems hold and flows move."""

    selector = staticmethod(selectors.finance_objects)
    serializer_class = FinanceObjectView
    filterset_class = FinanceObjectFilter
    cursor_orderings = ("code", "-code", "id", "-id")
    operations = {
        "list": Op(P.FINANCE_OBJECT_VIEW),
        "retrieve": Op(P.FINANCE_OBJECT_VIEW),
        "create": Op(P.FINANCE_OBJECT_EDIT, body=FinanceObjectBody, status=201),
        "partial_update": Op(P.FINANCE_OBJECT_EDIT, body=FinanceObjectEditBody),
    }

    def create(self, request: Request) -> Response:
        """Register a finance object."""
        return self.created(services.finance_object_register(actor=self.actor, **self.body()))

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change name and description; what is left out stays."""
        obj = self.instance
        values = {"name": obj.name, "description": obj.description, **self.body()}
        return self.changed(
            services.finance_object_edit(actor=self.actor, finance_object_id=obj.pk, **values)
        )


class SchemaViewSet(Listed, Detailed):
    """Approved versions of canonical schemas."""

    selector = staticmethod(selectors.schemas)
    serializer_class = SchemaView
    filterset_class = SchemaFilter
    operations = {
        "list": Op(P.FINANCE_OBJECT_VIEW),
        "retrieve": Op(P.FINANCE_OBJECT_VIEW),
        "create": Op(P.SCHEMA_PROPOSE, body=SchemaBody, answer=Receipt, status=202),
    }

    def create(self, request: Request) -> Response:
        """Propose the next version of a canonical schema."""
        values = self.body()
        values["fields"] = [dict(field) for field in values["fields"]]
        return proposed(services.schema_propose(actor=self.actor, **values))
