"""Problem details (RFC 9457): how the API says no."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions, status
from rest_framework.response import Response

from portal.core.codes import Code
from portal.core.errors import BadInput, DomainError, Faults, NotFound, TooLarge

CONTENT_TYPE = "application/problem+json"


def problem(error: DomainError, request: Any = None) -> dict[str, Any]:
    """The problem document of one refusal."""
    body: dict[str, Any] = {
        "type": f"/help/{error.code}/",
        "title": error.message,
        "status": error.status,
        "code": error.code,
        "detail": error.hint,
        "instance": getattr(request, "path", ""),
        "request_id": getattr(request, "request_id", ""),
    }
    if error.place:
        body["place"] = error.place
    if isinstance(error, Faults):
        body["faults"] = [{"code": f.code, "message": f.message, "place": f.place} for f in error.faults]
    body.update(error.details)
    return body


def problem_response(error: DomainError, request: HttpRequest) -> HttpResponse:
    return HttpResponse(json.dumps(problem(error, request)), status=error.status, content_type=CONTENT_TYPE)


_BY_EXCEPTION: list[tuple[type[Exception], str, int]] = [
    (exceptions.NotAuthenticated, Code.IAM_002, 401),
    (exceptions.AuthenticationFailed, Code.IAM_002, 401),
    (exceptions.PermissionDenied, Code.IAM_001, 403),
    (PermissionDenied, Code.IAM_001, 403),
    (exceptions.NotFound, Code.API_404, 404),
    (Http404, Code.API_404, 404),
    (exceptions.MethodNotAllowed, Code.API_405, 405),
    (exceptions.UnsupportedMediaType, Code.API_415, 415),
    (exceptions.NotAcceptable, Code.API_406, 406),
    (exceptions.Throttled, Code.API_429, 429),
    (exceptions.ParseError, Code.API_001, 400),
]


def _flatten(detail: Any, place: str = "") -> list[dict[str, str]]:
    if isinstance(detail, dict):
        return [fault for key, item in detail.items() for fault in _flatten(item, f"{place}/{key}")]
    if isinstance(detail, list):
        nested = [item for item in detail if isinstance(item, (dict, list))]
        if nested:
            return [f for i, item in enumerate(detail) for f in _flatten(item, f"{place}/{i}")]
        return [{"code": str(Code.API_005), "message": str(item), "place": place or "/"} for item in detail]
    return [{"code": str(Code.API_005), "message": str(detail), "place": place or "/"}]


def _unacceptable(faults: list[dict[str, str]]) -> DomainError:
    """The refusal of a body; its only fault is told at the top, several are listed."""
    if len(faults) != 1:
        return BadInput(Code.API_005, "Some values are not acceptable.", details={"faults": faults})
    place, message = faults[0]["place"], faults[0]["message"]
    return BadInput(
        Code.API_005,
        "A value is not acceptable.",
        hint=f"{place}: {message}",
        place=place,
        details={"faults": faults},
    )


def _translate(exc: Exception) -> DomainError | None:
    if isinstance(exc, DomainError):
        return exc
    if isinstance(exc, exceptions.ValidationError):
        return _unacceptable(_flatten(exc.detail))
    if isinstance(exc, ValidationError):
        return BadInput(Code.API_005, "; ".join(exc.messages))
    if isinstance(exc, RequestDataTooBig):
        return TooLarge(Code.API_002, "The body is larger than the limit.")
    if isinstance(exc, RecursionError):
        return BadInput(Code.API_002, "The body is nested too deeply.")
    if isinstance(exc, (DataError, UnicodeError)):
        return BadInput(
            Code.API_005, "A value cannot be stored: it is too long or holds a refused character."
        )
    if isinstance(exc, (MultiPartParserError, UnreadablePostError, SuspiciousOperation)):
        return BadInput(Code.API_001, "The body cannot be read.")
    if isinstance(exc, Http404):
        return NotFound("There is no such object in your scope.")
    for kind, code, http_status in _BY_EXCEPTION:
        if isinstance(exc, kind):
            return DomainError(code, str(getattr(exc, "detail", "") or exc or code), status=http_status)
    return None


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler: every refusal becomes one problem document; unknown exceptions stay 500."""
    error = _translate(exc)
    if error is None:
        return None
    request = context.get("request")
    headers = {}
    if error.status == status.HTTP_401_UNAUTHORIZED:
        headers["WWW-Authenticate"] = getattr(exc, "auth_header", "Bearer")
    if wait := getattr(exc, "wait", None) or error.details.get("retry_after"):
        headers["Retry-After"] = str(int(wait))
    response = Response(problem(error, getattr(request, "_request", request)), error.status, headers=headers)
    response.content_type = CONTENT_TYPE
    return response
