"""Dimensions and their members."""

from __future__ import annotations

from dataclasses import asdict

from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mappings import selectors, services
from mappings.models import Dimension, Member
from mappings.permissions import P
from mappings.services import MemberSpec
from portal.core.api.operations import Op
from portal.core.api.serializers import Body, Representation, View
from portal.core.api.values import CodeText, Day, Reason, Rows, Text
from portal.core.api.viewsets import Detailed, Listed
from portal.core.filters import DayFilter, ListFilter, TextFilter, WholeFilter

MAX_MEMBERS = 20_000


class DimensionView(Representation):
    """A coordinate of an amount in a system."""

    system = serializers.CharField(source="system.code")

    class Meta:
        model = Dimension
        fields = ["id", "code", "name", "system", "system_id", "revision"]


class MemberView(Representation):
    """A value of a dimension; days inclusive."""

    dimension = serializers.CharField(source="dimension.code")
    attributes = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = Member
        fields = [
            "id", "dimension", "dimension_id", "code", "name", "parent", "attributes", "valid_from",
            "valid_to",
        ]  # fmt: skip


class LoadedView(View):
    """What a load did; it never removes a member."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    sha256 = serializers.CharField()


class DimensionBody(Body):
    system = CodeText()
    code = CodeText()
    name = Text()
    reason = Reason()


class MemberValues(Body):
    name = Text(max_length=300, required=False, allow_blank=True)
    parent = Text(  # type: ignore[assignment]
        required=False, allow_blank=True, help_text="Code of another member."
    )
    attributes = serializers.DictField(
        child=Text(max_length=1000, allow_blank=True),
        required=False,
        help_text="Attributes not named stay; an empty text removes one.",
    )
    valid_from = Day(required=False, allow_null=True)
    valid_to = Day(required=False, allow_null=True)


class MemberBody(MemberValues):
    code = Text()


class MembersBody(Body):
    """Added or changed; members not named, and fields left out, stay as they are. All or nothing.

    An empty text or null clears a field.
    """

    members = Rows(child=MemberBody(), min_length=1, max_length=MAX_MEMBERS)
    reason = Reason()


class MemberEditBody(MemberValues):
    reason = Reason()


class DimensionFilter(ListFilter):
    code = TextFilter()
    system = TextFilter(field_name="system__code")
    system_id = WholeFilter()


class MemberFilter(ListFilter):
    dimension = TextFilter(field_name="dimension__code")
    dimension_id = WholeFilter()
    code = TextFilter()
    parent = TextFilter()
    text = TextFilter(method="holds", label="Code or name holds this text.")
    on = DayFilter(method="on_day", label="Members that are valid on this day.")

    def holds(self, queryset: QuerySet, name: str, text: str) -> QuerySet:
        return queryset.filter(Q(code__icontains=text) | Q(name__icontains=text))

    def on_day(self, queryset: QuerySet, name: str, day: object) -> QuerySet:
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        return queryset.filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class DimensionViewSet(Listed, Detailed):
    """Dimensions of systems."""

    selector = staticmethod(selectors.dimensions)
    serializer_class = DimensionView
    filterset_class = DimensionFilter
    cursor_orderings = ("code", "-code", "id", "-id")
    operations = {
        "list": Op(P.DIMENSION_VIEW),
        "retrieve": Op(P.DIMENSION_VIEW),
        "create": Op(P.DIMENSION_EDIT, body=DimensionBody, status=201),
        "members": Op(P.DIMENSION_EDIT, body=MembersBody, answer=LoadedView),
    }

    def create(self, request: Request) -> Response:
        """Register a dimension of a system."""
        return self.created(services.dimension_register(actor=self.actor, **self.body()))

    @action(detail=True, methods=["post"])
    def members(self, request: Request, pk: str) -> Response:
        """Load members, all or nothing."""
        values = self.body()
        specs = [
            MemberSpec(**member, place=f"/members/{index}") for index, member in enumerate(values["members"])
        ]
        result = services.members_load(
            actor=self.actor, reason=values["reason"], dimension_id=self.instance.pk, members=specs
        )
        return Response(LoadedView(asdict(result)).data)


class MemberViewSet(Listed, Detailed):
    """Members of dimensions."""

    selector = staticmethod(selectors.members)
    serializer_class = MemberView
    filterset_class = MemberFilter
    operations = {
        "list": Op(P.DIMENSION_VIEW),
        "retrieve": Op(P.DIMENSION_VIEW),
        "partial_update": Op(P.DIMENSION_EDIT, body=MemberEditBody),
    }

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a member; what is left out stays."""
        member = self.instance
        kept = {
            name: getattr(member, name) for name in ("name", "parent", "attributes", "valid_from", "valid_to")
        }
        values = {**kept, **self.body()}
        merged = {**member.attributes, **values["attributes"]}
        values["attributes"] = {name: text for name, text in merged.items() if text}
        return self.changed(
            services.member_edit(
                actor=self.actor, dimension_id=member.dimension_id, code=member.code, **values
            )
        )
