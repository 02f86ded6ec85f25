"""Manifest section of mapping sets; each entry is one version with all its rules."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mappings.manifest.versions import (
    FIELDS,
    current_versions,
    opened_result,
    read_periods,
    same_periods,
    version_key,
)
from mappings.models import MappingSet, MappingVersion, Member
from mappings.rows import rules_in
from mappings.rules.ambiguity import find_ambiguities
from mappings.rules.csvformat import format_rules, headings
from mappings.rules.rule import DEFAULT_PRIORITY, MAX_PRIORITY, RuleKind
from mappings.selectors import mapping_set_by_code, open_version
from mappings.selectors.versions import live_rules
from mappings.services import mapping_set_register, rules_import, version_start, version_submit
from mappings.services.imports import read_rules
from mappings.services.sets import normal_columns
from portal.core.errors import Conflict, Invalid
from portal.core.export import unguard_text
from portal.core.keys import Key
from portal.core.manifest import (
    UNCHANGED,
    Applying,
    Columns,
    Entry,
    Outcome,
    Reading,
    Result,
    Row,
    Section,
    Table,
)
from portal.core.manifest.codes import Code

_LINE = re.compile(r"line ([0-9]+)")
_COLUMN = (
    Key("name", "text", "name of the column", example="account"),
    Key("dimension", "code", "the dimension of its values", "", "account"),
)  # fmt: skip
_RULE = (
    Key("priority", f'0 to {MAX_PRIORITY}', "of several rules that match, the lowest number decides; "
        "among equals the narrower rule", f'{DEFAULT_PRIORITY}', "10"),
    Key("kind", ", ".join(RuleKind), "what the rule is; ignore excludes records and needs a reason",
        "explicit", "range"),
    Key("COLUMN", "condition", "for each source column: 4000 (explicit), in:4000;4010 (list), "
        "text:4000..4999 or number:4000..4999 (range), like:40* (wildcard); multi takes conditions on "
        "several columns; <empty> is the empty text; a column left out is not looked at", "any value",
        '"text:4000..4999"'),
    Key("target", "text", "member of the target dimension; none for ignore", "", "REVENUE"),
    Key("sign", "1 or -1", "-1 turns the sign", "1", '"-1"'),
    Key("reason", "text", "why records are ignored", "", "Balance sheet accounts are not planned."),
    Key("label", "text", "what people call the rule", "", "Material"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MappingSetItem:
    """`data` are the rules as the CSV file that an import takes, `hashes` their contents."""

    code: str
    values: dict[str, Any]
    periods: tuple[str, str]
    data: bytes
    hashes: frozenset[str]


class MappingSetsSection(Section[MappingSetItem]):
    name = "mapping_sets"
    order = 90
    fields = (
        Key("code", "code", "unique code", example="accounts-to-lines"),
        Key("name", "text", "name, set once", example="Accounts to planning lines"),
        Key("source_system", "code", "the system whose members are mapped, set once", example="ERP"),
        Key("target_system", "code", "the system they are mapped to, set once", example="PLAN"),
        Key("target_dimension", "code", "the dimension of the targets, set once", example="planning-line"),
        Key("kind", ", ".join(MappingSet.Kind.values), "what it is for; only load feeds a flow", "load",
            "load"),
        Key("columns", "list", "source columns in order, set once",
            example="[{name: account, dimension: account}]", keys=_COLUMN),
        *FIELDS,
        Key("rules", "table", "the rules (under approval)", example="[{kind: range, account: "
            '"text:5000..5999", target: MATERIAL}]', keys=_RULE),
    )  # fmt: skip

    def read(self, entry: Entry, reading: Reading) -> MappingSetItem:
        columns = _columns(entry)
        target = reading.reference(entry, "target_dimension", "dimensions")
        values = {
            "name": entry.text("name"),
            "source_system": reading.reference(entry, "source_system", "systems"),
            "target_system": reading.reference(entry, "target_system", "systems"),
            "target_dimension": target,
            "kind": entry.choice("kind", MappingSet.Kind.values, MappingSet.Kind.LOAD),
            "columns": columns,
        }
        for index, column in enumerate(columns):
            if column["dimension"]:
                reading.check_reference(
                    entry, column["dimension"], "dimensions", "columns", index, "dimension"
                )
        names = tuple(column["name"] for column in columns)
        known = Columns((), ("priority", "kind", *names, "target", "sign", "reason", "label"))
        rows = reading.rows(entry, "rules", known)
        data, hashes = _rules(entry, rows, names, target, reading)
        return MappingSetItem(entry.code(), values, read_periods(entry), data, hashes)

    def key(self, item: MappingSetItem) -> str:
        return version_key(item.code, item.periods)

    def known(self, key: str) -> bool:
        return mapping_set_by_code(key) is not None

    def apply(self, item: MappingSetItem, applying: Applying) -> Result:
        mapping_set = mapping_set_by_code(item.code)
        if mapping_set is not None:
            _demand_same(mapping_set, item)
            if any(_same(version, item) for version in current_versions(mapping_set.versions.all())):
                return UNCHANGED
        opened = open_version(mapping_set) if mapping_set else None
        need = ("mapping_sets", item.code)
        if opened is not None:
            result = opened_result(opened, same=_same(opened, item), need=need, applying=applying)
            if result is not None:
                return result
        applying.demand_person()
        version = opened or self._version(mapping_set, item, applying)
        return Result(Outcome.PROPOSED, version_submit(**applying.who, version_id=version.pk).ref)

    @staticmethod
    def _version(mapping_set: MappingSet | None, item: MappingSetItem, applying: Applying) -> MappingVersion:
        if mapping_set is None:
            mapping_set = mapping_set_register(**applying.who, code=item.code, **item.values)
        first, last = item.periods
        version = version_start(
            **applying.who, mapping_set_id=mapping_set.pk, effective_from=first, effective_to=last or None
        )
        rules_import(**applying.who, version_id=version.pk, data=item.data, replace=True)
        return version

    def export(self) -> Iterator[dict[str, Any]]:
        sets = MappingSet.objects.select_related("source_system", "target_system", "target_dimension")
        for mapping_set in sets.order_by("code"):
            for version in current_versions(mapping_set.versions.all()):
                yield {
                    "code": mapping_set.code,
                    **_values(mapping_set),
                    "effective_from": version.effective_from,
                    "effective_to": version.effective_to or "",
                    "rules": _table(version, mapping_set.column_names),
                }


def _columns(entry: Entry) -> list[dict[str, str]]:
    columns = [
        {"name": column.text("name"), "dimension": column.code("dimension", "")}
        for column in entry.entries("columns", required=True)
    ]
    try:
        normal_columns([{"name": column["name"]} for column in columns])
    except Invalid as error:
        entry.fault(error.code, error.message, "columns")
    return columns


def _rules(
    entry: Entry, rows: list[Row], names: tuple[str, ...], target_dimension: str, reading: Reading
) -> tuple[bytes, frozenset[str]]:
    """The rules as an import file with their hashes; every fault at the row it stands in."""
    data, places = _as_file(rows, names)
    incoming, faults = read_rules(data, names, places.__getitem__) if rows and names else ([], [])
    faulty = set()
    for fault in faults:
        line = _LINE.search(fault.place)
        place = places.get(int(line[1]), entry.place) if line else entry.place
        entry.row_fault(fault.code, fault.message, place)
        faulty.add(place)
    if not entry.has("rules"):
        entry.fault(Code.YAM_102, "A mapping version needs 'rules'.")
    if not faults:
        _ties(entry, [new.rule for new in incoming], names, places)
    _targets(entry, [row for row in rows if row.place not in faulty], target_dimension, reading)
    return data, frozenset(new.content_sha256 for new in incoming)


def _as_file(rows: list[Row], names: tuple[str, ...]) -> tuple[bytes, dict[int, str]]:
    """Rows as the CSV file that an import takes, and the place of each of its lines."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = headings(names)
    writer.writerow(columns)
    places: dict[int, str] = {}
    line = 2
    for row in rows:
        cells = {"kind": str(RuleKind.EXPLICIT), **row.cells}
        places[line] = row.place
        writer.writerow([cells.get(column, "") for column in columns])
        line += 1 + sum(cell.count("\n") for cell in row.cells.values())
    return text.getvalue().encode(), places


