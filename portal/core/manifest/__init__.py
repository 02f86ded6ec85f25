"""Manifests: an organisation in a YAML file, checked as a whole, applied by services, exported back."""

from portal.core.manifest.describing import describe_section
from portal.core.manifest.files import Row
from portal.core.manifest.node import Entry, iso_day
from portal.core.manifest.ports import (
    UNCHANGED,
    Applying,
    Outcome,
    Reading,
    Result,
    Section,
    Table,
    ordered_sections,
    sections,
)
from portal.core.manifest.reading import Planned, read_manifest
from portal.core.manifest.rows import Columns, row_readers
from portal.core.manifest.writing import export_manifest, write_manifest

__all__ = [
    "UNCHANGED",
    "Applying",
    "Columns",
    "Entry",
    "Outcome",
    "Planned",
    "Reading",
    "Result",
    "Row",
    "Section",
    "Table",
    "describe_section",
    "export_manifest",
    "iso_day",
    "ordered_sections",
    "read_manifest",
    "row_readers",
    "sections",
    "write_manifest",
]
