"""Runs and quarantined records over REST."""

from __future__ import annotations

import pytest

from catalog.models import System
from portal.access.functions import Function as F
from portal.access.models import Grant
from syncengine.models import ControlTotal, Flow, QuarantinedRecord, Run
from tests.api.client import Caller, problem
from tests.api.world import WHY


def test_a_dry_run_first_then_the_run_with_its_totals_as_text(world, call):
    body = {"flow": "running", "dry_run": True, "reason": WHY}
    planned = call("operator").post("/api/v1/runs/", body)
    assert (planned.status_code, planned.json()["dry_run"], planned.json()["state"]) == (201, True, "planned")
    run = Run.objects.get(pk=planned.json()["id"])
    ControlTotal.objects.create(
        run=run, bucket="source", currency="USD", records=2, debit="12.5", credit="100000000000000.01"
    )
    detail = call("auditor").get(planned["Location"]).json()
    assert detail["control_totals"] == [
        {"bucket": "source", "currency": "USD", "records": 2, "debit": "12.5", "credit": "100000000000000.01"}
    ]
    summary = call("auditor").get(f"{planned['Location']}summary/").json()["summary"]
    assert summary["totals"]["source"] == {"records": 2, "debit": "12.50", "credit": "100000000000000.01"}
    cancelled = call("operator").post(f"{planned['Location']}cancel/", {"reason": WHY})
    assert cancelled.json()["state"] == "cancelled"


def test_two_runs_of_one_slice_do_not_wait_together(world, call):
    response = call("operator").post("/api/v1/runs/", {"flow": "running", "reason": WHY})
    assert (response.status_code, problem(response)["code"]) == (409, "RUN-003")


@pytest.mark.parametrize("period", ["2025-01 ", " 2025-01", "2025-01\n"])
def test_a_period_with_a_blank_starts_no_run(world, call, period):
    before = Run.objects.count()
    body = {"flow": "running", "period": period, "dry_run": True, "reason": WHY}
    response = call("operator").post("/api/v1/runs/", body)
    assert (response.status_code, problem(response)["code"]) == (400, "API-005")
    assert [(fault["place"], Run.objects.count()) for fault in problem(response)["faults"]] == [
        ("/period", before)
    ]


def test_groups_of_one_cause_with_exact_sums(world, call):
    found = call("operator").get("/api/v1/quarantine/groups/", {"code": "MAP-001"}).json()
    assert found["truncated"] is False
    assert [(g["value"], g["records"], g["total_debit"]) for g in found["groups"]] == [("9999", 1, "12.5")]
    assert call("operator").get("/api/v1/quarantine/groups/", {"code": "DQ-001"}).json()["groups"] == []
    assert call("operator").get("/api/v1/quarantine/groups/", {"nothing": "x"}).status_code == 400


@pytest.fixture
def foreign(world):
    """A record of a flow out of the caller's scope."""
    old = QuarantinedRecord.objects.get(pk=world.ids["quarantine"])
    flow = Flow.objects.get(pk=world.ids["flows"])
    flow.pk, flow.code = None, "foreign"
    flow.source_system = System.objects.create(code="payroll", name="Payroll", kind="payroll")
    flow.save()
    run = Run.objects.get(pk=world.ids["runs"])
    run.pk, run.flow = None, flow
    run.save()
    old.pk, old.flow, old.first_run, old.last_run = None, flow, run, run
    old.save()
    return old


def test_bulk_work_is_all_or_nothing_and_tells_nothing(world, foreign, make_user):
    user = make_user("erp_worker", [F.VIEW, F.QUAR_FIX])
    Grant.objects.filter(person=user.person).update(
        scope_kind="system", scope_id=world.ids["systems"], scope_label="ERP"
    )
    caller = Caller(user)
    own = world.ids["quarantine"]
    mixed = {"record_ids": [own, foreign.pk], "reason": WHY}
    absent = {"record_ids": [own, 10**12], "reason": WHY}
    for verb, more in (("fix", {}), ("accept", {}), ("assign", {"person_id": user.person_id})):
        answers = [caller.post(f"/api/v1/quarantine/{verb}/", {**b, **more}) for b in (mixed, absent)]
        assert [a.status_code for a in answers] == [404, 404]
        assert len({problem(a)["title"] for a in answers}) == 1
    assert set(QuarantinedRecord.objects.values_list("state", flat=True)) == {"open"}
    assert caller.post("/api/v1/quarantine/fix/", {"record_ids": [own], "reason": WHY}).json() == {
        "records": 1
    }
    assert caller.get(f"/api/v1/runs/{foreign.last_run_id}/").status_code == 404
