"""The action page: a form with its preview, one service behind it, refusals shown where they happen.

A page that changes what exists names it in `stored`. Its form carries the version of what it shows, and a
stale one is refused in the transaction of the act: shown again with what was typed and what changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from portal.core.errors import DomainError, NotFound, PreconditionFailed
from portal.core.forms import ActionForm, damage_of
from portal.core.locking import compared
from portal.core.middleware import as_domain_error
from portal.core.views.base import PageView, render_page
from portal.core.views.detail import ObjectPage
from portal.core.views.stale import (
    VERSION,
    demand_unchanged,
    differences,
    digests_of,
    untouched,
    version_of,
)


class ActionMixin:
    """GET shows form and preview; POST calls `perform`, which calls exactly one service."""

    form_class: type[forms.Form] = ActionForm
    submit_label = "Save"
    submit_tone = "primary"
    preview_template = ""
    reference = ""  # section of the manifest whose keys explain what is typed here
    template_name = "generic/action.html"
    carries: ClassVar[str] = ""  # the form's own version, which the service compares as well
    request: HttpRequest

    def perform(self, form: Any) -> Any:
        raise NotImplementedError

    def success_url(self, result: Any) -> str:
        raise NotImplementedError

    def success_message(self, result: Any) -> str:
        return ""

    def cancel_url(self) -> str:
        return ""

    def initial(self) -> dict[str, Any]:
        """Suggestions and hidden values; what the act overwrites belongs to `stored`."""
        return {}

    def stored(self) -> dict[str, Any]:
        """What exists and the form changes, as it is now, by the names of the form's fields."""
        return {}

    def stored_rows(self) -> QuerySet:
        """The rows that `stored` reads, which are held while the act compares them and writes."""
        raise NotImplementedError

    def meanwhile(self, form: Any) -> Sequence[str]:
        """What else happened since a stale form was opened, in sentences."""
        return ()

    def form_options(self) -> dict[str, Any]:
        """More keyword arguments for the form, for instance the actor."""
        return {}

    def blocked(self) -> str:
        """Why the act is impossible now, before anyone fills in the form; "" when it is possible."""
        return ""

    def preview(self) -> dict[str, Any]:
        """Data for `preview_template`: what the act would do."""
        return {}

    def make_form(self, *posted: Any, **changes: Any) -> Any:
        """The form as it is now, with what was posted or with other values to begin with."""
        filled = {**self.initial(), **self.stored(), **changes}
        options = {"initial": filled, **self.form_options()}
        return self.form_class(*posted, **options)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.make_form()
        return self._show(form, version=version_of(form, self.stored()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.make_form(request.POST, request.FILES)
        if not form.is_valid():
            return self._show(form, error=damage_of(form), status=422)
        try:
            result = self._act(form)
        except NotFound:
            raise
        except PreconditionFailed as stale:
            return self._show_stale(form, stale)
        except Exception as exc:
            error = as_domain_error(exc)
            if error is None:
                raise
            if isinstance(exc, ValidationError) and self._place(form, exc):
                return self._show(form, status=422)
            return self._show(form, error=error, status=error.status)
        return self.finish(result)

    def _act(self, form: Any) -> Any:
        """`perform`, on nothing but what the form was filled in from."""
        names, posted = self.stored(), self.request.POST.get(VERSION, "")
        if not names or (self.carries and not posted):
            return self.perform(form)
        read = digests_of(posted, names)

        def compare() -> None:
            self.prepare()  # type: ignore[attr-defined]
            demand_unchanged(read, self.make_form())

        return compared(self.stored_rows(), compare, lambda: self.perform(form))

    def _show_stale(self, form: Any, error: PreconditionFailed) -> HttpResponse:
        """The form on what exists now: it keeps what was typed and takes over the rest."""
        self.prepare()  # type: ignore[attr-defined]
        now, names = self.make_form(), self.stored()
        posted = self.request.POST.get(VERSION, "")
        read = digests_of(posted, names) if posted and names else {}
        renewed = {field.name for field in now.hidden_fields() if field.name in self.initial()}
        typed = {
            field.name: field.value()
            for field in form
            if field.name not in renewed and not untouched(field, read)
        }
        told = {"differences": differences(read, form, now, names), "meanwhile": self.meanwhile(form)}
        version = version_of(now, names)
        return self._show(self.make_form(**typed), error=error, status=error.status, version=version, **told)

    def finish(self, result: Any) -> HttpResponse:
        """What follows success: a toast and a redirect."""
        message = self.success_message(result)
        if message:
            messages.success(self.request, message)
        return HttpResponseRedirect(self.success_url(result))

    @staticmethod
    def _place(form: forms.Form, exc: ValidationError) -> bool:
        """Put the model's own complaints at their fields; False when they belong to none."""
        by_field = getattr(exc, "error_dict", None)
        if not by_field or not set(by_field) <= set(form.fields):
            return False
        for name, errors in by_field.items():
            form.add_error(name, errors)
        return True

    def _show(
        self,
        form: forms.Form,
        *,
        error: DomainError | None = None,
        status: int = 200,
        version: str | None = None,
        **more: Any,
    ) -> HttpResponse:
        """The page; a form that came back carries the version it came with, so that no refusal renews it."""
        context = self.get_context(  # type: ignore[attr-defined]
            form=form,
            error=error,
            blocked=self.blocked(),
            submit_label=self.submit_label,
            submit_tone=self.submit_tone,
            cancel_url=self.cancel_url(),
            preview_template=self.preview_template,
            reference=self.reference,
            version_read=self.request.POST.get(VERSION, "") if version is None else version,
            **more,
            **self.preview(),
        )
        return render_page(self.request, self.template_name, context, status=status)


class Proposal:
    """Mixin before an action page whose service answers with a change request: leads to its review page."""

    submit_label = "Submit for approval"

    def success_url(self, result: Any) -> str:
        return reverse("approvals:change-detail", kwargs={"pk": result.pk})

    def success_message(self, result: Any) -> str:
        return f"{result.ref} is submitted; another person must approve it."


class ActionPage(ActionMixin, PageView):
    """An act that makes something new, or on nothing in particular."""


class ObjectActionPage(ActionMixin, ObjectPage):
    """An act on one object, fetched with the permission of the act."""

    object: Any

    def stored_rows(self) -> QuerySet:
        return type(self.object)._base_manager.filter(pk=self.object.pk)

    def cancel_url(self) -> str:
        return str(self.object.get_absolute_url()) if hasattr(self.object, "get_absolute_url") else ""
