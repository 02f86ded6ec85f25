"""Extract: source bytes and snapshot become evidence; members are pinned. A retry reads what was kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog import selectors as catalog
from catalog.models import Connection
from portal.core.canonical import canonical_json
from portal.core.errors import Conflict, DomainError
from syncengine.codes import Code
from syncengine.connectors import parse_dataset
from syncengine.connectors.base import Snapshot
from syncengine.evidence import EvidenceKind, EvidenceRef
from syncengine.execution.attempt import Attempt
from syncengine.models import EvidenceFile
from syncengine.pinning import pin_members, pins_hash
from syncengine.pipeline.database import parquet_columns
from syncengine.storage import adapter_of

SOURCE = "source"
INDEPENDENT = "independent"


@dataclass(frozen=True, slots=True)
class Extracted:
    """A snapshot in the evidence store; what an earlier attempt kept does not tell its origin."""

    path: Path
    columns: tuple[str, ...]
    rows: int
    origin: str = ""


def pinned_connection(attempt: Attempt, code: str) -> Connection:
    """The connection the run was planned with. Raises Conflict RUN-005 when it was changed since."""
    connection = catalog.connection_by_code(code)
    pin = attempt.run.pins["connections"].get(code)
    if connection is None or pin is None or connection.content_sha256 != pin["sha256"]:
        raise Conflict(Code.RUN_005, f"Connection {code} is no longer what the run was planned with.")
    return connection


def read_dataset(attempt: Attempt, code: str, data: Any, place: str, name: str) -> Snapshot:
    """Read a dataset of a connection into the evidence store; `name` is what its evidence is called."""
    connection = pinned_connection(attempt, code)
    dataset = parse_dataset(connection.connector, data, place).bind(attempt.values)
    adapter = adapter_of(connection)
    earlier = _read_before(attempt, code, name)
    return adapter.extract(dataset, attempt.store, attempt.scratch, attempt.progress, earlier)


def _read_before(attempt: Attempt, code: str, name: str) -> Snapshot | None:
    """What the last run of the slice kept of this dataset, if it read it as this one does."""
    run = attempt.run
    kept = EvidenceFile.objects.filter(run__flow_version=run.flow_version, run__slice_key=run.slice_key)
    raw = kept.filter(kind=EvidenceKind.RAW, name=name).select_related("run").order_by("-id").first()
    if raw is None or any(raw.run.pins[key] != run.pins[key] for key in ("engine", "connections")):
        return None
    parquet = raw.run.evidence.filter(kind=EvidenceKind.SNAPSHOT, name=name).first()
    if parquet is None:
        return None
    try:
        refs = [attempt.store.find(file.sha256, EvidenceKind(file.kind)) for file in (raw, parquet)]
        attempt.store.verify(refs[1])
        columns = parquet_columns(attempt.store.path(refs[1]))
    except DomainError:
        return None
    return Snapshot((refs[0],), refs[1], columns, parquet.rows or 0)


def keep_snapshot(attempt: Attempt, snapshot: Snapshot, name: str) -> None:
    for number, ref in enumerate(snapshot.raw, start=1):
        attempt.keep(ref, f"{name} {number}" if len(snapshot.raw) > 1 else name)
    attempt.keep(snapshot.parquet, name, snapshot.rows)


def extract(attempt: Attempt) -> Extracted:
    """The source snapshot of the run: read once, whatever happens to the attempts that follow."""
    kept = _kept(attempt)
    if kept is not None:
        attempt.finish(kept.rows, reused=True)
        return kept
    source = attempt.definition.source
    snapshot = read_dataset(attempt, source.connection, source.dataset, "source.dataset", SOURCE)
    members = {}
    files: list[tuple[EvidenceRef, str, int]] = []
    for code in attempt.definition.dimensions:
        members[code], ref, count = pin_members(code, attempt.store, attempt.scratch)
        files.append((ref, code, count))
    with attempt.write() as run:
        run.pins = {**run.pins, "members": members}
        run.pins_sha256 = pins_hash(run.pins)
        run.snapshot_sha256 = snapshot.parquet.sha256
        keep_snapshot(attempt, snapshot, SOURCE)
        for ref, code, count in files:
            attempt.keep(ref, code, count)
        attempt.keep(attempt.store.put_bytes(canonical_json(run.pins).encode(), EvidenceKind.PINS), "pins")
    attempt.finish(snapshot.rows, origin=snapshot.origin)
    return Extracted(attempt.store.path(snapshot.parquet), snapshot.columns, snapshot.rows, snapshot.origin)


def _kept(attempt: Attempt) -> Extracted | None:
    """The snapshot an earlier attempt kept, so that a source that changes meanwhile changes nothing."""
    row = EvidenceFile.objects.filter(run=attempt.run, kind=EvidenceKind.SNAPSHOT, name=SOURCE).first()
    if row is None:
        return None
    path = attempt.store.path(attempt.store.find(row.sha256, EvidenceKind.SNAPSHOT))
    return Extracted(path, parquet_columns(path), row.rows or 0)
