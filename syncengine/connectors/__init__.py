"""Connectors by name: `file` and `database`; further ones register themselves in `connectors`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from portal.core.errors import Invalid
from syncengine.codes import Code
from syncengine.connectors import database, file
from syncengine.connectors.base import Adapter, Connector, Dataset, connectors
from syncengine.connectors.keydocs import documented

for _builtin in (file.CONNECTOR, database.CONNECTOR):
    connectors.register(_builtin.name, _builtin)


def connector(name: str) -> Connector:
    """A connector by name. Raises Invalid SRC-002."""
    if name not in connectors:
        known = ", ".join(sorted(connectors.all()))
        raise Invalid(Code.SRC_002, f"There is no connector {name!r}; known are {known}.", place="connector")
    return connectors.get(name)


def connect(
    name: str, config: Mapping[str, object], *, allowed_roots: Sequence[Path], environ: Mapping[str, str]
) -> Adapter:
    """An adapter for one connection; checks the configuration and opens nothing yet.

    `allowed_roots` are the only folders below which files are read or SQLite databases lie; `environ` is
    where `env:NAME` secrets come from. Raises SRC-002, SRC-003, SRC-022, SRC-023, SRC-025.
    """
    return connector(name).connect(config, allowed_roots, environ)


def parse_dataset(name: str, data: Mapping[str, object], place: str = "source.dataset") -> Dataset:
    """A dataset as the named connector understands it. Raises Faults SRC-001 with the key of each."""
    return connector(name).parse_dataset(data, place)


__all__ = ["connect", "connector", "connectors", "documented", "parse_dataset"]
