"""Uploading a table: first a dry run that changes nothing, then exactly that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from portal.core.actor import Actor
from portal.core.codes import Code
from portal.core.errors import PreconditionFailed
from portal.core.staging import Kept, discard, keep, kept
from portal.core.uploads import UploadForm
from portal.core.views.acting import ActionMixin, ActionPage, ObjectActionPage
from portal.core.views.base import render_page
from portal.core.views.stale import VERSION


class UploadMixin(ActionMixin):
    """Give `load`, which calls one service with `dry_run`, and `counts` of what it did or would do.

    An import applies what the last dry run showed. Anything else that is posted with it - another file,
    other options, data that have changed since - is shown by a dry run first.
    """

    form_class: type[UploadForm] = UploadForm
    template_name = "generic/upload.html"
    submit_label = "Import"
    headings: str = ""
    apply: bool
    content: bytes
    tried = False
    file: Kept | None = None
    stale: PreconditionFailed | None = None
    request: HttpRequest
    actor: Actor

    def load(self, form: Any, content: bytes, dry_run: bool) -> Any:
        raise NotImplementedError

    def counts(self, result: Any) -> Sequence[tuple[str, int]]:
        raise NotImplementedError

    def imported(self, result: Any) -> str:
        """The sentence after the import."""
        return f"Imported: {', '.join(f'{number:,} {word}' for word, number in self.counts(result))}."

    def state(self, form: Any) -> str:
        """What changes with the data that the import changes."""
        raise NotImplementedError

    def importable(self, result: Any) -> bool:
        """Whether what a dry run found may be imported."""
        return True

    def carried(self) -> dict[str, Any]:
        """What the form keeps from the dry run, beside the reference to the file."""
        posted, aside = self.request.POST, {"text", "carried", "revision"}
        return {name: posted[name] for name in {*self.form_class.base_fields} - aside if posted.get(name)}

    def perform(self, form: UploadForm) -> Any:
        self.tried = True
        reference = str(form.cleaned_data.get("carried") or "")
        if form.is_new:
            self.content = form.content()
            self.apply = "apply" in self.request.POST and not reference
        else:
            self.file = kept(reference, **self._mine())
            self.content = self.file.content
            self.apply = "apply" in self.request.POST and self.file.options == form.options()
            if self.apply and self.file.state != self.state(form):
                words = "The data have changed since the dry run; this is what the import would do now."
                self.stale = PreconditionFailed(Code.API_007, words, hint="Read it, then import.")
                self.apply = False
        self.noted = {"options": form.options(), "state": self.state(form), "name": self._name(form)}
        return self.load(form, self.content, not self.apply)

    def _mine(self) -> dict[str, Any]:
        return {"owner": self.actor.account_id or 0, "page": self.request.path}

    def _name(self, form: UploadForm) -> str:
        upload = form.cleaned_data.get("file")
        if upload is not None:
            return str(upload.name)
        if self.file is not None:
            return self.file.name
        return "the pasted lines" if self.content else "no lines, what is typed here alone"

    def preview(self) -> dict[str, Any]:
        """A form that comes back with something to correct still holds the lines of its dry run."""
        posted = self.request.POST
        untouched = not self.tried and not self.request.FILES and not posted.get("text")
        unnamed = "the lines of the dry run" if posted.get("carried") and untouched else ""
        return {"file_name": self.file.name if self.file else unnamed}

    def finish(self, result: Any) -> HttpResponse:
        if self.file is not None:
            discard(self.file)
        if self.apply:
            messages.success(self.request, self.imported(result))
            return HttpResponseRedirect(self.success_url(result))
        importable = self.importable(result)
        reference = keep(self.content, **{**self._mine(), **self.noted}) if importable else ""
        again = self.make_form(**self.carried(), carried=reference)
        context = self.get_context(  # type: ignore[attr-defined]
            form=again,
            result=result,
            rehearsed=self.counts(result),
            file_name=self.noted["name"] if importable else "",
            error=self.stale,
            version_read=self.request.POST.get(VERSION, ""),
            cancel_url=self.cancel_url(),
            blocked="",
        )
        status = self.stale.status if self.stale else 200 if importable else 422
        return render_page(self.request, self.template_name, context, status=status)


class UploadPage(UploadMixin, ActionPage):
    """An upload that makes something new."""

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(headings=self.headings, **extra)


class ObjectUploadPage(UploadMixin, ObjectActionPage):
    """An upload into one object."""

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(headings=self.headings, **extra)
