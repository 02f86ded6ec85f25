"""What to read from a database: a table with columns, or one SELECT; the order is always declared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from syncengine.codes import Code
from syncengine.connectors.base import Dataset, fill
from syncengine.connectors.file.dataset import first_repeated, name_problem
from syncengine.connectors.keys import Keys

_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?")
_PARAMETER = re.compile(r"[a-z][a-z0-9_]{0,30}")
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`")
_COMMENT = re.compile(r"--|/\*|#")
_DOLLAR = re.compile(r"\$[A-Za-z_]*\$")
_WRITING = re.compile(
    r"\b(insert|update|delete|merge|create|alter|drop|truncate|grant|revoke|copy|into|attach|pragma)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DatabaseDataset(Dataset):
    """Columns of a table or of one SELECT, in a declared order; `parameters` fill `:name` in the query."""

    table: str
    query: str
    columns: tuple[str, ...]
    order_by: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]

    def bind(self, values: Mapping[str, str]) -> DatabaseDataset:
        bound = tuple(
            (name, fill(value, values, f"dataset.parameters.{name}")) for name, value in self.parameters
        )
        return replace(self, parameters=bound)


def parse_dataset(data: Mapping[str, object], place: str = "dataset") -> DatabaseDataset:
    """A checked database dataset. Raises Faults SRC-001 naming every wrong or unknown key."""
    keys = Keys(data, place, Code.SRC_001)
    table, query = keys.text("table"), keys.text("query").strip()
    columns = _names(keys, "columns")
    order_by = _names(keys, "order_by")
    parameters = _parameters(keys)
    if bool(table) == bool(query):
        keys.fault("table", "or query: exactly one of them is needed")
    if table and not _TABLE.fullmatch(table):
        keys.fault("table", "must be a table name, with or without its schema")
    if query and (problem := query_problem(query)):
        keys.fault("query", problem)
    if not columns:
        keys.fault("columns", "must list what is read")
    if not order_by:
        keys.fault("order_by", "must name columns, so that two reads give the same order")
    for name in order_by:
        if name not in columns:
            keys.fault("order_by", f"names {name!r}, which is not among the columns")
    keys.done()
    return DatabaseDataset(table, query, columns, order_by, parameters)


def _names(keys: Keys, key: str) -> tuple[str, ...]:
    names = []
    for index, item in enumerate(keys.items(key)):
        entry = keys.entry(key, index, item if isinstance(item, Mapping) else {"name": item})
        names.append(entry.text("name"))
        if problem := name_problem(names[-1]):
            entry.fault("name", problem)
        keys.merge(entry)
    if repeated := first_repeated(names):
        keys.fault(key, f"names {repeated!r} twice")
    return tuple(names)


def _parameters(keys: Keys) -> tuple[tuple[str, str], ...]:
    given = keys.raw("parameters")
    if given is None:
        return ()
    entry = Keys(given, f"{keys.place}.parameters", keys.code)
    found = []
    for name in sorted(given, key=str) if isinstance(given, Mapping) else ():
        if not _PARAMETER.fullmatch(str(name)):
            entry.fault(str(name), "is not a parameter name of small letters, digits and underscores")
        found.append((str(name), entry.text(name)))
    keys.merge(entry)
    return tuple(found)


def query_problem(query: str) -> str:
    """Why a text is not one plain SELECT, or an empty text. The session is read-only besides."""
    if _DOLLAR.search(query) or _COMMENT.search(_QUOTED.sub("''", query)):
        return "may hold no comments and no dollar-quoted text"
    bare = _QUOTED.sub("''", query)
    if ";" in bare:
        return "must be one statement without a semicolon"
    if not re.match(r"(select|with)\b", bare, re.IGNORECASE):
        return "must begin with SELECT or WITH"
    if found := _WRITING.search(bare):
        return f"must only read; it holds {found.group(0).upper()}"
    return ""
