"""Runs, their partitions with leases, and the results of their stages."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from portal.core.money import MoneyField
from portal.core.querysets import Governed
from syncengine.models.flow import Flow, FlowVersion
from syncengine.permissions import P
from syncengine.states import FINAL, STAGES, Confirmation, Outcome, PartitionState, RunState, WaitReason


class Run(Governed):
    """One execution of a flow version for a slice. `pins` names by hash all that it computes from.

    `release_ref` is the change request by which a second person let the content of a held run be loaded:
    the held run has it, and so has the run that went on by it.
    """

    view_permission = P.RUN_VIEW
    scope_lookups = {"flow": ("flow_id",), "system": ("flow__source_system_id",)}

    class Trigger(models.TextChoices):
        COMMAND = "command", "command line"
        MANUAL = "manual", "by hand"
        REPLAY = "replay", "replay"

    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="runs")
    flow_version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="runs")
    period = models.CharField(max_length=7, blank=True, db_index=True)
    slice_key = models.CharField(max_length=200)
    target_key = models.CharField(max_length=64)
    state = models.CharField(max_length=26, choices=RunState.choices, default=RunState.PLANNED, db_index=True)
    wait_reason = models.CharField(max_length=8, choices=WaitReason.choices, blank=True)
    dry_run = models.BooleanField(default=False)
    trigger = models.CharField(max_length=8, choices=Trigger.choices, default=Trigger.MANUAL)
    replay_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replays")
    requested_by = models.CharField(max_length=300)
    requested_person = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)
    cancel_requested = models.BooleanField(default=False)
    release_ref = models.CharField(max_length=16, blank=True)
    pins = models.JSONField(default=dict)
    pins_sha256 = models.CharField(max_length=64, blank=True)
    mapping_hash = models.CharField(max_length=64, blank=True)
    snapshot_sha256 = models.CharField(max_length=64, blank=True)
    output_hash = models.CharField(max_length=64, blank=True)
    output_rows = models.PositiveBigIntegerField(null=True)
    target_rows = models.PositiveBigIntegerField(null=True)
    target_net = MoneyField(null=True)
    measure_totals = models.JSONField(default=dict)
    bridge = models.JSONField(default=list)
    quarantined_by_code = models.JSONField(default=dict)
    load_action = models.CharField(max_length=16, blank=True)
    confirmation = models.CharField(max_length=10, choices=Confirmation.choices, blank=True)
    reconciliation = models.CharField(max_length=11, choices=Outcome.choices, blank=True)
    reconciliation_keys = models.PositiveBigIntegerField(null=True)
    reconciliation_differences = models.PositiveBigIntegerField(null=True)
    error_code = models.CharField(max_length=16, blank=True)
    error_message = models.TextField(blank=True)
    error_place = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["flow", "slice_key", "-id"], name="run_of_slice")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["completed", "completed_with_exceptions"])
                | Q(confirmation="confirmed")
                | Q(dry_run=True, confirmation="not_loaded"),
                name="run_success_is_confirmed",
            )
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        return f"R-{self.pk:06d}"

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def is_running(self) -> bool:
        return self.state in STAGES

    @property
    def is_in_doubt(self) -> bool:
        """A load was begun and the target has not answered: nobody knows whether it holds the slice."""
        return self.confirmation == Confirmation.UNKNOWN

    @property
    def was_sent(self) -> bool:
        """Whether the target holds, or may hold, what this run computed."""
        return self.confirmation not in (Confirmation.NONE, Confirmation.NOT_LOADED)


class Partition(models.Model):
    """A part of a run that one worker holds at a time. `attempt` grows with every claim.

    `releases` counts attempts that ended in good order; only the others count towards the cap.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="partitions")
    number = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=9, choices=PartitionState.choices, default=PartitionState.WAITING)
    attempt = models.PositiveIntegerField(default=0)
    releases = models.PositiveIntegerField(default=0)
    fence = models.PositiveBigIntegerField(default=0)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    progress_stage = models.CharField(max_length=16, blank=True)
    progress_done = models.PositiveBigIntegerField(default=0)
    progress_total = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["state", "lease_until"], name="partition_claim")]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="partition_number")]

    def __str__(self) -> str:
        return f"{self.run} part {self.number}"


class StageResult(models.Model):
    """What one stage of one attempt did and how long it took."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="stages")
    attempt = models.PositiveIntegerField()
    stage = models.CharField(max_length=12)
    milliseconds = models.PositiveBigIntegerField(default=0)
    records = models.PositiveBigIntegerField(null=True)
    detail = models.JSONField(default=dict)
    finished_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "attempt", "stage"], name="stage_once")]

    def __str__(self) -> str:
        return f"{self.run} {self.stage}"
