"""One effect per Idempotency-Key: claim, act and remember the answer in the effect's own transaction.

The claim commits first, so that a second request sees it; answer and effect commit together, so that
a crash leaves neither. A claim older than ABANDONED may be taken over; the slower owner then rolls back.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from portal.core.clock import now
from portal.core.codes import Code
from portal.core.errors import BadInput, Conflict, Invalid
from portal.core.models import IdempotencyRecord

ABANDONED = dt.timedelta(minutes=10)
KEPT = dt.timedelta(days=7)
RETRY_AFTER_SECONDS = 2
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to act for a key, and when it was taken."""

    pk: int
    taken_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first request was told."""

    status: int
    body: str
    headers: dict[str, str]


def demand_key(text: str | None) -> str:
    """Raises BadInput API-008 without a key of 1 to 200 visible ASCII characters."""
    if text is None or not _KEY.fullmatch(text):
        raise BadInput(Code.API_008, "A POST needs an Idempotency-Key of 1 to 200 visible ASCII characters.")
    return text


def _in_progress() -> Conflict:
    return Conflict(
        Code.API_010,
        "A request with this Idempotency-Key is in progress.",
        details={"retry_after": RETRY_AFTER_SECONDS},
    )


def _take_over(record: IdempotencyRecord) -> Claim:
    taken_at = now()
    if record.created_at > taken_at - ABANDONED:
        raise _in_progress()
    mine = IdempotencyRecord.objects.filter(pk=record.pk, status=None, created_at=record.created_at)
    if not mine.update(created_at=taken_at):
        raise _in_progress()
    return Claim(record.pk, taken_at)


def claim(*, account_id: int, key: str, fingerprint: str) -> Claim | Answer:
    """The right to act, or the remembered answer.

    Raises Invalid API-009 (the key stands for another request), Conflict API-010 (in progress).
    """
    record, mine = IdempotencyRecord.objects.get_or_create(
        account_id=account_id, key=key, defaults={"fingerprint": fingerprint}
    )
    if mine:
        if record.pk % 100 == 0:
            IdempotencyRecord.objects.filter(created_at__lt=now() - KEPT).delete()
        return Claim(record.pk, record.created_at)
    if record.fingerprint != fingerprint:
        raise Invalid(Code.API_009, "This Idempotency-Key was used for another request.")
    if record.status is None:
        return _take_over(record)
    return Answer(record.status, record.body, dict(record.headers))


def remember(held: Claim, answer: Answer) -> None:
    """Keep the answer, in the effect's transaction. Raises Conflict API-010 if the claim was taken over."""
    mine = IdempotencyRecord.objects.filter(pk=held.pk, status=None, created_at=held.taken_at)
    if not mine.update(status=answer.status, body=answer.body, headers=answer.headers):
        raise _in_progress()


def release(held: Claim) -> None:
    """Forget a claim whose request had no effect."""
    IdempotencyRecord.objects.filter(pk=held.pk, status=None, created_at=held.taken_at).delete()
