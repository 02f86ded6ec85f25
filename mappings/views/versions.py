"""Pages of one mapping version: its rules, its periods, submitting and withdrawing it, export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse

from mappings import selectors, services
from mappings.filters import RuleFilter
from mappings.forms import PeriodsForm, RevisionForm
from mappings.models import MappingRule, MappingSet, MappingVersion
from mappings.permissions import P
from mappings.rows import rules_in
from mappings.rules.csvformat import format_rules, headings
from mappings.states import OPEN, VersionState
from mappings.validation import version_findings
from mappings.views.meanwhile import edits_since
from mappings.views.obstacles import why_closed, why_not_submitted
from mappings.views.sets import set_url, version_url
from portal.approvals.addresses import change_url
from portal.approvals.models import ChangeRequest
from portal.approvals.selectors import open_change
from portal.core import authority
from portal.core.export import stream_csv
from portal.core.views import (
    Action,
    Column,
    Crumb,
    Empty,
    Fact,
    ObjectActionPage,
    ObjectListPage,
    ObjectPage,
    Proposal,
    permitted,
)
from portal.core.views.paging import COUNT_CAP


def _versions() -> Any:
    return MappingVersion.objects.select_related("mapping_set__target_dimension", "base")


def crumbs_of(version: MappingVersion, *more: Crumb) -> list[Crumb]:
    found: list[Crumb] = [
        ("Mapping sets", reverse("mappings:mapping-set-list")),
        (version.mapping_set.name, set_url(version.mapping_set)),
        (f"version {version.number}", version_url(version) if more else ""),
    ]
    return [*found, *more]


class VersionDetailView(ObjectListPage):
    """The rules of a version, with everything that can be done to them."""

    parent_model = MappingVersion
    permission = P.MAPPING_SET_VIEW
    filterset_class = RuleFilter
    facets = ("kind",)
    facet_cap = COUNT_CAP
    large = True
    template_name = "mappings/version_detail.html"
    state_field = "state"
    ordering = ("since", "id")  # as the index has them: 400,000 rules are not sorted to show fifty
    empty = Empty("No rule yet.", "Add one, or import a CSV or XLSX file.")

    def get_parents(self) -> Any:
        return _versions()

    def prepare(self) -> None:
        super().prepare()
        self.request.mapping_version_number = self.object.number  # type: ignore[attr-defined]

    def crumbs(self) -> Sequence[Crumb]:
        return crumbs_of(self.object)

    def get_queryset(self) -> QuerySet:
        return selectors.rules_of(self.object)

    def _editable(self) -> bool:
        version = self.object
        return bool(version.is_editable and authority.allowed(self.actor, P.VERSION_EDIT, version))

    def _rule_url(self, rule: MappingRule) -> str:
        key = {"pk": self.object.pk, "rule": rule.pk}
        return reverse("mappings:rule-edit", kwargs=key) if self._may_edit else ""

    def get_columns(self) -> Sequence[Column]:
        self._may_edit = self._editable()
        number = self.object.number
        return (
            Column("match_text", "When", primary=True, clip=True, link=self._rule_url),
            Column("kind", "Kind", sort="kind"),
            Column("target", "Target", kind="code", value=lambda r: r.target or "ignored", sort="target"),
            Column("sign", "Sign", value=lambda r: "change" if r.sign < 0 else "keep"),
            Column("priority", "Priority", kind="count", sort="priority"),
            Column("why", "Label or reason", clip=True, value=lambda r: r.label or r.reason),
            Column(
                "since",
                "Since",
                value=lambda r: "this version" if r.since == number else f"version {r.since}",
            ),
        )

    def actions(self) -> Sequence[Action]:
        version = self.object
        key = {"pk": version.pk}
        export = Action("Export rules", reverse("mappings:rules-export", kwargs=key), icon="arrow-down-tray")
        if version.state not in OPEN:
            return [export]
        wrong_state = "" if version.state == VersionState.DRAFT else "it is under review already."
        return [
            permitted(
                self.actor,
                P.VERSION_EDIT,
                "Submit for approval",
                reverse("mappings:version-submit", kwargs=key),
                obj=version,
                tone="primary",
                why=wrong_state,
            ),
            permitted(
                self.actor,
                P.VERSION_EDIT,
                "Add a rule",
                reverse("mappings:rule-add", kwargs=key),
                obj=version,
            ),
            permitted(
                self.actor,
                P.VERSION_EDIT,
                "Import",
                reverse("mappings:rules-import", kwargs=key),
                obj=version,
            ),
            export,
        ]

    def facts(self) -> Sequence[Fact]:
        version = self.object
        change = open_change("mappings.version", version.key)
        link = change_url(change.ref if change else version.change_ref)
        return [
            Fact("Periods", version.periods_label),
            Fact("Based on", f"version {version.base.number}" if version.base else "nothing"),
            Fact("Started", version.started_at, "time"),
            Fact("Approved", version.approved_at, "time"),
            Fact("Change", change.ref if change else version.change_ref, "code", link),
            Fact("Content", version.content_sha256[:12], "code"),
        ]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        version = self.object
        partial = bool(self.request.htmx)  # type: ignore[attr-defined]
        show = version.state in OPEN and not partial
        return super().get_context(
            findings=version_findings(version) if show else [], editable=self._editable(), **extra
        )


class RulesExportView(ObjectPage):
    """All rules of a version as the CSV that the import reads back."""

    model = MappingVersion
    permission = P.MAPPING_SET_VIEW

    def get_queryset(self) -> Any:
        return _versions()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        version = self.object
        columns = version.mapping_set.column_names
        rows = format_rules(rules_in(selectors.rules_of(version)), columns)
        response = StreamingHttpResponse(
            stream_csv(headings(columns), rows, guarded=True), content_type="text/csv; charset=utf-8"
        )
        name = f"{version.mapping_set.code}-v{version.number}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response


class VersionEditView(ObjectActionPage):
    title = "Change the periods"
    model = MappingVersion
    permission = P.VERSION_EDIT
    form_class = PeriodsForm

    def get_queryset(self) -> Any:
        return _versions()

    def stored_rows(self) -> QuerySet:
        """The set, which every edit of its versions holds first."""
        return MappingSet.objects.filter(pk=self.object.mapping_set_id)

    def crumbs(self) -> Sequence[Crumb]:
        return crumbs_of(self.object, ("Periods", ""))

    def blocked(self) -> str:
        return why_closed(self.object)

    def stored(self) -> dict[str, Any]:
        return {"effective_from": self.object.effective_from, "effective_to": self.object.effective_to}

    def cancel_url(self) -> str:
        return version_url(self.object)

    def perform(self, form: PeriodsForm) -> MappingVersion:
        return services.version_edit(actor=self.actor, version_id=self.object.pk, **form.values)

    def success_url(self, result: MappingVersion) -> str:
        return version_url(result)

    def success_message(self, result: MappingVersion) -> str:
        return f"{result} holds {result.periods_label}."


class VersionSubmitView(Proposal, ObjectActionPage):
    lead = "From then on any edit voids the decisions made on it."
    model = MappingVersion
    permission = P.VERSION_EDIT
    form_class = RevisionForm
    carries = "revision"
    preview_template = "mappings/version_preview.html"

    def get_queryset(self) -> Any:
        return _versions()

    def get_title(self) -> str:
        return f"Submit {self.object}"

    def crumbs(self) -> Sequence[Crumb]:
        return crumbs_of(self.object, ("Submit", ""))

    def blocked(self) -> str:
        return why_not_submitted(self.object)

    def initial(self) -> dict[str, Any]:
        return {"revision": self.object.revision}

    def meanwhile(self, form: RevisionForm) -> Sequence[str]:
        return edits_since(self.object, form.cleaned_data["revision"])

    def preview(self) -> dict[str, Any]:
        difference = selectors.version_difference(self.object)
        counts = {name: len(getattr(difference, name)) for name in ("added", "changed", "removed")}
        return {"counts": counts, "findings": version_findings(self.object, difference)}

    def cancel_url(self) -> str:
        return version_url(self.object)

    def perform(self, form: RevisionForm) -> ChangeRequest:
        return services.version_submit(actor=self.actor, version_id=self.object.pk, **form.values)


class VersionWithdrawView(ObjectActionPage):
    lead = "The version is given up. Rules that are in force stay as they are."
    model = MappingVersion
    permission = P.VERSION_EDIT
    submit_label = "Withdraw the version"
    submit_tone = "danger"

    def get_queryset(self) -> Any:
        return _versions()

    def get_title(self) -> str:
        return f"Withdraw {self.object}"

    def crumbs(self) -> Sequence[Crumb]:
        return crumbs_of(self.object, ("Withdraw", ""))

    def blocked(self) -> str:
        return why_closed(self.object)

    def cancel_url(self) -> str:
        return version_url(self.object)

    def perform(self, form: Any) -> MappingVersion:
        return services.version_withdraw(actor=self.actor, version_id=self.object.pk, **form.values)

    def success_url(self, result: MappingVersion) -> str:
        return set_url(result.mapping_set)

    def success_message(self, result: MappingVersion) -> str:
        return f"{result} is withdrawn."
