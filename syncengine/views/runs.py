"""Pages of runs: list, detail with its proof, live progress, exports of totals and differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse

from mappings import selectors as mappings
from portal.approvals.addresses import change_url
from portal.core import authority
from portal.core.export import stream_csv
from portal.core.views import (
    Action,
    Column,
    Crumb,
    DetailPage,
    Empty,
    Fact,
    Fragment,
    ListPage,
    ObjectListPage,
    ObjectPage,
    permitted,
    render_page,
)
from syncengine.evidence import EvidenceKind
from syncengine.filters import DifferenceFilter, RunFilter
from syncengine.forms import REAL
from syncengine.models import EvidenceFile, ReconciliationDifference, Run
from syncengine.permissions import P
from syncengine.selectors.evidence import TABULAR
from syncengine.selectors.releases import release_of, released_note, why_not_release
from syncengine.selectors.replays import Pin, pins_of
from syncengine.selectors.runs import newer_of_slice, reading_of, warnings_of
from syncengine.states import Outcome, RunState
from syncengine.views.links import evidence_url, flow_url, plan_url, records_url, run_url, version_url
from syncengine.views.plans import why_not_cancel
from syncengine.views.progress import progress_of
from syncengine.views.totals import labels_of, tally_of, totals_table

SHOWN_DIFFERENCES = 12
BRIDGE = ("source", "sign", "translation", "rounding", "presentation", "target")


class RunListView(ListPage):
    title = "Runs"
    lead = "Every execution of a flow, newest first."
    model = Run
    permission = P.RUN_VIEW
    filterset_class = RunFilter
    facets = ("state", "flow")
    by_key = True
    empty = Empty("Nothing ran yet.", "Run a flow from its page, or with manage.py flow_run.")
    columns = (
        Column("ref", "Run", kind="code", primary=True, link=run_url),
        Column("flow", "Flow", value="flow.name", link=lambda run: flow_url(run.flow)),
        Column("period", "Period", kind="code"),
        Column("state", "State", kind="status"),
        Column("kind", "Kind", value=lambda run: "dry run" if run.dry_run else run.get_trigger_display()),
        Column("confirmation", "Target", kind="status", value=lambda run: shown_confirmation(run)),
        Column("reconciliation", "Reconciliation", kind="status"),
        Column("quarantined", "Held", kind="count", value=lambda run: held_records(run)),
        Column("started_at", "Started", kind="time"),
        Column("seconds", "Seconds", value=lambda run: duration_text(run)),
    )

    def decorate(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("flow")


def held_records(run: Run) -> int | None:
    if not run.output_hash:
        return None
    return sum(int(line["records"]) for line in run.quarantined_by_code.values())


def shown_confirmation(run: Run) -> str:
    """The target's answer; while a run is at work none is expected yet."""
    return "" if run.is_running else run.confirmation


def duration_text(run: Run) -> str:
    if run.started_at is None or run.finished_at is None:
        return ""
    return f"{(run.finished_at - run.started_at).total_seconds():.1f}"


def _runs() -> Any:
    return Run.objects.select_related(
        "flow__finance_object", "flow__source_system", "flow__target_system", "flow_version", "replay_of"
    ).prefetch_related("partitions", "stages", "control_totals", "evidence")


@dataclass(frozen=True, slots=True)
class HeldLine:
    """What one error code holds back in a run."""

    code: str
    records: int
    url: str


@dataclass(frozen=True, slots=True)
class PinLine:
    pin: Pin
    url: str


