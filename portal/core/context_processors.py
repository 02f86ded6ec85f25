"""What every template knows: theme, time of the page, whether mail is sent, whether this is a demo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
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
        "sends_mail": bool(settings.EMAIL_HOST),
        "is_demo": SimpleLazyObject(SiteFlag.is_demo),
    }
