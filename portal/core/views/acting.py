"""The action page: a form with its preview, one service behind it, refusals shown where they happen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from portal.core.errors import DomainError, NotFound
from portal.core.forms import ActionForm, damage_of
from portal.core.middleware import as_domain_error
from portal.core.views.base import PageView, render_page
from portal.core.views.detail import ObjectPage


class ActionMixin:
    """GET shows form and preview; POST calls `perform`, which calls exactly one service."""

    form_class: type[forms.Form] = ActionForm
    submit_label = "Save"
    submit_tone = "primary"
    preview_template = ""
    reference = ""  # section of the manifest whose keys explain what is typed here
    template_name = "generic/action.html"
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
        return {}

    def form_options(self) -> dict[str, Any]:
        """More keyword arguments for the form, for instance the actor."""
        return {}

    def blocked(self) -> str:
        """Why the act is impossible now, before anyone fills in the form; "" when it is possible."""
        return ""

    def preview(self) -> dict[str, Any]:
        """Data for `preview_template`: what the act would do."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._show(self.form_class(initial=self.initial(), **self.form_options()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST, request.FILES, initial=self.initial(), **self.form_options())
        if not form.is_valid():
            return self._show(form, error=damage_of(form), status=422)
        try:
            result = self.perform(form)
        except NotFound:
            raise
        except Exception as exc:
            error = as_domain_error(exc)
            if error is None:
                raise
            if isinstance(exc, ValidationError) and self._place(form, exc):
                return self._show(form, status=422)
            return self._show(form, error=error, status=error.status)
        return self.finish(result)

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

    def _show(self, form: forms.Form, *, error: DomainError | None = None, status: int = 200) -> HttpResponse:
        context = self.get_context(  # type: ignore[attr-defined]
            form=form,
            error=error,
            blocked=self.blocked(),
            submit_label=self.submit_label,
            submit_tone=self.submit_tone,
            cancel_url=self.cancel_url(),
            preview_template=self.preview_template,
            reference=self.reference,
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

    def cancel_url(self) -> str:
        return str(self.object.get_absolute_url()) if hasattr(self.object, "get_absolute_url") else ""
