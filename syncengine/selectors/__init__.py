"""Reads of flows, runs and quarantined records, one module per noun."""

from syncengine.selectors.flows import (
    flow_by_code,
    flow_versions,
    flows,
    last_approved,
    version_by_key,
    version_in_force,
)
from syncengine.selectors.quarantine import quarantine_groups, quarantined, record_values
from syncengine.selectors.releases import release_of
from syncengine.selectors.runs import (
    Totals,
    evidence_of,
    latest_run_of_slice,
    reading_of,
    retry_of,
    run_by_ref,
    runs,
    totals_of,
    warnings_of,
)

__all__ = [
    "Totals",
    "evidence_of",
    "flow_by_code",
    "flow_versions",
    "flows",
    "last_approved",
    "latest_run_of_slice",
    "quarantine_groups",
    "quarantined",
    "reading_of",
    "record_values",
    "release_of",
    "retry_of",
    "run_by_ref",
    "runs",
    "totals_of",
    "version_by_key",
    "version_in_force",
    "warnings_of",
]
