"""Audit tags of people, roles, grants and tokens."""

from enum import StrEnum


class Tag(StrEnum):
    ACCOUNT_CREATE = "access:account:create"
    ACCOUNT_SET_ACTIVE = "access:account:set-active"
    ACCOUNT_SET_PASSWORD = "access:account:set-password"  # noqa: S105
    BOOTSTRAP = "access:bootstrap"
    GRANT_ACTIVATE = "access:grant:activate"
    GRANT_PROPOSE = "access:grant:propose"
    PERSON_EDIT = "access:person:edit"
    PERSON_REGISTER = "access:person:register"
    ROLE_ACTIVATE = "access:role:activate"
    ROLE_PROPOSE = "access:role:propose"
    SIGN_IN = "access:account:sign-in"
    SIGN_IN_FAILED = "access:account:sign-in-failed"
    TOKEN_ISSUE = "access:token:issue"  # noqa: S105
    TOKEN_REFUSED = "access:token:refused"  # noqa: S105
    TOKEN_REVOKE = "access:token:revoke"  # noqa: S105
