"""Form of an API token: `tio_<key id>_<secret>_<checksum>`. Pure."""

from __future__ import annotations

import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass

from portal.core.canonical import sha256_hex

PREFIX = "tio"
_FORM = re.compile(rf"({PREFIX}_([A-Za-z0-9]{{8}})_([A-Za-z0-9]{{43}}))_([0-9a-f]{{8}})")
_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class TokenParts:
    key_id: str
    secret: str

    @property
    def secret_sha256(self) -> str:
        return sha256_hex(self.secret)

    def text(self) -> str:
        body = f"{PREFIX}_{self.key_id}_{self.secret}"
        return f"{body}_{_checksum(body)}"


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


def new_token() -> TokenParts:
    """A fresh token: 8 characters of key id, 43 of secret (256 bits)."""
    key_id = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return TokenParts(key_id, "".join(secrets.choice(_ALPHABET) for _ in range(43)))


def parse_token(text: str) -> TokenParts | None:
    """The parts, or None when the form or the checksum is wrong (then no database query is made)."""
    match = _FORM.fullmatch(text)
    if match is None or not hmac.compare_digest(_checksum(match[1]), match[4]):
        return None
    return TokenParts(match[2], match[3])
