"""Who calls the API: a browser session with CSRF, or a scoped token of a machine."""

from __future__ import annotations

import datetime as dt
import hmac
import ipaddress
from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from portal.access.codes import Code
from portal.access.models import ApiToken
from portal.access.tags import Tag
from portal.access.tokens import parse_token
from portal.audit.models import AuditEntry
from portal.audit.services import record, subject_stream
from portal.core.actor import Actor, ActorKind, Source
from portal.core.clock import now
from portal.core.errors import Forbidden
from portal.people.actors import actor_for
from portal.people.addresses import client_address
from portal.people.models import User

_REFUSED = "The token is not valid."


def inside(address: str, networks: list[str]) -> bool:
    """Whether a client address lies in one of the networks; with a list and no known address it does not."""
    if not networks:
        return True
    try:
        client = ipaddress.ip_address(address)
    except ValueError:
        return False
    plain = getattr(client, "ipv4_mapped", None) or client
    return any(plain in ipaddress.ip_network(network) for network in networks)


def _request_id(request: Request) -> str:
    return str(getattr(request._request, "request_id", ""))


def _why_dead(token: ApiToken, address: str) -> str:
    """Why a token with the right secret lets nobody in; "" when it does. Only the audit is told."""
    if token.revoked_at is not None:
        return "The token is revoked."
    if token.expires_at <= now():
        return "The token has expired."
    if not token.account.may_sign_in:
        return "The account of the token is disabled."
    return "" if inside(address, token.networks) else "The call came from outside the networks of the token."


def _keep_refusal(token: ApiToken, actor: Actor, cause: str) -> None:
    """Who calls holds the secret. Once an hour, so that a forgotten program never fills the audit."""
    kind, key = subject_stream(token)
    since = now() - dt.timedelta(hours=1)
    lately = AuditEntry.objects.filter(stream_type=kind, stream_id=key, action=Tag.TOKEN_REFUSED)
    if not lately.filter(at__gt=since).exists():
        record(
            Tag.TOKEN_REFUSED, actor=actor, subject=token, reason=cause, outcome="denied", code=Code.IAM_023
        )


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer tio_...`. Every refusal has the same words."""

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        parts = parse_token(text.strip())
        if parts is None:
            raise AuthenticationFailed(_REFUSED)
        token = ApiToken.objects.select_related("account__person").filter(key_id=parts.key_id).first()
        if token is None or not hmac.compare_digest(token.secret_sha256, parts.secret_sha256):
            raise AuthenticationFailed(_REFUSED)
        if cause := _why_dead(token, client_address(request._request)):
            _keep_refusal(token, self._actor(token, request), cause)
            raise AuthenticationFailed(_REFUSED)
        self._touch(token)
        request._request.actor = self._actor(token, request)  # type: ignore[attr-defined]
        return token.account, token

    def _touch(self, token: ApiToken) -> None:
        if token.last_used_at is None or now() - token.last_used_at > dt.timedelta(minutes=1):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now())

    def _actor(self, token: ApiToken, request: Request) -> Actor:
        account = token.account
        kind = ActorKind.SERVICE if account.kind == User.Kind.SERVICE else ActorKind.PERSON
        return Actor(
            kind=kind,
            label=f"{account.label} by token {token.key_id}",
            source=Source.API,
            request_id=_request_id(request),
            person_id=account.person_id,
            account_id=account.pk,
            token_id=token.pk,
            token_scopes=frozenset(token.scopes),
        )


class ActorSessionAuthentication(SessionAuthentication):
    """The browser's session, with CSRF; a disabled person is out at once."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        user = found[0]
        if not isinstance(user, User) or not user.may_sign_in:
            raise AuthenticationFailed("The account is disabled.")
        request._request.actor = actor_for(  # type: ignore[attr-defined]
            user, source=Source.API, request_id=_request_id(request)
        )
        return user, None

    def enforce_csrf(self, request: Request) -> None:
        """Looking for the token in a form reads the stream; the body is kept before, to be read again."""
        if not (request._request.content_type or "").startswith("multipart/"):
            _ = request._request.body
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            words = "The request carries no valid CSRF token, so it may come from another site."
            raise Forbidden(Code.IAM_020, words) from None
