"""A run from plan to proof: totals tie, the target holds it once, and nothing is claimed without proof."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from catalog.models import Ownership
from portal.audit.models import AuditEntry
from portal.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from portal.fiscal.models import FiscalPeriod
from portal.people.models import User
from syncengine.connectors.base import LoadUnknown, Unavailable
from syncengine.connectors.database.adapter import DatabaseAdapter
from syncengine.models import OutboxEvent, Partition, QuarantinedRecord, Run, TargetLease
from syncengine.pipeline.compute import Pipeline
from syncengine.runsummary import run_summary
from syncengine.services import run_cancel, run_plan, run_replay
from tests.scenarios.organisation import person
from tests.syncengine.conftest import UNREADABLE


def test_a_run_ends_confirmed_and_reconciled_with_totals_that_tie(mini):
    run = mini.first_run()
    summary = run_summary(run)
    assert (run.state, run.confirmation, run.reconciliation) == (
        "completed_with_exceptions", "confirmed", "reconciled",
    )  # fmt: skip
    assert {bucket: item["records"] for bucket, item in summary["totals"].items()} == {
        "source": 12, "loaded": 3, "excluded": 4, "quarantined": 5, "accepted": 0,
    }  # fmt: skip
    assert summary["quarantined_by_code"] == {"DQ-001": 1, "FX-001": 1, "MAP-001": 1, "MDM-002": 2}
    for currency, item in summary["by_currency"]["source"].items():
        for side in ("debit", "credit"):
            parts = [summary["by_currency"][b].get(currency) for b in ("loaded", "excluded", "quarantined")]
            assert sum(Decimal(p[side]) for p in parts if p) == Decimal(item[side])
    assert (summary["target_rows"], summary["target_net"]) == (3, "2577.44")
    assert summary["reconciliation"] == {"outcome": "reconciled", "keys": 8, "differences": 0}
    assert set(summary["seconds"]) == {
        "extract", "validate", "map", "translate", "aggregate", "load", "confirm", "reconcile",
    }  # fmt: skip


def test_the_target_holds_what_was_computed(mini):
    mini.first_run()
    assert [row[-8:] for row in mini.rows()] == [
        ("mini-actuals", "2026-01", "CH", "south", "REV", "0", "-1066.69", "1066.69"),
        ("mini-actuals", "2026-01", "DE", "north", "COST", "310.25", "0", "310.25"),
        ("mini-actuals", "2026-01", "DE", "north", "REV", "0", "-1200.5", "1200.5"),
    ]


def test_a_second_run_changes_no_row_and_gives_the_same_hash(mini):
    first = mini.first_run()
    before = mini.rows()
    second = mini.run()
    assert second.output_hash == first.output_hash
    assert second.load_action == "keep"
    assert mini.rows() == before
    assert QuarantinedRecord.objects.count() == 5


def test_rows_changed_behind_the_portals_back_are_put_right_by_the_next_run(mini):
    mini.first_run()
    before = mini.rows()
    with sqlite3.connect(mini.planning) as connection:
        connection.execute("UPDATE mini_facts SET net = '1' WHERE entity = 'CH'")
    assert mini.rows() != before
    run = mini.run()
    assert run.confirmation == "confirmed"
    assert mini.rows() == before
    assert run.load_action == "repair", "nobody would learn that the plan had been changed by hand"
    entry = AuditEntry.objects.get(action="syncengine:run:load", run_id=run.pk)
    assert '"action":"repair"' in entry.payload
    assert mini.run().load_action == "keep"


def test_rows_changed_behind_the_portals_back_are_told_when_new_content_replaces_them(mini):
    mini.first_run()
    with sqlite3.connect(mini.planning) as connection:
        connection.execute("UPDATE mini_facts SET region = 'east' WHERE entity = 'CH'")
    path, balances = mini.ledger / "journal.csv", mini.ledger / "trial_balance.csv"
    path.write_text(path.read_text().replace("310.25", "311.25"))
    balances.write_text(balances.read_text().replace("385.25", "386.25"))
    run = mini.run()
    assert (run.confirmation, run.load_action) == ("confirmed", "overwrite")
    assert [item["code"] for item in run_summary(run)["warnings"]] == ["LOAD-015", "DQ-001"]
    path.write_text(path.read_text().replace("311.25", "310.25"))
    balances.write_text(balances.read_text().replace("386.25", "385.25"))
    again = mini.run()
    assert (again.load_action, run_summary(again)["warnings"]) == ("replace", [UNREADABLE])


def test_a_slice_that_the_target_lost_is_put_there_anew_and_told(mini):
    assert run_summary(mini.run())["warnings"] == [UNREADABLE]
    rows = mini.rows()
    mini.planning.unlink()
    for dry, words in ((True, "would be put there anew"), (False, "was put there anew")):
        run = mini.run(dry_run=dry)
        (warning, _) = run_summary(run)["warnings"]
        assert (run.load_action, warning["code"]) == ("restore", "LOAD-016")
        assert words in warning["message"]
    assert mini.rows() == rows
    assert run_summary(mini.run())["warnings"] == [UNREADABLE]


def test_the_targets_record_names_the_flow_and_refuses_another_one(mini):
    """Whatever the approval could see: here another portal's flow has loaded the same cells."""
    run = mini.first_run()
    with sqlite3.connect(mini.planning) as connection:
        flow, cells = connection.execute("SELECT flow, cells FROM tieout_slice").fetchone()
        assert (flow, cells) == ("mini-actuals", '{"flow":"mini-actuals","period":"2026-01"}')
        connection.execute(
            "UPDATE tieout_slice SET slice = 'theirs/x', flow = 'theirs', cells = ?",
            ('{"period":"2026-01"}',),
        )
    before = mini.rows()
    refused = mini.run()
    assert (refused.state, refused.error_code, refused.confirmation) == ("failed", "LOAD-014", "")
    assert refused.output_hash == run.output_hash
    assert mini.rows() == before


