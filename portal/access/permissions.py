"""Permissions over roles, grants and tokens."""

from enum import StrEnum


class P(StrEnum):
    GRANT_APPROVE = "access:grant:approve"
    GRANT_PROPOSE = "access:grant:propose"
    GRANT_VIEW = "access:grant:view"
    ROLE_APPROVE = "access:role:approve"
    ROLE_PROPOSE = "access:role:propose"
    ROLE_VIEW = "access:role:view"
    TOKEN_ISSUE = "access:token:issue"  # noqa: S105
    TOKEN_REVOKE = "access:token:revoke"  # noqa: S105


LABELS: dict[P, str] = {
    P.GRANT_APPROVE: "Approve grants",
    P.GRANT_PROPOSE: "Propose grants",
    P.GRANT_VIEW: "See grants",
    P.ROLE_APPROVE: "Approve roles",
    P.ROLE_PROPOSE: "Propose roles",
    P.ROLE_VIEW: "See roles",
    P.TOKEN_ISSUE: "Issue API tokens for one's own accounts",
    P.TOKEN_REVOKE: "Revoke anyone's API tokens",
}
