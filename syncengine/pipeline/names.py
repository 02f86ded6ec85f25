"""Checks that every name of a definition exists in the snapshot, before any SQL is built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syncengine.definition.crosscheck import sources_of
from syncengine.definition.model import DerivedField, FlowDefinition, Reconcile, SidedAmount
from syncengine.pipeline.amounts import amount_columns
from syncengine.pipeline.values import PipelineError
from syncengine.separators import quoted, separator_hint

UNKNOWN_FIELD = "RUN-110"
NAME_TAKEN = "RUN-111"


class _Known:
    """Names known so far; the engine compares them without case, as DuckDB does."""

    def __init__(self, columns: Sequence[str], origin: str) -> None:
        self.names = {name.lower() for name in columns}
        found = [name for name in columns if name != "_row"]
        self.found = f"{origin or 'the source'} has {quoted(found)}{separator_hint(found)}"

    def need(self, names: Iterable[str | None], place: str) -> None:
        for name in names:
            if name is not None and name.lower() not in self.names:
                words = f"{name!r} is neither a column of the source nor a field defined before"
                raise PipelineError(UNKNOWN_FIELD, f"{words}; {self.found}.", place)

    def add(self, name: str, place: str) -> None:
        if name.lower() in self.names:
            raise PipelineError(NAME_TAKEN, f"{name!r} is already a column of the source", place)
        self.names.add(name.lower())

    def derive(self, fields: Sequence[DerivedField], place: str) -> None:
        for item in fields:
            self.need(sources_of(item), f"{place}.{item.name}")
            self.add(item.name, f"{place}.{item.name}")


def check_names(flow: FlowDefinition, columns: Sequence[str], origin: str = "") -> None:
    """Raises `PipelineError` RUN-110 (unknown name) or RUN-111 (name taken) with the place.

    `origin` is what the source is called: its file.
    """
    taken = sorted(name for name in columns if name.startswith("_") and name != "_row")
    if taken:
        raise PipelineError(NAME_TAKEN, f"column {taken[0]!r}: a leading _ is for the engine's own names")
    known = _Known(columns, origin)
    known.derive(flow.fields, "fields")
    known.need((item.field for item in flow.source.where), "source.where")
    known.need(amount_columns(flow.amount), "amount")
    known.need((flow.amount.currency.field,), "amount.currency")
    if isinstance(flow.amount.shape, SidedAmount):
        known.need((flow.amount.shape.side, flow.amount.shape.blank), "amount.side")
    known.need((check.field for check in flow.checks), "checks")
    known.need(flow.quarantine.journal_key, "quarantine.journal_key")
    for use in flow.mappings:
        known.need((name for _, name in use.inputs), f"mappings.{use.mapping_set}")
    for use in flow.mappings:
        known.add(use.into, f"mappings.{use.mapping_set}.into")
    known.need((item.normal for item in flow.measures), "measures")
    known.need((column.field for column in flow.target.columns), "target.columns")


def check_reconcile_names(item: Reconcile, columns: Sequence[str], origin: str = "") -> None:
    """The same for the independent figure."""
    known = _Known(columns, origin)
    known.derive(item.fields, "reconcile.fields")
    known.need((entry.field for entry in item.where), "reconcile.where")
    known.need((name for _, name in item.keys), "reconcile.keys")
    known.need((entry.column for entry in item.amounts), "reconcile.amounts")