def test_every_run_is_in_the_audit_with_its_hashes(mini):
    run = mini.first_run()
    entries = AuditEntry.objects.filter(stream_type="syncengine.run", stream_id=str(run.pk)).order_by("id")
    assert [entry.action for entry in entries] == [
        "syncengine:run:plan", "syncengine:run:load", "syncengine:run:finish",
    ]  # fmt: skip
    assert entries[1].content_sha256 == run.output_hash
    assert OutboxEvent.objects.get().type == "tieout.run.completed_with_exceptions"


def test_a_run_pins_everything_it_computed_from(mini):
    run = mini.first_run()
    assert run.pins["flow"]["sha256"] == run.flow_version.content_sha256
    assert run.pins["mappings"]["mini-lines"]["sha256"] == run.mapping_hash
    assert set(run.pins["members"]) == {"mini-cost-center"}
    assert run.pins["rates"]["number"] == 1
    assert run.pins["calendar"]["sha256"]
    kinds = set(run.evidence.values_list("kind", flat=True))
    assert kinds == {
        "raw",
        "snapshot",
        "members",
        "pins",
        "compiled",
        "output",
        "quarantine",
        "reconciliation",
    }


def test_a_dry_run_computes_everything_and_writes_nothing(mini):
    run = mini.run(dry_run=True)
    assert (run.state, run.confirmation, run.output_rows) == ("completed_with_exceptions", "not_loaded", 3)
    assert not mini.planning.exists()
    assert not QuarantinedRecord.objects.exists()


def test_a_dry_run_tells_what_a_load_would_meet_in_the_target(mini):
    mini.first_run()
    assert mini.run(dry_run=True).load_action == "keep"
    with sqlite3.connect(mini.planning) as connection:
        connection.execute("UPDATE mini_facts SET net = '1' WHERE entity = 'CH'")
    altered = mini.run(dry_run=True)
    assert (altered.state, altered.load_action) == ("completed_with_exceptions", "repair")
    (warning, _) = run_summary(altered)["warnings"]
    assert (warning["code"], "would be put back" in warning["message"]) == ("LOAD-015", True)
    with sqlite3.connect(mini.planning) as connection:
        connection.execute("UPDATE mini_facts SET slice = 'theirs' WHERE entity = 'CH'")
    crowded = mini.run(dry_run=True)
    assert (crowded.state, crowded.error_code, crowded.confirmation) == ("failed", "REC-006", "not_loaded")
    with sqlite3.connect(mini.planning) as connection:
        connection.execute("UPDATE mini_facts SET slice = 'mini-actuals/ACTUALS/2026-01'")
        connection.execute(
            "INSERT INTO tieout_slice (slice, fence, run, content_hash, rows, loaded_at, target, amounts, "
            "flow, cells) SELECT 'theirs/x', fence, run, content_hash, rows, loaded_at, target, amounts, "
            "'theirs', cells FROM tieout_slice"
        )
    before = mini.rows()
    refused = mini.run(dry_run=True)
    assert (refused.state, refused.error_code, refused.confirmation) == ("failed", "LOAD-014", "not_loaded")
    assert mini.rows() == before


