"""Uploading a table: first a dry run that changes nothing, then exactly that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from portal.core.uploads import UploadForm, carry
from portal.core.views.acting import ActionMixin, ActionPage, ObjectActionPage
from portal.core.views.base import render_page


class UploadMixin(ActionMixin):
    """Give `load`, which calls one service with `dry_run`, and `counts` of what it did or would do."""

    form_class: type[UploadForm] = UploadForm
    template_name = "generic/upload.html"
    submit_label = "Import"
    headings: str = ""
    apply: bool
    content: bytes
    request: HttpRequest

    def load(self, form: Any, content: bytes, dry_run: bool) -> Any:
        raise NotImplementedError

    def counts(self, result: Any) -> Sequence[tuple[str, int]]:
        raise NotImplementedError

    def carried(self) -> dict[str, Any]:
        """What the form keeps from the dry run, the content aside."""
        posted = self.request.POST
        return {name: posted[name] for name in self.form_class.base_fields if posted.get(name)}

    def perform(self, form: UploadForm) -> Any:
        self.apply = "apply" in self.request.POST
        self.content = form.content()
        return self.load(form, self.content, not self.apply)

    def finish(self, result: Any) -> HttpResponse:
        counts = self.counts(result)
        if self.apply:
            words = ", ".join(f"{number:,} {word}" for word, number in counts)
            messages.success(self.request, f"Imported: {words}.")
            return HttpResponseRedirect(self.success_url(result))
        kept = {**self.initial(), **self.carried(), "text": "", "carried": carry(self.content)}
        again = self.form_class(initial=kept, **self.form_options())
        context = self.get_context(  # type: ignore[attr-defined]
            form=again,
            result=result,
            rehearsed=counts,
            carried=kept["carried"],
            cancel_url=self.cancel_url(),
            blocked="",
        )
        return render_page(self.request, self.template_name, context)


class UploadPage(UploadMixin, ActionPage):
    """An upload that makes something new."""

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(headings=self.headings, **extra)


class ObjectUploadPage(UploadMixin, ObjectActionPage):
    """An upload into one object."""

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(headings=self.headings, **extra)
