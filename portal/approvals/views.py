"""Change queue, change review, and the decisions made on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from portal.approvals import selectors, services
from portal.approvals.content import policies_in_force, required_approvals, subject_of
from portal.approvals.correcting import Way, faulty_words, pushed_back_title, pushed_back_words, way_of
from portal.approvals.filters import ChangeFilter, kind_choices
from portal.approvals.forms import DecisionForm, WordsForm
from portal.approvals.models import ChangeRequest
from portal.approvals.permissions import P
from portal.approvals.states import DECIDABLE, OPEN, ChangeState
from portal.approvals.timeline import events
from portal.core import authority
from portal.core.errors import DomainError, NotFound
from portal.core.forms import damage_of
from portal.core.views import Action, Column, Crumb, DetailPage, Empty, Fact, ListPage, SavedView, render_page

_COUNTED = Q(decisions__voided=False, decisions__verdict="approve", decisions__round=F("round"))


def change_url(change: ChangeRequest) -> str:
    return reverse("approvals:change-detail", kwargs={"pk": change.pk})


class ChangeListView(ListPage):
    """The change queue."""

    title = "Changes"
    lead = "Every proposal with its exact content; nothing is in force before another person has approved it."
    model = ChangeRequest
    permission = P.CHANGE_VIEW
    filterset_class = ChangeFilter
    facets = ("state", "kind")
    saved_views = (
        SavedView("Waits for my decision", "view=waiting", "Nothing waits for your decision."),
        SavedView("Submitted by me", "view=submitted", "You have submitted nothing yet."),
        SavedView("Not closed", "view=open", "Every change is closed."),
    )
    ordering = ("-id",)
    large = True
    empty = Empty(
        "No change was proposed yet.",
        "Proposals to systems of record, mappings, flows and access appear here.",
    )

    def decorate(self, rows: QuerySet) -> QuerySet:
        counted = Count("decisions", filter=_COUNTED)
        rows = rows.select_related("requested_by", "policy").defer(
            "payload", "preview", "findings", "difference"
        )
        return rows.annotate(given=counted)

    def get_columns(self) -> Sequence[Column]:
        in_force = policies_in_force()
        return (
            Column("ref", "Change", kind="code", link=change_url, sort="id"),
            Column("title", "Title", primary=True, clip=True, link=change_url, sort="title"),
            Column("kind", "Kind", words=dict(kind_choices()), sort="kind"),
            Column("state", "State", kind="status", sort="state"),
            Column("seats", "Approvals", value=lambda c: f"{c.given} of {required_approvals(c, in_force)}"),
            Column("requested_by", "Requested by", value="requested_by.name"),
            Column("submitted_at", "Submitted", kind="time", sort="submitted_at"),
        )


class ChangeDetailView(DetailPage):
    """Change review: everything one needs to decide with confidence."""

    model = ChangeRequest
    permission = P.CHANGE_VIEW
    template_name = "approvals/change_detail.html"
    code_field = "ref"
    state_field = "state"

    def get_queryset(self) -> Any:
        return ChangeRequest.objects.select_related("requested_by", "policy")

    def get_title(self) -> str:
        return str(self.object.title)

    def crumbs(self) -> Sequence[Crumb]:
        return [("Changes", reverse("approvals:change-list")), (self.object.ref, "")]

    def actions(self) -> Sequence[Action]:
        waiting = [c for c in selectors.awaiting(self.actor, 50) if c.pk != self.object.pk]
        return (
            [Action(f"Next for me: {waiting[0].ref}", change_url(waiting[0]), icon="arrow-right")]
            if waiting
            else []
        )

    def facts(self) -> Sequence[Fact]:
        change = self.object
        given = change.decisions.filter(voided=False, verdict="approve", round=change.round).count()
        needed = required_approvals(change) if change.is_open else change.policy.approvals
        missing = max(0, needed - given)
        outstanding = f", {missing} more needed" if change.state in DECIDABLE else ""
        return [
            Fact("Kind", subject_of(change).label),
            Fact("Requested by", change.requested_by.name),
            Fact("Submitted", change.submitted_at, "time"),
            Fact("Approvals", f"{given} of {needed}{outstanding}"),
            Fact("Round", change.round),
            Fact("In force since", change.activated_at, "time"),
        ]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        change = self.object
        asked = change.state in DECIDABLE or change.is_pushed_back
        refusal = selectors.refusal(self.actor, change) if asked else None
        own = change.requested_by_id == self.actor.person_id
        findings = selectors.findings_of(change)
        faulty = change.state in DECIDABLE and any(finding["level"] == "error" for finding in findings)
        context = {
            "diff": selectors.diff_of(change),
            "findings": findings,
            "faulty": faulty,
            "faulty_words": f"Validation finds faults now, listed under Checks. {faulty_words(change)}",
            "events": events(change, self.actor),
            "preview": subject_of(change).shown_preview(change),
            "unpreviewed": subject_of(change).unpreviewed,
            "subject_url": selectors.subject_url(change),
            "decidable": change.state in DECIDABLE,
            "refusal": refusal,
            "may_reject": change.is_pushed_back and refusal is None,
            "may_withdraw": own and change.state in OPEN,
            "may_resubmit": own and change.is_pushed_back,
            **self._correction(),
            "may_comment": authority.allowed(self.actor, P.CHANGE_COMMENT, change),
            "decision_form": DecisionForm(initial={"content_sha256": change.content_sha256}),
            "words_form": WordsForm(auto_id="words_%s"),
        }
        return super().get_context(**{**context, **extra})

    def _correction(self) -> dict[str, Any]:
        """What is to be done with a request that is pushed back, and where."""
        change = self.object
        if not change.is_pushed_back:
            return {}
        way, subject = way_of(change), subject_of(change)
        url = ""
        if way is Way.EDIT:
            url = selectors.subject_url(change)
        elif way is Way.REPLACE and authority.allowed(self.actor, subject.propose_permission):
            url = subject.correction_url(change)
        label = "Propose the correction" if way is Way.REPLACE else "Open the content"
        return {
            "correction": pushed_back_words(change),
            "correction_title": pushed_back_title(change),
            "correction_url": url,
            "correction_label": label,
        }


class ChangeVerbView(ChangeDetailView):
    """A verb on a change, posted from its page; a refusal is shown there, with its code and what to do."""

    http_method_names = ["post"]
    service: ClassVar[Callable[..., Any]]
    with_hash: ClassVar[bool] = False
    done: ClassVar[str] = ""

    def return_address(self) -> str:
        return reverse("approvals:change-detail", kwargs={"pk": self.kwargs["pk"]})

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "GET":
            return HttpResponseRedirect(self.return_address())
        return super().http_method_not_allowed(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = DecisionForm(request.POST) if self.with_hash else WordsForm(request.POST)
        if not form.is_valid():
            name = "decision_form" if self.with_hash else "words_form"
            context = self.get_context(error=damage_of(form), failed=True, **{name: form})
            return render_page(request, self.template_name, context, status=422)
        values = {"content_sha256": form.cleaned_data["content_sha256"]} if self.with_hash else {}
        try:
            type(self).service(
                actor=self.actor, reason=form.cleaned_data["comment"], change_id=self.object.pk, **values
            )
        except NotFound:
            raise
        except DomainError as error:
            self.prepare()
            return render_page(
                request, self.template_name, self.get_context(error=error), status=error.status
            )
        self.prepare()
        messages.success(request, self.message())
        return HttpResponseRedirect(change_url(self.object))

    def message(self) -> str:
        return f"{self.object.ref} {self.done}."


class ChangeApproveView(ChangeVerbView):
    service = staticmethod(services.change_approve)
    with_hash = True

    def message(self) -> str:
        change = self.object
        if change.state == ChangeState.ACTIVE:
            return f"{change.ref} is approved and in force."
        if change.activation_fault:
            return f"{change.ref} is approved; putting it in force is held: {change.activation_fault}"
        return f"Your approval of {change.ref} is recorded; more are needed."


class ChangeRejectView(ChangeVerbView):
    service = staticmethod(services.change_reject)
    with_hash = True
    done = "is rejected"


class ChangePushBackView(ChangeVerbView):
    service = staticmethod(services.change_push_back)
    with_hash = True
    done = "is pushed back to its requester"


class ChangeWithdrawView(ChangeVerbView):
    service = staticmethod(services.change_withdraw)
    done = "is withdrawn"


class ChangeResubmitView(ChangeVerbView):
    service = staticmethod(services.change_resubmit)
    done = "is submitted again"


class ChangeCommentView(ChangeVerbView):
    service = staticmethod(services.change_comment)
    done = "has your comment"
