"""ETag and If-Match: the tag is the sha256 of the object's full canonical representation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from portal.core.canonical import content_hash
from portal.core.codes import Code
from portal.core.errors import PreconditionFailed, PreconditionRequired

_STRONG = re.compile(r'"([\x21\x23-\x7e]*)"')


def etag_of(representation: Mapping[str, Any]) -> str:
    """Strong entity tag, quoted: the first 32 hex digits of the sha256 of the canonical representation."""
    return f'"{content_hash(dict(representation))[:32]}"'


def _tags(header: str) -> set[str]:
    return {part.strip() for part in header.split(",") if _STRONG.fullmatch(part.strip())}


def demand_match(header: str | None, current: str) -> None:
    """Raises PreconditionRequired API-006 without a version, PreconditionFailed API-007 on an old one.

    `*` names no version and counts as none; weak tags never match (RFC 9110 13.1.1).
    """
    if header is None or header.strip() in ("", "*"):
        raise PreconditionRequired(Code.API_006, "Send the ETag of the object you read as If-Match.")
    if current not in _tags(header):
        raise PreconditionFailed(
            Code.API_007, "The object has changed since you read it.", details={"etag": current}
        )


def unchanged(header: str | None, current: str) -> bool:
    """Whether If-None-Match names the current version, so that a read can be answered with 304."""
    return header is not None and (header.strip() == "*" or current in _tags(header.replace("W/", "")))
