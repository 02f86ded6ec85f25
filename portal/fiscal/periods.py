"""Fiscal periods as their own type: `YYYY-PP`, ordered, never a date and never a number. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"([0-9]{4})-([0-9]{2})")


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """Fiscal year and period number 1 to 16 (13 to 16 are adjustment periods)."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def is_adjustment(self) -> bool:
        return self.number > 12

    @classmethod
    def parse(cls, text: str) -> Period:
        """Raises ValueError unless the text is `YYYY-PP` in ASCII digits with PP from 01 to 16."""
        match = _FORM.fullmatch(text)
        if match is None or not 1 <= int(match[2]) <= 16:
            raise ValueError(f"{text!r} is not a fiscal period of the form YYYY-PP")
        return cls(int(match[1]), int(match[2]))


def is_period(text: str) -> bool:
    try:
        Period.parse(text)
    except ValueError:
        return False
    return True
