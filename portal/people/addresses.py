"""From which address a request comes: what the web server saw, or what the proxies before it wrote down."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The client's address behind TRUSTED_PROXIES proxies, each of which appends the one it saw.

    Entries further left come from the client and are worth nothing; with too few, or one that is no
    address, the peer of the connection stands.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    count: int = settings.TRUSTED_PROXIES
    seen = [entry.strip() for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if not count or len(seen) < count:
        return peer
    try:
        return str(ipaddress.ip_address(seen[-count]))
    except ValueError:
        return peer
