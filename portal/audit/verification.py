"""Verifying the audit: every stream's numbers, links and hashes, and its head."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet

from portal.audit.chain import GENESIS, HASHED, leaf_hash
from portal.audit.models import AuditEntry, AuditStreamHead
from portal.core.locking import locked


@dataclass(frozen=True, slots=True)
class Break:
    """The first bad place of one stream."""

    stream: str
    seq: int
    problem: str


@dataclass(frozen=True, slots=True)
class Verification:
    entries: int
    streams: int
    breaks: tuple[Break, ...]

    @property
    def ok(self) -> bool:
        return not self.breaks


def _check_stream(name: str, entries: list[AuditEntry], head: AuditStreamHead | None) -> Break | None:
    prev, seq = GENESIS, 0
    for entry in entries:
        seq += 1
        if entry.stream_seq != seq:
            return Break(name, seq, f"entry {seq} is missing")
        if entry.prev != prev:
            return Break(name, seq, "the link to the entry before is broken")
        if leaf_hash(prev, {field: getattr(entry, field) for field in HASHED}) != entry.leaf:
            return Break(name, seq, "the content does not match its hash")
        prev = entry.leaf
    if head is not None and head.seq and not entries:
        return Break(name, 1, "the stream has lost all its entries")
    if head is None or (head.seq, head.leaf) != (seq, prev):
        return Break(name, seq + 1, "entries are missing at the end of the stream")
    return None


@transaction.atomic
def _settled(key: tuple[str, str]) -> Break | None:
    """One stream again, held still: entries appended while the whole audit was read are no break."""
    own = {"stream_type": key[0], "stream_id": key[1]}
    head = locked(AuditStreamHead.objects.filter(**own)).first()
    return _check_stream("/".join(key), list(AuditEntry.objects.filter(**own).order_by("stream_seq")), head)


def verify(stream: tuple[str, str] | None = None) -> Verification:
    """Recompute the whole audit, or one stream (type, id). May run while entries are appended."""
    entries: QuerySet[AuditEntry] = AuditEntry.objects.order_by("stream_type", "stream_id", "stream_seq")
    heads: QuerySet[AuditStreamHead] = AuditStreamHead.objects.all()
    if stream is not None:
        entries = entries.filter(stream_type=stream[0], stream_id=stream[1])
        heads = heads.filter(stream_type=stream[0], stream_id=stream[1])
    head_of = {(head.stream_type, head.stream_id): head for head in heads}
    suspects: list[tuple[str, str]] = []
    count = streams = 0
    for key, group in groupby(entries.iterator(2000), key=lambda e: (e.stream_type, e.stream_id)):
        rows = list(group)
        count += len(rows)
        streams += 1
        if _check_stream("/".join(key), rows, head_of.pop(key, None)):
            suspects.append(key)
    suspects += [key for key, head in head_of.items() if head.seq]
    return Verification(count, streams, tuple(found for key in suspects if (found := _settled(key))))