class RunDetailView(DetailPage):
    """What happened to the money."""

    model = Run
    permission = P.RUN_VIEW
    template_name = "syncengine/run_detail.html"
    state_field = "state"

    def get_queryset(self) -> Any:
        return _runs()

    def get_title(self) -> str:
        run = self.object
        return f"{run.ref} {run.flow.name}{' ' + run.period if run.period else ''}"

    def crumbs(self) -> Sequence[Crumb]:
        return [("Runs", reverse("syncengine:run-list")), (self.object.ref, "")]

    def actions(self) -> Sequence[Action]:
        run, flow = self.object, self.object.flow
        key = {"pk": run.pk}
        if not run.is_final:
            url, why = reverse("syncengine:run-cancel", kwargs=key), why_not_cancel(run)
            return [
                permitted(
                    self.actor, P.FLOW_RUN, "Cancel", url, obj=flow, tone="danger", icon="x-circle", why=why
                )
            ]
        replay = permitted(
            self.actor, P.FLOW_RUN, "Replay", reverse("syncengine:run-replay", kwargs=key), obj=flow,
            icon="arrow-path",
        )  # fmt: skip
        if run.state == RunState.HELD and not why_not_release(run):
            url = reverse("syncengine:run-release", kwargs=key)
            return [
                replay,
                permitted(self.actor, P.FLOW_RUN, "Ask for release", url, obj=flow, icon="lock-open"),
            ]
        if not run.dry_run:
            return [replay]
        real = plan_url(flow, period=run.period, mode=REAL)
        return [
            replay,
            permitted(self.actor, P.FLOW_RUN, "Load it", real, obj=flow, tone="primary", icon="play"),
        ]

    def facts(self) -> Sequence[Fact]:
        run, version = self.object, self.object.flow_version
        facts = [
            Fact("Flow", run.flow.code, "code", url=flow_url(run.flow)),
            Fact("Definition", f"version {version.number}", url=version_url(version)),
            Fact("Slice", run.slice_key, "code"),
            Fact("Requested by", run.requested_by),
            Fact("Started by", run.get_trigger_display()),
            Fact("Reason", run.reason),
            Fact("Started", run.started_at, "time"),
            Fact("Finished", run.finished_at, "time"),
        ]
        if run.release_ref:
            facts.append(Fact("Released by", run.release_ref, "code", url=change_url(run.release_ref)))
        if run.replay_of is not None:
            facts.insert(5, Fact("Replays", run.replay_of.ref, "code", url=run_url(run.replay_of)))
        return facts

    def get_context(self, **extra: Any) -> dict[str, Any]:
        run = self.object
        files = list(run.evidence.all())
        by_name = {(file.kind, file.name): file for file in files}
        differences = run.differences.order_by("id")[:SHOWN_DIFFERENCES]
        return super().get_context(
            live=progress_of(run),
            reading=reading_of(run),
            warnings=warnings_of(run),
            release=release_of(run) if run.state != RunState.HELD else None,
            released_note=released_note(run),
            tally=tally_of(run, bucket_urls(files)),
            heads=labels_of(run),
            held=held_lines(run, by_name.get((str(EvidenceKind.QUARANTINE), "quarantine"))),
            work_url=work_url(run),
            bridge=[(line["currency"], bridge_steps(line)) for line in run.bridge],
            bridge_currency=target_currency(run),
            measures=[(name, Decimal(total)) for name, total in run.measure_totals.items()],
            output=by_name.get((str(EvidenceKind.OUTPUT), "output")),
            differences=[(row, difference_url(row, files)) for row in differences],
            proof_note=proof_note(run),
            newer=newer_of_slice(run),
            files=[(file, file.kind in TABULAR) for file in files],
            pins=[PinLine(pin, pin_url(pin, run)) for pin in pins_of(run.pins)],
            attempts=[row for row in run.stages.all() if row.attempt] if many_attempts(run) else [],
            may_see_exceptions=authority.allowed(self.actor, P.QUARANTINE_VIEW, run.flow),
            **extra,
        )


def many_attempts(run: Run) -> bool:
    return any(part.attempt > 1 for part in run.partitions.all())


def bucket_urls(files: list[EvidenceFile]) -> list[str]:
    """Address of each bucket's rows in the evidence; "" until there is any."""
    found = {(file.kind, file.name): file for file in files}
    compiled = next((file for file in files if file.kind == EvidenceKind.COMPILED), None)
    source = found.get((str(EvidenceKind.SNAPSHOT), "source"))
    output = found.get((str(EvidenceKind.OUTPUT), "output"))
    held = found.get((str(EvidenceKind.QUARANTINE), "quarantine"))
    return [
        evidence_url(source) if source else "",
        evidence_url(output) if output else "",
        evidence_url(compiled, outcome="ignored") if compiled else "",
        evidence_url(held, _is_accepted="false") if held else "",
        evidence_url(held, _is_accepted="true") if held else "",
    ]


def held_lines(run: Run, file: EvidenceFile | None) -> list[HeldLine]:
    return [
        HeldLine(
            code,
            int(line["records"]),
            evidence_url(file, _code=code, _is_accepted="false") if file else "",
        )
        for code, line in sorted(run.quarantined_by_code.items())
    ]


def work_url(run: Run) -> str:
    return records_url(flow=run.flow.code, period=run.period, work="held")


def bridge_steps(line: dict[str, str]) -> list[Decimal]:
    return [
        Decimal(line[step])
        for step in ("source", "sign", "translation", "rounding", "presentation", "target")
    ]


