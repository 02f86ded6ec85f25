"""What a caller is told when a request ends in a fault: our own, or of a database that does not answer."""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from portal.core.codes import Code
from portal.core.errors import BadInput, DomainError, TooLarge
from portal.core.problems import problem_response

RETRY_SECONDS = 10


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to an exception nobody handled: 503 while the database does not answer, else 500.

    It asks the database nothing. A request is one transaction at most, so that it took effect as a whole or
    not at all.
    """
    error = _fault(sys.exc_info()[1])
    if request.path.startswith(("/api/", "/registry/")):
        response = problem_response(error, request)
    else:
        request_id = getattr(request, "request_id", "")
        page = render_to_string("500.html", {"error": error, "request_id": request_id})
        response = HttpResponse(page, status=error.status)
    if error.status == 503:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to a request that the framework refused to read."""
    error = _unreadable(exception)
    if request.path.startswith(("/api/", "/registry/")):
        return problem_response(error, request)
    return HttpResponse(
        render_to_string("core/error.html", {"error": error}, request=request), status=error.status
    )


def _unreadable(exception: Exception) -> DomainError:
    if isinstance(exception, RequestDataTooBig):
        limit = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 2**20
        hint = "Send less text at once; large tables are sent as files."
        return TooLarge(Code.API_002, f"The request has more than {limit} MB, files aside.", hint=hint)
    if isinstance(exception, (TooManyFieldsSent, TooManyFilesSent)):
        limit = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS or 0
        hint = "Send fewer fields at once; large tables are sent as files."
        return TooLarge(Code.API_002, f"The request has more than {limit:,} fields.", hint=hint)
    hint = "Go back, reload the page and send it again."
    return BadInput(Code.API_001, "The request cannot be read.", hint=hint)


def _fault(exception: BaseException | None) -> DomainError:
    if isinstance(exception, (OperationalError, InterfaceError)):
        return DomainError(Code.API_503, "The database does not answer.", status=503)
    return DomainError(Code.API_500, "The portal met a fault of its own.", status=500)
