"""Files of dry runs, kept in private until they are imported: one click then applies exactly what was shown.

They lie in STAGED_DIR, readable by the portal alone, each named in a signed reference
that only the account that sent it can use, on the page it was sent to, for MAX_AGE. What is imported is
deleted, what is not goes when it is too old or when the account keeps more than MAX_KEPT.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core import signing

from portal.core.clock import now
from portal.core.codes import Code
from portal.core.errors import Invalid

MAX_AGE = dt.timedelta(hours=2)
MAX_KEPT = 5
_SALT = "portal.core.staging"
_NAME = re.compile(r"[0-9]+-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept file: its content, the name it came with, and what was noted of its dry run."""

    path: Path
    content: bytes
    name: str
    options: str
    state: str


def keep(content: bytes, *, owner: int, page: str, name: str, options: str, state: str) -> str:
    """Keep a file and return the reference to it."""
    folder = _folder()
    _sweep(folder, owner)
    path = folder / f"{owner}-{secrets.token_hex(16)}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    noted = {"file": path.name, "page": page, "name": name[:200], "options": options, "state": state}
    return signing.dumps({**noted, "owner": owner}, salt=_SALT, compress=True)


def kept(reference: str, *, owner: int, page: str) -> Kept:
    """The file behind a reference. Raises Invalid API-013 alike for whatever stands against using it."""
    try:
        noted = signing.loads(reference, salt=_SALT, max_age=MAX_AGE)
        if (noted["owner"], noted["page"]) != (owner, page) or not _NAME.fullmatch(noted["file"]):
            raise signing.BadSignature
        path = _folder() / noted["file"]
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            return Kept(path, file.read(), noted["name"], noted["options"], noted["state"])
    except (signing.BadSignature, OSError):
        words = (
            "The file of the dry run is not kept any more: "
            "it was imported, replaced by newer ones, too old, or of another form."
        )
        raise Invalid(
            Code.API_013, words, place="file", hint="Look whether it was imported; else choose it again."
        ) from None


def discard(file: Kept) -> None:
    file.path.unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(settings.STAGED_DIR)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _sweep(folder: Path, owner: int) -> None:
    """Delete what is too old, and the oldest files of an account that keeps many."""
    oldest = (now() - MAX_AGE).timestamp()
    mine = []
    for path in folder.iterdir():
        try:
            changed = path.lstat().st_mtime
        except FileNotFoundError:  # another request has swept or imported it
            continue
        if changed < oldest:
            path.unlink(missing_ok=True)
        elif path.name.startswith(f"{owner}-"):
            mine.append((changed, path))
    for _, path in sorted(mine)[: -(MAX_KEPT - 1)]:
        path.unlink(missing_ok=True)
