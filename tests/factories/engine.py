"""A flow with an approved version and a draft, a run of it, its evidence and a record that it held back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from catalog.models import Connection, System
from portal.core.actor import Actor
from portal.core.canonical import content_hash
from portal.core.clock import now
from syncengine.evidence import EvidenceKind
from syncengine.models import EvidenceFile, Flow, FlowVersion, QuarantinedRecord, Run
from syncengine.services import flow_define, run_plan
from syncengine.storage import evidence_store

WHY = "Because the test asks for it"
DEFINITION: dict[str, Any] = {
    "finance_object": "actuals",
    "slice": {"scenario": "ACTUALS", "per": "none"},
    "source": {
        "connection": "erp-files",
        "dataset": {"file": "gl.txt", "separator": "|", "encoding": "ascii"},
    },
    "amount": {
        "column": "amount",
        "pattern": r"-?\d+\.\d+",
        "scale": 2,
        "currency": {"constant": "USD"},
        "side": {"column": "side", "debit": ["D"], "credit": ["C"], "blank": "refuse"},
    },
    "measures": [{"name": "net", "of": "net"}],
    "target": {
        "connection": "planning-db",
        "table": "plan_actuals",
        "columns": [{"name": "scenario", "value": "{scenario}"}, {"name": "account", "from": "account"}],
    },
    "quarantine": {"unit": "line", "max_share": "0.25"},
}


def make_connection(system: System, code: str, connector: str, config: dict[str, Any]) -> Connection:
    return Connection.objects.create(
        system=system, code=code, connector=connector, config=config, content_sha256=content_hash(config)
    )


def make_engine(author: Actor, operator: Actor) -> tuple[FlowVersion, Run, QuarantinedRecord]:
    """A draft of one flow, a waiting run of another, and a record held back by it.

    The connection `erp-files`, the system `planning` and the finance object `actuals` are there already.
    """
    planning = System.objects.get(code="planning")
    make_connection(planning, "planning-db", "database", {"url": "env:PLANNING_URL"})
    draft = flow_define(actor=author, reason=WHY, code="drafted", name="Drafted", definition=DEFINITION)
    flow = Flow.objects.create(
        code="running",
        name="Running",
        finance_object=draft.flow.finance_object,
        source_system=draft.flow.source_system,
        target_system=draft.flow.target_system,
    )
    FlowVersion.objects.create(
        flow=flow,
        number=1,
        state="approved",
        definition={**draft.definition, "target": {**draft.definition["target"], "table": "plan_running"}},
        content_sha256=draft.content_sha256,
        approved_at=now(),
    )
    run = run_plan(actor=operator, reason=WHY, flow_code="running")
    record = QuarantinedRecord.objects.create(
        flow=flow,
        slice_key=run.slice_key,
        record_key="0" * 64,
        code="MAP-001",
        field="account",
        value="9999",
        currency="USD",
        debit="12.50",
        credit="0",
        row=7,
        first_run=run,
        last_run=run,
        opened_at=now(),
    )
    return draft, run, record


def make_evidence(run: Run, folder: Path) -> EvidenceFile:
    """A stored file of rows; `settings.EVIDENCE_DIR` must be the test's own."""
    path = folder / "output.parquet"
    with duckdb.connect() as session:
        session.execute(f"COPY (SELECT 'REV' AS line, 12.50 AS net) TO '{path}' (FORMAT parquet)")
    stored = evidence_store().put_file(path, EvidenceKind.OUTPUT)
    return EvidenceFile.objects.create(
        run=run, kind="output", name="output", sha256=stored.sha256, size=stored.size, rows=1
    )
