"""The form of a proposal, filled in with what was pushed back where its address names the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from portal.approvals.correcting import CORRECTS
from portal.approvals.models import ChangeRequest
from portal.approvals.selectors import pushed_back_change
from portal.core.views import Proposal
from portal.core.views.acting import ActionMixin

if TYPE_CHECKING:
    _Page = ActionMixin
else:
    _Page = object


class Correction(Proposal, _Page):
    """Mixin before an action page that proposes one kind of subject, whose payload has the form's names."""

    subject_kind: ClassVar[str] = ""
    actor: Any

    def concerns(self, payload: dict[str, Any]) -> bool:
        """Whether that content can be proposed on this page."""
        return True

    def refilled(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The form's values of that content."""
        return payload

    def corrects(self) -> ChangeRequest | None:
        """The pushed-back request, for those who may see it."""
        wanted = self.request.GET.get(CORRECTS, "")
        change = pushed_back_change(self.actor, self.subject_kind, wanted)
        return change if change and self.concerns(dict(change.payload or {})) else None

    def make_form(self, *posted: Any, **changes: Any) -> Any:
        change = self.corrects()
        refilled = self.refilled(dict(change.payload or {})) if change else {}
        return super().make_form(*posted, **{**refilled, **changes})

    def get_context(self, **extra: Any) -> dict[str, Any]:
        change = self.corrects()
        note = f"Corrects {change.ref}: this content becomes its next round." if change else ""
        return super().get_context(note=note, **extra)  # type: ignore[misc]
