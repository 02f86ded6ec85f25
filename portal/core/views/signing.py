"""The way to the sign-in page and back, for whole pages and for parts that htmx asks for."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect


def sign_in_first(request: HttpRequest, address: str) -> HttpResponse:
    """To the sign-in page, which leads to `address`, or to the page in which htmx wanted to put a part.

    htmx would put the sign-in page into that part, so it is told to leave the page. Where it restores a whole
    page it follows a redirect, and takes no such word.
    """
    htmx = request.htmx  # type: ignore[attr-defined]
    if not htmx or htmx.history_restore_request:
        return redirect_to_login(address)
    seen = htmx.current_url_abs_path
    if seen and url_has_allowed_host_and_scheme(seen, None):
        address = seen
    return HttpResponseClientRedirect(redirect_to_login(address).url)
