"""Error codes of the platform and the registry that gives every code its help page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar


class Code(StrEnum):
    """Codes are append-only; a code never changes its meaning."""

    API_001 = "API-001"
    API_002 = "API-002"
    API_003 = "API-003"
    API_004 = "API-004"
    API_005 = "API-005"
    API_006 = "API-006"
    API_007 = "API-007"
    API_008 = "API-008"
    API_009 = "API-009"
    API_010 = "API-010"
    API_011 = "API-011"
    API_012 = "API-012"
    API_013 = "API-013"
    API_404 = "API-404"
    API_405 = "API-405"
    API_406 = "API-406"
    API_409 = "API-409"
    API_415 = "API-415"
    API_429 = "API-429"
    API_500 = "API-500"
    API_503 = "API-503"
    IAM_001 = "IAM-001"
    IAM_002 = "IAM-002"
    IAM_003 = "IAM-003"
    IAM_004 = "IAM-004"
    YAM_001 = "YAM-001"


@dataclass(frozen=True, slots=True)
class Help:
    """Help page of one code: cause, what it means for the numbers, what to do and who can do it."""

    title: str
    cause: str
    numbers: str = "No amount is affected: nothing was changed."
    fix: str = ""
    who: str = "Whoever sent the request."


_REQUEST = "Correct the request and send it again."
HELP: dict[Code, Help] = {
    Code.API_001: Help("The body cannot be read", "The body is not well-formed JSON in UTF-8.", fix=_REQUEST),
    Code.API_002: Help(
        "The body is too large or too deep",
        "The body exceeds the limit of bytes, nesting or values.",
        fix="Send fewer values; use the bulk or upload endpoints for large data.",
    ),
    Code.API_003: Help("A key appears twice", "A JSON object names one key more than once.", fix=_REQUEST),
    Code.API_004: Help(
        "An unknown field was sent",
        "The request names a field that this operation does not take.",
        fix="Remove the field; the API documentation lists what is taken.",
    ),
    Code.API_005: Help(
        "A value is not acceptable",
        "A value is missing, of the wrong type, or outside its limits.",
        fix=_REQUEST,
    ),
    Code.API_006: Help(
        "If-Match is required",
        "A change must name the version of the object it was made on.",
        fix="Read the object, then send its ETag as If-Match.",
    ),
    Code.API_007: Help(
        "The object has changed",
        "The If-Match header, or the form that was sent, stands on an older version of the object.",
        fix="Read the object again, look at what changed, then repeat.",
    ),
    Code.API_008: Help(
        "Idempotency-Key is required",
        "Every POST must carry an Idempotency-Key, so that a repeated request has one effect.",
        fix="Send a fresh random key with each new request; repeat the same key to retry.",
    ),
    Code.API_009: Help(
        "The Idempotency-Key was used for another request",
        "The same key arrived with a different method, path or body.",
        fix="Use a new key for a new request.",
    ),
    Code.API_010: Help(
        "The same request is in progress",
        "A request with this Idempotency-Key has not finished yet.",
        fix="Wait for the seconds in Retry-After, then repeat with the same key.",
    ),
    Code.API_011: Help(
        "A text is not acceptable",
        "A text contains control, invisible, direction or surrogate characters, or is too long.",
        fix="Correct the text at the place named, then try again.",
    ),
    Code.API_012: Help(
        "A filter or ordering is unknown",
        "The query names a parameter this list does not take.",
        fix="The API documentation lists the filters of each list.",
    ),
    Code.API_013: Help(
        "The file of the dry run is not kept any more",
        "The portal keeps the file of a dry run for two hours, for the account and the form that sent it, "
        "until it is imported or newer dry runs take its place.",
        fix="Look whether it was imported; else choose the file again, and start with a dry run.",
        who="You.",
    ),
    Code.API_404: Help(
        "Not found",
        "No such object, or it lies outside your scope.",
        fix="Check the address, or ask a role administrator for access.",
    ),
    Code.API_405: Help(
        "This operation does not exist here",
        "The address does not take this method.",
        fix="Use one of the methods in the Allow header; the API documentation lists what each address does.",
    ),
    Code.API_406: Help(
        "The answer is not offered in this form",
        "The API answers in JSON only.",
        fix="Leave out the parameter format, and send Accept: application/json, or none.",
    ),
    Code.API_409: Help(
        "The object is in another state",
        "The action is not possible in the object's present state.",
        fix="Reload the object; its page says what is possible now.",
    ),
    Code.API_415: Help(
        "The media type is not taken",
        "The API takes application/json in UTF-8 only; an upload of a file takes multipart/form-data.",
        fix="Send JSON with Content-Type: application/json; where a file is uploaded, multipart/form-data.",
    ),
    Code.API_429: Help(
        "Too many requests",
        "The limit of requests for this client is reached.",
        fix="Wait for the seconds in Retry-After.",
    ),
    Code.API_500: Help(
        "A fault of the portal",
        "The portal met a state that its makers did not foresee; the log has it under the request's id.",
        numbers="The request took effect as a whole or not at all.",
        fix="Look whether it took effect, then try again; give the request's id to whoever runs the portal.",
        who="Whoever runs the portal.",
    ),
    Code.API_503: Help(
        "The database does not answer",
        "The portal's database is away, restarting, or too busy.",
        numbers="The request took effect as a whole or not at all.",
        fix="Try again in a minute; look first whether it took effect.",
        who="Whoever runs the portal, when it lasts.",
    ),
    Code.IAM_001: Help(
        "You may not do this",
        "None of your roles gives this permission for this object.",
        fix="Ask a role administrator for the duty named in the message.",
        who="A role administrator grants, a second one approves.",
    ),
    Code.IAM_002: Help(
        "Sign in first",
        "The request carries no valid session or token.",
        fix="Sign in, or send a valid token.",
        who="You.",
    ),
    Code.IAM_003: Help(
        "A token may not do this",
        "The token lacks the scope, or no token may ever do this.",
        fix="Decide in the browser as a person; tokens prepare and run, people decide.",
        who="A person with the duty.",
    ),
    Code.IAM_004: Help(
        "The account is disabled",
        "The account or the person who owns it is not active.",
        fix="Ask a role administrator.",
        who="A role administrator.",
    ),
    Code.YAM_001: Help(
        "The YAML cannot be read",
        "The file is not plain YAML: broken, too large, too deep, or with aliases, tags or duplicate keys.",
        fix="Correct the file at the line named.",
        who="The author of the file.",
    ),
}

C = TypeVar("C", bound=StrEnum)
_registry: dict[str, Help] = {}


def register(help_pages: Mapping[C, Help]) -> None:
    """Give codes their help pages. Raises ValueError when a code is already taken with other words."""
    for code, page in help_pages.items():
        if _registry.get(str(code), page) != page:
            raise ValueError(f"error code {code} is registered twice")
        _registry[str(code)] = page


def help_for(code: str) -> Help | None:
    return _registry.get(code)


def all_help() -> dict[str, Help]:
    return dict(sorted(_registry.items()))
