"""Manifest sections of mappings: dimensions with members, mapping sets with rules, rate sets with rates."""

from typing import Any

from mappings.manifest.dimensions import DimensionsSection
from mappings.manifest.mapping_sets import MappingSetsSection
from mappings.manifest.rate_sets import RateSetsSection
from portal.core.manifest import Section

SECTIONS: tuple[Section[Any], ...] = (DimensionsSection(), MappingSetsSection(), RateSetsSection())

__all__ = ["SECTIONS"]
