"""What manifest sections share: proposing a change once, whatever often a manifest is applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.approvals.models import ChangeRequest
from portal.approvals.selectors import open_change
from portal.core.errors import Conflict
from portal.core.manifest import Applying, Outcome, Result
from portal.core.manifest.codes import Code


def propose(
    applying: Applying,
    *,
    kind: str,
    subject_key: str,
    same: Callable[[ChangeRequest], bool],
    submit: Callable[[], ChangeRequest],
) -> Result:
    """Submit unless the same proposal is open already; `same` compares an open one with the manifest.

    Other content than that of a request that is pushed back is its correction. Raises Conflict YAM-110 when
    a request that waits says something else, BadInput YAM-109 when no person proposes.
    """
    found = open_change(kind, subject_key)
    if found is not None and same(found):
        return Result(Outcome.PENDING, found.ref)
    if found is not None and not found.is_pushed_back:
        raise Conflict(
            Code.YAM_110, f"{found.ref} proposes other content for {subject_key} and is still open."
        )
    applying.demand_person()
    return Result(Outcome.PROPOSED, submit().ref)


def same_payload(expected: dict[str, Any]) -> Callable[[ChangeRequest], bool]:
    """Compares the payload's values that the manifest states; the rest is the service's own."""
    return lambda change: all((change.payload or {}).get(key) == value for key, value in expected.items())
