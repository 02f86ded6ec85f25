"""What every edit of a version does: lock, check, and tell approvals who had a hand in it."""

from __future__ import annotations

from django.db.models import F

from mappings.codes import Code
from mappings.models import MappingSet, MappingVersion, RateSetVersion
from mappings.permissions import P
from mappings.states import VersionState
from portal.approvals.services import change_content_edited
from portal.core.actor import Actor
from portal.core.codes import Code as CoreCode
from portal.core.errors import Conflict, Invalid, PreconditionFailed
from portal.core.locking import locked
from portal.fiscal.periods import is_period

MAPPING = "mappings.version"
RATES = "mappings.rate_set_version"


def lock_version(actor: Actor, version_id: int, revision: int | None = None) -> MappingVersion:
    """A version that may be edited, locked with its set.

    Raises NotFound, Forbidden, Conflict API-409 (neither draft nor under review), and
    PreconditionFailed API-007 when `revision` is given and is not the present one.
    """
    found = MappingVersion.objects.get_for(actor, P.VERSION_EDIT, pk=version_id)
    locked(MappingSet.objects.all()).get(pk=found.mapping_set_id)
    version = MappingVersion.objects.select_related("mapping_set", "base").get(pk=version_id)
    demand_editable(version, revision)
    return version


def demand_editable(version: MappingVersion | RateSetVersion, revision: int | None) -> None:
    """Raises Conflict or PreconditionFailed as `lock_version` says."""
    if not version.is_editable:
        message = f"{version} is {version.get_state_display()}; only drafts and versions under review change."
        raise Conflict(CoreCode.API_409, message, hint="Start a new version.")
    if revision is not None and revision != version.revision:
        raise PreconditionFailed(CoreCode.API_007, f"{version} has changed since you read it.")


def demand_draft(version: MappingVersion | RateSetVersion) -> None:
    """Raises Conflict API-409 unless the version is a draft."""
    if version.state != VersionState.DRAFT:
        raise Conflict(CoreCode.API_409, f"{version} is {version.get_state_display()}, not a draft.")


def edited(actor: Actor, version: MappingVersion | RateSetVersion) -> None:
    """To be called after every edit: counts it, records the contribution, voids decisions on the old content.

    The count is written without a row of history: the audit entry of the edit says more.
    """
    type(version)._default_manager.filter(pk=version.pk).update(revision=F("revision") + 1)
    version.revision += 1
    kind = MAPPING if isinstance(version, MappingVersion) else RATES
    change_content_edited(actor=actor, kind=kind, subject_key=version.key)


def checked_periods(effective_from: str, effective_to: str | None) -> tuple[str, str | None]:
    """Both fiscal periods, `effective_to` None when open. Raises Invalid MAP-043."""
    for place, period in (
        ("effective_from", effective_from),
        ("effective_to", effective_to or effective_from),
    ):
        if not is_period(period):
            raise Invalid(Code.MAP_043, f"{period!r} is not a fiscal period YYYY-PP.", place=place)
    if effective_to and effective_to < effective_from:
        raise Invalid(Code.MAP_043, f"{effective_to} lies before {effective_from}.", place="effective_to")
    return effective_from, effective_to or None
