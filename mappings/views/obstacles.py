"""Why an act on a version is not possible now, said before anyone fills in its form."""

from __future__ import annotations

from mappings import selectors
from mappings.models import MappingVersion, RateSetVersion
from mappings.states import VersionState


def why_closed(version: MappingVersion | RateSetVersion) -> str:
    """Approved, rejected and withdrawn versions stay as they are; "" for others."""
    return "" if version.is_editable else f"{version} is {version.get_state_display()}; start a new version."


def why_not_submitted(version: MappingVersion | RateSetVersion) -> str:
    """Only drafts that differ from what they are based on are submitted; "" for those."""
    if version.is_editable and version.state != VersionState.DRAFT:
        return f"{version} is under review already."
    if version.is_editable and isinstance(version, MappingVersion) and selectors.version_unchanged(version):
        return f"{version} has the same rules and periods as {version.base}: there is nothing to approve."
    if version.is_editable and isinstance(version, RateSetVersion) and selectors.rates_unchanged(version):
        return f"{version} has the same rates and periods as {version.base}: there is nothing to approve."
    return why_closed(version)
