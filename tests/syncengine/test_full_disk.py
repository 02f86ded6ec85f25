"""A disk that is full or read-only is told with what to do; nothing else is called a full disk."""

from __future__ import annotations

import errno
import os

import duckdb
import pytest

from syncengine.evidence import EvidenceWriter
from syncengine.execution import runner
from syncengine.pipeline.compute import Pipeline


def raising(error: Exception):
    def function(*args, **kwargs):
        raise error

    return function


@pytest.mark.parametrize(
    ("owner", "name", "error"),
    [
        (EvidenceWriter, "write", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))),
        (EvidenceWriter, "seal", OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))),
        (runner.tempfile, "TemporaryDirectory", OSError(errno.EROFS, os.strerror(errno.EROFS))),
        (Pipeline, "map", duckdb.IOException("IO Error: Could not write: No space left on device")),
    ],
)
def test_a_disk_that_takes_nothing_ends_the_run_with_words(mini, monkeypatch, owner, name, error):
    monkeypatch.setattr(owner, name, raising(error))
    run = mini.run()
    assert (run.state, run.error_code, run.confirmation) == ("failed", "SRC-027", "")
    assert "TIEOUT_DATA_DIR" in run.error_message
    assert not mini.planning.exists()


def test_a_closed_folder_is_ours_only_below_the_data_folder(mini, monkeypatch, settings):
    for path, code in ((settings.EVIDENCE_DIR / "tmp", "SRC-027"), ("/elsewhere", "RUN-012")):
        error = PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        monkeypatch.setattr(EvidenceWriter, "write", raising(error))
        assert mini.run().error_code == code
