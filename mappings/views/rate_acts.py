"""What is done to rate sets: register, start a version, import its rates, submit, withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from mappings import services
from mappings.forms import PeriodsForm, RateSetRegisterForm, RatesImportForm, RevisionForm
from mappings.models import RateSet, RateSetVersion
from mappings.permissions import P
from mappings.services import RATE_COLUMNS, RatesResult
from mappings.views.meanwhile import edits_since
from mappings.views.obstacles import why_closed, why_not_submitted
from mappings.views.rates import crumbs_of, rate_set_url, version_url
from portal.approvals.models import ChangeRequest
from portal.core.querysets import Governed
from portal.core.views import Crumb, ObjectActionPage, ObjectUploadPage, Proposal, RegisterPage


class RateSetRegisterView(RegisterPage):
    title = "Register a rate set"
    permission = P.RATE_SET_EDIT
    everywhere = True
    form_class = RateSetRegisterForm
    area = ("Rate sets", "mappings:rate-set-list")
    detail = "mappings:rate-set-detail"
    service = staticmethod(services.rate_set_register)


class RateSetVersionStartView(ObjectActionPage):
    title = "Start a version"
    lead = "A draft with the rates of the last approved version; nothing is in force until it is approved."
    model = RateSet
    permission = P.RATE_SET_EDIT
    form_class = PeriodsForm
    submit_label = "Start the draft"

    def crumbs(self) -> Sequence[Crumb]:
        return crumbs_of(self.object, (self.title, ""))

    def cancel_url(self) -> str:
        return rate_set_url(self.object)

    def perform(self, form: PeriodsForm) -> RateSetVersion:
        return services.rate_set_version_start(actor=self.actor, rate_set_id=self.object.pk, **form.values)

    def success_url(self, result: RateSetVersion) -> str:
        return version_url(result)

    def success_message(self, result: RateSetVersion) -> str:
        return f"{result} is a draft."


class _OnVersion:
    """An act on an open version."""

    model: type[Governed] = RateSetVersion
    permission: str = P.RATE_SET_EDIT
    title: str = ""
    carries: ClassVar[str] = "revision"
    object: Any

    def get_queryset(self) -> Any:
        return RateSetVersion.objects.select_related("rate_set", "base")

    def blocked(self) -> str:
        return why_closed(self.object)

    def crumbs(self) -> Sequence[Crumb]:
        version = self.object
        return crumbs_of(
            version.rate_set, (f"version {version.number}", version_url(version)), (self.title, "")
        )

    def initial(self) -> dict[str, Any]:
        return {"revision": self.object.revision}

    def meanwhile(self, form: Any) -> Sequence[str]:
        return edits_since(self.object, form.cleaned_data["revision"])

    def cancel_url(self) -> str:
        return version_url(self.object)


class RatesImportView(_OnVersion, ObjectUploadPage):
    title = "Import rates"
    template_name = "mappings/rates_import.html"
    form_class = RatesImportForm
    headings = f"{', '.join(RATE_COLUMNS)} (units of to_currency for one of from_currency)"

    def get_lead(self) -> str:
        if self.object.state != "locked":
            return "Rates are matched by type, currencies and period."
        return "The version is under review: this edit voids the decisions made on it."

    def load(self, form: RatesImportForm, content: bytes, dry_run: bool) -> RatesResult:
        data = form.cleaned_data
        return services.rates_load(
            actor=self.actor,
            reason=data["reason"],
            version_id=self.object.pk,
            rates=services.rate_specs(content),
            replace=data["replace"],
            revision=None if dry_run else data["revision"],
            dry_run=dry_run,
        )

    def state(self, form: RatesImportForm) -> str:
        return str(self.object.revision)

    def counts(self, result: RatesResult) -> Sequence[tuple[str, int]]:
        return list(result.counts.items())

    def success_url(self, result: RatesResult) -> str:
        return version_url(self.object)


class RateSetVersionSubmitView(_OnVersion, Proposal, ObjectActionPage):
    title = "Submit"
    lead = "From then on any edit voids the decisions made on it."
    form_class = RevisionForm

    def get_title(self) -> str:
        return f"Submit {self.object}"

    def blocked(self) -> str:
        return why_not_submitted(self.object)

    def perform(self, form: RevisionForm) -> ChangeRequest:
        return services.rate_set_version_submit(actor=self.actor, version_id=self.object.pk, **form.values)


class RateSetVersionWithdrawView(_OnVersion, ObjectActionPage):
    title = "Withdraw"
    lead = "The version is given up. Rates that are in force stay as they are."
    submit_label = "Withdraw the version"
    submit_tone = "danger"

    def get_title(self) -> str:
        return f"Withdraw {self.object}"

    def perform(self, form: Any) -> RateSetVersion:
        return services.rate_set_version_withdraw(
            actor=self.actor, version_id=self.object.pk, reason=form.values["reason"]
        )

    def success_url(self, result: RateSetVersion) -> str:
        return rate_set_url(result.rate_set)

    def success_message(self, result: RateSetVersion) -> str:
        return f"{result} is withdrawn."
