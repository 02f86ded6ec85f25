"""Pages of signing in that differ from the library's."""

from __future__ import annotations

from typing import Any

from allauth.account.views import PasswordResetView as LibraryPasswordResetView
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views import View


class EmailView(View):
    """Role administrators register addresses: a session must not let in whoever reads another mailbox."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return render(request, "account/email_by_hand.html")


class PasswordResetView(LibraryPasswordResetView):
    """A link by mail; without a mail server the page says who sets a new password instead."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.EMAIL_HOST:
            return render(request, "account/password_reset_by_hand.html")
        found: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return found
