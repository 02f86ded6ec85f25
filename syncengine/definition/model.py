"""The values a flow definition is made of. Field names are the words of `docs` and of the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Per(StrEnum):
    """What one run of the flow replaces: one fiscal period, or everything the flow loads."""

    NONE = "none"
    PERIOD = "period"


class Op(StrEnum):
    """How a condition compares a field; text is compared exactly, case matters."""

    BLANK = "blank"
    EQUALS = "equals"
    IN = "in"
    NOT_BLANK = "not_blank"
    NOT_IN = "not_in"


class QuarantineUnit(StrEnum):
    """What is held back with a faulty record: the line alone, or every line of its journal."""

    JOURNAL = "journal"
    LINE = "line"


class MeasureKind(StrEnum):
    """Which amount a measure carries; `natural` is positive on the account's normal side."""

    CREDIT = "credit"
    DEBIT = "debit"
    NATURAL = "natural"
    NET = "net"


class OnDifference(StrEnum):
    """What happens to a load that the independent figure does not bear out.

    `protect` holds it where the target holds a load that was proven; `hold` always, `load` never.
    """

    HOLD = "hold"
    LOAD = "load"
    PROTECT = "protect"


class Compare(StrEnum):
    """What reconciliation sets against the independent figure: the loaded rows, or all source lines."""

    SOURCE = "source"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of the target that one run replaces."""

    scenario: str
    per: Per


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of `where`; conditions are joined by AND. Values may hold `{period}`."""

    field: str
    op: Op
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PatternField:
    """Group 1 of the pattern (the whole match without a group); no match is DQ-004."""

    name: str
    source: str
    pattern: str


@dataclass(frozen=True, slots=True)
class JoinField:
    """Several fields joined to one composite code."""

    name: str
    parts: tuple[str, ...]
    separator: str


@dataclass(frozen=True, slots=True)
class MemberField:
    """An attribute (or `parent`, `name`) of the member that `key` names; an unknown member is MDM-001."""

    name: str
    dimension: str
    key: str
    attribute: str


@dataclass(frozen=True, slots=True)
class ConstantField:
    """The same text for every record."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DateField:
    """A date read by an explicit strptime format, as ISO text; anything else is DQ-003."""

    name: str
    source: str
    format: str


@dataclass(frozen=True, slots=True)
class PeriodField:
    """The calendar period (never an adjustment period) that holds an ISO date; none is PER-001."""

    name: str
    source: str


DerivedField = PatternField | JoinField | MemberField | ConstantField | DateField | PeriodField


@dataclass(frozen=True, slots=True)
class AmountText:
    """How amounts are written: a full-match pattern, decimals after the point, optional marks.

    The value must be exact at `scale`: `1.50` and `1.5E1` are, `1.005` at scale 2 is not.
    """

    pattern: str
    scale: int
    decimal_mark: str = "."
    grouping_mark: str = ""


@dataclass(frozen=True, slots=True)
class SidedAmount:
    """One amount column and a column that says debit or credit; `blank` names a field holding D or C."""

    column: str
    side: str
    debit: tuple[str, ...]
    credit: tuple[str, ...]
    blank: str | None


@dataclass(frozen=True, slots=True)
class TwoColumnAmount:
    """A debit and a credit column; an empty one of the two is zero."""

    debit: str
    credit: str


@dataclass(frozen=True, slots=True)
class SignedAmount:
    """One signed column: not negative is a debit, negative a credit."""

    column: str


AmountShape = SidedAmount | TwoColumnAmount | SignedAmount


@dataclass(frozen=True, slots=True)
class Currency:
    """The transaction currency: one for the whole dataset, or a field."""

    constant: str | None
    field: str | None


@dataclass(frozen=True, slots=True)
class Amount:
    """Where the money of a record is and how it is written."""

    text: AmountText
    shape: AmountShape
    currency: Currency


@dataclass(frozen=True, slots=True)
class MemberCheck:
    """The field must name a member of the dimension (MDM-001), effective at period end (MDM-002)."""

    dimension: str
    field: str
    effective: bool


@dataclass(frozen=True, slots=True)
class CalendarCheck:
    """The field must name a period of the flow's calendar (PER-001)."""

    field: str


