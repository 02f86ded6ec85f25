"""What an import changes: the rules of a file against the rules that are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from mappings.rules.rule import Rule


class Existing(NamedTuple):
    """A rule that is there: its row, when it came, and what identifies it."""

    id: int
    since: int
    priority: int
    conditions_sha256: str
    content_sha256: str


class Incoming(NamedTuple):
    """A rule of the file with its hashes."""

    line: int
    rule: Rule
    conditions_sha256: str
    content_sha256: str


@dataclass(slots=True)
class MergePlan:
    """What to do; `removed` stays empty unless the file replaces everything."""

    unchanged: int = 0
    added: list[Incoming] = field(default_factory=list)
    changed: list[tuple[Existing, Incoming]] = field(default_factory=list)
    removed: list[Existing] = field(default_factory=list)


def plan_merge(existing: Iterable[Existing], incoming: Iterable[Incoming], replace: bool) -> MergePlan:
    """Match by conditions: same content is unchanged, then same priority or the only one left is changed."""
    there: dict[str, list[Existing]] = defaultdict(list)
    for row in existing:
        there[row.conditions_sha256].append(row)
    coming: dict[str, list[Incoming]] = defaultdict(list)
    for new in incoming:
        coming[new.conditions_sha256].append(new)
    plan = MergePlan()
    for conditions, news in coming.items():
        _match(there.get(conditions, []), news, plan)
    if replace:
        plan.removed.extend(row for rows in there.values() for row in rows)
    return plan


def _match(rows: list[Existing], news: list[Incoming], plan: MergePlan) -> None:
    """Rules of the same conditions; matched rows are taken out of `rows`."""
    open_news = []
    for new in news:
        same = next((row for row in rows if row.content_sha256 == new.content_sha256), None)
        if same is None:
            open_news.append(new)
        else:
            rows.remove(same)
            plan.unchanged += 1
    rest = []
    for new in open_news:
        same = next((row for row in rows if row.priority == new.rule.priority), None)
        if same is None:
            rest.append(new)
        else:
            rows.remove(same)
            plan.changed.append((same, new))
    if len(rest) == 1 and len(rows) == 1:
        plan.changed.append((rows.pop(), rest[0]))
    else:
        plan.added.extend(rest)
