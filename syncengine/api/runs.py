"""Runs: plan, watch, replay, cancel; what proves them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.approvals.api.receipts import Receipt, proposed
from portal.core.api.operations import Op
from portal.core.api.related import take_related
from portal.core.api.serializers import Body, ReasonBody, Representation, View
from portal.core.api.values import CodeText, DecimalText, Flag, PeriodText, Reason, Whole
from portal.core.api.viewsets import Detailed, Listed
from portal.core.filters import FlagFilter, ListFilter, TextFilter, WholeFilter
from syncengine import selectors, services
from syncengine.models import (
    ControlTotal,
    EvidenceFile,
    Partition,
    ReconciliationDifference,
    Run,
    StageResult,
)
from syncengine.permissions import P
from syncengine.runsummary import run_summary
from syncengine.states import Confirmation, Outcome, RunState


class TotalView(Representation):
    """Records and amounts of one bucket in one currency; source = the sum of the other buckets."""

    debit = DecimalText()
    credit = DecimalText()

    class Meta:
        model = ControlTotal
        fields = ["bucket", "currency", "records", "debit", "credit"]


class StageView(Representation):
    """What one stage of one attempt did."""

    class Meta:
        model = StageResult
        fields = ["attempt", "stage", "milliseconds", "records", "finished_at"]


class PartView(Representation):
    """A part of a run and how far it is."""

    class Meta:
        model = Partition
        fields = ["number", "state", "attempt", "progress_stage", "progress_done", "progress_total"]


class EvidenceView(Representation):
    """A content-addressed file that proves the run."""

    class Meta:
        model = EvidenceFile
        fields = ["id", "kind", "name", "sha256", "size", "rows"]


class ReconciliationView(Representation):
    """One amount in which the target differs from the independent figure."""

    key = serializers.JSONField()
    expected = DecimalText()
    actual = DecimalText()
    difference = DecimalText()

    class Meta:
        model = ReconciliationDifference
        fields = ["id", "key", "measure", "expected", "actual", "difference"]


class RunView(Representation):
    """A run as lists show it."""

    ref = serializers.CharField()
    flow = serializers.CharField(source="flow.code")
    flow_version = serializers.IntegerField(source="flow_version.number")
    target_net = DecimalText(allow_null=True)

    class Meta:
        model = Run
        fields = [
            "id", "ref", "flow", "flow_id", "flow_version", "flow_version_id", "period", "slice_key", "state",
            "wait_reason", "dry_run", "trigger", "replay_of_id", "requested_by", "reason", "cancel_requested",
            "release_ref", "mapping_hash", "snapshot_sha256", "output_hash", "output_rows", "target_rows",
            "target_net", "load_action", "confirmation", "reconciliation", "reconciliation_keys",
            "reconciliation_differences", "error_code", "error_message", "error_place", "created_at",
            "started_at", "finished_at",
        ]  # fmt: skip


class WarningView(View):
    """Something the run tells that does not stop it."""

    code = serializers.CharField()
    message = serializers.CharField()


class RetryView(View):
    """A run that waits for its next attempt: how many failed, and when the next begins or it is given up."""

    failed = serializers.IntegerField()
    allowed = serializers.IntegerField()
    at = serializers.DateTimeField(allow_null=True)
    is_last = serializers.BooleanField()


class ReleaseView(View):
    """The change that let a content be loaded which nothing proves, and the held run that had computed it."""

    change = serializers.CharField()
    run = serializers.CharField()
    approved_by = serializers.ListField(child=serializers.CharField())


class RunDetail(RunView):
    """A run with control totals, stages, progress and pins.

    `source_records_read` counts the whole source as it was read, `slice_records` those of this run's slice.
    `confirmation` is `unknown` from the beginning of a load until the target has answered.
    """

    control_totals = TotalView(many=True)
    stages = StageView(many=True)
    partitions = PartView(many=True)
    pins = serializers.JSONField()
    quarantined_by_code = serializers.JSONField()
    source_records_read = serializers.SerializerMethodField()
    slice_records = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    retry = serializers.SerializerMethodField()

    def get_source_records_read(self, run: Run) -> int | None:
        return selectors.reading_of(run).source

    def get_slice_records(self, run: Run) -> int | None:
        return selectors.reading_of(run).slice

    @extend_schema_field(WarningView(many=True))
    def get_warnings(self, run: Run) -> Any:
        return WarningView(selectors.warnings_of(run), many=True).data

    @extend_schema_field(RetryView(allow_null=True))
    def get_retry(self, run: Run) -> Any:
        found = selectors.retry_of(run)
        return RetryView(found).data if found else None

    release = serializers.SerializerMethodField()

    @extend_schema_field(ReleaseView(allow_null=True))
    def get_release(self, run: Run) -> Any:
        found = selectors.release_of(run)
        return ReleaseView(found).data if found else None

    class Meta(RunView.Meta):
        fields = [
            *RunView.Meta.fields,
            "pins_sha256", "pins", "source_records_read", "slice_records", "warnings", "retry",
            "release", "quarantined_by_code", "control_totals", "stages", "partitions",
        ]  # fmt: skip


class SummaryView(View):
    """The same object as `flow_run --json` prints."""

    summary = serializers.SerializerMethodField()

    @extend_schema_field(serializers.JSONField())
    def get_summary(self, run: Run) -> dict[str, Any]:
        return run_summary(run)


class RunBody(Body):
    """A dry run does everything but write to the target."""

    flow = CodeText(required=False, help_text="Its code; or flow_id.")
    flow_id = Whole(required=False)
    period = PeriodText(help_text="Fiscal period YYYY-PP.")
    dry_run = Flag(required=False)
    reason = Reason()


class RunFilter(ListFilter):
    flow = TextFilter(field_name="flow__code")
    flow_id = WholeFilter()
    period = TextFilter()
    state = filters.ChoiceFilter(choices=RunState.choices)
    dry_run = FlagFilter()
    confirmation = filters.ChoiceFilter(choices=Confirmation.choices)
    reconciliation = filters.ChoiceFilter(choices=Outcome.choices)
    slice_key = TextFilter()


class EvidenceFilter(ListFilter):
    kind = TextFilter()
    sha256 = TextFilter()


class DifferenceFilter(ListFilter):
    measure = TextFilter()


class RunViewSet(Listed, Detailed):
    """Runs of flows. A worker carries them out; a run moves by itself, so its verbs need no If-Match."""

    selector = staticmethod(selectors.runs)
    serializer_class = RunDetail
    filterset_class = RunFilter
    operations = {
        "list": Op(P.RUN_VIEW, answer=RunView),
        "retrieve": Op(P.RUN_VIEW),
        "create": Op(P.FLOW_RUN, body=RunBody, status=201),
        "cancel": Op(P.FLOW_RUN, body=ReasonBody, if_match=False),
        "replay": Op(P.FLOW_RUN, body=ReasonBody, status=201, if_match=False),
        "release": Op(P.FLOW_RUN, body=ReasonBody, answer=Receipt, status=202, if_match=False),
        "summary": Op(P.RUN_VIEW, answer=SummaryView),
        "evidence": Op(P.RUN_VIEW, answer=EvidenceView, paged=True),
        "differences": Op(P.RUN_VIEW, answer=ReconciliationView, paged=True),
    }

    def get_queryset(self) -> QuerySet:
        runs = super().get_queryset()
        if self.action in ("list", "summary", "evidence", "differences"):
            return runs
        return runs.prefetch_related("control_totals", "stages", "partitions")

    def list(self, request: Request) -> Response:
        return self.page(self.get_queryset(), RunView)

    def create(self, request: Request) -> Response:
        """Plan a run of the approved version in force."""
        values = self.body()
        flow = take_related(values, "flow", selectors.flows(self.actor))
        return self.created(services.run_plan(actor=self.actor, flow_code=flow.code, **values))

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Cancel a run: at once while it waits, at the next safe point while it computes."""
        return self.changed(services.run_cancel(actor=self.actor, run_id=self.instance.pk, **self.body()))

    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Compute the slice of an ended run again with what is approved now."""
        run = services.run_replay(actor=self.actor, run_id=self.instance.pk, **self.body())
        response = self.changed(run)
        response["Location"] = f"/api/v1/runs/{run.pk}/"
        return response

    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Propose that what a held run computed is loaded all the same."""
        return proposed(services.run_release(actor=self.actor, run_id=self.instance.pk, **self.body()))

    @action(detail=True, methods=["get"])
    def summary(self, request: Request, pk: str) -> Response:
        """The run in one object, as the command line prints it."""
        return Response(SummaryView(self.instance).data)

    @action(detail=True, methods=["get"], filterset_class=EvidenceFilter)
    def evidence(self, request: Request, pk: str) -> Response:
        """Files that prove the run, by their sha256."""
        return self.page(selectors.evidence_of(self.instance), EvidenceView)

    @action(detail=True, methods=["get"], filterset_class=DifferenceFilter)
    def differences(self, request: Request, pk: str) -> Response:
        """Amounts that differ from the independent figure, at most 1,000."""
        return self.page(self.instance.differences.all(), ReconciliationView)
