"""Comments on a change request."""

from __future__ import annotations

from portal.approvals.models import Comment
from portal.approvals.permissions import P
from portal.approvals.services.submit import lock_change
from portal.approvals.tags import Tag
from portal.audit.services import audited, record
from portal.core.actor import Actor
from portal.core.codes import Code
from portal.core.errors import BadInput
from portal.core.text import clean_text


@audited(Tag.CHANGE_COMMENT)
def change_comment(*, actor: Actor, reason: str, change_id: int) -> Comment:
    """Say something about a change; `reason` is the comment. It voids nothing."""
    change = lock_change(actor, change_id, P.CHANGE_COMMENT)
    text = clean_text(reason, 4000, multiline=True, place="comment")
    if not text or actor.person_id is None:
        raise BadInput(Code.API_005, "A comment needs words and a person who says them.", place="comment")
    comment = Comment.objects.create(change=change, person_id=actor.person_id, text=text)
    record(Tag.CHANGE_COMMENT, actor=actor, subject=change, reason=text)
    return comment
