"""The part of the world that maps and moves: a draft of each kind, a run, a quarantined record."""

from __future__ import annotations

from typing import Any

from mappings.models import MappingSet
from mappings.services import (
    RateSpec,
    mapping_set_register,
    rate_set_register,
    rate_set_version_start,
    rates_load,
)
from portal.core.clock import now
from syncengine.models import Run
from tests.factories.engine import WHY, make_engine
from tests.factories.mappings import add, make_set, start


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
    draft, run, record = make_engine(world.actor("architect"), world.actor("operator"))
    world.ids |= {
        "flows": run.flow_id,
        "flow_versions": draft.pk,
        "runs": run.pk,
        "quarantine": record.pk,
    }


def held_run(world: Any) -> int:
    """The run, held back by its proof, so that its release can be asked for."""
    held = {"state": "held", "error_code": "RUN-015", "confirmation": "not_loaded"}
    Run.objects.filter(pk=world.ids["runs"]).update(dry_run=False, finished_at=now(), **held)
    return int(world.ids["runs"])


def ended_run(world: Any) -> int:
    """The run, after it failed, so that it can be replayed."""
    Run.objects.filter(pk=world.ids["runs"]).update(state="failed", finished_at=now())
    return int(world.ids["runs"])
