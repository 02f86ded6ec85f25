"""The hash of one entry: domain-separated as in RFC 6962, chained inside its stream. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from portal.core.canonical import canonical_json

GENESIS = "0" * 64
HASHED = (
    "stream_type", "stream_id", "stream_seq", "at", "action", "outcome", "code", "actor_kind", "actor_label",
    "actor_person", "actor_account", "on_behalf_of", "token_id", "source", "subject_label", "object_version",
    "content_sha256", "request_id", "run_id", "reason", "payload",
)  # fmt: skip


def instant(value: dt.datetime) -> str:
    """One text for one instant: UTC with microseconds."""
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def leaf_hash(prev: str, fields: dict[str, Any]) -> str:
    """sha256(0x00 || prev || canonical JSON of the hashed fields), hex."""
    content = {name: fields[name] for name in HASHED}
    content["at"] = instant(content["at"])
    return hashlib.sha256(b"\x00" + bytes.fromhex(prev) + canonical_json(content).encode()).hexdigest()
