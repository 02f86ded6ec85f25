"""Keys of the target and inputs of mappings are plain text of bounded length; other records are held."""

from __future__ import annotations

from collections.abc import Iterator

from syncengine.definition.model import (
    CalendarCheck,
    FlowDefinition,
    JoinField,
    MemberCheck,
    MemberField,
    Op,
    PatternField,
)
from syncengine.pipeline import faults
from syncengine.pipeline.database import ident, literal
from syncengine.pipeline.faults import FaultRule, text_of

MAX_KEY = 500
_ODD = literal(r"[\p{Cc}\p{Zl}\p{Zp}]")


def odd_sql(text: str) -> str:
    """SQL that is true of a text no key may be: with control characters or ends of lines, or too long."""
    return f"(length({text}) > {MAX_KEY} OR regexp_matches({text}, {_ODD}))"


def odd_key(name: str) -> FaultRule:
    """The rule for a field; the value it shows has U+FFFD where the characters are."""
    shown = f"regexp_replace({text_of(name)}, {_ODD}, chr(65533), 'g')"
    return FaultRule(faults.ODD_KEY, odd_sql(ident(name)), name, shown)


def unproven_keys(flow: FlowDefinition) -> list[str]:
    """The fields of the target that nothing else vouches for; each costs a look at every line.

    The inputs of mappings are not among them: their few combinations are looked at instead.
    """
    proven = {name.lower() for name in _proven(flow)}
    fields = dict.fromkeys(column.field for column in flow.target.columns if column.field is not None)
    return [name for name in fields if name.lower() not in proven]


def _proven(flow: FlowDefinition) -> Iterator[str]:
    for use in flow.mappings:
        yield use.into
        yield from (name for _, name in use.inputs)
    for item in flow.fields:
        if not isinstance(item, (PatternField, JoinField)):
            yield item.name
        if isinstance(item, MemberField):
            yield item.key
    yield from (check.field for check in flow.checks if isinstance(check, (MemberCheck, CalendarCheck)))
    yield from (item.field for item in flow.source.where if item.op in (Op.EQUALS, Op.IN))
    if flow.amount.currency.field:
        yield flow.amount.currency.field
