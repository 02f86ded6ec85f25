"""Faults of a flow definition: all of them at once, each with its code and its path."""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN_KEY = "RUN-101"
MISSING = "RUN-102"
WRONG_TYPE = "RUN-103"
BAD_VALUE = "RUN-104"
BAD_REFERENCE = "RUN-105"


@dataclass(frozen=True, slots=True)
class DefinitionFault:
    """One fault; `path` names the place in dotted form, for instance `amount.side.debit[0]`."""

    code: str
    message: str
    path: str


class DefinitionError(ValueError):
    """The definition has at least one fault; nothing of it may be used."""

    def __init__(self, faults: list[DefinitionFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.path}: {fault.message}" for fault in faults))
