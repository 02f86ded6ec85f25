"""Evidence is addressed by its content, written once, and a crash leaves no half file under a final name."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portal.core.errors import DomainError
from syncengine.evidence import EvidenceKind, EvidenceRef, EvidenceStore


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence")


def files(store: EvidenceStore) -> list[str]:
    return sorted(path.relative_to(store.root).as_posix() for path in store.root.rglob("*") if path.is_file())


def test_a_file_lies_under_its_hash_and_reads_back(store: EvidenceStore, tmp_path: Path) -> None:
    ref = store.put_bytes(b"abc", EvidenceKind.OUTPUT)
    digest = hashlib.sha256(b"abc").hexdigest()
    assert (ref.sha256, ref.size) == (digest, 3)
    assert files(store) == [f"sha256/{digest[:2]}/{digest[2:4]}/{digest}.parquet"]
    (tmp_path / "x").write_bytes(b"abc")
    assert (
        store.put_file(tmp_path / "x", EvidenceKind.OUTPUT) == ref == store.find(digest, EvidenceKind.OUTPUT)
    )
    with store.open(ref) as file:
        assert file.read() == b"abc"
    store.verify(ref)


def test_a_stored_file_is_never_overwritten(store: EvidenceStore) -> None:
    ref = store.put_bytes(b"abc", EvidenceKind.RAW)
    before = store.path(ref).stat()
    store.put_bytes(b"abc", EvidenceKind.RAW)
    after = store.path(ref).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert after.st_mode & 0o222 == 0


def test_altered_and_missing_evidence_is_told(store: EvidenceStore) -> None:
    ref = store.put_bytes(b"abc", EvidenceKind.RAW)
    store.path(ref).chmod(0o600)
    store.path(ref).write_bytes(b"abd")
    with pytest.raises(DomainError, match="altered") as altered:
        store.verify(ref)
    store.path(ref).write_bytes(b"ab")
    with pytest.raises(DomainError, match="altered"):
        store.put_bytes(b"abc", EvidenceKind.RAW)
    store.path(ref).unlink()
    with pytest.raises(DomainError, match="missing") as missing:
        store.open(ref)
    with pytest.raises(DomainError, match="not a sha256"):
        store.find("../../../etc/passwd", EvidenceKind.RAW)
    assert {altered.value.code, missing.value.code} == {"SRC-024"}


def test_a_new_run_never_takes_over_a_file_that_was_altered(store: EvidenceStore) -> None:
    ref = store.put_bytes(b"amount 100.00", EvidenceKind.SNAPSHOT)
    path = store.path(ref)
    path.chmod(0o600)
    path.write_bytes(b"amount 900.00")
    with pytest.raises(DomainError) as error:
        store.put_bytes(b"amount 100.00", EvidenceKind.SNAPSHOT)
    assert error.value.code == "SRC-024"
    assert path.read_bytes() == b"amount 900.00", "what was found is left for whoever looks into it"


def test_an_abandoned_writer_leaves_nothing(store: EvidenceStore) -> None:
    with pytest.raises(KeyboardInterrupt), store.writer(EvidenceKind.RAW) as writer:
        writer.write(b"half")
        raise KeyboardInterrupt
    assert files(store) == []


def test_a_killed_writer_leaves_no_final_name_and_the_sweep_clears_up(store: EvidenceStore) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from syncengine.evidence import *\n"
        "with EvidenceStore(Path(sys.argv[1])).writer(EvidenceKind.RAW) as writer:\n"
        "    writer.write(b'half' * 100_000); writer.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", script, str(store.root)], cwd=root, check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = files(store)
    assert left.startswith("tmp/")
    assert store.sweep() == 0
    os.utime(store.root / left, (0, 0))
    ref = store.put_bytes(b"kept", EvidenceKind.RAW)
    assert store.sweep() == 1
    assert files(store) == [store.path(ref).relative_to(store.root).as_posix()]


def test_many_writers_of_one_content_agree(store: EvidenceStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        refs: set[EvidenceRef] = set(
            pool.map(lambda _: store.put_bytes(b"x" * 100_000, EvidenceKind.RAW), range(32))
        )
    assert len(refs) == len(files(store)) == 1
