"""Starting, submitting and withdrawing versions of a mapping set."""

from __future__ import annotations

from mappings.codes import Code
from mappings.models import MappingRule, MappingSet, MappingVersion
from mappings.permissions import P
from mappings.selectors import last_approved, open_version, version_unchanged
from mappings.services.editing import MAPPING, checked_periods, demand_draft, edited, lock_version
from mappings.states import VERSION
from mappings.tags import Tag
from portal.approvals.models import ChangeRequest
from portal.approvals.selectors import open_change
from portal.approvals.services import change_submit, change_withdraw, record_contribution
from portal.audit.services import audited, record
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict
from portal.core.locking import locked
from portal.core.states import apply_transition


@audited(Tag.VERSION_START)
def version_start(
    *,
    actor: Actor,
    reason: str,
    mapping_set_id: int,
    effective_from: str,
    effective_to: str | None = None,
) -> MappingVersion:
    """Start a draft with the rules of the last approved version, effective for fiscal periods YYYY-PP.

    Raises Conflict MAP-044 when a version is open, Invalid MAP-043, NotFound, Forbidden.
    """
    mapping_set = MappingSet.objects.get_for(actor, P.VERSION_EDIT, pk=mapping_set_id)
    locked(MappingSet.objects.all()).get(pk=mapping_set.pk)
    opened = open_version(mapping_set)
    if opened is not None:
        raise Conflict(Code.MAP_044, f"{opened} is {opened.get_state_display()} already.")
    first, last = checked_periods(effective_from, effective_to)
    newest = mapping_set.versions.order_by("-number").first()
    version = MappingVersion(
        mapping_set=mapping_set,
        number=newest.number + 1 if newest else 1,
        base=last_approved(mapping_set),
        effective_from=first,
        effective_to=last,
        started_at=now(),
    )
    version.full_clean()
    version.save()
    _restore_base(version)
    record_contribution(actor=actor, kind=MAPPING, subject_key=version.key)
    base = version.base.number if version.base else None
    after = {"number": version.number, "base": base, "periods": version.periods_label}
    record(Tag.VERSION_START, actor=actor, subject=version, reason=reason, after=after)
    return version


def _restore_base(version: MappingVersion) -> None:
    """Undo, from this version on, what rejected and withdrawn versions did; their own rows stay."""
    base = version.base.number if version.base else 0
    rows = MappingRule.objects.filter(mapping_set_id=version.mapping_set_id)
    rows.filter(since__gt=base, since__lt=version.number, until__isnull=True).update(until=version.number)
    removed = rows.filter(since__lte=base, until__gt=base, until__lt=version.number)
    copies = []
    for row in removed:
        row.replaces_id, row.pk = row.pk, None
        row.since, row.until = version.number, None
        copies.append(row)
    MappingRule.objects.bulk_create(copies, batch_size=2_000)


@audited(Tag.VERSION_EDIT)
def version_edit(
    *,
    actor: Actor,
    reason: str,
    version_id: int,
    effective_from: str,
    effective_to: str | None = None,
    revision: int | None = None,
) -> MappingVersion:
    """Change the fiscal periods of an open version. Raises as `lock_version`, Invalid MAP-043."""
    version = lock_version(actor, version_id, revision)
    before = {"periods": version.periods_label}
    version.effective_from, version.effective_to = checked_periods(effective_from, effective_to)
    after = {"periods": version.periods_label}
    if before == after:
        return version
    version.full_clean()
    version.save()
    edited(actor, version)
    record(Tag.VERSION_EDIT, actor=actor, subject=version, reason=reason, before=before, after=after)
    return version


@audited(Tag.VERSION_SUBMIT)
def version_submit(
    *, actor: Actor, reason: str, version_id: int, revision: int | None = None
) -> ChangeRequest:
    """Put a draft under review; a pushed-back one is submitted again under its request.

    Raises Faults (ties MAP-002, unknown targets MAP-030, no rules MAP-033), Conflict APR-008 when it
    changes nothing, and what submitting raises.
    """
    version = lock_version(actor, version_id, revision)
    demand_draft(version)
    if version_unchanged(version):
        raise Conflict("APR-008", f"{version} has the same rules and periods as {version.base}.")
    change = change_submit(actor=actor, reason=reason, kind=MAPPING, subject_key=version.key)
    record(
        Tag.VERSION_SUBMIT,
        actor=actor,
        subject=version,
        reason=reason,
        after={"change": change.ref},
        content_sha256=change.content_sha256,
        object_version=str(version.number),
    )
    return change


@audited(Tag.VERSION_WITHDRAW)
def version_withdraw(*, actor: Actor, reason: str, version_id: int) -> MappingVersion:
    """Give up an open version; under review only by the requester (APR-009), with a reason (APR-001)."""
    version = lock_version(actor, version_id)
    before = {"state": version.state}
    change = open_change(MAPPING, version.key)
    if change is not None:
        change_withdraw(actor=actor, reason=reason, change_id=change.pk)
        version.refresh_from_db()
    else:
        apply_transition(version, VERSION, "withdraw")
        version.save()
    after = {"state": version.state}
    record(Tag.VERSION_WITHDRAW, actor=actor, subject=version, reason=reason, before=before, after=after)
    return version