def test_a_missing_line_is_found_by_the_independent_figure(mini):
    path = mini.ledger / "journal.csv"
    path.write_text("\n".join(line for line in path.read_text().split("\n") if "1200.50,,Sale" not in line))
    run = mini.run()
    assert (run.state, run.reconciliation, run.reconciliation_differences) == (
        "unreconciled",
        "differences",
        1,
    )
    row = run.differences.get()
    assert (row.key, row.difference) == (
        {"entity": "DE", "account": "1200", "currency": "EUR"}, Decimal("-1200.5"),
    )  # fmt: skip


def test_an_independent_figure_that_cannot_be_read_proves_nothing(mini):
    (mini.ledger / "trial_balance.csv").unlink()
    run = mini.run()
    assert (run.state, run.reconciliation) == ("unreconciled", "not_proven")
    assert run.stages.get(stage="reconcile").detail["code"] == "SRC-005"


def test_too_much_quarantine_holds_the_run_and_loads_nothing(mini):
    path = mini.ledger / "journal.csv"
    path.write_text(path.read_text().replace(",S1,", ",OLD,"))
    run = mini.run()
    assert (run.state, run.error_code, run.confirmation) == ("held", "RUN-008", "not_loaded")
    assert not mini.planning.exists()
    assert QuarantinedRecord.objects.filter(state="open").exists()


def test_a_broken_source_file_fails_the_run_with_code_and_place(mini):
    (mini.ledger / "journal.csv").write_bytes(b"period,entity\n2026-01,D\xff\n")
    run = mini.run()
    assert (run.state, run.error_code) == ("failed", "SRC-011")
    assert "journal.csv" in run.error_place + run.error_message


def test_a_missing_source_file_is_tried_again_at_a_time_that_is_told(mini, client):
    (mini.ledger / "journal.csv").unlink()
    run = mini.run()
    assert (run.state, run.wait_reason) == ("waiting", "retry")
    begins = Partition.objects.get(run=run).not_before
    assert begins is not None
    assert run_summary(run)["retry"] == {
        "failed": 1, "allowed": 5, "at": begins.isoformat(timespec="seconds"),
    }  # fmt: skip
    client.force_login(User.objects.get(username="otto"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("syncengine:run-detail", kwargs={"pk": run.pk})).content.decode()
    assert f"Attempt 1 of 5 failed; attempt 2 begins at {begins:%Y-%m-%d %H:%M:%S} UTC." in page
    told = client.get(f"/api/v1/runs/{run.pk}/").json()["retry"]
    assert (told["failed"], told["is_last"]) == (1, False)


def test_a_lost_answer_is_settled_by_the_targets_own_record(mini, monkeypatch):
    load = DatabaseAdapter.load

    def loses_the_answer(self, *args, **kwargs):
        load(self, *args, **kwargs)
        raise LoadUnknown("LOAD-013", "the answer was lost")

    monkeypatch.setattr(DatabaseAdapter, "load", loses_the_answer)
    assert mini.run().confirmation == "confirmed"


def test_without_an_answer_the_run_is_unknown_and_a_replay_settles_it(mini, monkeypatch):
    def silent(self, *args, **kwargs):
        raise Unavailable("LOAD-001", "no answer")

    def loses(self, *args, **kwargs):
        raise LoadUnknown("LOAD-013", "the answer was lost")

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseAdapter, "load", loses)
        patch.setattr(DatabaseAdapter, "confirm", silent)
        run = mini.run()
    assert (run.state, run.error_code) == ("unknown", "REC-005")
    replay = mini.work(run_replay(actor=mini.operator, reason="Target is back.", run_id=run.pk))
    assert replay.confirmation == "confirmed"


def test_a_target_that_lost_a_row_is_no_success(mini, monkeypatch):
    read_back = DatabaseAdapter.read_back

    def one_less(self, *args, **kwargs):
        found = read_back(self, *args, **kwargs)
        return replace(found, rows=found.rows - 1, output_hash="0" * 64)

    monkeypatch.setattr(DatabaseAdapter, "read_back", one_less)
    run = mini.run()
    assert (run.state, run.confirmation, run.error_code) == ("failed", "partial", "REC-003")


