"""For every write: who may do it, and a body that is accepted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.approvals.models import ChangeRequest
from tests.api.world import DAY, FIELD, WHY, World
from tests.factories.engine import DEFINITION


@dataclass(frozen=True)
class Example:
    """Who may do a write, and a body that is accepted."""

    who: str
    body: Callable[[World], dict[str, Any]]


def example(who: str, **body: Any) -> Example:
    return Example(who, lambda world: {**body, "reason": WHY})


def decision() -> Example:
    def body(world: World) -> dict[str, Any]:
        change = ChangeRequest.objects.get(pk=world.ids["changes"])
        return {"content_sha256": change.content_sha256, "reason": WHY}

    return Example("controller_a", body)


EXAMPLES: dict[str, Example] = {
    "accounts_partial_update": example("sod_admin", active=False),
    "calendars_create": example(
        "architect",
        code="weekly",
        name="4-4-5",
        periods=[{"code": "2025-01", "start": "2025-01-01", "end": "2025-01-28", "name": "First"}],
    ),
    "calendars_partial_update": example("architect", name="Calendar months"),
    "changes_approve": decision(),
    "changes_comment": Example("auditor", lambda world: {"text": "Looked at it."}),
    "changes_push_back": decision(),
    "changes_reject": decision(),
    "changes_resubmit": example("architect"),
    "changes_withdraw": example("architect"),
    "connections_create": example(
        "architect",
        system="erp",
        code="erp-drop",
        connector="file",
        environment="test",
        config={"folder": "."},
    ),
    "finance_object_schemas_create": example("architect", finance_object="budget", fields=[FIELD]),
    "finance_objects_create": example("architect", code="plan", name="Plan", description="What is planned"),
    "finance_objects_partial_update": example("architect", name="Actual figures"),
    "grants_create": example("sod_admin", person="stranger", role="role-operator", valid_from=DAY),
    "grants_revoke": example("sod_admin", last_day="2030-12-31"),
    "ownerships_create": example(
        "architect", finance_object="budget", system="erp", valid_from=DAY, legal_entity="AT01"
    ),
    "ownerships_end": example("architect", last_day="2030-12-31"),
    "people_accounts": example("sod_admin", username="second", kind="service"),
    "people_create": example("sod_admin", code="eva", name="Eva Example", email="eva@example.org"),
    "people_partial_update": example("sod_admin", name="Another Name"),
    "periods_partial_update": example("architect", state="closed"),
    "policies_create": example("sod_admin", kind="catalog.ownership", approvals=2),
    "roles_create": example("sod_admin", code="preparer", name="Preparer", functions=["MAP.PREP"]),
    "systems_create": example("architect", code="plan", name="Planning", kind="planning", rpo_minutes=60),
    "systems_partial_update": example("architect", name="The ledger", description="Two\nlines"),
    "tokens_create": Example(
        "architect",
        lambda world: {
            "account_id": world.users["architect"].pk,
            "name": "Nightly",
            "scopes": ["catalog:system:view"],
            "days": 30,
            "reason": WHY,
        },
    ),
    "tokens_revoke": example("architect"),
    # mappings
    "dimensions_create": example("architect", system="erp", code="erp-center", name="Cost centers"),
    "dimensions_members": example(
        "architect",
        members=[
            {"code": "NEW", "name": "New line", "parent": "REV", "attributes": {"side": "C"}},
            {"code": "OTHER", "valid_from": DAY, "valid_to": None},
        ],
    ),
    "members_partial_update": example("architect", name="Revenue", attributes={"side": "C"}, valid_from=DAY),
    "mapping_sets_create": example(
        "architect",
        code="more-lines",
        name="More lines",
        source_system="ledger",
        target_system="planning",
        target_dimension="planning-line",
        columns=[{"name": "account", "dimension": "ledger-account"}],
    ),
    "mapping_versions_create": Example(
        "architect",
        lambda world: {"mapping_set_id": world.ids["spare"], "effective_from": "2024-01", "reason": WHY},
    ),
    "mapping_versions_partial_update": example("architect", effective_from="2024-02", effective_to="2024-12"),
    "mapping_versions_rule_add": example(
        "architect",
        kind="range",
        conditions={"account": {"between": ["5000", "5999"], "as": "number"}},
        target="COMP",
        sign=-1,
        priority=100,
        rule_reason="",
        label="Compensation",
    ),
    "mapping_versions_rule_edit": example(
        "architect", kind="explicit", conditions={"account": {"is": "4000"}}, target="OTHER"
    ),
    "mapping_versions_rule_remove": example("architect"),
    "mapping_versions_rules_import": example(
        "architect", file=b"kind,account,center,target\nexplicit,4010,,REV\n", dry_run="false", replace="true"
    ),
    "mapping_versions_submit": example("architect"),
    "mapping_versions_withdraw": example("architect"),
    "rate_sets_create": example("architect", code="spot", name="Spot rates"),
    "rate_set_versions_create": Example(
        "architect",
        lambda world: {"rate_set_id": world.ids["idle"], "effective_from": "2024-01", "reason": WHY},
    ),
    "rate_set_versions_rates_load": example(
        "architect",
        rates=[
            {
                "rate_type": "closing",
                "from_currency": "GBP",
                "to_currency": "USD",
                "period": "2024-01",
                "rate": "1.27",
            }
        ],
        replace=False,
    ),
    "rate_set_versions_submit": example("architect"),
    "rate_set_versions_withdraw": example("architect"),
    # flows and runs
    "flows_create": example("architect", code="another", name="Another", definition=DEFINITION),
    "flow_versions_create": Example(
        "architect", lambda world: {"flow_id": world.ids["flows"], "definition": DEFINITION, "reason": WHY}
    ),
    "flow_versions_partial_update": example(
        "architect", definition={**DEFINITION, "quarantine": {"unit": "line", "max_share": "0.5"}}
    ),
    "flow_versions_submit": example("architect"),
    "runs_create": example("operator", flow="running", dry_run=True),
    "runs_cancel": example("operator"),
    "runs_release": example("operator"),
    "runs_replay": example("operator"),
    "quarantine_accept": Example(
        "controller_a", lambda world: {"record_ids": [world.ids["quarantine"]], "reason": WHY}
    ),
    "quarantine_assign": Example(
        "operator",
        lambda world: {
            "record_ids": [world.ids["quarantine"]],
            "person_id": world.users["operator"].person_id,
            "reason": WHY,
        },
    ),
    "quarantine_fix": Example(
        "operator", lambda world: {"record_ids": [world.ids["quarantine"]], "reason": WHY}
    ),
}
