"""What a connector that only reads answers when asked to write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portal.core.errors import DomainError, Invalid
from syncengine.codes import Code
from syncengine.connectors.base import LoadPlan, Progress, ReadBack, SliceLoad, TargetReceipt, silent
from syncengine.outputhash import Column


class SourceOnly:
    """Refuses every verb of a target with LOAD-011."""

    __slots__ = ()

    def place(self) -> tuple[str, ...]:
        raise self._refusal()

    def plan_load(self, slice_load: SliceLoad) -> LoadPlan:
        raise self._refusal()

    def load(self, slice_load: SliceLoad, progress: Progress = silent) -> TargetReceipt:
        raise self._refusal()

    def confirm(self, slice_key: str) -> TargetReceipt | None:
        raise self._refusal()

    def read_back(self, slice_key: str, table: str, columns: Sequence[Column]) -> ReadBack:
        raise self._refusal()

    def altered(self, slice_load: SliceLoad) -> bool:
        raise self._refusal()

    def foreign_rows(self, slice_load: SliceLoad) -> int:
        raise self._refusal()

    def read_rows(self, slice_key: str, table: str, columns: Sequence[Column]) -> Iterator[tuple[str, ...]]:
        raise self._refusal()

    def compensate(self, previous: SliceLoad, progress: Progress = silent) -> TargetReceipt:
        raise self._refusal()

    def _refusal(self) -> DomainError:
        return Invalid(
            Code.LOAD_011, "This connection can be read and not loaded.", place="target.connection"
        )
