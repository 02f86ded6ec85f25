"""Cases of checks about the whole API: security, servers, webhooks, callbacks, components, controls."""

from __future__ import annotations

from typing import Any

from tests.catalog.compatibility.openapi.contracts import api, at, content, holder
from tests.catalog.compatibility.openapi.single_cases import STR, Case

_FLOW = {"authorizationUrl": "https://a/auth", "tokenUrl": "https://a/token", "scopes": {"r": "read"}}
_OAUTH = {"type": "oauth2", "flows": {"authorizationCode": _FLOW}}
_KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}


def _schemes(**schemes: Any) -> dict[str, Any]:
    return api(components={"securitySchemes": schemes})


def _flow(**change: Any) -> dict[str, Any]:
    return _schemes(o={"type": "oauth2", "flows": {"authorizationCode": {**_FLOW, **change}}})


def _secured(*alternatives: dict[str, list[str]]) -> dict[str, Any]:
    return api({"security": list(alternatives)})


def _global(*alternatives: dict[str, list[str]]) -> dict[str, Any]:
    return api(security=list(alternatives))


def _servers(*urls: str) -> dict[str, Any]:
    return api(servers=[{"url": url} for url in urls])


_READ, _BOTH = {"o": ["r"]}, {"o": ["r", "w"]}
API_CASES: dict[str, Case] = {
    "api-security-component-removed": (_schemes(o=_OAUTH), _schemes()),
    "api-security-component-added": (_schemes(), _schemes(o=_OAUTH)),
    "api-security-component-type-changed": (_schemes(o=_OAUTH), _schemes(o=_KEY)),
    "api-security-component-oauth-url-changed": (_flow(), _flow(authorizationUrl="https://b/auth")),
    "api-security-component-oauth-token-url-changed": (_flow(), _flow(tokenUrl="https://b/token")),
    "api-security-component-oauth-scope-added": (_flow(), _flow(scopes={"r": "read", "w": "write"})),
    "api-security-component-oauth-scope-removed": (_flow(), _flow(scopes={})),
    "api-security-component-oauth-scope-changed": (_flow(), _flow(scopes={"r": "read all"})),
    "api-security-removed": (_secured(_READ), api()),
    "api-security-added": (api(), _secured(_READ)),
    "api-security-scope-added": (_secured(_READ), _secured(_BOTH)),
    "api-security-scope-removed": (_secured(_BOTH), _secured(_READ)),
    "api-global-security-removed": (_global(_READ), api()),
    "api-global-security-added": (api(), _global(_READ)),
    "api-global-security-scope-added": (_global(_READ), _global(_BOTH)),
    "api-global-security-scope-removed": (_global(_BOTH), _global(_READ)),
    "api-security-tightened": (_global(_READ), _global(_BOTH)),
    "control-security-removed": (_global(_READ), _global(_READ, {})),
    "control-security-weakened": (_secured(_BOTH), _secured(_READ)),
    "control-transport-weakened": (_servers("https://a"), _servers("https://a", "http://a")),
    "server-removed": (_servers("https://a", "https://b"), _servers("https://a")),
    "server-added": (_servers("https://a"), _servers("https://a", "https://b")),
    "api-tag-added": (api(), api({"tags": ["t"]})),
}
_HOOK = {"sent": {"post": {"requestBody": content(holder(STR)), "responses": {"200": {"description": "ok"}}}}}
_CALL = {"done": {"{$request.body#/url}": _HOOK["sent"]}}
API_CASES |= {
    "webhook-removed": (api(webhooks=_HOOK), api()),
    "webhook-added": (api(), api(webhooks=_HOOK)),
    "callback-removed": (api({"callbacks": _CALL}), api()),
    "callback-added": (api(), api({"callbacks": _CALL})),
    "api-schema-removed": (api(components={"schemas": {"A": STR}}), api()),
}


def _info(**info: Any) -> dict[str, Any]:
    return api(info={"title": "t", "version": "1.0.0", **info})


def _property(**extension: Any) -> dict[str, Any]:
    return at("response-property", {**STR, **extension})


_SECRET, _PUBLIC = {"x-data-classification": "confidential"}, {"x-data-classification": "public"}
API_CASES |= {
    "control-classification-lowered": (_property(**_SECRET), _property(**_PUBLIC)),
    "control-classification-changed": (_info(**_SECRET), _info(**{"x-data-classification": "purple"})),
    "control-retention-shortened": (_info(**{"x-retention": "P7Y"}), _info(**{"x-retention": "5 years"})),
    "control-retention-changed": (_info(**{"x-retention": "P7Y"}), _info(**{"x-retention": "long"})),
}
