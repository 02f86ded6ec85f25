"""Whether a definition fits the connectors, datasets and mapping sets it names, approved or only proposed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from portal.approvals.ports import Finding
from portal.core.errors import Faults, Invalid
from syncengine.codes import Code
from syncengine.connectors import connector, parse_dataset
from syncengine.definition import FlowDefinition
from syncengine.definition.model import MappingUse, Per


@dataclass(frozen=True, slots=True)
class SetShape:
    """What a flow asks of a mapping set; `source_system` is its id or code, as the flow's is given."""

    code: str
    kind: str
    source_system: int | str
    columns: Sequence[str]


def misfit(code: str, message: str, place: str) -> Finding:
    return Finding("error", str(code), message, place)


def end_misfits(part: str, name: str, connection: object) -> Iterator[Finding]:
    """`part` is source or target, `name` the connector behind the connection."""
    capabilities = connector(name).capabilities
    if part == "source" and not capabilities.source:
        yield misfit(Code.LOAD_011, f"{connection} cannot be read.", "source.connection")
    if part == "target" and not capabilities.target:
        yield misfit(Code.LOAD_011, f"{connection} cannot be loaded.", "target.connection")


def dataset_misfits(
    flow: str, definition: FlowDefinition, name: str, dataset: Mapping[str, object], place: str
) -> Iterator[Finding]:
    """What can never be read: wrong keys, paths outside the folder, placeholders that no run fills."""
    values = {"flow": flow, "scenario": definition.slice.scenario}
    if definition.slice.per is Per.PERIOD:
        values["period"] = "2026-01"
    try:
        parse_dataset(name, dataset, place).bind(values)
    except Faults as error:
        for fault in error.faults:
            yield misfit(fault.code, fault.message, fault.place)
    except Invalid as error:
        yield misfit(error.code, error.message, f"{place.removesuffix('dataset')}{error.place or 'dataset'}")


def set_misfits(use: MappingUse, shape: SetShape, system: int | str, place: str) -> Iterator[Finding]:
    """`system` is the flow's source; `place` that of the use in the definition."""
    if shape.kind != "load":
        yield misfit(Code.RUN_104, f"{shape.code} is for report lines and never feeds a load.", place)
    if shape.source_system != system:
        yield misfit(Code.RUN_104, f"{shape.code} maps members of another system.", place)
    if set(shape.columns) != {name for name, _ in use.inputs}:
        words = f"{shape.code} has the columns {', '.join(shape.columns)}."
        yield misfit(Code.RUN_114, words, f"{place}.inputs")
