"""Refusals: every one has a stable code, a plain sentence and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.core.codes import Code, help_for


class DomainError(Exception):
    """A refusal that a person can act on. `status` is its HTTP status; `denied` puts it in the audit.

    A class has its status; `status` is given where no class of its own stands for the refusal.
    """

    status = 400
    denied = False

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str = "",
        place: str = "",
        details: dict[str, Any] | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status or type(self).status
        self.code = str(code)
        self.message = message
        self.place = place
        self.details = details or {}
        self._hint = hint
        self.recorded = False

    @property
    def hint(self) -> str:
        """What to do next: the caller's words, else those of the code's help page."""
        page = help_for(self.code)
        return self._hint or (page.fix if page else "")

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{self.code} {where}{self.message}"


class BadInput(DomainError):
    status = 400


class Forbidden(DomainError):
    status = 403
    denied = True


class Lacking(Forbidden):
    """A permission is missing; `subject` is the model object that it was asked for, if one."""

    def __init__(
        self, code: str, message: str, *, permission: str, subject: Any = None, hint: str = ""
    ) -> None:
        super().__init__(code, message, hint=hint)
        self.permission = permission
        self.subject = subject


class NotFound(DomainError):
    status = 404

    def __init__(self, message: str = "Not found.", *, code: str = Code.API_404, **kwargs: Any) -> None:
        super().__init__(code, message, **kwargs)


class OutOfScope(NotFound):
    """Absent or outside the actor's scope: nobody is told which, and a write there is a refused attempt."""

    denied = True


class Conflict(DomainError):
    status = 409


class Denied409(Conflict):
    """A conflict that is also a control refusal, for instance a stale hash on an approval."""

    denied = True


class PreconditionFailed(DomainError):
    status = 412


class TooLarge(DomainError):
    status = 413


class Invalid(DomainError):
    status = 422


class PreconditionRequired(DomainError):
    status = 428


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of many, with its place: file and line, cell, field or JSON pointer."""

    code: str
    message: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.code} {self.message}" if self.place else f"{self.code} {self.message}"


class Faults(Invalid):
    """Many faults at once; nothing was changed. The code is that of the first fault."""

    def __init__(self, faults: Sequence[Fault], message: str = "", *, hint: str = "") -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        count = len(self.faults)
        text = message or (first.message if count == 1 else f"{count} faults; nothing was changed.")
        super().__init__(first.code, text, hint=hint, place=first.place if count == 1 else "")
