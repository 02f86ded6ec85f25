"""Pages of one's own API tokens; the secret is shown once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from portal.access import selectors, services
from portal.access.forms import TokenIssueForm
from portal.access.models import ApiToken
from portal.access.permissions import P
from portal.access.views.area import AccessArea
from portal.core import authority
from portal.core.clock import now
from portal.core.errors import OutOfScope
from portal.core.views import Action, ActionPage, Crumb, TemplatePage, permitted, render_page


def token_state(token: ApiToken) -> str:
    if token.revoked_at:
        return "revoked"
    return "expired" if token.expires_at <= now() else "enabled"


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [("My API tokens", reverse("access:token-list")), *more]


class TokenListView(AccessArea, TemplatePage):
    title = "My API tokens"
    lead = "Secrets for machines that act for you. No token can approve, or change roles and grants."
    template_name = "access/token_list.html"

    def actions(self) -> Sequence[Action]:
        url = reverse("access:token-issue")
        return [permitted(self.actor, P.TOKEN_ISSUE, "Issue a token", url, tone="primary", icon="plus")]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        tokens = [(token, token_state(token)) for token in selectors.tokens_of(self.actor)]
        return super().get_context(tokens=tokens, **extra)


class TokenIssueView(ActionPage):
    title = "Issue an API token"
    permission = P.TOKEN_ISSUE
    form_class = TokenIssueForm
    submit_label = "Issue"

    def crumbs(self) -> Sequence[Crumb]:
        return _crumbs((self.title, ""))

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def cancel_url(self) -> str:
        return reverse("access:token-list")

    def perform(self, form: TokenIssueForm) -> tuple[ApiToken, str]:
        return services.token_issue(actor=self.actor, **form.values)

    def finish(self, result: tuple[ApiToken, str]) -> HttpResponse:
        """The only page that ever shows the secret; it is not stored, so there is nothing to redirect to."""
        token, text = result
        context = self.get_context(token=token, secret=text)
        return render_page(self.request, "access/token_issued.html", context)


class TokenRevokeView(ActionPage):
    permission = P.TOKEN_REVOKE  # of another's; one's own needs none
    submit_label = "Revoke"
    submit_tone = "danger"
    lead = "The token stops working at once. This cannot be undone."

    def prepare(self) -> None:
        token = ApiToken.objects.filter(pk=self.kwargs["pk"]).select_related("account").first()
        own = token is not None and token.account.person_id == self.actor.person_id
        if token is None or not (own or authority.allowed(self.actor, P.TOKEN_REVOKE)):
            raise OutOfScope("There is no such token of yours.")
        self.token = token

    def get_title(self) -> str:
        return f"Revoke {self.token.name}"

    def crumbs(self) -> Sequence[Crumb]:
        return _crumbs(("Revoke", ""))

    def cancel_url(self) -> str:
        return reverse("access:token-list")

    def perform(self, form: Any) -> ApiToken:
        return services.token_revoke(actor=self.actor, token_id=self.token.pk, **form.values)

    def success_url(self, result: ApiToken) -> str:
        return reverse("access:token-list")

    def success_message(self, result: ApiToken) -> str:
        return f"The token {result.name} is revoked."
