"""The README alone is enough to run a ledger of one's own: its manifest, its files and its commands."""

from __future__ import annotations

import re
import shlex
import sqlite3
import subprocess
from contextlib import closing
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_approve
from portal.approvals.states import DECIDABLE
from syncengine.models import Run
from tests.scenarios.organisation import person

README = Path(__file__).resolve().parents[2] / "README.md"
CHAPTER = README.read_text().split("## A real organisation")[1].split("\n## ")[0]


def block(language: str, word: str) -> str:
    """The one fenced block of the chapter in this language that holds the word."""
    (found,) = [text for text in re.findall(rf"```{language}\n(.*?)```", CHAPTER, re.S) if word in text]
    return found


def command(line: str) -> str:
    """What a documented command line prints, run in this process."""
    _, manage, name, *words = shlex.split(line, comments=True)
    assert manage == "manage.py"
    out = StringIO()
    call_command(name, *words, stdout=out)
    return out.getvalue()


def approve_all(username: str) -> int:
    changes = list(ChangeRequest.objects.filter(state__in=DECIDABLE).order_by("id"))
    for change in changes:
        change_approve(
            actor=person(username), reason="", change_id=change.pk, content_sha256=change.content_sha256
        )
    return len(changes)


@pytest.mark.django_db(transaction=True)
def test_the_organisation_of_the_readme_runs_to_a_result_that_ties_out(tmp_path, settings, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings.FILE_ROOTS = [tmp_path / "var" / "drop"]
    settings.DATA_DIR, settings.EVIDENCE_DIR = tmp_path / "var", tmp_path / "var" / "evidence"
    settings.BROKER_URL = ""
    (tmp_path / "organisation.yaml").write_text(block("yaml", "tieout: 1"))
    subprocess.run(["sh", "-e"], input=block("sh", "mkdir"), text=True, check=True, cwd=tmp_path)
    _, bootstrap = block("sh", "bootstrap").splitlines()
    command(bootstrap)
    of_people, of_the_rest, run = block("sh", "flow_run").splitlines()
    for line, approver in ((of_people, "oskar"), (of_the_rest, "carl")):
        for _ in range(2):
            command(line)
            assert approve_all(approver)
        command(line)
        assert not approve_all(approver)
    printed = command(run)
    for promise in run.partition("#")[2].split(";"):
        assert promise.strip() in printed
    done = Run.objects.get()
    assert (done.state, done.quarantined_by_code) == ("completed", {})
    assert done.reconciliation == "reconciled"
    with closing(sqlite3.connect(tmp_path / "var" / "drop" / "planning.sqlite3")) as planning:
        rows = planning.execute("SELECT line, net FROM plan_actuals ORDER BY line").fetchall()
    assert {line: Decimal(net) for line, net in rows} == {
        "MATERIAL": Decimal("250.50"),
        "REVENUE": Decimal("-900.00"),
    }
