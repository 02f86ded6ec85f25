"""The `file` connector: delimited and fixed-width text and XLSX sheets from a drop folder or an upload."""

from __future__ import annotations

from syncengine.connectors.base import Capabilities, Connector
from syncengine.connectors.file.adapter import FileAdapter
from syncengine.connectors.file.dataset import FileDataset, parse_dataset
from syncengine.connectors.file.reader import read_rows

CONNECTOR = Connector(
    name="file",
    label="Files in a drop folder, or uploads",
    capabilities=Capabilities(source=True),
    parse_dataset=parse_dataset,
    connect=FileAdapter.from_config,
)

__all__ = ["CONNECTOR", "FileAdapter", "FileDataset", "parse_dataset", "read_rows"]
