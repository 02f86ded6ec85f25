"""What mapping sets and rate sets have in common in a manifest: entries are versions for fiscal periods."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from mappings.models import MappingVersion, RateSetVersion
from mappings.states import VersionState
from portal.core.errors import Conflict
from portal.core.keys import Key
from portal.core.manifest import Applying, Entry, Outcome, Result
from portal.core.manifest.codes import Code
from portal.fiscal.periods import is_period

V = TypeVar("V", MappingVersion, RateSetVersion)

FIELDS = (
    Key("effective_from", "period", "first fiscal period of this version", example="2026-01"),
    Key("effective_to", "period", "last one. Further versions are further entries with the same code, "
        "in the order of their approval", "open", "2026-12"),
)  # fmt: skip


def read_periods(entry: Entry) -> tuple[str, str]:
    """Both periods; the second is empty when open."""
    first, last = entry.text("effective_from"), entry.text("effective_to", "")
    for key, period in (("effective_from", first), ("effective_to", last)):
        if period and not is_period(period):
            entry.fault(Code.YAM_104, f"'{period}' is not a fiscal period YYYY-PP.", key)
    if last and last < first:
        entry.fault(Code.YAM_104, f"{last} lies before {first}.", "effective_to")
    return first, last


def version_key(code: str, periods: tuple[str, str]) -> str:
    return f"{code}@{periods[0]}..{periods[1]}"


def same_periods(version: MappingVersion | RateSetVersion, periods: tuple[str, str]) -> bool:
    return (version.effective_from, version.effective_to or "") == periods


def current_versions(versions: Iterable[V]) -> list[V]:
    """Of a set's versions, the approved ones in force for some period, in the order of their approval."""
    approved = [version for version in versions if version.state == VersionState.APPROVED]
    approved.sort(key=lambda version: (version.approved_at, version.number))
    return [
        version
        for at, version in enumerate(approved)
        if not any(_covers(later, version) for later in approved[at + 1 :])
    ]


def _covers(later: MappingVersion | RateSetVersion, version: MappingVersion | RateSetVersion) -> bool:
    if later.effective_from > version.effective_from:
        return False
    return later.effective_to is None or (
        version.effective_to is not None and later.effective_to >= version.effective_to
    )


def opened_result(
    version: MappingVersion | RateSetVersion, *, same: bool, need: tuple[str, str], applying: Applying
) -> Result | None:
    """What an open version means for an entry; None when it is the entry's own draft, to be submitted.

    Raises Conflict YAM-110 when somebody else's content is open.
    """
    if same:
        is_draft = version.state == VersionState.DRAFT
        return None if is_draft else Result(Outcome.PENDING, version.change_ref)
    if waiting := applying.waiting([need]):
        return waiting
    raise Conflict(Code.YAM_110, f"{version} is {version.get_state_display()} with other content.")
