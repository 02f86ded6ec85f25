"""Rows of the sync engine."""

from syncengine.models.evidence import EvidenceFile
from syncengine.models.flow import Flow, FlowVersion
from syncengine.models.quarantine import QuarantinedRecord
from syncengine.models.run import Partition, Run, StageResult
from syncengine.models.totals import ControlTotal, ReconciliationDifference
from syncengine.models.work import OutboxEvent, TargetLease

__all__ = [
    "ControlTotal",
    "EvidenceFile",
    "Flow",
    "FlowVersion",
    "OutboxEvent",
    "Partition",
    "QuarantinedRecord",
    "ReconciliationDifference",
    "Run",
    "StageResult",
    "TargetLease",
]
