"""States of flow versions, runs, partitions and quarantined records, as data."""

from __future__ import annotations

from django.db import models

from portal.core.states import machine, transition


class VersionState(models.TextChoices):
    DRAFT = "draft", "draft"
    LOCKED = "locked", "under review"
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"
    WITHDRAWN = "withdrawn", "withdrawn"


V = VersionState
VERSION = machine(
    transition("lock", (V.DRAFT, V.LOCKED), V.LOCKED),
    transition("unlock", (V.LOCKED, V.DRAFT), V.DRAFT),
    transition("approve", V.LOCKED, V.APPROVED),
    transition("reject", (V.LOCKED, V.DRAFT), V.REJECTED),
    transition("withdraw", (V.LOCKED, V.DRAFT), V.WITHDRAWN),
)


class RunState(models.TextChoices):
    PLANNED = "planned", "planned"
    WAITING = "waiting", "waiting"
    EXTRACTING = "extracting", "extracting"
    VALIDATING = "validating", "validating"
    MAPPING = "mapping", "mapping"
    TRANSLATING = "translating", "translating"
    AGGREGATING = "aggregating", "aggregating"
    LOADING = "loading", "loading"
    CONFIRMING = "confirming", "confirming"
    RECONCILING = "reconciling", "reconciling"
    COMPLETED = "completed", "completed"
    COMPLETED_WITH_EXCEPTIONS = "completed_with_exceptions", "completed with exceptions"
    UNRECONCILED = "unreconciled", "unreconciled"
    UNKNOWN = "unknown", "unknown"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"
    ROLLED_BACK = "rolled_back", "rolled back"
    HELD = "held", "held"


class WaitReason(models.TextChoices):
    FREEZE = "freeze", "a freeze window"
    LEASE = "lease", "another run of this slice"
    QUEUE = "queue", "a worker"
    RETRY = "retry", "the next attempt"
    TARGET = "target", "the target"


R = RunState
QUEUED = (R.PLANNED, R.WAITING)
# before the target is touched: a run may still be cancelled
COMPUTING = (
    R.EXTRACTING, R.VALIDATING, R.MAPPING, R.TRANSLATING, R.AGGREGATING, R.RECONCILING,
)  # fmt: skip
STAGES = (*COMPUTING, R.LOADING, R.CONFIRMING)
FINAL = (
    R.COMPLETED, R.COMPLETED_WITH_EXCEPTIONS, R.UNRECONCILED, R.UNKNOWN,
    R.FAILED, R.CANCELLED, R.ROLLED_BACK, R.HELD,
)  # fmt: skip
SUCCESS = (R.COMPLETED, R.COMPLETED_WITH_EXCEPTIONS)
ACTIVE = (*QUEUED, *STAGES)

RUN = machine(
    transition("wait", (R.PLANNED, R.WAITING, *STAGES), R.WAITING),
    transition("extract", (*QUEUED, R.EXTRACTING), R.EXTRACTING),
    transition("validate", R.EXTRACTING, R.VALIDATING),
    transition("map", R.VALIDATING, R.MAPPING),
    transition("translate", R.MAPPING, R.TRANSLATING),
    transition("aggregate", R.TRANSLATING, R.AGGREGATING),
    transition("reconcile", R.AGGREGATING, R.RECONCILING),
    transition("load", R.RECONCILING, R.LOADING),
    transition("confirm", (R.LOADING, R.RECONCILING), R.CONFIRMING),
    transition("complete", R.CONFIRMING, R.COMPLETED),
    transition("complete_with_exceptions", R.CONFIRMING, R.COMPLETED_WITH_EXCEPTIONS),
    transition("leave_unreconciled", R.CONFIRMING, R.UNRECONCILED),
    transition("hold", (R.AGGREGATING, R.RECONCILING), R.HELD),
    transition("lose", ACTIVE, R.UNKNOWN),
    transition("fail", ACTIVE, R.FAILED, needs_reason=True),
    transition("cancel", (*QUEUED, *COMPUTING), R.CANCELLED, needs_reason=True),
)


class PartitionState(models.TextChoices):
    WAITING = "waiting", "waiting"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


PS = PartitionState
PARTITION = machine(
    transition("claim", (PS.WAITING, PS.RUNNING), PS.RUNNING),
    transition("release", PS.RUNNING, PS.WAITING),
    transition("finish", PS.RUNNING, PS.DONE),
    transition("fail", (PS.WAITING, PS.RUNNING), PS.FAILED),
    transition("cancel", (PS.WAITING, PS.RUNNING), PS.CANCELLED),
)


class RecordState(models.TextChoices):
    OPEN = "open", "open"
    ASSIGNED = "assigned", "assigned"
    FIXED = "fixed", "fixed"
    REPLAYED = "replayed", "replayed"
    ACCEPTED_UNLOADED = "accepted_unloaded", "accepted unloaded"
    GONE = "gone", "no longer in the source"


Q = RecordState
HELD_BACK = (Q.OPEN, Q.ASSIGNED, Q.FIXED)
RECORD = machine(
    transition("assign", HELD_BACK, Q.ASSIGNED),
    transition("fix", HELD_BACK, Q.FIXED, needs_reason=True),
    transition("replay", HELD_BACK, Q.REPLAYED),
    transition("accept", HELD_BACK, Q.ACCEPTED_UNLOADED, needs_reason=True),
    transition("vanish", HELD_BACK, Q.GONE),
    transition("reopen", (*HELD_BACK, Q.REPLAYED, Q.GONE), Q.OPEN),
)


class Confirmation(models.TextChoices):
    """What the target answered. UNKNOWN from the moment a load begins until the target has answered."""

    NONE = "", "not yet"
    CONFIRMED = "confirmed", "confirmed"
    FAILED = "failed", "failed"
    NOT_LOADED = "not_loaded", "not loaded"
    PARTIAL = "partial", "partial"
    UNKNOWN = "unknown", "unknown"


class Outcome(models.TextChoices):
    NONE = "", "not yet"
    DIFFERENCES = "differences", "differences"
    NOT_PROVEN = "not_proven", "completeness not proven"
    RECONCILED = "reconciled", "reconciled"
