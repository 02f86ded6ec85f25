"""The `file` adapter: finds the one file, keeps its raw bytes as evidence and snapshots it."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import duckdb

from portal.core.errors import Conflict, DomainError, Invalid, NotFound
from syncengine.codes import Code
from syncengine.connectors.base import Dataset, Preflight, Progress, Snapshot, silent
from syncengine.connectors.file.dataset import FileDataset
from syncengine.connectors.file.lines import fault
from syncengine.connectors.file.paths import locate, open_file, open_folder, relative_parts
from syncengine.connectors.file.reader import open_table
from syncengine.connectors.file.scan import CHUNK, ByteScan
from syncengine.connectors.keys import Keys
from syncengine.connectors.snapshot import CsvShape, parquet_from_csv, reframe
from syncengine.connectors.sourceonly import SourceOnly
from syncengine.evidence import EvidenceKind, EvidenceRef, EvidenceStore, EvidenceWriter, sha256_of

_MAX_BYTES = 16 << 30
_REPORT_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class FileAdapter(SourceOnly):
    """Reads files below one folder. `settle_seconds` is how long a file must have rested."""

    root: Path
    parts: tuple[str, ...]
    settle_seconds: int = 0
    max_bytes: int = _MAX_BYTES

    @classmethod
    def from_config(
        cls, config: Mapping[str, object], allowed_roots: Sequence[Path], environ: Mapping[str, str]
    ) -> FileAdapter:
        """Keys: `folder` (below an allowed root), `settle_seconds`, `max_bytes`. Raises SRC-002, SRC-003."""
        keys = Keys(config, "connection", Code.SRC_002)
        folder = keys.text("folder", ".")
        settle = keys.count("settle_seconds", 0, low=0, high=86_400)
        limit = keys.count("max_bytes", _MAX_BYTES, low=1, high=1 << 50)
        keys.done()
        root, parts = locate(folder, allowed_roots)
        return cls(root, parts, settle, limit)

    def preflight(self, dataset: Dataset | None = None) -> Preflight:
        """The folder can be read and, given a bound dataset, its file is there. Raises SRC-003 to SRC-007."""
        facts: dict[str, str] = {}
        if isinstance(dataset, FileDataset) and not dataset.upload:
            name = self._name(dataset)
            with open_file(self.root, (*self.parts, *relative_parts(name))) as file:
                status = os.fstat(file.fileno())
                self._check_settled(status, name)
                facts = {"file": name, "bytes": str(status.st_size)}
        else:
            with open_folder(self.root, self.parts):
                facts = {"folder": "/".join(self.parts) or "."}
        return Preflight(facts)

    def extract(
        self,
        dataset: Dataset,
        store: EvidenceStore,
        scratch_dir: Path,
        progress: Progress = silent,
        earlier: Snapshot | None = None,
    ) -> Snapshot:
        """Raw bytes and snapshot of the file. Stores nothing unless the whole file could be read.

        A file that still holds the bytes of the earlier snapshot is not read into another.
        """
        if not isinstance(dataset, FileDataset):
            raise Invalid(
                Code.SRC_001, "The dataset is not one of the file connector.", place="source.dataset"
            )
        scratch_dir.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=scratch_dir) as scratch,
            store.writer(EvidenceKind.RAW) as raw,
            self._source(dataset, store) as (source, name),
        ):
            if earlier is not None and self._holds(source, store, earlier.raw[0], name):
                return replace(earlier, origin=name)
            scan = self._copy(source, raw, ByteScan(dataset, name), name, progress)
            if not scan.size:
                raise fault(Code.SRC_008, "The file is empty.", name)
            target = Path(scratch) / "snapshot.parquet"
            columns, rows = snapshot(raw.path, target, dataset, scan, name, progress)
            parquet = store.put_file(target, EvidenceKind.SNAPSHOT)
            return Snapshot((store.commit(raw),), parquet, columns, rows, origin=name)

    def _holds(self, source: BinaryIO, store: EvidenceStore, raw: EvidenceRef, name: str) -> bool:
        """Whether the file has the bytes of a stored one that is unaltered; if not, it is at its start."""
        status = os.fstat(source.fileno())
        if status.st_size != raw.size:
            return False
        self._check_settled(status, name)
        if sha256_of(source) != raw.sha256:
            source.seek(0)
            return False
        try:
            store.verify(raw)
        except DomainError:
            source.seek(0)
            return False
        return True

    def _copy(
        self, source: BinaryIO, raw: EvidenceWriter, scan: ByteScan, name: str, progress: Progress
    ) -> ByteScan:
        """Copy the bytes into the store's temporary file while scanning them."""
        before = os.fstat(source.fileno())
        self._check_settled(before, name)
        # a file that grows as fast as it is read would never end
        while scan.size <= before.st_size and (chunk := source.read(CHUNK)):
            if scan.size + len(chunk) > self.max_bytes:
                raise fault(Code.SRC_018, f"The file has more than {self.max_bytes:,} bytes.", name)
            scan.feed(chunk)
            raw.write(chunk)
            if scan.size % _REPORT_BYTES < CHUNK:
                progress(scan.line_ends)
        raw.flush()
        after = os.fstat(source.fileno())
        if (before.st_size, before.st_mtime_ns) != (
            after.st_size,
            after.st_mtime_ns,
        ) or scan.size != after.st_size:
            raise Conflict(Code.SRC_007, "The file was written to while it was read.", place=name)
        return scan

    def _check_settled(self, status: os.stat_result, name: str) -> None:
        if self.settle_seconds and time.time() - status.st_mtime < self.settle_seconds:
            words = f"The file was changed less than {self.settle_seconds} seconds ago."
            raise Conflict(Code.SRC_007, words, place=name)

    @contextmanager
    def _source(self, dataset: FileDataset, store: EvidenceStore) -> Iterator[tuple[BinaryIO, str]]:
        if dataset.upload:
            with store.open(store.find(dataset.upload, EvidenceKind.RAW)) as file:
                yield file, f"upload {dataset.upload[:12]}"
            return
        name = self._name(dataset)
        with open_file(self.root, (*self.parts, *relative_parts(name))) as file:
            yield file, name

    def _name(self, dataset: FileDataset) -> str:
        """The file's name; a pattern must fit exactly one file. Raises NotFound SRC-005, Conflict SRC-006."""
        if not dataset.pattern:
            return dataset.file
        shape = re.escape(dataset.pattern).replace(r"\*", ".*").replace(r"\?", ".")
        with open_folder(self.root, self.parts) as folder:
            names = sorted(
                name
                for name in os.listdir(folder)  # noqa: PTH208 - by descriptor, so that no link can come between
                if name[:1] != "." and re.fullmatch(shape, name)
            )
        if not names:
            raise NotFound(f"No file fits {dataset.pattern!r}.", code=Code.SRC_005, place=dataset.pattern)
        if len(names) > 1:
            words = f"{len(names)} files fit {dataset.pattern!r}: {', '.join(names[:5])}."
            raise Conflict(Code.SRC_006, words, place=dataset.pattern)
        return names[0]


