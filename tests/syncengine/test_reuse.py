"""A run of unchanged inputs takes over what an earlier one computed; nothing else does."""

from __future__ import annotations

import pytest

from portal.approvals.services import change_approve
from syncengine.connectors import snapshot
from syncengine.evidence import EvidenceKind
from syncengine.models import EvidenceFile, QuarantinedRecord, Run
from syncengine.pipeline.compute import Pipeline
from syncengine.runsummary import run_summary
from syncengine.services import quarantine_accept
from syncengine.storage import evidence_store
from syncengine.views.progress import progress_of


def told(run: Run) -> tuple[object, ...]:
    """All that a run says of its slice, and the files that prove it."""
    summary = run_summary(run)
    for name in ("run", "seconds"):
        del summary[name]
    files = run.evidence.exclude(kind="pins").values_list("kind", "name", "sha256", "rows")
    records = QuarantinedRecord.objects.values_list("code", "state", "record_key", "last_run")
    assert {last for *_, last in records} == {run.pk}
    return summary | {"load_action": ""}, sorted(map(str, files)), sorted(row[:3] for row in records)


@pytest.fixture
def computed(monkeypatch) -> list[str]:
    """The names of the costly steps that are carried out."""
    done: list[str] = []
    for owner, name in ((Pipeline, "validate"), (snapshot, "_rows")):
        original = getattr(owner, name)

        def watched(*args, original=original, name=name):
            done.append(name)
            return original(*args)

        monkeypatch.setattr(owner, name, watched)
    return done


def test_an_unchanged_run_tells_the_same_without_reading_or_computing_anything(mini, computed):
    first = mini.first_run()
    before = told(first)
    del computed[:]
    again = mini.run()
    assert computed == []
    assert told(again) == before
    notes = {step.name: step.note for step in progress_of(again).steps}
    assert notes["aggregate"] == f"taken over from {first.ref}"
    assert (again.load_action, again.confirmation) == ("keep", "confirmed")
    assert told(mini.run()) == before  # of a run that was itself taken over


def test_any_other_input_is_computed(mini, computed):
    mini.first_run()
    journal = mini.ledger / "journal.csv"
    text = journal.read_text()
    del computed[:]
    journal.write_text(text.replace("1200.50", "1200.60"))
    assert mini.run().output_hash != mini.run("2026-02").output_hash
    assert computed.count("validate") == 2
    change = quarantine_accept(
        actor=mini.operator,
        reason="Duplicate of last month, confirmed.",
        record_ids=list(QuarantinedRecord.objects.filter(code="MDM-002").values_list("pk", flat=True)),
    )
    change_approve(
        actor=mini.controller, reason="Agreed.", change_id=change.pk, content_sha256=change.content_sha256
    )
    totals = run_summary(mini.run())["totals"]
    assert totals["accepted"]["records"] == 2
    assert computed.count("validate") == 3


def test_a_figure_that_changed_is_compared_with_what_was_taken_over(mini, computed):
    mini.first_run()
    balance = mini.ledger / "trial_balance.csv"
    balance.write_text(balance.read_text().replace("1200.50", "1200.60"))
    again = mini.run()
    assert (again.state, again.reconciliation_differences) == ("held", 2)
    assert again.stages.get(stage="aggregate").detail["reused"]


def test_records_held_in_between_are_closed_by_what_was_taken_over(mini):
    journal = mini.ledger / "journal.csv"
    text = journal.read_text()
    first = mini.run()
    journal.write_text(text.replace("S1,EUR,,1200.50", "S1,EUR,,1200.505"))
    other = mini.run()
    assert (other.state, other.quarantined_by_code["DQ-001"]["records"]) == ("held", 2)
    journal.write_text(text)
    again = mini.run()
    assert again.output_hash == first.output_hash
    assert again.stages.get(stage="aggregate").detail["reused"] == first.ref
    assert sorted(QuarantinedRecord.objects.values_list("state", flat=True)) == ["gone"] + ["open"] * 5


@pytest.mark.parametrize("kind", ["output", "quarantine", "snapshot", "raw"])
def test_altered_evidence_is_never_taken_over(mini, kind):
    first = mini.first_run()
    kept = EvidenceFile.objects.filter(run=first, kind=kind).exclude(name="independent").get()
    store = evidence_store()
    path = store.path(store.find(kept.sha256, EvidenceKind(kept.kind)))
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    again = mini.run()
    assert (again.state, again.error_code) == ("failed", "SRC-024")
