"""Permissions of the desk."""

from enum import StrEnum


class P(StrEnum):
    METRICS_VIEW = "desk:metrics:view"


LABELS: dict[P, str] = {P.METRICS_VIEW: "Read operating metrics"}
