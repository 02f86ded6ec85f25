"""Mapping sets and their versions."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django_filters import filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mappings import selectors, services
from mappings.api.rules import RuleActions, RuleView
from mappings.models import MappingSet, MappingVersion
from mappings.permissions import P
from mappings.states import VersionState
from portal.approvals.api.receipts import Receipt, proposed
from portal.core.api.operations import Op
from portal.core.api.related import take_related
from portal.core.api.serializers import Body, CodeInScope, IdInScope, ReasonBody, Representation, View
from portal.core.api.values import Choice, CodeText, Reason, Rows, Text, Whole
from portal.core.api.viewsets import Detailed, Listed
from portal.core.filters import CodeInScopeFilter, ListFilter, TextFilter, WholeFilter

MAX_SHOWN = 500


class ColumnView(View):
    """A source column; the dimension is empty when its values are not checked."""

    name = serializers.CharField()
    dimension = serializers.SerializerMethodField()

    def get_dimension(self, column: dict[str, str]) -> str | None:
        """Null outside the reader's scope."""
        code = column["dimension"]
        return code if not code or code in self._in_scope else None

    @cached_property
    def _in_scope(self) -> set[str]:
        """Read once for all columns of a page."""
        found = selectors.dimensions(self.context["request"].actor).order_by()
        return set(found.values_list("code", flat=True))


class MappingSetView(Representation):
    """How source members become target members for one pair of systems."""

    source_system = CodeInScope()
    source_system_id = IdInScope(source="source_system")
    target_system = CodeInScope()
    target_system_id = IdInScope(source="target_system")
    target_dimension = CodeInScope()
    columns = ColumnView(many=True)

    class Meta:
        model = MappingSet
        fields = [
            "id", "code", "name", "kind", "source_system", "source_system_id", "target_system",
            "target_system_id", "target_dimension", "columns",
        ]  # fmt: skip


class MappingVersionView(Representation):
    """A version of a mapping set; `revision` counts its edits."""

    mapping_set = serializers.CharField(source="mapping_set.code")

    class Meta:
        model = MappingVersion
        fields = [
            "id", "mapping_set", "mapping_set_id", "number", "state", "effective_from", "effective_to",
            "base_id", "content_sha256", "revision", "started_at", "approved_at", "change_ref",
        ]  # fmt: skip


class ChangedRuleView(View):
    """A rule before and after."""

    before = RuleView()
    after = RuleView()


class DifferenceView(View):
    """What a version changes against its base: all counts, the first 500 rules of each kind."""

    added_count = serializers.IntegerField()
    changed_count = serializers.IntegerField()
    removed_count = serializers.IntegerField()
    added = RuleView(many=True)
    changed = ChangedRuleView(many=True)
    removed = RuleView(many=True)


class ColumnBody(Body):
    name = Text(max_length=63)
    dimension = CodeText(required=False, allow_blank=True)


class MappingSetBody(Body):
    """Columns and target never change afterwards."""

    code = CodeText()
    name = Text()
    kind = Choice(MappingSet.Kind.choices, required=False)
    source_system = CodeText()
    target_system = CodeText()
    target_dimension = CodeText()
    columns = Rows(child=ColumnBody(), min_length=1, max_length=12)
    reason = Reason()


class PeriodsBody(Body):
    effective_from = Text(max_length=7, help_text="Fiscal period YYYY-PP.")
    effective_to = Text(max_length=7, required=False, allow_null=True, help_text="Open when left out.")
    reason = Reason()


class PeriodsEditBody(PeriodsBody):
    effective_from = Text(max_length=7, required=False, help_text="Fiscal period YYYY-PP.")
    effective_to = Text(max_length=7, required=False, allow_null=True, help_text="Null: open.")


class VersionBody(PeriodsBody):
    mapping_set = CodeText(required=False, help_text="Its code; or mapping_set_id.")
    mapping_set_id = Whole(required=False)


class MappingSetFilter(ListFilter):
    code = TextFilter()
    name = TextFilter(lookup_expr="icontains")
    kind = filters.ChoiceFilter(choices=MappingSet.Kind.choices)
    source_system = CodeInScopeFilter()
    target_system = CodeInScopeFilter()


class MappingVersionFilter(ListFilter):
    mapping_set = TextFilter(field_name="mapping_set__code")
    mapping_set_id = WholeFilter()
    state = filters.ChoiceFilter(choices=VersionState.choices)
    number = WholeFilter()


class MappingSetViewSet(Listed, Detailed):
    """Mapping sets."""

    selector = staticmethod(selectors.mapping_sets)
    serializer_class = MappingSetView
    filterset_class = MappingSetFilter
    cursor_orderings = ("code", "-code", "id", "-id")
    operations = {
        "list": Op(P.MAPPING_SET_VIEW),
        "retrieve": Op(P.MAPPING_SET_VIEW),
        "create": Op(P.MAPPING_SET_REGISTER, body=MappingSetBody, status=201),
    }

    def create(self, request: Request) -> Response:
        """Register a mapping set."""
        return self.created(services.mapping_set_register(actor=self.actor, **self.body()))


class MappingVersionViewSet(RuleActions, Listed, Detailed):
    """Versions of mapping sets and their rules. The ETag of the version guards every edit of its rules."""

    selector = staticmethod(selectors.mapping_versions)
    serializer_class = MappingVersionView
    filterset_class = MappingVersionFilter
    operations = {
        "list": Op(P.MAPPING_SET_VIEW),
        "retrieve": Op(P.MAPPING_SET_VIEW),
        "create": Op(P.VERSION_EDIT, body=VersionBody, status=201),
        "partial_update": Op(P.VERSION_EDIT, body=PeriodsEditBody),
        "submit": Op(P.VERSION_EDIT, body=ReasonBody, answer=Receipt, status=202),
        "withdraw": Op(P.VERSION_EDIT, body=ReasonBody),
        "difference": Op(P.MAPPING_SET_VIEW, answer=DifferenceView),
        **RuleActions.rule_operations,
    }

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("mapping_set")

    def create(self, request: Request) -> Response:
        """Start a draft with the rules of the last approved version."""
        values = self.body()
        named = take_related(values, "mapping_set", selectors.mapping_sets(self.actor))
        return self.created(services.version_start(actor=self.actor, mapping_set_id=named.pk, **values))

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the fiscal periods of an open version: what is left out stays, a null end makes it open."""
        old = self.instance
        values = {
            "effective_from": old.effective_from,
            "effective_to": old.effective_to,
            **self.body(),
        }
        return self.changed(services.version_edit(actor=self.actor, version_id=old.pk, **values))

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Put a draft under review."""
        return proposed(services.version_submit(actor=self.actor, version_id=self.instance.pk, **self.body()))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Give up an open version."""
        return self.changed(
            services.version_withdraw(actor=self.actor, version_id=self.instance.pk, **self.body())
        )

    @action(detail=True, methods=["get"])
    def difference(self, request: Request, pk: str) -> Response:
        """What the version changes against its base."""
        found = selectors.version_difference(self.instance)
        data: dict[str, Any] = {
            "added_count": len(found.added),
            "changed_count": len(found.changed),
            "removed_count": len(found.removed),
            "added": found.added[:MAX_SHOWN],
            "changed": [{"before": old, "after": new} for old, new in found.changed[:MAX_SHOWN]],
            "removed": found.removed[:MAX_SHOWN],
        }
        return Response(DifferenceView(data).data)
