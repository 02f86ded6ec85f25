"""Compiles mapping rules to an exact table for the combinations that occur, and nothing else."""

from __future__ import annotations

from pathlib import Path

from syncengine.definition.model import MappingUse
from syncengine.pipeline.database import Database, ident
from syncengine.pipeline.keys import odd_sql
from syncengine.pipeline.values import CompiledTable, MappingPin, PipelineError

OUTCOMES = ("mapped", "ignored", "unmapped")


def compile_mapping(
    db: Database, relation: str, use: MappingUse, pin: MappingPin, table: str, path: Path
) -> CompiledTable:
    """Reads the distinct combinations, resolves them in Python, stores the table as Parquet evidence.

    Batch by batch: a ledger may have as many combinations as lines.

    Raises `PipelineError` RUN-114 when the inputs are not the mapping set's columns.
    """
    inputs = dict(use.inputs)
    if set(inputs) != set(pin.columns):
        message = f"mapping set {use.mapping_set} has the columns {', '.join(pin.columns)}"
        raise PipelineError("RUN-114", message, f"mappings.{use.mapping_set}.inputs")
    fields = [ident(inputs[name]) for name in pin.columns]
    known = " AND ".join(f"{name} IS NOT NULL" for name in fields)
    distinct = f"SELECT DISTINCT {', '.join(fields)} FROM {relation} WHERE {known}"
    columns = [(f"_in_{at}", "VARCHAR") for at in range(len(fields))]
    columns += [("outcome", "VARCHAR"), ("target", "VARCHAR"), ("sign", "TINYINT"), ("rule", "VARCHAR")]
    db.load(table, columns, [])
    count = unmapped = 0
    for combinations in db.batches(distinct):
        rows = []
        for combination, found in zip(combinations, pin.resolver.resolve_many(combinations), strict=True):
            outcome = str(found.outcome)
            unmapped += outcome == "unmapped"
            rows.append((*combination, outcome, found.target, int(found.sign or 1), found.rule_id))
        db.append(table, columns, rows)
        count += len(rows)
    named = ", ".join(f"_in_{at} AS {ident(name)}" for at, name in enumerate(pin.columns))
    order = ", ".join(f"_in_{at}" for at in range(len(fields)))
    db.write_parquet(
        f"SELECT {named}, outcome, target, sign, rule FROM {ident(table)} ORDER BY {order}", path
    )
    return CompiledTable(use.mapping_set, path, count, unmapped)


def odd_inputs(db: Database, use: MappingUse, pin: MappingPin, table: str) -> list[str]:
    """The inputs that hold, in some combination of the slice, a text no key may be."""
    inputs = dict(use.inputs)
    tests = ", ".join(f"bool_or({odd_sql(f'_in_{at}')})" for at in range(len(pin.columns)))
    found = db.row(f"SELECT {tests} FROM {ident(table)}")
    return [inputs[name] for name, is_odd in zip(pin.columns, found, strict=True) if is_odd]


def join_sql(use: MappingUse, pin: MappingPin, at: int) -> tuple[str, str]:
    """(selected columns, join) that bring outcome, target and sign of mapping number `at` to each line."""
    inputs = dict(use.inputs)
    alias = f"_map_{at}"
    tests = [f"found._in_{place} = lines.{ident(inputs[name])}" for place, name in enumerate(pin.columns)]
    sign, rule = ident(f"{alias}_sign"), ident(f"{alias}_rule")
    columns = (
        f"found.outcome AS {ident(alias)}, found.target AS {ident(use.into)}, "
        f"coalesce(found.sign, 1::TINYINT) AS {sign}, found.rule AS {rule}"
    )
    return columns, f" LEFT JOIN {ident(alias)} AS found ON {' AND '.join(tests)}"


def inputs_text(use: MappingUse) -> str:
    """SQL of the combination as text, for the value shown with an unmapped record."""
    return " || ' | ' || ".join(f"coalesce({ident(name)}, '')" for _, name in use.inputs)
