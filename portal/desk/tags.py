"""Audit tags of the desk."""

from enum import StrEnum


class Tag(StrEnum):
    MANIFEST_APPLY = "desk:manifest:apply"
