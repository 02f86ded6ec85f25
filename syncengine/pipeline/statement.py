"""Builds the one SQL statement of a flow: a chain of named steps an auditor can read top to bottom."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from syncengine.definition.model import (
    CalendarCheck,
    Condition,
    ConstantField,
    DateField,
    DerivedField,
    JoinField,
    MemberField,
    Op,
    PatternField,
)
from syncengine.pipeline import faults
from syncengine.pipeline.database import ident, literal, literals
from syncengine.pipeline.faults import FaultRule, text_of


@dataclass(frozen=True, slots=True)
class MemberTable:
    """A table of members: `code`, `in_force` at the run's day, and one column for each attribute used."""

    table: str
    attributes: tuple[str, ...]


@dataclass
class Chain:
    """A growing chain of common table expressions; each step sees all columns of the one before."""

    steps: list[tuple[str, str]]
    quality: list[FaultRule] = field(default_factory=list)
    members: list[FaultRule] = field(default_factory=list)
    joined: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def over(cls, relation: str) -> Chain:
        """A chain that starts with all rows of a relation."""
        return cls([("_step_0", f"SELECT * FROM {relation}")])

    def add(self, select: str, joins: str = "", where: str = "") -> None:
        """Adds a step `SELECT lines.*, <select>`; inside it the step before is called `lines`."""
        extra = f", {select}" if select else ""
        filtered = f" WHERE {where}" if where else ""
        body = f"SELECT lines.*{extra} FROM {self.steps[-1][0]} AS lines{joins}{filtered}"
        self.steps.append((f"_step_{len(self.steps)}", body))

    def view(self) -> str:
        """The whole chain as one statement that gives the rows of the last step."""
        chain = ",\n".join(f"{name} AS ({body})" for name, body in self.steps)
        return f"WITH {chain}\nSELECT * FROM {self.steps[-1][0]}"


def pattern_sql(item: PatternField) -> str:
    """Group 1 of a full match (the whole match when there is no group), NULL without a match."""
    source, text = ident(item.source), literal(item.pattern)
    group = 1 if re.compile(item.pattern, re.ASCII).groups else 0
    return f"CASE WHEN regexp_full_match({source}, {text}) THEN regexp_extract({source}, {text}, {group}) END"


def derive(chain: Chain, item: DerivedField, tables: Mapping[str, MemberTable]) -> None:
    """Adds a derived field as a step, with the fault it may raise."""
    name = ident(item.name)
    if isinstance(item, MemberField):
        alias = join_member(chain, item.dimension, item.key, tables)
        chain.add(f"lines.{ident(f'{alias}.{item.attribute}')} AS {name}")
        chain.members.append(
            FaultRule(
                faults.UNKNOWN_MEMBER, f"{ident(alias)} IS NULL", item.key, text_of(item.key), item.dimension
            )
        )
    elif isinstance(item, PatternField):
        chain.add(f"{pattern_sql(item)} AS {name}")
        _missing(chain, faults.NO_MATCH, item.name, item.source)
    elif isinstance(item, JoinField):
        parts = f" || {literal(item.separator)} || ".join(ident(part) for part in item.parts)
        chain.add(f"{parts} AS {name}")
        _missing(chain, faults.MISSING_VALUE, item.name, item.parts[-1])
    elif isinstance(item, ConstantField):
        chain.add(f"{literal(item.value)} AS {name}")
    elif isinstance(item, DateField):
        read = f"try_strptime({ident(item.source)}, {literal(item.format)})"
        chain.add(f"strftime({read}, '%Y-%m-%d') AS {name}")
        _missing(chain, faults.BAD_DATE, item.name, item.source)
    else:
        chain.add(f"_days.period AS {name}", f" LEFT JOIN _days ON _days.day = lines.{ident(item.source)}")
        _missing(chain, faults.NO_PERIOD, item.name, item.source)


def _missing(chain: Chain, code: str, name: str, source: str) -> None:
    chain.quality.append(FaultRule(code, f"{ident(name)} IS NULL", source, text_of(source)))


def join_member(chain: Chain, dimension: str, key: str, tables: Mapping[str, MemberTable]) -> str:
    """Joins the members of a dimension on a field, once; gives the column that is NULL without a member.

    The column holds whether the member is in force; its attributes are `<column>.<attribute>`.
    """
    known = chain.joined.get((dimension, key))
    if known:
        return known
    alias = f"_member_{len(chain.joined)}"
    found = tables[dimension]
    columns = [f"found._in_force AS {ident(alias)}"]
    columns += [f"found.{ident(name)} AS {ident(f'{alias}.{name}')}" for name in found.attributes]
    join = f" LEFT JOIN {ident(found.table)} AS found ON found._code = lines.{ident(key)}"
    chain.add(", ".join(columns), join)
    chain.joined[(dimension, key)] = alias
    return alias


def conditions_sql(
    conditions: Sequence[Condition], fill: Callable[[str], str], known: Mapping[str, str]
) -> str:
    """SQL that is true for records of the slice, and for those whose place cannot be told.

    A record whose period cannot be read belongs to no slice that could load it; it is kept in and
    quarantined instead of falling out of every run. `known` gives the SQL list of allowed values of
    the fields that are checked against the calendar.
    """
    parts = []
    for item in conditions:
        name = ident(item.field)
        if item.op is Op.BLANK:
            parts.append(f"trim(coalesce({name}, '')) = ''")
        elif item.op is Op.NOT_BLANK:
            parts.append(f"trim(coalesce({name}, '')) <> ''")
        else:
            verb = "NOT IN" if item.op is Op.NOT_IN else "IN"
            test = f"{name} {verb} {literals(fill(value) for value in item.values)}"
            codes = known.get(item.field)
            parts.append(f"CASE WHEN {name} IN {codes} THEN {test} END" if codes else test)
    return f"({' AND '.join(parts)}) IS NOT FALSE" if parts else "true"


def calendar_fields(checks: Sequence[object], codes: str) -> dict[str, str]:
    """The fields that must name a calendar period, with the SQL list of its codes."""
    return {item.field: codes for item in checks if isinstance(item, CalendarCheck)}
