"""Pages of flow versions: reading, starting, editing as YAML text, submitting; defining a new flow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from portal.approvals.addresses import change_url
from portal.approvals.models import ChangeRequest
from portal.approvals.ports import DiffRow, Finding
from portal.approvals.selectors import open_change
from portal.core.actor import Actor
from portal.core.errors import Faults
from portal.core.views import (
    Action,
    ActionPage,
    Crumb,
    DetailPage,
    Fact,
    ObjectActionPage,
    Proposal,
    permitted,
)
from portal.core.yamlsafe import Positions
from syncengine import services
from syncengine.definitions import findings_of
from syncengine.definitiontext import SKELETON, definition_text, placed, read_text, with_lines
from syncengine.forms import FlowDefineForm, VersionEditForm, VersionForm
from syncengine.models import Flow, FlowVersion
from syncengine.permissions import P
from syncengine.selectors.flows import last_approved, version_key
from syncengine.services.flows import EDITABLE
from syncengine.states import VersionState
from syncengine.subjects import FlowVersionSubject, version_diff
from syncengine.views.flows import definition_context, flow_crumbs
from syncengine.views.links import flow_url, version_url

_LINE = re.compile(r"line (\d{1,6})")


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding with the line of the text where it is to be mended."""

    level: str
    code: str
    message: str
    place: str


def differences(version: FlowVersion) -> list[DiffRow]:
    """Against the last approved version before this one; [] for the first."""
    approved = version.flow.versions.filter(state=VersionState.APPROVED, number__lt=version.number)
    base = approved.order_by("-number").first()
    return version_diff(base, version) if base else []


def placed_findings(version: FlowVersion, actor: Actor) -> list[Placed]:
    """What stands against approving the version, each with its line."""
    found: list[Finding] = findings_of(version, actor)
    try:
        _, positions = read_text(definition_text(version.definition))
    except Faults:
        positions = Positions()
    return [Placed(f.level, f.code, f.message, placed(f.place, positions)) for f in found]


def _versions() -> Any:
    return FlowVersion.objects.select_related("flow__finance_object", "flow__source_system")


class VersionDetailView(DetailPage):
    model = FlowVersion
    permission = P.FLOW_VIEW
    template_name = "syncengine/version_detail.html"
    state_field = "state"

    def get_queryset(self) -> Any:
        return _versions()

    def get_title(self) -> str:
        return f"{self.object.flow.name}, version {self.object.number}"

    def crumbs(self) -> Sequence[Crumb]:
        return flow_crumbs(self.object.flow, (f"version {self.object.number}", ""))

    def actions(self) -> Sequence[Action]:
        version = self.object
        if version.state not in EDITABLE:
            return []
        key = {"pk": version.pk}
        review = "it is under review already." if version.state == VersionState.LOCKED else ""
        return [
            permitted(
                self.actor, P.FLOW_EDIT, "Edit", reverse("syncengine:version-edit", kwargs=key),
                obj=version, icon="pencil",
            ),
            permitted(
                self.actor, P.FLOW_EDIT, "Submit for approval",
                reverse("syncengine:version-submit", kwargs=key), obj=version, tone="primary", why=review,
            ),
        ]  # fmt: skip

    def facts(self) -> Sequence[Fact]:
        version = self.object
        change = open_change(FlowVersionSubject.kind, version_key(version))
        ref = change.ref if change else version.change_ref
        return [
            Fact("Flow", version.flow.code, "code", url=flow_url(version.flow)),
            Fact("From period", version.effective_from or "the beginning"),
            Fact("Approved", version.approved_at, "time"),
            Fact("Change", ref, "code", url=change_url(ref)),
            Fact("Content sha256", version.content_sha256, "code"),
        ]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        is_open = self.object.state in EDITABLE
        return super().get_context(
            **definition_context(self.object),
            diff=differences(self.object),
            findings=placed_findings(self.object, self.actor) if is_open else [],
            is_open=is_open,
            **extra,
        )


