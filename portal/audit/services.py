"""Writing the audit: in the service's own transaction, last; refusals after the rollback."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, models, transaction

from portal.audit.chain import GENESIS, leaf_hash
from portal.audit.models import AuditEntry, AuditStreamHead
from portal.audit.naming import DENIAL, name_of, object_of
from portal.core.actor import Actor
from portal.core.canonical import canonical_json
from portal.core.clock import now
from portal.core.codes import Code
from portal.core.errors import Conflict, DomainError, Fault, Faults
from portal.core.locking import locked
from portal.core.text import clean_text, escaped

A = ParamSpec("A")
R = TypeVar("R")
_NOT_KEPT = ("actor", "password")
_depth: ContextVar[int] = ContextVar("audited_depth", default=0)


def subject_stream(subject: models.Model) -> tuple[str, str]:
    """Stream of an object: its model label and primary key."""
    return subject._meta.label_lower, str(subject.pk)


def _head(stream_type: str, stream_id: str) -> AuditStreamHead:
    AuditStreamHead.objects.bulk_create(
        [AuditStreamHead(stream_type=stream_type, stream_id=stream_id, leaf=GENESIS)], ignore_conflicts=True
    )
    return locked(AuditStreamHead.objects.all()).get(stream_type=stream_type, stream_id=stream_id)


def record(
    tag: StrEnum | str,
    *,
    actor: Actor,
    subject: models.Model | None = None,
    subject_type: str = "",
    subject_id: str = "",
    subject_label: str = "",
    reason: str = "",
    before: Any = None,
    after: Any = None,
    content_sha256: str = "",
    object_version: str = "",
    run_id: int | None = None,
    outcome: str = "ok",
    code: str = "",
) -> AuditEntry:
    """Append one entry to the subject's stream, inside the caller's transaction.

    Raises BadInput API-011 when the reason is not clean text, and whatever the database raises: if the
    audit fails, the action fails.
    """
    if subject is not None:
        subject_type, subject_id = subject_stream(subject)
    payload = {key: value for key, value in (("before", before), ("after", after)) if value is not None}
    fields: dict[str, Any] = {
        "stream_type": subject_type,
        "stream_id": subject_id,
        "action": str(tag),
        "outcome": outcome,
        "code": code,
        "subject_label": (subject_label if subject is None else str(subject))[:300],
        "object_version": object_version,
        "content_sha256": content_sha256,
        "run_id": run_id,
        "reason": clean_text(reason, 4000, multiline=True, place="reason"),
        "payload": canonical_json(payload),
        **_who(actor),
    }
    return _append(fields)


def _who(actor: Actor) -> dict[str, Any]:
    return {
        "actor_kind": str(actor.kind),
        "actor_label": actor.label[:300],
        "actor_person": actor.person_id,
        "actor_account": actor.account_id,
        "on_behalf_of": actor.on_behalf_of,
        "token_id": actor.token_id,
        "source": str(actor.source),
        "request_id": actor.request_id,
    }


def _append(fields: dict[str, Any]) -> AuditEntry:
    """Link one entry to the newest of its stream, whose head stays locked to the end of the transaction."""
    with transaction.atomic():
        head = _head(fields["stream_type"], fields["stream_id"])
        fields = {**fields, "stream_seq": head.seq + 1, "at": now()}
        leaf = leaf_hash(head.leaf, fields)
        entry = AuditEntry.objects.create(**fields, prev=head.leaf, leaf=leaf)
        head.seq, head.leaf = entry.stream_seq, leaf
        head.save(update_fields=["seq", "leaf"])
    return entry


def record_denial(
    tag: StrEnum | str, *, actor: Actor, error: DomainError, attempt: dict[str, Any]
) -> AuditEntry:
    """A refused act, in a stream of its own verb, so that it never waits for the object's lock."""
    subject_type, subject_id = error.details.get("subject", (DENIAL, str(tag)))
    plain = {key: escaped(value, 200) for key, value in attempt.items() if value is not None}
    return record(
        tag,
        actor=actor,
        subject_type=subject_type,
        subject_id=subject_id,
        subject_label=name_of(*object_of((subject_type, subject_id), plain)),
        reason=escaped(error.message, 2000),
        after={"attempt": plain},
        outcome="denied",
        code=error.code,
    )


def record_refusal(actor: Actor, permission: str, error: DomainError, named: Mapping[str, Any]) -> None:
    """A write refused outside any service, under the name of the permission that was missing.

    `named` is what the address said; an object that the actor may see has the entry in its own stream.
    """
    permission, subject = getattr(error, "permission", permission), getattr(error, "subject", None)
    if subject is not None:
        error.details.setdefault("subject", subject_stream(subject))
    record_denial(permission, actor=actor, error=error, attempt=dict(named))
    error.details.pop("subject", None)


def _refusal(exc: Exception) -> DomainError | None:
    """The refusal that an exception of a service stands for; None when it is a fault of ours."""
    if isinstance(exc, DomainError):
        return exc
    if isinstance(exc, ValidationError):
        named = exc.message_dict if hasattr(exc, "error_dict") else {"": exc.messages}
        return Faults([Fault(Code.API_005, text, place) for place, texts in named.items() for text in texts])
    state = getattr(exc.__cause__, "sqlstate", "")
    twice = state in ("23505", "23P01") or "UNIQUE constraint" in str(exc) or "overlap" in str(exc)
    if (isinstance(exc, IntegrityError) and twice) or state in ("40001", "40P01"):
        return Conflict(
            Code.API_409, "Somebody else changed the same thing at this moment; nothing was done."
        )
    return None


def audited(tag: StrEnum | str) -> Callable[[Callable[A, R]], Callable[A, R]]:
    """Make a service atomic and record its refusals by control in an own transaction after the rollback.

    The outermost service records, since an inner one's entry would be rolled back with it. Faults of
    models and lost races leave the service as refusals with a code, never as exceptions of the database.
    """

    def decorate(service: Callable[A, R]) -> Callable[A, R]:
        @functools.wraps(service)
        def run(*args: A.args, **kwargs: A.kwargs) -> R:
            token = _depth.set(_depth.get() + 1)
            try:
                with transaction.atomic():
                    return service(*args, **kwargs)
            except (DomainError, ValidationError, IntegrityError, OperationalError) as exc:
                error = _refusal(exc)
                if error is None:
                    raise
                if error.denied and not error.recorded and _depth.get() == 1:
                    error.recorded = True
                    attempt = {key: value for key, value in kwargs.items() if key not in _NOT_KEPT}
                    actor = kwargs["actor"]
                    record_denial(tag, actor=actor, error=error, attempt=attempt)  # type: ignore[arg-type]
                raise error from None
            finally:
                _depth.reset(token)

        return run

    return decorate
