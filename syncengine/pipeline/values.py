"""Plain values that go into the pipeline and come out of it. Pure, no Django."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Bucket(StrEnum):
    """Where a source record ends; exactly one of the four, their sum is `source`."""

    ACCEPTED = "accepted"
    EXCLUDED = "excluded"
    LOADED = "loaded"
    QUARANTINED = "quarantined"


class Resolved(Protocol):
    """What a compiled mapping says about one combination; `outcome` is mapped, ignored or unmapped."""

    @property
    def outcome(self) -> str: ...
    @property
    def target(self) -> str | None: ...
    @property
    def sign(self) -> int: ...
    @property
    def rule_id(self) -> str | None: ...


class Resolver(Protocol):
    """A compiled mapping (`mappings.rules.CompiledMapping` is one): one answer for each combination."""

    def resolve_many(self, combinations: Iterable[tuple[str, ...]], /) -> Iterable[Resolved]: ...


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One period of the pinned calendar; both days belong to it."""

    code: str
    start: date
    end: date
    is_adjustment: bool = False


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member of a pinned dimension; `valid_to` is the last day it may be used, None is open."""

    code: str
    name: str = ""
    parent: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether the member may be used on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or self.valid_to >= day
        )


@dataclass(frozen=True, slots=True)
class PipelineInputs:
    """Everything pinned that a run computes from; the same inputs give the same output hash.

    `rates` go from source currency to units of the target currency for one unit. `accepted` holds the
    record keys accepted unloaded. `origin` is what the source is called where it is spoken of.
    """

    flow: str
    snapshot: Path
    columns: tuple[str, ...]
    period: PeriodRow | None = None
    calendar: Sequence[PeriodRow] = ()
    members: Mapping[str, Sequence[MemberRow]] = field(default_factory=dict)
    mappings: Mapping[str, MappingPin] = field(default_factory=dict)
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    accepted: frozenset[str] = frozenset()
    origin: str = ""


@dataclass(frozen=True, slots=True)
class MappingPin:
    """A mapping version ready to resolve, with the order of its columns."""

    columns: tuple[str, ...]
    resolver: Resolver


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """The exact table a mapping was compiled to for the combinations of this run."""

    mapping_set: str
    path: Path
    combinations: int
    unmapped: int


@dataclass(frozen=True, slots=True)
class Strays:
    """Records of no slice: how many, and the values of the deciding field, the most frequent first."""

    field: str
    records: int
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ControlLine:
    """Records and amounts of one bucket in one source currency, at source line and source sign."""

    bucket: str
    currency: str
    records: int
    debit: Decimal
    credit: Decimal

    @property
    def net(self) -> Decimal:
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class CodeLine:
    """What one error code holds back (accepted records are not among them).

    Without amounts when it holds records of several currencies: their sum would be none.
    """

    code: str
    records: int
    debit: Decimal | None
    credit: Decimal | None


@dataclass(frozen=True, slots=True)
class BridgeLine:
    """What happened to the loaded net of one source currency on its way into the target.

    `source` + `sign` + `translation` + `rounding` + `presentation` = `target`; the first two are in source
    currency, the others in target currency. `presentation` is the turn to the account's normal side.
    """

    currency: str
    source: Decimal
    sign: Decimal
    translation: Decimal
    rounding: Decimal
    presentation: Decimal
    target: Decimal


@dataclass(frozen=True, slots=True)
class PipelineResult:
    """The outcome of one computation, proven to tie (`PipelineError` otherwise).

    `unreadable` of the quarantined records have no amount or side that can be read: both sides count zero.
    """

    source: tuple[ControlLine, ...]
    buckets: tuple[ControlLine, ...]
    quarantined_by_code: tuple[CodeLine, ...]
    bridge: tuple[BridgeLine, ...]
    output: Path
    output_rows: int
    quarantine: Path
    quarantine_rows: int
    target_net: Decimal
    measure_totals: Mapping[str, Decimal]
    unreadable: int


class PipelineError(Exception):
    """The computation cannot go on: a configuration fault or a broken invariant (code `RUN-...`)."""

    def __init__(self, code: str, message: str, place: str = "") -> None:
        self.code = code
        self.message = message
        self.place = place
        super().__init__(f"{code} {message}" + (f" ({place})" if place else ""))