class TextMixin:
    """An act with a definition as text: its faults are shown with their lines and those lines' words."""

    template_name = "syncengine/version_edit.html"
    reference = "flows"
    request: Any

    def read(self, form: Any) -> Any:
        """The definition's data. Raises Faults with lines."""
        data, self._positions = read_text(form.cleaned_data["definition"])
        return data

    def placing(self, act: Any, form: Any, **values: Any) -> Any:
        """Call the service; what it finds wrong is told with the line."""
        data = self.read(form)
        try:
            return act(definition=data, **values)
        except Faults as error:
            raise with_lines(error.faults, self._positions) from error

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Beside the faults, the lines they name: a text field shows no line numbers."""
        error = extra.get("error")
        faults = getattr(error, "faults", ())
        named = {int(found[1]) for fault in faults if (found := _LINE.match(fault.place))}
        text = self.request.POST.get("definition", "").splitlines()
        lines = [(number, text[number - 1]) for number in sorted(named) if number <= len(text)]
        context: dict[str, Any] = super().get_context(fault_lines=lines, **extra)  # type: ignore[misc]
        return context

    def preview(self) -> dict[str, Any]:
        return {}


class FlowDefineView(TextMixin, ActionPage):
    title = "Define a flow"
    lead = "A flow with its first version, as a draft; nothing runs until another person has approved it."
    permission = P.FLOW_EDIT
    form_class = FlowDefineForm
    submit_label = "Save the draft"

    def crumbs(self) -> Sequence[Crumb]:
        return [("Flows", reverse("syncengine:flow-list")), (self.title, "")]

    def cancel_url(self) -> str:
        return reverse("syncengine:flow-list")

    def initial(self) -> dict[str, Any]:
        return {"definition": SKELETON}

    def perform(self, form: FlowDefineForm) -> FlowVersion:
        names = ("reason", "code", "name", "description", "effective_from")
        values = {name: form.cleaned_data[name] for name in names}
        result: FlowVersion = self.placing(services.flow_define, form, actor=self.actor, **values)
        return result

    def success_url(self, result: FlowVersion) -> str:
        return version_url(result)

    def success_message(self, result: FlowVersion) -> str:
        return f"{result} is a draft. Read it once more, then submit it."


class VersionStartView(TextMixin, ObjectActionPage):
    """A new version, starting from the text of the last approved one."""

    lead = "A draft from the last approved version; nothing changes until another person has approved it."
    model = Flow
    permission = P.FLOW_EDIT
    form_class = VersionForm
    submit_label = "Save the draft"

    def get_title(self) -> str:
        return f"New version of {self.object.name}"

    def crumbs(self) -> Sequence[Crumb]:
        return flow_crumbs(self.object, ("new version", ""))

    def cancel_url(self) -> str:
        return flow_url(self.object)

    def blocked(self) -> str:
        opened = self.object.versions.filter(state__in=EDITABLE).first()
        return f"Version {opened.number} is open already; continue that one." if opened else ""

    def stored(self) -> dict[str, Any]:
        base = last_approved(self.object) or self.object.versions.order_by("-number").first()
        return {"definition": definition_text(base.definition)} if base else {}

    def perform(self, form: VersionForm) -> FlowVersion:
        values = {name: form.cleaned_data[name] for name in ("reason", "effective_from")}
        result: FlowVersion = self.placing(
            services.flow_version_start, form, actor=self.actor, flow_id=self.object.pk, **values
        )
        return result

    def success_url(self, result: FlowVersion) -> str:
        return version_url(result)

    def success_message(self, result: FlowVersion) -> str:
        return f"{result} is a draft. Read what it changes, then submit it."


class VersionEditView(TextMixin, ObjectActionPage):
    model = FlowVersion
    permission = P.FLOW_EDIT
    form_class = VersionEditForm
    carries = "content_sha256"
    submit_label = "Save"

    def get_queryset(self) -> Any:
        return _versions()

    def get_title(self) -> str:
        return f"Edit {self.object}"

    def get_lead(self) -> str:
        if self.object.state != VersionState.LOCKED:
            return ""
        return "The version is under review: this edit voids the decisions made on it."

    def crumbs(self) -> Sequence[Crumb]:
        version = self.object
        here = (f"version {version.number}", version_url(version))
        return flow_crumbs(version.flow, here, ("edit", ""))

    def cancel_url(self) -> str:
        return version_url(self.object)

    def blocked(self) -> str:
        if self.object.state in EDITABLE:
            return ""
        return f"{self.object} is {self.object.get_state_display()}; start a new version."

    def initial(self) -> dict[str, Any]:
        return {"content_sha256": self.object.content_sha256}

    def stored(self) -> dict[str, Any]:
        version = self.object
        definition = definition_text(version.definition)
        return {"definition": definition, "effective_from": version.effective_from}

    def preview(self) -> dict[str, Any]:
        return {"findings": placed_findings(self.object, self.actor)}

    def perform(self, form: VersionEditForm) -> FlowVersion:
        names = ("reason", "effective_from", "content_sha256")
        values = {name: form.cleaned_data[name] for name in names}
        result: FlowVersion = self.placing(
            services.flow_version_edit, form, actor=self.actor, version_id=self.object.pk, **values
        )
        return result

    def success_url(self, result: FlowVersion) -> str:
        return version_url(result)

    def success_message(self, result: FlowVersion) -> str:
        return f"{result} is saved."


class VersionSubmitView(Proposal, ObjectActionPage):
    model = FlowVersion
    permission = P.FLOW_EDIT
    preview_template = "syncengine/version_preview.html"

    def get_queryset(self) -> Any:
        return _versions()

    def get_title(self) -> str:
        return f"Submit {self.object}"

    def crumbs(self) -> Sequence[Crumb]:
        version = self.object
        here = (f"version {version.number}", version_url(version))
        return flow_crumbs(version.flow, here, ("submit", ""))

    def cancel_url(self) -> str:
        return version_url(self.object)

    def blocked(self) -> str:
        if self.object.state == VersionState.DRAFT:
            errors = sum(finding.level == "error" for finding in findings_of(self.object, self.actor))
            return f"{errors} check{'s' if errors > 1 else ''} must be mended first." if errors else ""
        return f"{self.object} is {self.object.get_state_display()}."

    def preview(self) -> dict[str, Any]:
        return {"diff": differences(self.object), "findings": placed_findings(self.object, self.actor)}

    def perform(self, form: Any) -> ChangeRequest:
        return services.flow_version_submit(actor=self.actor, version_id=self.object.pk, **form.values)
