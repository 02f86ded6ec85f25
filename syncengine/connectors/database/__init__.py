"""The `database` connector: reads any SQL database, loads slices into PostgreSQL and SQLite."""

from __future__ import annotations

from syncengine.connectors.base import Capabilities, Connector
from syncengine.connectors.database.adapter import DatabaseAdapter
from syncengine.connectors.database.dataset import DatabaseDataset, parse_dataset

CONNECTOR = Connector(
    name="database",
    label="SQL database",
    capabilities=Capabilities(
        source=True, target=True, atomic_replace=True, read_back=True, undo=True, concurrency=4
    ),
    parse_dataset=parse_dataset,
    connect=DatabaseAdapter.from_config,
)

__all__ = ["CONNECTOR", "DatabaseAdapter", "DatabaseDataset", "parse_dataset"]
