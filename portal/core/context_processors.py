"""What every template knows: theme, time of the page, and whether this database is a demo."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.core.clock import now
from portal.core.models import SiteFlag

THEMES = ("light", "dark")


def portal(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in THEMES else "",
        "as_of": now(),
        "is_demo": SimpleLazyObject(SiteFlag.is_demo),
    }
