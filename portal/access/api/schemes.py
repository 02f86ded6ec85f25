"""How the OpenAPI document describes signing in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "portal.access.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A scoped token: `tio_...`."}


class BrowserScheme(SessionScheme):
    target_class = "portal.access.authentication.ActorSessionAuthentication"
    name = "session"
