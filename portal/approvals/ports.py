"""Ports of approvals: what can be changed under approval, and what may hold an activation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Model

from portal.approvals.codes import Code
from portal.core.actor import Actor
from portal.core.ports import Registry

if TYPE_CHECKING:
    from portal.approvals.models import ChangeRequest


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One difference: `kind` is added, removed or changed; before and after are plain text."""

    field: str
    before: str
    after: str
    kind: str = "changed"
    place: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of validation: level error (blocks), warning (shown) or info."""

    level: str
    code: str
    message: str
    place: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def unchanged(what: str, base: object, *, same_periods: bool) -> Finding:
    """What is said of a version with the content of its base: it blocks unless it holds for other periods."""
    if same_periods:
        return Finding("error", Code.APR_008, f"No {what} changes against {base}, and no period.")
    return Finding("info", Code.APR_012, f"No {what} changes against {base}; only the periods do.")


class Subject:
    """One kind of thing that changes under approval. Domain apps subclass and register it."""

    kind: ClassVar[str] = ""
    label: ClassVar[str] = ""
    approve_permission: ClassVar[str] = ""
    propose_permission: ClassVar[str] = ""
    fixed: ClassVar[bool] = False
    """Whether a payload names fixed things, so that it is never corrected but withdrawn and proposed anew."""
    unpreviewed: ClassVar[str] = ""
    """What to tell whoever decides without a preview: what is not computed, and where it is to be seen."""

    def content(self, change: ChangeRequest) -> dict[str, Any]:
        """The exact canonical content that is hashed and approved, with what identifies its base."""
        return dict(change.payload or {})

    def title(self, change: ChangeRequest) -> str:
        raise NotImplementedError

    def url(self, change: ChangeRequest) -> str:
        """Page of the subject itself; empty when it has none yet."""
        return ""

    def correction_url(self, change: ChangeRequest) -> str:
        """The form that proposes this content anew, to be corrected there; empty when there is none."""
        return ""

    def scopes(self, change: ChangeRequest) -> Iterable[Model]:
        """Every touched scope object; the approver needs the permission over each."""
        return ()

    def barred(self, change: ChangeRequest) -> Iterable[int]:
        """Ids of persons whom the change concerns, as a grant's beneficiary: they never decide on it."""
        return ()

    def lock(self, change: ChangeRequest) -> None:
        """Lock the content's own rows, in the order of its edit services; called before the request's.

        Content that lives in the payload alone needs none.
        """

    def diff(self, change: ChangeRequest) -> list[DiffRow]:
        return []

    def validate(self, change: ChangeRequest) -> list[Finding]:
        return []

    def preview(self, change: ChangeRequest) -> dict[str, Any] | None:
        """What putting it in force would move; None when there is nothing to compute."""
        return None

    def shown_preview(self, change: ChangeRequest) -> Any:
        """The stored preview as people read it: amounts with the decimals of their currency."""
        return change.preview

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        """Put the content in force, inside the activating transaction."""
        raise NotImplementedError

    def state_changed(self, change: ChangeRequest, state: str) -> None:
        """Follow the request: versions become locked, approved, rejected, withdrawn, draft."""


subjects: Registry[Subject] = Registry("approval subject")
activation_guards: Registry[Callable[[ChangeRequest], None]] = Registry("activation guard")


def scope_token(obj: Model) -> str:
    """`kind:id` of a scope object; the kind is the model's `scope_kind` or its name."""
    return f"{getattr(obj, 'scope_kind', obj._meta.model_name)}:{obj.pk}"
