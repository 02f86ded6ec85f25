"""Verbs of change requests: the only door through which governed content comes into force."""

from portal.approvals.services.activate import change_activate, changes_activate_pending
from portal.approvals.services.comment import change_comment
from portal.approvals.services.decide import change_approve, change_push_back, change_reject
from portal.approvals.services.edit import change_content_edited, record_contribution
from portal.approvals.services.policy import policy_propose
from portal.approvals.services.submit import change_resubmit, change_submit, change_withdraw, refuse_open

__all__ = [
    "change_activate",
    "change_approve",
    "change_comment",
    "change_content_edited",
    "change_push_back",
    "change_reject",
    "change_resubmit",
    "change_submit",
    "change_withdraw",
    "changes_activate_pending",
    "policy_propose",
    "record_contribution",
    "refuse_open",
]
