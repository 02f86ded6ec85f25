"""Permissions over people and accounts."""

from enum import StrEnum


class P(StrEnum):
    ACCOUNT_MANAGE = "people:account:manage"
    PERSON_MANAGE = "people:person:manage"
    PERSON_VIEW = "people:person:view"


LABELS: dict[P, str] = {
    P.ACCOUNT_MANAGE: "Create and disable accounts",
    P.PERSON_MANAGE: "Register and change persons",
    P.PERSON_VIEW: "See persons",
}
