"""Verbs of access: people, roles, grants, tokens, the first administrators."""

from portal.access.services.bootstrap import bootstrap
from portal.access.services.grants import grant_propose, grant_revoke, role_propose
from portal.access.services.people import (
    account_create,
    account_set_active,
    account_set_password,
    person_edit,
    person_register,
)
from portal.access.services.tokens import token_issue, token_revoke

__all__ = [
    "account_create",
    "account_set_active",
    "account_set_password",
    "bootstrap",
    "grant_propose",
    "grant_revoke",
    "person_edit",
    "person_register",
    "role_propose",
    "token_issue",
    "token_revoke",
]