def test_only_an_operator_of_the_flow_may_run_it(mini):
    with pytest.raises(Forbidden):
        run_plan(actor=mini.controller, reason="x", flow_code="mini-actuals", period="2026-01")
    with pytest.raises(NotFound):
        run_plan(actor=person("ruth"), reason="x", flow_code="nowhere", period="2026-01")


@pytest.mark.parametrize(("period", "code"), [("", "RUN-002"), ("2026-13", "PER-001"), ("x", "PER-001")])
def test_a_period_must_be_one_of_the_flows_calendar(mini, period, code):
    with pytest.raises(Invalid) as caught:
        mini.plan(period)
    assert caught.value.code == code


def test_a_closed_period_takes_no_run(mini):
    FiscalPeriod.objects.filter(code="2026-01").update(state="closed")
    with pytest.raises(Conflict) as caught:
        mini.plan()
    assert caught.value.code == "PER-003"


def test_a_flow_whose_source_lost_its_ownership_is_refused(mini):
    Ownership.objects.update(valid_to="2020-12-31")
    with pytest.raises(Conflict) as caught:
        mini.plan()
    assert caught.value.code == "CTR-004"


def test_what_a_control_keeps_from_running_is_in_the_audit_and_a_second_click_is_not(mini):
    mini.plan()
    with pytest.raises(Conflict):
        mini.plan()
    assert not AuditEntry.objects.filter(outcome="denied").exists()
    Ownership.objects.update(valid_to="2020-12-31")
    with pytest.raises(Conflict):
        mini.plan()
    FiscalPeriod.objects.filter(code="2026-01").update(state="closed")
    with pytest.raises(Conflict):
        mini.plan()
    denied = AuditEntry.objects.filter(outcome="denied").order_by("id").values_list("action", "code")
    assert list(denied) == [("syncengine:run:plan", "CTR-004"), ("syncengine:run:plan", "PER-003")]


def test_a_slice_has_one_waiting_run(mini):
    first = mini.plan()
    with pytest.raises(Conflict) as caught:
        mini.plan()
    assert (caught.value.code, caught.value.details) == ("RUN-003", {"run": first.ref})


def test_a_waiting_run_is_cancelled_at_once_and_an_ended_one_never(mini):
    run = mini.plan()
    cancelled = run_cancel(actor=mini.operator, reason="Wrong period.", run_id=run.pk)
    assert cancelled.state == "cancelled"
    assert OutboxEvent.objects.get().type == "tieout.run.cancelled"
    assert mini.work(run).state == "cancelled"
    with pytest.raises(Conflict):
        run_cancel(actor=mini.operator, reason="Again.", run_id=run.pk)


def test_a_computing_run_is_cancelled_at_the_next_safe_point(mini, monkeypatch):
    run = mini.plan()
    validate = Pipeline.validate

    def cancel_meanwhile(self):
        run_cancel(actor=mini.operator, reason="Stop it.", run_id=run.pk)
        return validate(self)

    monkeypatch.setattr(Pipeline, "validate", cancel_meanwhile)
    assert mini.work(run).state == "cancelled"
    assert not mini.planning.exists()
    assert TargetLease.objects.get().until is None


def test_what_was_pinned_must_still_hold_when_the_run_starts(mini):
    run = mini.plan()
    run.pins["mappings"]["mini-lines"]["sha256"] = "0" * 64
    run.save()
    done = mini.work(run)
    assert (done.state, done.error_code) == ("failed", "RUN-005")


def test_an_unforeseen_error_ends_the_run_with_a_code(mini, monkeypatch):
    def explode(self):
        raise ZeroDivisionError

    monkeypatch.setattr(Pipeline, "map", explode)
    run = mini.run()
    assert (run.state, run.error_code) == ("failed", "RUN-012")
    assert "Traceback" not in run.error_message


def test_success_without_confirmation_is_impossible_in_the_database(mini):
    run = mini.plan()
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(state="completed", confirmation="")


def test_a_replay_needs_an_ended_run(mini):
    run = mini.plan()
    with pytest.raises(DomainError) as caught:
        run_replay(actor=mini.operator, reason="x", run_id=run.pk)
    assert caught.value.code == "RUN-009"


def test_an_empty_extract_does_not_empty_a_loaded_slice(mini):
    mini.first_run()
    before = mini.rows()
    path = mini.ledger / "journal.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    run = mini.run()
    assert (run.state, run.error_code, run.confirmation) == ("held", "RUN-014", "not_loaded")
    assert mini.rows() == before
