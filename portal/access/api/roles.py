"""Roles and grants: proposed here, in force only after another person's approval."""

from __future__ import annotations

from django_filters import filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.access import selectors, services
from portal.access.models import Grant, Role, ScopeKind
from portal.access.permissions import P
from portal.approvals.api.receipts import Receipt, proposed
from portal.core.api.operations import Op
from portal.core.api.serializers import Body, LastDayBody, Representation
from portal.core.api.values import Choice, CodeText, Day, Reason, Text, Texts, Whole
from portal.core.api.viewsets import Detailed, Listed
from portal.core.filters import DayFilter, ListFilter, TextFilter, WholeFilter


class RoleView(Representation):
    """A named set of duties."""

    functions = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Role
        fields = ["id", "code", "name", "functions", "number"]


class GrantView(Representation):
    """A role of a person in a scope, from a day to a day, inclusive."""

    person = serializers.CharField(source="person.code")
    role = serializers.CharField(source="role.code")

    class Meta:
        model = Grant
        fields = [
            "id", "person", "role", "scope_kind", "scope_id", "scope_label", "valid_from", "valid_to",
            "change_ref",
        ]  # fmt: skip


class RoleBody(Body):
    code = CodeText()
    name = Text()
    functions = Texts(help_text="Duties, for instance MAP.PREP.")
    reason = Reason()


class GrantBody(Body):
    person = CodeText()
    role = CodeText()
    scope_kind = Choice(
        ScopeKind.choices,
        required=False,
        allow_blank=True,
        help_text="Given with scope_id, or both left out for everything.",
    )
    scope_id = Whole(required=False, allow_null=True, help_text="Id of the system, mapping set or flow.")
    valid_from = Day()
    valid_to = Day(required=False, allow_null=True)
    reason = Reason()


class RoleFilter(ListFilter):
    code = TextFilter()


class GrantFilter(ListFilter):
    person = TextFilter(field_name="person__code")
    role = TextFilter(field_name="role__code")
    scope_kind = filters.ChoiceFilter(choices=ScopeKind.choices)
    scope_id = WholeFilter()
    valid_from = DayFilter()
    valid_to = DayFilter()


class RoleViewSet(Listed, Detailed):
    """Roles: versioned sets of duties."""

    selector = staticmethod(selectors.roles)
    serializer_class = RoleView
    filterset_class = RoleFilter
    cursor_orderings = ("code", "-code", "id", "-id")
    operations = {
        "list": Op(P.ROLE_VIEW),
        "retrieve": Op(P.ROLE_VIEW),
        "create": Op(P.ROLE_PROPOSE, body=RoleBody, answer=Receipt, status=202),
    }

    def create(self, request: Request) -> Response:
        """Propose a role, or a new version of one."""
        return proposed(services.role_propose(actor=self.actor, **self.body()))


class GrantViewSet(Listed, Detailed):
    """Grants of roles to persons by scope."""

    selector = staticmethod(selectors.grants)
    serializer_class = GrantView
    filterset_class = GrantFilter
    operations = {
        "list": Op(P.GRANT_VIEW),
        "retrieve": Op(P.GRANT_VIEW),
        "create": Op(P.GRANT_PROPOSE, body=GrantBody, answer=Receipt, status=202),
        "revoke": Op(P.GRANT_PROPOSE, body=LastDayBody, answer=Receipt, status=202),
    }

    def create(self, request: Request) -> Response:
        """Propose a grant; the beneficiary never approves it."""
        return proposed(services.grant_propose(actor=self.actor, **self.body()))

    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Propose the last day of a grant."""
        return proposed(services.grant_revoke(actor=self.actor, grant_id=self.instance.pk, **self.body()))
