"""Permissions over change requests and approval policies."""

from enum import StrEnum


class P(StrEnum):
    CHANGE_COMMENT = "approvals:change:comment"
    CHANGE_VIEW = "approvals:change:view"
    POLICY_APPROVE = "approvals:policy:approve"
    POLICY_PROPOSE = "approvals:policy:propose"


LABELS: dict[P, str] = {
    P.CHANGE_COMMENT: "Comment on change requests",
    P.CHANGE_VIEW: "See change requests",
    P.POLICY_APPROVE: "Approve approval policies",
    P.POLICY_PROPOSE: "Propose approval policies",
}
