"""Permissions over flows, runs and quarantined records."""

from enum import StrEnum


class P(StrEnum):
    FLOW_APPROVE = "syncengine:flow:approve"
    FLOW_EDIT = "syncengine:flow:edit"
    FLOW_RUN = "syncengine:flow:run"
    FLOW_VIEW = "syncengine:flow:view"
    QUARANTINE_ACCEPT = "syncengine:quarantine:accept"
    QUARANTINE_RELEASE = "syncengine:quarantine:release"
    QUARANTINE_VIEW = "syncengine:quarantine:view"
    QUARANTINE_WORK = "syncengine:quarantine:work"
    RUN_RELEASE = "syncengine:run:release"
    RUN_VIEW = "syncengine:run:view"


LABELS: dict[P, str] = {
    P.FLOW_APPROVE: "Approve flows",
    P.FLOW_EDIT: "Define flows and propose their versions",
    P.FLOW_RUN: "Plan, replay and cancel runs",
    P.FLOW_VIEW: "See flows",
    P.QUARANTINE_ACCEPT: "Propose to accept records unloaded",
    P.QUARANTINE_RELEASE: "Approve that records stay unloaded",
    P.QUARANTINE_VIEW: "See quarantined records",
    P.QUARANTINE_WORK: "Assign quarantined records and mark them fixed",
    P.RUN_RELEASE: "Approve that a held run is loaded all the same",
    P.RUN_VIEW: "See runs and their evidence",
}
