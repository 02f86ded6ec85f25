"""Starting runs: now, again with what is approved now, and stopping them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from portal.approvals.models import ChangeRequest
from portal.core.errors import DomainError
from portal.core.forms import ActionForm
from portal.core.views import Crumb, ObjectActionPage, Proposal
from portal.fiscal import selectors as fiscal
from syncengine import services
from syncengine.definition import FlowDefinition
from syncengine.definition.model import Per
from syncengine.definitions import definition_of
from syncengine.forms import DRY, REAL, RunPlanForm
from syncengine.models import Flow, FlowVersion, Run
from syncengine.permissions import P
from syncengine.selectors.flows import last_approved, version_in_force
from syncengine.selectors.health import latest_of_slices, waiting_for_slice
from syncengine.selectors.releases import released_note, why_not_release
from syncengine.selectors.replays import PinChange, pin_changes
from syncengine.states import COMPUTING, QUEUED
from syncengine.views.flows import flow_crumbs, why_not_run
from syncengine.views.links import flow_url, run_url, version_url


class RunPlanView(ObjectActionPage):
    """Run a flow for a period: a dry run unless one says otherwise."""

    model = Flow
    permission = P.FLOW_RUN
    form_class = RunPlanForm
    preview_template = "syncengine/run_plan_preview.html"
    submit_label = "Run"
    version: FlowVersion | None
    definition: FlowDefinition | None

    def get_queryset(self) -> Any:
        return Flow.objects.select_related("finance_object", "source_system", "target_system")

    def prepare(self) -> None:
        super().prepare()
        self.asked = self.request.GET.get("period", "")[:7]
        in_force = version_in_force(self.object, self.asked)
        self.version = in_force or last_approved(self.object)
        self.definition = definition_of(self.version)

    def get_title(self) -> str:
        return f"Run {self.object.name}"

    def crumbs(self) -> Sequence[Crumb]:
        return flow_crumbs(self.object, ("run", ""))

    def cancel_url(self) -> str:
        return flow_url(self.object)

    def blocked(self) -> str:
        why = why_not_run(self.actor, self.object, self.version)
        return f"The flow cannot run: {why}" if why else ""

    def form_options(self) -> dict[str, Any]:
        definition = self.definition
        if definition is None or definition.slice.per is not Per.PERIOD:
            return {"periods": None}
        calendar = fiscal.calendar_by_code(definition.calendar or "")
        opened = calendar.periods.order_by("-code") if calendar else []
        return {"periods": [(p.code, f"{p.code}  {p.name}".strip()) for p in opened if p.is_open]}

    def initial(self) -> dict[str, Any]:
        mode = REAL if self.request.GET.get("mode") == REAL else DRY
        latest = self.object.runs.filter(dry_run=False).exclude(period="").order_by("-period").first()
        return {"mode": mode, "period": self.asked or (latest.period if latest else "")}

    def preview(self) -> dict[str, Any]:
        loaded = latest_of_slices(self.object.runs.all()).order_by("-period")
        definition = self.definition
        return {
            "version": self.version,
            "version_url": version_url(self.version) if self.version else "",
            "definition": definition,
            "loaded": loaded[:6],
            "waiting": waiting_for_slice(self.object),
        }

    def perform(self, form: RunPlanForm) -> Run:
        return services.run_plan(actor=self.actor, flow_code=self.object.code, **form.values)

    def success_url(self, result: Run) -> str:
        return run_url(result)

    def success_message(self, result: Run) -> str:
        return f"{result.ref} is planned; a worker carries it out."


class _OnRun(ObjectActionPage):
    model = Run
    permission = P.FLOW_RUN

    def get_queryset(self) -> Any:
        return Run.objects.select_related(
            "flow__finance_object", "flow__source_system", "flow__target_system", "flow_version"
        )

    def crumbs(self) -> Sequence[Crumb]:
        run = self.object
        return [("Runs", reverse("syncengine:run-list")), (run.ref, run_url(run)), (self.crumb, "")]

    crumb = ""

    def cancel_url(self) -> str:
        return run_url(self.object)

    def success_url(self, result: Run) -> str:
        return run_url(result)


class RunReplayView(_OnRun):
    """The slice again, with what is approved now; what differs is shown first."""

    crumb = "replay"
    form_class = ActionForm
    submit_label = "Replay"
    preview_template = "syncengine/run_replay_preview.html"

    def prepare(self) -> None:
        super().prepare()
        self.changes: list[PinChange] = []
        self.refusal = ""
        try:
            self.changes = pin_changes(self.object)
        except DomainError as error:
            self.refusal = f"{error.code} {error.message}"

    def get_title(self) -> str:
        return f"Replay {self.object.ref}"

    def get_lead(self) -> str:
        run = self.object
        what = (
            "A dry run: nothing is loaded." if run.dry_run else "The slice is replaced, so nothing doubles."
        )
        lead = f"Computes {run.slice_key} again with what is approved now. {what}"
        return f"{lead} {released_note(run)}".strip()

    def blocked(self) -> str:
        run = self.object
        if not run.is_final:
            return f"{run.ref} has not ended."
        return self.refusal or why_not_run(self.actor, run.flow, run.flow_version)

    def preview(self) -> dict[str, Any]:
        run = self.object
        newer = Run.objects.filter(
            flow=run.flow, slice_key=run.slice_key, dry_run=run.dry_run, pk__gt=run.pk
        ).order_by("-pk")
        return {"changes": self.changes, "newer": newer.first()}

    def perform(self, form: ActionForm) -> Run:
        return services.run_replay(actor=self.actor, run_id=self.object.pk, **form.values)

    def success_message(self, result: Run) -> str:
        return f"{result.ref} is planned; it replays {self.object.ref}."


class RunReleaseView(Proposal, _OnRun):
    """Ask a second person to let the content of a held run be loaded."""

    crumb = "release"
    form_class = ActionForm
    lead = (
        "A proposal that exactly this content is loaded although it was held; another person decides. Once "
        "it is approved, a replay that computes the same content loads it."
    )

    def get_title(self) -> str:
        return f"Release {self.object.ref}"

    def blocked(self) -> str:
        why = why_not_release(self.object)
        return f"Not possible: {why}" if why else ""

    def perform(self, form: ActionForm) -> ChangeRequest:
        return services.run_release(actor=self.actor, run_id=self.object.pk, **form.values)


def why_not_cancel(run: Run) -> str:
    if run.is_final:
        return "the run has ended."
    if run.cancel_requested:
        return "cancelling is under way."
    if run.was_sent:
        return "it has been sent to the target, which holds it or may hold it; its next attempt asks."
    return "" if run.state in (*QUEUED, *COMPUTING) else "the target is being written; it cannot stop now."


class RunCancelView(_OnRun):
    crumb = "cancel"
    form_class = ActionForm
    submit_label = "Cancel the run"
    submit_tone = "danger"
    lead = "A waiting run ends at once, a computing one at its next safe point before it loads."

    def get_title(self) -> str:
        return f"Cancel {self.object.ref}"

    def cancel_url(self) -> str:
        return ""

    def blocked(self) -> str:
        why = why_not_cancel(self.object)
        return f"Not possible: {why}" if why else ""

    def perform(self, form: ActionForm) -> Run:
        return services.run_cancel(actor=self.actor, run_id=self.object.pk, **form.values)

    def success_message(self, result: Run) -> str:
        return (
            f"{result.ref} is cancelled."
            if result.is_final
            else f"{result.ref} stops at its next safe point."
        )
