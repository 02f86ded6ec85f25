"""Rules of a mapping version: read in pages, edited one by one or imported from a file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django_filters import filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mappings import selectors, services
from mappings.codes import Code
from mappings.models import MappingRule
from mappings.permissions import P
from mappings.rules.rule import MAX_PRIORITY, RuleKind
from portal.core.api.operations import Op
from portal.core.api.serializers import Body, FaultView, ReasonBody, Representation, View
from portal.core.api.values import Choice, Document, FormFlag, Reason, Text, Whole
from portal.core.api.viewsets import Resource
from portal.core.errors import NotFound
from portal.core.filters import ListFilter, TextFilter, WholeFilter

ONE_RULE = r"rules/(?P<rule_id>[0-9]{1,18})"
RULE_ID = OpenApiParameter("rule_id", int, OpenApiParameter.PATH)


class RuleView(Representation):
    """A rule; `since` and `until` are the numbers of the versions it lives in (until: not included)."""

    conditions = serializers.JSONField()

    class Meta:
        model = MappingRule
        fields = [
            "id", "kind", "conditions", "target", "sign", "priority", "reason", "label", "match_text",
            "since", "until", "replaces_id",
        ]  # fmt: skip


class EditedView(View):
    """A rule after an edit, and the version's next ETag as header and `version_etag`."""

    rule = RuleView(allow_null=True)
    revision = serializers.IntegerField()
    version_etag = serializers.CharField()


class ImportLineView(View):
    """One thing an import does."""

    kind = serializers.CharField()
    line = serializers.IntegerField()
    rule = serializers.CharField()
    target = serializers.CharField()


class ImportFindingView(View):
    """One result of validating the version with the imported rules."""

    level = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    place = serializers.CharField()


class ImportView(View):
    """What an import did, or would do; with faults nothing was done."""

    dry_run = serializers.BooleanField()
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    removed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    lines = ImportLineView(many=True)
    faults = FaultView(many=True)
    findings = ImportFindingView(many=True)
    version_etag = serializers.CharField()


class RuleBody(Body):
    """A whole rule. Conditions by column: {"is": v}, {"in": [v]}, {"like": p}, or a range
    {"between": [low, high], "as": "text" or "number"}."""

    kind = Choice([str(kind) for kind in RuleKind])
    conditions = Document()
    target = Text(required=False, allow_null=True, allow_blank=True)
    sign = Whole(required=False, min_value=-1, max_value=1)
    priority = Whole(required=False, min_value=0, max_value=MAX_PRIORITY)
    rule_reason = Text(max_length=1000, lines=True, required=False, allow_blank=True)
    label = Text(max_length=300, required=False, allow_blank=True)  # type: ignore[assignment]
    reason = Reason()


class RuleEditBody(RuleBody):
    """What is left out stays; a null target is none."""

    kind = Choice([str(kind) for kind in RuleKind], required=False)
    conditions = Document(required=False)


class ImportBody(Body):
    """A CSV or XLSX file of rules."""

    file = serializers.FileField(max_length=255, allow_empty_file=True)
    replace = FormFlag(required=False, help_text="Whether rules that the file does not hold are removed.")
    dry_run = FormFlag(required=False)
    reason = Reason()


class RuleFilter(ListFilter):
    kind = filters.ChoiceFilter(choices=[(str(kind), str(kind)) for kind in RuleKind])
    target = TextFilter()
    priority = WholeFilter()
    text = TextFilter(method="holds", label="Conditions, label or reason hold this text.")

    def holds(self, queryset: QuerySet, name: str, text: str) -> QuerySet:
        found = Q(match_text__icontains=text) | Q(label__icontains=text) | Q(reason__icontains=text)
        return queryset.filter(found)


def _fields_of(row: MappingRule) -> dict[str, Any]:
    """A rule as the body of an edit has it."""
    plain = {name: getattr(row, name) for name in ("kind", "conditions", "sign", "priority", "label")}
    return {**plain, "target": row.target or None, "rule_reason": row.reason}


class RuleActions(Resource):
    """Actions over the rules of one version; the version's ETag guards them."""

    rule_operations: ClassVar[dict[str, Op]] = {
        "rules": Op(P.MAPPING_SET_VIEW, answer=RuleView, paged=True),
        "rule_add": Op(P.VERSION_EDIT, body=RuleBody, answer=EditedView, status=201),
        "rule_edit": Op(P.VERSION_EDIT, body=RuleEditBody, answer=EditedView),
        "rule_remove": Op(P.VERSION_EDIT, body=ReasonBody, answer=EditedView),
        "rules_import": Op(P.VERSION_EDIT, body=ImportBody, answer=ImportView, upload=True),
    }

    def _edited(self, rule: MappingRule | None, status: int = 200) -> Response:
        version = self.fetch(self.instance.pk)
        etag = self.etag(version)
        shown: dict[str, Any] = {"rule": rule, "revision": version.revision, "version_etag": etag}  # type: ignore[attr-defined]
        return Response(EditedView(shown).data, status, headers={"ETag": etag})

    @action(detail=True, methods=["get"], filterset_class=RuleFilter)
    def rules(self, request: Request, pk: str) -> Response:
        """Rules that live in the version."""
        return self.page(selectors.rules_of(self.instance), RuleView)

    @rules.mapping.post
    def rule_add(self, request: Request, pk: str) -> Response:
        """Add a rule to an open version."""
        rule = services.rule_add(actor=self.actor, version_id=self.instance.pk, **self.body())
        return self._edited(rule, 201)

    @extend_schema(parameters=[RULE_ID])
    @action(detail=True, methods=["patch"], url_path=ONE_RULE)
    def rule_edit(self, request: Request, pk: str, rule_id: str) -> Response:
        """Change a rule of an open version: what is left out stays; older versions keep theirs."""
        row = selectors.rules_of(self.instance).filter(pk=int(rule_id)).first()
        if row is None:
            raise NotFound(f"{self.instance} has no rule {rule_id}.", code=Code.MAP_040)
        values = {**_fields_of(row), **self.body()}
        rule = services.rule_edit(actor=self.actor, version_id=self.instance.pk, rule_id=row.pk, **values)
        return self._edited(rule)

    @extend_schema(parameters=[RULE_ID])
    @action(detail=True, methods=["post"], url_path=f"{ONE_RULE}/remove")
    def rule_remove(self, request: Request, pk: str, rule_id: str) -> Response:
        """Remove a rule from an open version; older versions keep it."""
        services.rule_remove(
            actor=self.actor, version_id=self.instance.pk, rule_id=int(rule_id), **self.body()
        )
        return self._edited(None)

    @action(detail=True, methods=["post"], url_path="rules-import")
    def rules_import(self, request: Request, pk: str) -> Response:
        """Merge the rules of a file into an open version, or show what that would do."""
        values = self.body()
        data = values.pop("file").read()
        result = services.rules_import(actor=self.actor, version_id=self.instance.pk, data=data, **values)
        etag = self.etag(self.fetch(self.instance.pk))
        shown = {**asdict(result), "dry_run": values.get("dry_run", False), "version_etag": etag}
        return Response(ImportView(shown).data, headers={"ETag": etag})
