"""Where evidence and scratch files lie, by the settings of this installation."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from catalog.models import Connection
from syncengine.connectors import connect
from syncengine.connectors.base import Adapter
from syncengine.evidence import EvidenceStore


def evidence_store() -> EvidenceStore:
    return EvidenceStore(Path(settings.EVIDENCE_DIR))


def adapter_of(connection: Connection) -> Adapter:
    """The adapter of an approved connection. Raises SRC codes when its configuration no longer holds."""
    return connect(
        connection.connector, connection.config, allowed_roots=settings.FILE_ROOTS, environ=os.environ
    )


def scratch_root() -> Path:
    """A folder for files that live as long as one attempt."""
    folder = Path(settings.DATA_DIR) / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
