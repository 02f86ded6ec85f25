"""Where evidence and scratch files lie, by the settings of this installation."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.db import connections
from sqlalchemy.engine import URL

from catalog.models import Connection
from portal.core.errors import DomainError, Forbidden
from syncengine.codes import Code
from syncengine.connectors import connect
from syncengine.connectors.base import Adapter
from syncengine.connectors.database.address import Address
from syncengine.evidence import DISK_FULL, EvidenceStore

# DuckDB tells by the system's words only
_FULL_WORDS = tuple(os.strerror(number) for number in (*sorted(DISK_FULL), errno.EACCES))


def evidence_store() -> EvidenceStore:
    return EvidenceStore(Path(settings.EVIDENCE_DIR))


def adapter_of(connection: Connection) -> Adapter:
    """The adapter of an approved connection. Raises SRC codes when its configuration no longer holds."""
    return configured(connection.connector, connection.config)


def configured(name: str, config: Mapping[str, Any]) -> Adapter:
    """An adapter in this installation. Raises SRC codes, SRC-026 for the portal's own database."""
    adapter = connect(name, config, allowed_roots=settings.FILE_ROOTS, environ=os.environ)
    address = getattr(adapter, "address", None)
    if isinstance(address, Address) and not settings.SHARED_DATABASE and address.place == _own_place(address):
        words = "The connection leads to the portal's own database."
        raise Forbidden(Code.SRC_026, words, place="connection.url")
    return adapter


def own_database() -> Mapping[str, Any]:
    """Engine, name, host and port of the portal's own database."""
    return connections["default"].settings_dict


def _own_place(other: Address) -> tuple[str, ...]:
    """Where the portal keeps its own tables, as `other` would spell it; a host is looked up only if it may
    be the same."""
    own = own_database()
    name = str(own["NAME"])
    if own["ENGINE"].endswith("sqlite3"):
        return Address("sqlite", "", 0, Path(name), URL.create("sqlite")).place
    port = int(own.get("PORT") or 5432)
    if (other.backend, other.port, other.url.database) != ("postgresql", port, name):
        return ()
    host = str(own.get("HOST") or "")
    local = "localhost" if host == "" or host.startswith("/") else host
    return Address("postgresql", local, port, None, URL.create("postgresql", database=name)).place


def scratch_root() -> Path:
    """Where the files lie that live as long as one attempt; the folder may not exist yet."""
    return Path(settings.DATA_DIR) / "scratch"


def unwritable(error: Exception) -> DomainError | None:
    """SRC-027 when the error says that a disk is full or read-only, or that the data folder is closed to us.

    Files of others may be closed too, and that is no matter of the data folder: there the path decides.
    """
    why = ""
    if isinstance(error, OSError) and (error.errno in DISK_FULL or _is_own(error)):
        why = os.strerror(error.errno or 0)
    elif isinstance(error, (duckdb.IOException, duckdb.OutOfMemoryException)):
        why = next((words for words in _FULL_WORDS if words in str(error)), "")
    if not why:
        return None
    words = f"The data folder (TIEOUT_DATA_DIR) cannot be written: {why}."
    return DomainError(Code.SRC_027, words, status=503)


def _is_own(error: OSError) -> bool:
    """Whether a file or folder of the portal's own is closed to it."""
    own = (Path(settings.DATA_DIR), Path(settings.EVIDENCE_DIR))
    path = Path(str(error.filename or ""))
    return isinstance(error, PermissionError) and any(path.is_relative_to(folder) for folder in own)
