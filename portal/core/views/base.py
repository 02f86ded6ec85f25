"""The ground of every page: sign-in by default, one way to render, buttons that say why they are off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views import View

from portal.core import authority
from portal.core.actor import Actor
from portal.core.denials import kept
from portal.core.views.signing import sign_in_first

Crumb = tuple[str, str]  # label, address ("" for the page itself)


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a page head. With `why` it is shown disabled, followed by the reason."""

    label: str
    url: str
    tone: str = ""
    icon: str = ""
    why: str = ""


def permitted(
    actor: Actor,
    permission: str,
    label: str,
    url: str,
    *,
    obj: Model | None = None,
    everywhere: bool = False,
    tone: str = "",
    icon: str = "",
    why: str = "",
) -> Action:
    """The action, disabled with a reason when the actor lacks the permission or `why` names an obstacle.

    With `everywhere` a permission over some scope objects is not enough, as for what belongs to everybody.
    """
    duty = authority.all_permissions().get(str(permission), str(permission))
    if not authority.allowed(actor, permission, obj):
        why = f"it needs the permission “{duty}”."
    elif everywhere and not authority.allowed_everywhere(actor, permission):
        why = f"it needs the permission “{duty}” for everything."
    return Action(label, url, tone, icon, why)


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value of a page head; `kind` as in Column, `url` links the value to its rows."""

    label: str
    value: Any
    kind: str = "text"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty page says: never just nothing, but what it means and what to do."""

    title: str
    text: str = ""
    action: Action | None = None


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, partial: str = "", status: int = 200
) -> HttpResponse:
    """Render a page, or only `partial` of it when htmx refreshes that part.

    A Back button restored by htmx also sends HX-Request: it must get the whole page (web-ui.md 1.3, 1).
    """
    htmx = getattr(request, "htmx", None)
    part = bool(partial and htmx and not htmx.boosted and not htmx.history_restore_request)
    response = render(request, partial if part else template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    response.setdefault("Cache-Control", "private, no-store")
    return response


_LOST = "typed_when_signed_out"


class PageView(View):
    """A page for signed-in people. Subclasses name a title, crumbs and their permission."""

    title: str = ""
    lead: str = ""
    permission: str = ""
    everywhere: bool = False  # a permission over some scope objects is not enough
    template_name: str = ""
    actor: Actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = getattr(request, "actor", None)
        if actor is None:
            if request.method == "POST":
                request.session[_LOST] = True
            return sign_in_first(request, self.return_address())
        if request.session.pop(_LOST, False):
            words = "You were signed out; what you typed was not saved."
            whose = "In the same tab, only the account that typed it finds it again."
            messages.warning(request, f"{words} {whose}", extra_tags="signed-out")
        self.actor = actor
        writing = request.method == "POST" and hasattr(self, "post")
        with kept(actor, self.permission, writing=writing, named=kwargs):
            self.prepare()
            return super().dispatch(request, *args, **kwargs)

    def return_address(self) -> str:
        """Where signing in leads: this page, or the page with the form where this address only takes it."""
        return self.request.get_full_path()

    def prepare(self) -> None:
        """Fetch and check before any method runs: here the permission, in subclasses the object."""
        if self.permission:
            authority.check(self.actor, self.permission)
        if self.everywhere:
            authority.check_everywhere(self.actor, self.permission)

    def get_title(self) -> str:
        return self.title

    def get_lead(self) -> str:
        return self.lead

    def crumbs(self) -> Sequence[Crumb]:
        return ()

    def actions(self) -> Sequence[Action]:
        return ()

    def siblings(self) -> Sequence[Crumb]:
        """Neighbouring pages shown as tabs under the head, this one included."""
        return ()

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return {
            "title": self.get_title(),
            "lead": self.get_lead(),
            "crumbs": self.crumbs(),
            "actions": self.actions(),
            "siblings": self.siblings(),
            **extra,
        }


class Fragment:
    """Mixin before a page that is part of another, the one at `return_address`; only htmx gets the part."""

    request: HttpRequest

    def return_address(self) -> str:
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "actor", None) and not request.htmx:  # type: ignore[attr-defined]
            return HttpResponseRedirect(self.return_address())
        found: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return found


class TemplatePage(PageView):
    """A page with a template of its own; put its data in `get_context`."""

    partial_template: str = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return render_page(request, self.template_name, self.get_context(), partial=self.partial_template)
