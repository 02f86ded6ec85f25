"""Verbs of the sync engine: the only door through which its rows change."""

from syncengine.services.flows import flow_define, flow_version_edit, flow_version_start, flow_version_submit
from syncengine.services.quarantine import quarantine_accept, quarantine_assign, quarantine_fix
from syncengine.services.runs import run_cancel, run_plan, run_release, run_replay

__all__ = [
    "flow_define",
    "flow_version_edit",
    "flow_version_start",
    "flow_version_submit",
    "quarantine_accept",
    "quarantine_assign",
    "quarantine_fix",
    "run_cancel",
    "run_plan",
    "run_release",
    "run_replay",
]
