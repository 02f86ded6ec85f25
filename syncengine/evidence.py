"""Content-addressed evidence: files named by their sha256, written once, never overwritten."""

from __future__ import annotations

import errno
import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from portal.core.errors import Invalid, NotFound
from syncengine.codes import Code

# what the system says of a disk that takes nothing more, whatever file is written
DISK_FULL = frozenset({errno.ENOSPC, errno.EROFS, errno.EDQUOT})
_CHUNK = 1 << 20
_TEMPORARY = "tmp"


class EvidenceKind(StrEnum):
    """What a file proves; the kind decides the ending of its name. Append-only."""

    COMPILED = "compiled"
    EXTRACT = "extract"
    MEMBERS = "members"
    OUTPUT = "output"
    PINS = "pins"
    QUARANTINE = "quarantine"
    RAW = "raw"
    RECONCILIATION = "reconciliation"
    SNAPSHOT = "snapshot"

    @property
    def suffix(self) -> str:
        if self is EvidenceKind.RAW:
            return ""
        if self in (EvidenceKind.EXTRACT, EvidenceKind.PINS):
            return ".json"
        return ".parquet"


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """Names one stored file: sha256 of its bytes (hex), its size in bytes and its kind."""

    sha256: str
    size: int
    kind: EvidenceKind

    @property
    def name(self) -> str:
        return f"{self.sha256}{self.kind.suffix}"


class EvidenceWriter:
    """A file on its way into the store; nothing has its final name before `commit`."""

    def __init__(self, path: Path, kind: EvidenceKind) -> None:
        self.path = path
        self.kind = kind
        self.size = 0
        self._digest = hashlib.sha256()
        self._file: BinaryIO = path.open("xb")

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    def flush(self) -> None:
        """Make everything written so far readable under `path`."""
        self._file.flush()

    def seal(self) -> EvidenceRef:
        """Bytes safely on disk, still under the temporary name."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return EvidenceRef(self._digest.hexdigest(), self.size, self.kind)

    def abandon(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


class EvidenceStore:
    """Files under `root/sha256/ab/cd/<hash>[.ext]`. One store may be used by many processes at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def writer(self, kind: EvidenceKind) -> Iterator[EvidenceWriter]:
        """A writer whose temporary file goes away unless `commit` was called on it."""
        folder = self.root / _TEMPORARY
        folder.mkdir(parents=True, exist_ok=True)
        writer = EvidenceWriter(folder / f"{os.getpid()}-{uuid.uuid4().hex}", kind)
        try:
            yield writer
        finally:
            writer.abandon()

    def commit(self, writer: EvidenceWriter) -> EvidenceRef:
        """Give the written bytes their final name; a file already there is kept if it still is its content.

        Raises Invalid SRC-024 when it was altered: a run must neither read nor name such a file.
        """
        ref = writer.seal()
        final = self._final(ref)
        self._make_folder(final.parent)
        writer.path.chmod(0o444)
        try:
            # a link never replaces: of two writers of one content, one wins and both are right
            os.link(writer.path, final)
        except FileExistsError:
            self.verify(ref)
        _fsync_folder(final.parent)
        return ref

    def put_file(self, path: Path, kind: EvidenceKind) -> EvidenceRef:
        """Store a copy of a file; the file itself stays where it is."""
        with path.open("rb") as source, self.writer(kind) as writer:
            while chunk := source.read(_CHUNK):
                writer.write(chunk)
            return self.commit(writer)

    def put_bytes(self, data: bytes, kind: EvidenceKind) -> EvidenceRef:
        with self.writer(kind) as writer:
            writer.write(data)
            return self.commit(writer)

    def path(self, ref: EvidenceRef) -> Path:
        """Where the file lies, for engines that read by path. Raises NotFound SRC-024."""
        final = self._final(ref)
        if not final.is_file():
            raise NotFound(f"The evidence file {ref.name} is missing.", code=Code.SRC_024, place=ref.name)
        return final

    def open(self, ref: EvidenceRef) -> BinaryIO:
        return self.path(ref).open("rb")

    def find(self, sha256: str, kind: EvidenceKind) -> EvidenceRef:
        """The reference of a stored file by its hash. Raises NotFound SRC-024."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise NotFound("The evidence reference is not a sha256.", code=Code.SRC_024)
        path = self.path(EvidenceRef(sha256, 0, kind))
        return EvidenceRef(sha256, path.stat().st_size, kind)

    def verify(self, ref: EvidenceRef) -> None:
        """Read the file again and compare it with its address. Raises NotFound or Invalid SRC-024."""
        with self.open(ref) as file:
            if sha256_of(file) != ref.sha256:
                raise Invalid(Code.SRC_024, f"The evidence file {ref.name} was altered.", place=ref.name)

    def sweep(self, *, older_than_seconds: int = 86_400) -> int:
        """Remove temporary files of dead writers; returns how many. Stored files are never touched."""
        limit = time.time() - older_than_seconds
        removed = 0
        folder = self.root / _TEMPORARY
        for path in folder.iterdir() if folder.is_dir() else ():
            with suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_mtime < limit:
                    path.unlink()
                    removed += 1
        return removed

    def _final(self, ref: EvidenceRef) -> Path:
        return self.root / "sha256" / ref.sha256[:2] / ref.sha256[2:4] / ref.name

    def _make_folder(self, folder: Path) -> None:
        """Create a folder so that its name survives a crash: each new level is fsynced in its parent."""
        missing = [level for level in (folder, *folder.parents) if not level.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for level in missing:
            _fsync_folder(level.parent)


def sha256_of(file: BinaryIO) -> str:
    """sha256 (hex) of what is left to read of a file."""
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
