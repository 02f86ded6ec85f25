"""What is wrong with a rule or a file of rules, and where: values, not prose to be parsed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultCode(StrEnum):
    """Codes that the pure package can raise; `mappings.codes` documents each."""

    AMBIGUOUS = "MAP-002"
    SHAPE = "MAP-010"
    RANGE = "MAP-011"
    COLUMN = "MAP-012"
    TARGET = "MAP-013"
    REASON = "MAP-014"
    VALUE = "MAP-015"
    HEADER = "MAP-020"
    STRUCTURE = "MAP-021"
    CELL = "MAP-022"
    FORMULA = "MAP-023"
    ARCHIVE = "MAP-024"
    TOO_LARGE = "MAP-025"


class RuleError(ValueError):
    """A rule or condition that cannot exist; `column` is the source column, or empty."""

    def __init__(self, code: FaultCode, message: str, column: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.column = column


@dataclass(frozen=True, slots=True)
class FileFault:
    """One fault of a file. `line` counts from 1, 0 means the whole file; `column` is a heading."""

    code: FaultCode
    message: str
    line: int = 0
    column: str = ""
    cell: str = ""

    @property
    def place(self) -> str:
        """Where, in words: `cell B7`, `line 7, column account`, or nothing for the whole file."""
        if self.cell:
            return f"cell {self.cell}"
        if not self.line:
            return f"column {self.column}" if self.column else ""
        return f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"


class FileFaults(ValueError):
    """A file that cannot be used; carries every fault found."""

    def __init__(self, faults: list[FileFault]) -> None:
        super().__init__("; ".join(f"{f.code} {f.place}: {f.message}" for f in faults[:5]))
        self.faults = faults
