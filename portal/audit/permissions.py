"""Permissions over the audit."""

from enum import StrEnum


class P(StrEnum):
    ENTRY_VIEW = "audit:entry:view"


LABELS: dict[P, str] = {P.ENTRY_VIEW: "Read and verify the audit"}