def snapshot(
    path: Path, target: Path, dataset: FileDataset, scan: ByteScan, name: str, progress: Progress
) -> tuple[tuple[str, ...], int]:
    """Columns and rows of the Parquet snapshot written to `target`, the fast way where that is exact.

    Raises the SRC codes of the reader; it has the last word whenever DuckDB declines.
    """
    with open_table(path, dataset, name) as table:
        columns = table.columns
        if scan.plain and len(columns) > 1 and scan.fits(len(columns)):
            rows = _straight(path, target, columns, dataset, scan)
            if rows is not None:
                progress(rows, rows)
                return columns, rows
        text = target.with_suffix(".csv")
        cells = (
            [None if cell == dataset.null_marker else cell for cell in record.fields]
            for record in table.records
        )
        shape = reframe(cells, text, progress)
    rows = parquet_from_csv(text, target, columns, shape, target.parent)
    return columns, rows


def _straight(
    path: Path, target: Path, columns: tuple[str, ...], dataset: FileDataset, scan: ByteScan
) -> int | None:
    """Rows when DuckDB read the file line by line; None when it declined or saw longer records."""
    line_end = "\\r\\n" if scan.crlf else "\\n"
    shape = CsvShape(dataset.separator, dataset.quote, line_end, dataset.header)
    try:
        rows = parquet_from_csv(path, target, columns, shape, target.parent)
    except duckdb.Error:
        rows = -1
    if rows == scan.records_at_most - int(dataset.header):
        return rows
    target.unlink(missing_ok=True)
    return None
