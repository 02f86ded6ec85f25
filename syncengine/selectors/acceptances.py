"""Which records wait in an open request to stay unloaded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from portal.approvals.correcting import open_words
from portal.approvals.models import ChangeRequest
from portal.approvals.selectors import open_changes
from syncengine.models import Flow, QuarantinedRecord

KIND = "syncengine.accept_unloaded"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open request, and how many of the records asked for wait in it."""

    change: ChangeRequest
    records: int

    @property
    def words(self) -> str:
        which = "1 of the records waits" if self.records == 1 else f"{self.records:,} of the records wait"
        return f"{which} in {self.change.ref} already."

    @property
    def hint(self) -> str:
        return open_words(self.change)


def waiting_among(flow: Flow, slice_key: str, record_keys: Collection[str]) -> Waiting | None:
    """The oldest open request that has one of these records of a slice."""
    wanted = set(record_keys)
    opened = open_changes(KIND, flow=flow.code, slice=slice_key)
    for change in opened.only("state", "kind", "payload"):
        if taken := len(wanted.intersection((change.payload or {})["records"])):
            return Waiting(change, taken)
    return None


def waiting_in(record: QuarantinedRecord) -> ChangeRequest | None:
    """The open request in which a record waits."""
    found = waiting_among(record.flow, record.slice_key, [record.record_key])
    return found.change if found else None
