"""Request id on every request, and domain errors as pages or problem+json instead of tracebacks."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.core.codes import Code
from portal.core.errors import BadInput, DomainError, NotFound, TooLarge
from portal.core.problems import problem_response

Handler = Callable[[HttpRequest], HttpResponse]
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware:
    """Takes a well-formed X-Request-Id or makes one; answers with it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response


def as_domain_error(exc: Exception) -> DomainError | None:
    """The refusal that a low-level exception stands for, or None when it is a fault of ours."""
    if isinstance(exc, DomainError):
        return exc
    if isinstance(exc, RequestDataTooBig):
        return TooLarge(Code.API_002, "The request is larger than the limit.")
    if isinstance(exc, RecursionError):
        return BadInput(Code.API_002, "The request is nested too deeply.")
    if isinstance(exc, (DataError, UnicodeError)):
        return BadInput(
            Code.API_005, "A value cannot be stored: it is too long or holds a character that is refused."
        )
    if isinstance(exc, ValidationError):
        return BadInput(Code.API_005, "; ".join(exc.messages))
    return None


class DomainErrorMiddleware:
    """Shows a refusal as a page with code, sentence and what to do; API paths get problem+json.

    So does an address asked with a method that it does not take, which Django answers with nothing at all.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            return self._only_forms(request, response)
        return response

    @staticmethod
    def _only_forms(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        hint = "Open the page with the form and send it from there."
        error = DomainError(Code.API_405, "This address only takes a form.", hint=hint, status=405)
        page = render(request, "core/error.html", {"error": error}, status=405)
        page["Allow"] = response["Allow"]
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        error = as_domain_error(exception)
        if error is None:
            return None
        if request.path.startswith(("/api/", "/registry/")):
            return problem_response(error, request)
        template = "404.html" if isinstance(error, NotFound) else "core/error.html"
        return render(request, template, {"error": error}, status=error.status)
