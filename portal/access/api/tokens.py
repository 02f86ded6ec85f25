"""API tokens: one's own to see and issue; the secret is answered once and never again."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.access import selectors, services
from portal.access.models import ApiToken
from portal.access.permissions import P
from portal.core.api.operations import AnyOne, Op
from portal.core.api.serializers import Body, ReasonBody, Representation
from portal.core.api.values import Reason, Text, Texts, Whole
from portal.core.api.viewsets import Detailed, Listed


class TokenView(Representation):
    """A token without its secret."""

    account = serializers.CharField(source="account.username")
    scopes = serializers.ListField(child=serializers.CharField())
    networks = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ApiToken
        fields = [
            "id", "account", "name", "key_id", "scopes", "networks", "expires_at", "revoked_at",
            "last_used_at", "created_at",
        ]  # fmt: skip


class IssuedTokenView(TokenView):
    """A token just issued; `token` is null when the request is repeated."""

    token = serializers.CharField(allow_null=True)

    class Meta(TokenView.Meta):
        fields = [*TokenView.Meta.fields, "token"]


class TokenBody(Body):
    account_id = Whole(help_text="One of your own accounts.")
    name = Text()
    scopes = Texts(help_text="Permissions; approval and role permissions never go on a token.")
    days = Whole(help_text="Days until it expires, 1 to 365.")
    networks = Texts(required=False, help_text="Networks it may come from, as CIDR; all when left out.")
    reason = Reason()


class TokenViewSet(Listed, Detailed):
    """One's own tokens. A token cannot issue tokens."""

    selector = staticmethod(selectors.tokens_of)
    serializer_class = TokenView
    operations = {
        "list": Op(AnyOne),
        "retrieve": Op(AnyOne),
        "create": Op(P.TOKEN_ISSUE, body=TokenBody, answer=IssuedTokenView, status=201),
        # Revoking is never hindered: what is lost or stolen must end now.
        "revoke": Op(AnyOne, body=ReasonBody, if_match=False, attempted=P.TOKEN_REVOKE),
    }

    def get_queryset(self) -> QuerySet:
        """Of everyone when revoking, for those who may revoke anyone's."""
        return selectors.tokens_revocable(self.actor) if self.action == "revoke" else super().get_queryset()

    def create(self, request: Request) -> Response:
        """Issue a token for one of one's own accounts."""
        token, text = services.token_issue(actor=self.actor, **self.body())
        data = {**self.represent(token), "token": text}
        return Response(data, 201, headers={"Location": f"{request.path}{token.pk}/"})

    def replayable(self, data: Any) -> Any:
        return {**data, "token": None} if isinstance(data, dict) and "token" in data else data

    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """End a token at once."""
        return self.changed(services.token_revoke(actor=self.actor, token_id=self.instance.pk, **self.body()))