def _ties(entry: Entry, rules: list[Any], names: tuple[str, ...], places: dict[int, str]) -> None:
    def place(rule_id: str) -> str:
        return places[int(rule_id.removeprefix("line "))]

    for tie in find_ambiguities(rules, names):
        words = ", ".join(f"{name} {value!r}" for name, value in zip(names, tie.witness, strict=True))
        message = f"This rule and the one at {place(tie.rule_a.id)} both match {words}."
        entry.row_fault("MAP-002", message, place(tie.rule_b.id))


def _targets(entry: Entry, rows: list[Row], dimension: str, reading: Reading) -> None:
    """Targets must be members, of the manifest or of the database."""
    targets = [(row.place, unguard_text(row.cells.get("target", "").strip())) for row in rows]
    wanted = {target for _, target in targets if target}
    wanted -= reading.declared.get(f"members of {dimension}", set())
    wanted -= set(Member.objects.filter(dimension__code=dimension).values_list("code", flat=True))
    for place, target in targets:
        if target in wanted:
            entry.row_fault("MAP-030", f"{dimension} has no member '{target}'.", place)


def _values(mapping_set: MappingSet) -> dict[str, Any]:
    return {
        "name": mapping_set.name,
        "source_system": mapping_set.source_system.code,
        "target_system": mapping_set.target_system.code,
        "target_dimension": mapping_set.target_dimension.code,
        "kind": str(mapping_set.kind),
        "columns": mapping_set.columns,
    }


def _demand_same(mapping_set: MappingSet, item: MappingSetItem) -> None:
    there = _values(mapping_set)
    for name, value in item.values.items():
        if there[name] != value:
            raise Conflict(Code.YAM_111, f"The mapping set {item.code} has another {name}.")


def _same(version: MappingVersion, item: MappingSetItem) -> bool:
    if not same_periods(version, item.periods):
        return False
    live = live_rules(version.mapping_set_id, version.number).order_by()
    return frozenset(live.values_list("content_sha256", flat=True)) == item.hashes


def _table(version: MappingVersion, names: tuple[str, ...]) -> Table:
    rules = rules_in(live_rules(version.mapping_set_id, version.number))
    rows = sorted([str(cell) for cell in row] for row in format_rules(rules, names))
    return Table(headings(names), rows)
