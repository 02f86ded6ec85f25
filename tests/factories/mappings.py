"""A small pair of systems with a mapping set, made through the services."""

from __future__ import annotations

from typing import Any

from catalog.models import System
from mappings.models import Dimension, MappingRule, MappingSet, MappingVersion
from mappings.rows import new_row
from mappings.rules.rule import Rule
from mappings.services import (
    MemberSpec,
    dimension_register,
    mapping_set_register,
    members_load,
    rule_add,
    version_start,
    version_submit,
)
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_approve
from portal.core.actor import Actor

WHY = "Set up for the test"
LINES = ("REV", "COMP", "TRAVEL", "OTHER")
ACCOUNTS = ("4000", "4010", "5000", "5100", "6000")


def make_systems() -> tuple[System, System]:
    source = System.objects.create(code="ledger", name="Ledger", kind="legacy_gl")
    return source, System.objects.create(code="planning", name="Planning", kind="planning")


def make_dimension(actor: Actor, system: str, code: str, members: tuple[str, ...]) -> Dimension:
    dimension = dimension_register(actor=actor, reason=WHY, system=system, code=code, name=code.title())
    specs = [MemberSpec(member, f"Name of {member}") for member in members]
    members_load(actor=actor, reason=WHY, dimension_id=dimension.pk, members=specs)
    return dimension


def make_set(actor: Actor, code: str = "lines", kind: str = "load") -> MappingSet:
    """Columns account (with members) and center (without); target dimension of planning lines."""
    make_systems()
    make_dimension(actor, "ledger", "ledger-account", ACCOUNTS)
    make_dimension(actor, "planning", "planning-line", LINES)
    return mapping_set_register(
        actor=actor,
        reason=WHY,
        code=code,
        name="Planning lines",
        source_system="ledger",
        target_system="planning",
        target_dimension="planning-line",
        columns=[{"name": "account", "dimension": "ledger-account"}, {"name": "center", "dimension": ""}],
        kind=kind,
    )


def start(
    actor: Actor, mapping_set: MappingSet, effective_from: str = "2024-01", **more: Any
) -> MappingVersion:
    return version_start(
        actor=actor, reason=WHY, mapping_set_id=mapping_set.pk, effective_from=effective_from, **more
    )


def add(actor: Actor, version: MappingVersion, account: str, target: str = "REV", **more: Any) -> MappingRule:
    """An explicit rule over the account."""
    fields = {"kind": "explicit", "conditions": {"account": {"is": account}}, "target": target, **more}
    return rule_add(actor=actor, reason=WHY, version_id=version.pk, **fields)


def submit(actor: Actor, version: MappingVersion) -> ChangeRequest:
    return version_submit(actor=actor, reason=WHY, version_id=version.pk)


def approve(actor: Actor, change: ChangeRequest) -> ChangeRequest:
    change.refresh_from_db()
    done = change_approve(
        actor=actor, reason="Read and agreed", change_id=change.pk, content_sha256=change.content_sha256
    )
    assert done.state == "active", done.activation_fault
    return done


def approved_version(
    preparer: Actor, approver: Actor, mapping_set: MappingSet, rules: dict[str, str], **more: Any
) -> MappingVersion:
    """A version in force that maps these accounts to these targets."""
    version = start(preparer, mapping_set, **more)
    for account, target in rules.items():
        add(preparer, version, account, target)
    approve(approver, submit(preparer, version))
    version.refresh_from_db()
    return version


def bulk_rules(mapping_set: MappingSet, rules: list[Rule], since: int = 1) -> None:
    """Rows written past the services, for sizes at which only reading and checking are of interest."""
    MappingRule.objects.bulk_create([new_row(mapping_set, since, rule) for rule in rules], batch_size=5_000)
