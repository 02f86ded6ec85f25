"""Rules as a table: `priority, kind, <a column per source column>, target, sign, reason, label`.

`kind` and `target` and the source columns are required headings, the others may be left out: priority
is then 100, sign 1 (or `keep`; -1 or `change` changes it). An empty source cell leaves the column
unconstrained; how a condition is written is told in `mappings.rules.cells`. Ignore rules have no target and
need a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mappings.rules.cells import format_cell, parse_cell
from mappings.rules.conditions import Condition
from mappings.rules.faults import FaultCode, FileFault, FileFaults, RuleError
from mappings.rules.rule import DEFAULT_PRIORITY, MAX_PRIORITY, Rule, RuleKind, conditions_hash
from mappings.rules.tables import Table, TableRow, read_table
from portal.core.export import guard_text, unguard_text

BEFORE = ("priority", "kind")
AFTER = ("target", "sign", "reason", "label")
RESERVED = frozenset(BEFORE + AFTER)
"""Headings that no source column may have."""

MAX_FAULTS = 200
_SIGNS = {"": 1, "1": 1, "+1": 1, "+": 1, "keep": 1, "-1": -1, "-": -1, "change": -1}


@dataclass(slots=True)
class ParsedRules:
    """Rules by line, the hash of each one's conditions, and every fault found (at most MAX_FAULTS).

    With faults, use none of the rules.
    """

    rules: list[tuple[int, Rule]] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)


def headings(columns: Sequence[str]) -> list[str]:
    """The header line for a set with these source columns."""
    return [*BEFORE, *columns, *AFTER]


def line_place(line: int) -> str:
    return f"line {line}"


def parse_rules(
    data: bytes, columns: Sequence[str], place_of: Callable[[int], str] = line_place
) -> ParsedRules:
    """Rules of a CSV or XLSX file; never raises for what the file holds. Rule ids are `line N`.

    `place_of` tells where a line stands when the file was made of other ones.
    """
    parsed = ParsedRules()
    try:
        table = read_table(data)
        places = _places(table, columns)
        twins = _Twins(place_of)
        for row in table.rows:
            _take(row, places, columns, parsed, twins)
            if len(parsed.faults) >= MAX_FAULTS:
                parsed.faults.append(row.fault(FaultCode.STRUCTURE, "too many faults; reading stopped here"))
                break
    except FileFaults as error:
        parsed.faults.extend(error.faults)
    return parsed


def _places(table: Table, columns: Sequence[str]) -> dict[str, int]:
    """Where each heading stands. Missing and unknown ones are faults of the first line."""
    known = headings(columns)
    faults = [
        FileFault(FaultCode.HEADER, f"the heading '{name}' is missing", table.header_line)
        for name in ("kind", *columns, "target")
        if name not in table.header
    ]
    faults += [
        FileFault(FaultCode.HEADER, f"the heading '{name[:80]}' is not known", table.header_line, name[:80])
        for name in table.header
        if name not in known
    ]
    if faults:
        raise FileFaults(faults)
    return {name: place for place, name in enumerate(table.header)}


@dataclass(frozen=True, slots=True)
class _Twins:
    """The first line of each conditions and priority."""

    place_of: Callable[[int], str]
    lines: dict[tuple[str, int], int] = field(default_factory=dict)

    def fault(self, row: TableRow, matched: str, priority: int) -> FileFault | None:
        first = self.lines.setdefault((matched, priority), row.line)
        if first == row.line:
            return None
        message = f"the same conditions at the same priority stand at {self.place_of(first)}"
        return row.fault(FaultCode.AMBIGUOUS, message)


def _take(
    row: TableRow, places: dict[str, int], columns: Sequence[str], parsed: ParsedRules, twins: _Twins
) -> None:
    """Add the rule of a row to `parsed`, or its faults."""
    before = len(parsed.faults)
    cells = _Cells(row, places, parsed.faults)
    priority, kind, sign = cells.priority(), cells.kind(), cells.sign()
    conditions = cells.conditions(columns, kind) if kind is not None else {}
    if len(parsed.faults) > before or kind is None:
        return
    target = unguard_text(cells.text("target")) or None
    try:
        rule = Rule(
            f"line {row.line}",
            priority,
            kind,
            conditions,
            target,
            sign,
            unguard_text(cells.text("reason")),
            unguard_text(cells.text("label")),
        )
    except RuleError as error:
        heading = {FaultCode.TARGET: "target", FaultCode.REASON: "reason"}.get(error.code, "kind")
        parsed.faults.append(cells.fault(error.code, error.message, heading))
        return
    matched = conditions_hash(conditions)
    twin = twins.fault(row, matched, priority)
    if twin is not None:
        parsed.faults.append(twin)
        return
    parsed.rules.append((row.line, rule))
    parsed.hashes.append(matched)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one row by heading; what cannot be read goes to the faults."""

    row: TableRow
    places: dict[str, int]
    faults: list[FileFault]

    def text(self, heading: str) -> str:
        place = self.places.get(heading)
        return "" if place is None else self.row.cells[place].strip()

    def fault(self, code: FaultCode, message: str, heading: str) -> FileFault:
        return self.row.fault(code, message, heading, self.places.get(heading))

    def refuse(self, code: FaultCode, message: str, heading: str) -> None:
        self.faults.append(self.fault(code, message, heading))

    def priority(self) -> int:
        text = self.text("priority")
        if not text:
            return DEFAULT_PRIORITY
        if not (text.isascii() and text.isdigit() and len(text) <= 5):
            self.refuse(FaultCode.CELL, f"a priority is a whole number from 0 to {MAX_PRIORITY}", "priority")
            return DEFAULT_PRIORITY
        return int(text)

    def kind(self) -> RuleKind | None:
        text = self.text("kind").lower()
        try:
            return RuleKind(text)
        except ValueError:
            self.refuse(FaultCode.CELL, f"a kind is one of {', '.join(RuleKind)}", "kind")
            return None

    def sign(self) -> int:
        sign = _SIGNS.get(self.text("sign").lower())
        if sign is None:
            self.refuse(FaultCode.CELL, "a sign is 1 or keep, -1 or change", "sign")
            return 1
        return sign

    def conditions(self, columns: Sequence[str], kind: RuleKind) -> dict[str, Condition]:
        conditions: dict[str, Condition] = {}
        for column in columns:
            cell = self.row.cells[self.places[column]]
            if cell:
                try:
                    conditions[column] = parse_cell(cell, kind)
                except RuleError as error:
                    self.refuse(error.code, error.message, column)
        return conditions


def format_rules(rules: Iterable[Rule], columns: Sequence[str]) -> Iterator[list[str | int]]:
    """Rows under `headings(columns)` that `parse_rules` reads back to the same content."""
    for rule in rules:
        conditions = rule.conditions
        cells = [
            format_cell(conditions[column], rule.kind) if column in conditions else "" for column in columns
        ]
        yield [
            rule.priority,
            str(rule.kind),
            *cells,
            guard_text(rule.target or ""),
            rule.sign,
            guard_text(rule.reason),
            guard_text(rule.label),
        ]
