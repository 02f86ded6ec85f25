"""`request.actor`: who acts in the browser. Accounts of inactive persons are signed out at once."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from portal.core.actor import Source
from portal.people.actors import actor_for
from portal.people.models import User


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        user = request.user
        if isinstance(user, User):
            if user.may_sign_in:
                request.actor = actor_for(  # type: ignore[attr-defined]
                    user,
                    source=Source.UI,
                    request_id=request.request_id,  # type: ignore[attr-defined]
                )
            else:
                logout(request)
        return self.get_response(request)
