"""Flow definitions: what a flow reads, checks, maps and loads, as frozen plain values. Pure, no Django."""

from __future__ import annotations

from syncengine.definition.canonical import definition_dict, written
from syncengine.definition.faults import DefinitionError, DefinitionFault
from syncengine.definition.model import FlowDefinition
from syncengine.definition.parse import parse_definition

__all__ = [
    "DefinitionError",
    "DefinitionFault",
    "FlowDefinition",
    "definition_dict",
    "parse_definition",
    "written",
]
