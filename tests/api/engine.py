"""The part of the world that maps and moves: a draft of each kind, a run, a quarantined record."""

from __future__ import annotations

from typing import Any

from catalog.models import Connection, System
from mappings.models import MappingSet
from mappings.services import (
    RateSpec,
    mapping_set_register,
    rate_set_register,
    rate_set_version_start,
    rates_load,
)
from portal.core.canonical import content_hash
from portal.core.clock import now
from syncengine.models import Flow, FlowVersion, QuarantinedRecord, Run
from syncengine.services import flow_define, run_plan
from tests.factories.mappings import add, make_set, start

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


def _connection(system: System, code: str, connector: str, config: dict[str, Any]) -> Connection:
    return Connection.objects.create(
        system=system, code=code, connector=connector, config=config, content_sha256=content_hash(config)
    )


def build_mappings(world: Any) -> None:
    architect = world.actor("architect")
    mapping_set = make_set(architect)
    spare = mapping_set_register(
        actor=architect,
        reason=WHY,
        code="spare",
        name="Without a version",
        source_system="ledger",
        target_system="planning",
        target_dimension="planning-line",
        columns=[{"name": "account", "dimension": ""}],
    )
    version = start(architect, mapping_set)
    rule = add(architect, version, "4000")
    dimension = mapping_set.target_dimension
    rates = rate_set_register(actor=architect, reason=WHY, code="group", name="Group rates")
    idle = rate_set_register(actor=architect, reason=WHY, code="idle", name="Without a version")
    draft = rate_set_version_start(
        actor=architect, reason=WHY, rate_set_id=rates.pk, effective_from="2024-01"
    )
    rates_load(
        actor=architect,
        reason=WHY,
        version_id=draft.pk,
        rates=[RateSpec("average", "EUR", "USD", "2024-01", "1.0831")],
    )
    world.ids |= {
        "dimensions": dimension.pk,
        "members": dimension.members.get(code="REV").pk,
        "mapping_sets": mapping_set.pk,
        "mapping_versions": version.pk,
        "rules": rule.pk,
        "spare": MappingSet.objects.get(pk=spare.pk).pk,
        "rate_sets": rates.pk,
        "idle": idle.pk,
        "rate_set_versions": draft.pk,
    }


def build_engine(world: Any) -> None:
    planning = System.objects.get(code="planning")
    _connection(planning, "planning-db", "database", {"url": "env:PLANNING_URL"})
    architect = world.actor("architect")
    draft = flow_define(actor=architect, reason=WHY, code="drafted", name="Drafted", definition=DEFINITION)
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
    run = run_plan(actor=world.actor("operator"), reason=WHY, flow_code="running")
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
    world.ids |= {
        "flows": flow.pk,
        "flow_versions": draft.pk,
        "runs": run.pk,
        "quarantine": record.pk,
    }


def ended_run(world: Any) -> int:
    """The run, after it failed, so that it can be replayed."""
    Run.objects.filter(pk=world.ids["runs"]).update(state="failed", finished_at=now())
    return int(world.ids["runs"])
