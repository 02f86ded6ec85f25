"""Applying a manifest: all entries in one transaction, through the apps' services; it never decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from portal.audit.services import audited, record
from portal.core.actor import Actor
from portal.core.errors import Fault, Faults
from portal.core.manifest import Applying, Outcome, Planned, Result
from portal.core.middleware import as_domain_error
from portal.desk.tags import Tag


@dataclass(frozen=True, slots=True)
class Applied:
    """One entry and what became of it."""

    planned: Planned
    result: Result


@audited(Tag.MANIFEST_APPLY)
def manifest_apply(
    *, actor: Actor, reason: str, name: str, sha256: str, plan: Sequence[Planned]
) -> list[Applied]:
    """Apply checked entries in order. `name` and `sha256` are those of the manifest file, for the audit.

    Raises Faults with the file and line of every entry that a service refuses, up to the end of the
    first section with one; nothing is changed then.
    """
    applying = Applying(actor, reason)
    applied: list[Applied] = []
    for _, entries in groupby(plan, key=lambda planned: planned.section.name):
        applied.extend(_apply_section(list(entries), applying))
    counts = Counter(str(each.result.outcome) for each in applied)
    if set(counts) - {Outcome.UNCHANGED}:
        record(
            Tag.MANIFEST_APPLY,
            actor=actor,
            subject_type="manifest",
            subject_id=name[:100],
            reason=reason,
            after=dict(counts),
            content_sha256=sha256,
        )
    return applied


def _apply_section(entries: list[Planned], applying: Applying) -> list[Applied]:
    applied: list[Applied] = []
    faults: list[Fault] = []
    denied = False
    for planned in entries:
        try:
            result = planned.section.apply(planned.item, applying)
        except Exception as exc:
            error = as_domain_error(exc)
            if error is None:
                raise
            denied = denied or error.denied
            faults.extend(_faults(planned, error))
            continue
        if result.is_pending:
            applying.mark(planned.section.name, planned.key, result.detail)
        applied.append(Applied(planned, result))
    if faults:
        refusal = Faults(faults)
        refusal.denied = denied
        raise refusal
    return applied


def _faults(planned: Planned, error: Exception) -> list[Fault]:
    """The refusal at the entry's place; faults of rows keep their own."""
    many = getattr(error, "faults", ())
    if many:
        return [
            Fault(each.code, f"{each.message} ({each.place})" if each.place else each.message, planned.place)
            for each in many
        ]
    code, message = getattr(error, "code", ""), getattr(error, "message", str(error))
    return [Fault(code, message, planned.place)]
