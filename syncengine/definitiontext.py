"""A flow definition as the YAML text people edit, and back, with the line of every fault."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import yaml

from portal.core.errors import Fault, Faults
from portal.core.keys import Key, arranged
from portal.core.yamlsafe import Positions, Yaml, YamlError, load_yaml
from syncengine.connectors import documented
from syncengine.definition import keys, written

MAX_TEXT = 200_000  # bytes
SKELETON = """\
finance_object: actuals
calendar: group
slice: {scenario: ACTUALS, per: period}
source:
  connection: CONNECTION OF THE LEDGER
  dataset: {file: journal.csv}
  where: [{field: period, equals: "{period}"}]
amount: {debit: debit, credit: credit, scale: 2, currency: {constant: EUR}}
checks: [{field: account, dimension: DIMENSION}]
mappings: [{set: MAPPING SET, inputs: {account: account}, into: line}]
measures: [{name: net, of: net}]
target:
  connection: CONNECTION OF THE PLAN
  table: plan_actuals
  columns:
    - {name: scenario, value: "{scenario}"}
    - {name: period, value: "{period}"}
    - {name: line, from: line}
"""  # what a new flow starts from; the words in capitals are refused until they are replaced
_STEP = re.compile(r"[^.\[\]]+")


def definition_text(definition: Any) -> str:
    """A canonical definition as YAML; reading it back gives the same definition."""
    shown = arranged(written(definition), documented_definition())
    return str(yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=100))


def documented_definition() -> tuple[Key, ...]:
    """The keys of a definition, with those that the connectors have for a dataset."""
    variants = tuple(
        (f"connector: {name}", words.dataset) for name, words in sorted(documented.all().items())
    )
    source = next(key for key in keys.DEFINITION if key.name == "source")
    dataset = next(key for key in source.keys if key.name == "dataset")
    below = tuple(replace(key, variants=variants) if key is dataset else key for key in source.keys)
    return tuple(replace(key, keys=below) if key is source else key for key in keys.DEFINITION)


def read_text(text: str) -> tuple[Yaml, Positions]:
    """The data of a definition with the line of each node. Raises Faults with the line."""
    try:
        return load_yaml(text.replace("\r\n", "\n").encode(), max_bytes=MAX_TEXT)
    except YamlError as error:
        raise Faults([Fault(str(error.code), error.message, f"line {error.line}")]) from None


def with_lines(faults: Sequence[Fault], positions: Positions) -> Faults:
    """The same faults, each placed at its line: `line 12, amount.scale`."""
    return Faults([Fault(f.code, f.message, placed(f.place, positions)) for f in faults])


def placed(path: str, positions: Positions) -> str:
    """`amount.side.debit[0]` with the line where it stands, or where it is missing from."""
    steps = tuple(int(step) if step.isdigit() else step for step in _STEP.findall(path))
    line = positions.line(steps)
    return f"line {line}, {path}" if path else f"line {line}"