@dataclass(frozen=True, slots=True)
class RequiredCheck:
    """The field must not be empty (DQ-002)."""

    field: str


Check = MemberCheck | CalendarCheck | RequiredCheck


@dataclass(frozen=True, slots=True)
class MappingUse:
    """A mapping set, the field that feeds each of its columns, and the field its target goes into."""

    mapping_set: str
    inputs: tuple[tuple[str, str], ...]
    into: str


@dataclass(frozen=True, slots=True)
class Translate:
    """Translation at the rates of the run's period, rounded to the target currency's minor unit."""

    rate_set: str
    rate_type: str
    to: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A target amount column; `normal` (for `natural`) is a field that holds D or C."""

    name: str
    of: MeasureKind
    normal: str | None = None


@dataclass(frozen=True, slots=True)
class TargetColumn:
    """A key column: a fixed value (with `{scenario}`, `{flow}`, `{period}`) or a field."""

    name: str
    value: str | None
    field: str | None


@dataclass(frozen=True, slots=True)
class Target:
    """Where the rows go; the columns with a fixed value name the slice inside the table."""

    connection: str
    table: str
    columns: tuple[TargetColumn, ...]


@dataclass(frozen=True, slots=True)
class Quarantine:
    """What is held with a faulty record, and the share of source records above which a run is held."""

    unit: QuarantineUnit
    journal_key: tuple[str, ...]
    max_share: Decimal


@dataclass(frozen=True, slots=True)
class ReconcileAmount:
    """One amount column of the independent figure and the key values (and measure) it stands for."""

    column: str
    fixed: tuple[tuple[str, str], ...]
    measure: str


@dataclass(frozen=True, slots=True)
class Reconcile:
    """An independent figure: keys (run field or target column -> its field) and its amount columns."""

    connection: str
    dataset: Mapping[str, object]
    where: tuple[Condition, ...]
    fields: tuple[DerivedField, ...]
    compare: Compare
    keys: tuple[tuple[str, str], ...]
    amounts: tuple[ReconcileAmount, ...]
    text: AmountText
    tolerance: Decimal
    on_difference: OnDifference


@dataclass(frozen=True, slots=True)
class FlowSource:
    """The dataset a flow reads and the conditions that make a record part of the slice.

    `max_shrink` is the share of its records that a slice may lose from one load to the next; None is any.
    """

    connection: str
    dataset: Mapping[str, object]
    where: tuple[Condition, ...]
    max_shrink: Decimal | None


@dataclass(frozen=True, slots=True)
class FlowDefinition:
    """A whole flow. Built by `parse_definition` only, so that every instance is valid."""

    finance_object: str
    calendar: str | None
    slice: Slice
    source: FlowSource
    fields: tuple[DerivedField, ...]
    amount: Amount
    checks: tuple[Check, ...]
    mappings: tuple[MappingUse, ...]
    translate: Translate | None
    measures: tuple[Measure, ...]
    target: Target
    quarantine: Quarantine
    reconcile: Reconcile | None

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Codes of the dimensions whose members a run reads, sorted."""
        used = [item.dimension for item in self.checks if isinstance(item, MemberCheck)]
        fields = list(self.fields) + list(self.reconcile.fields if self.reconcile else ())
        used += [item.dimension for item in fields if isinstance(item, MemberField)]
        return tuple(sorted(set(used)))

    @property
    def connections(self) -> tuple[str, ...]:
        """Names of the logical connections the flow uses, sorted."""
        used = {self.source.connection, self.target.connection}
        if self.reconcile:
            used.add(self.reconcile.connection)
        return tuple(sorted(used))