def target_currency(run: Run) -> str:
    """The currency of the target, "" when amounts keep that of the source."""
    return str((run.flow_version.definition.get("translate") or {}).get("to", ""))


def proof_note(run: Run) -> str:
    """Why completeness is not proven, in the words of the stage that found it."""
    if run.reconciliation != Outcome.NOT_PROVEN:
        return ""
    stage = next((row for row in run.stages.all() if row.stage == "reconcile"), None)
    return f"{stage.detail.get('code', '')} {stage.detail.get('message', '')}".strip() if stage else ""


def difference_url(row: ReconciliationDifference, files: list[EvidenceFile]) -> str:
    """The source rows behind a difference: those with the values of its key."""
    source = next((f for f in files if (f.kind, f.name) == (EvidenceKind.SNAPSHOT, "source")), None)
    if source is None:
        return ""
    period = {"period": row.run.period} if row.run.period else {}
    return evidence_url(source, **{**period, **row.key})


def pin_url(pin: Pin, run: Run) -> str:
    """The page of what a run is pinned to, where it has one."""
    if pin.kind == "flow":
        return version_url(run.flow_version)
    if pin.kind == "mapping":
        version = mappings.version_by_key(f"{pin.code}/{pin.number}")
        return reverse("mappings:version-detail", kwargs={"pk": version.pk}) if version else ""
    if pin.kind == "rates":
        rates = mappings.rate_version_by_key(f"{pin.code}/{pin.number}")
        return reverse("mappings:rate-set-version-detail", kwargs={"pk": rates.pk}) if rates else ""
    if pin.kind == "members":
        file = next((f for f in run.evidence.all() if (f.kind, f.name) == ("members", pin.code)), None)
        return evidence_url(file) if file else ""
    return ""


class RunLiveView(Fragment, ObjectPage):
    """The part of a run's page that refreshes itself; once the run has ended, the whole page is asked for."""

    model = Run
    permission = P.RUN_VIEW

    def return_address(self) -> str:
        return reverse("syncengine:run-detail", kwargs={"pk": self.kwargs["pk"]})

    def get_queryset(self) -> Any:
        return _runs()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        run = self.object
        context = {"object": run, "live": progress_of(run)}
        response = render_page(request, "syncengine/run_live.html", context)
        if run.is_final:
            response["HX-Refresh"] = "true"
        return response


class RunTotalsView(ObjectPage):
    """The control totals as CSV."""

    model = Run
    permission = P.RUN_VIEW

    def get_queryset(self) -> Any:
        return Run.objects.prefetch_related("control_totals")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        head, rows = totals_table(self.object)
        return csv_response(f"{self.object.ref}-control-totals.csv", stream_csv(head, rows))


def csv_response(name: str, lines: Any) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


class RunDifferencesView(ObjectListPage):
    """Every amount that differs from the independent figure, largest first; CSV of the same."""

    parent_model = Run
    permission = P.RUN_VIEW
    filterset_class = DifferenceFilter
    facets = ("measure",)
    ordering = ("id",)
    empty = Empty("No difference.", "Target and independent figure agree, or were not compared.")

    def get_parents(self) -> Any:
        return _runs()

    def get_queryset(self) -> QuerySet:
        return self.object.differences.select_related("run")

    def get_title(self) -> str:
        return f"Differences of {self.object.ref}"

    def get_lead(self) -> str:
        total = self.object.reconciliation_differences or 0
        stored = self.object.differences.count()
        rest = (
            f" The largest {stored:,} are listed; the evidence holds all {total:,}." if total > stored else ""
        )
        return f"Figures of the run less the independent figures, largest first.{rest}"

    def crumbs(self) -> Sequence[Crumb]:
        run = self.object
        return [("Runs", reverse("syncengine:run-list")), (run.ref, run_url(run)), ("differences", "")]

    def get_columns(self) -> Sequence[Column]:
        files = list(self.object.evidence.all())
        first = self.object.differences.order_by("id").first()
        names = list(first.key) if first else []
        link = {name: (lambda row: difference_url(row, files)) for name in names[:1]}
        keys = [
            Column(name, name.replace("_", " ").capitalize(), value=f"key.{name}", kind="code",
                   primary=name in link, link=link.get(name, False))
            for name in names
        ]  # fmt: skip
        return (
            *keys,
            Column("measure", "Measure"),
            Column("actual", "Run", kind="money"),
            Column("expected", "Independent", kind="money"),
            Column("difference", "Difference", kind="money"),
        )
