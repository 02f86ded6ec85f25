"""The port that apps fill: what a section of the manifest reads, applies and exports."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypedDict, TypeVar

from portal.core.actor import Actor
from portal.core.errors import BadInput
from portal.core.keys import Key
from portal.core.manifest.codes import Code
from portal.core.manifest.files import ManifestFiles, Row
from portal.core.manifest.node import Entry
from portal.core.manifest.rows import Columns, read_rows
from portal.core.ports import Registry

T = TypeVar("T")


class Outcome(StrEnum):
    """What became of an entry. PENDING: the same proposal is open already. WAITING: for another proposal."""

    CHANGED = "changed"
    CREATED = "created"
    PENDING = "pending"
    PROPOSED = "proposed"
    UNCHANGED = "unchanged"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Result:
    """An entry's outcome; `detail` names its change requests, or what it waits for."""

    outcome: Outcome
    detail: str = ""

    @property
    def is_pending(self) -> bool:
        return self.outcome in (Outcome.PENDING, Outcome.PROPOSED, Outcome.WAITING)


UNCHANGED = Result(Outcome.UNCHANGED)


@dataclass(slots=True)
class Table:
    """Rows of an export: written inline when short, else into a CSV file beside the manifest."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Section(ABC, Generic[T]):
    """One top-level key of the manifest, a list of entries. Sections are read and applied by `order`."""

    name: ClassVar[str]
    order: ClassVar[int]
    fields: ClassVar[tuple[Key, ...]]
    """The keys of an entry with their documentation; printed by `apply --sections`."""

    def documented(self) -> tuple[Key, ...]:
        """`fields`, and below them what only other apps know."""
        return self.fields

    @abstractmethod
    def read(self, entry: Entry, reading: Reading) -> T:
        """The entry as a value; faults are recorded on the entry."""

    @abstractmethod
    def key(self, item: T) -> str:
        """What identifies the entry in its section."""

    @abstractmethod
    def known(self, key: str) -> bool:
        """Whether the database has it already, so that other sections may refer to it."""

    @abstractmethod
    def apply(self, item: T, applying: Applying) -> Result:
        """Make it so through the services; raises DomainError. Unchanged entries call no service."""

    @abstractmethod
    def export(self) -> Iterator[dict[str, Any]]:
        """Entries that say what the database has: texts, lists, mappings and Tables."""


sections: Registry[Section[Any]] = Registry("manifest section")


def ordered_sections() -> list[Section[Any]]:
    return sorted(sections.all().values(), key=lambda section: (section.order, section.name))


@dataclass(slots=True)
class Reading:
    """What the reading of entries may use: files, and what the manifest itself brings.

    `declared` are all codes by section, `items` the sound entries read so far by section and key, those of
    several versions by their code too.
    """

    files: ManifestFiles
    declared: dict[str, set[str]] = field(default_factory=dict)
    items: dict[tuple[str, str], Any] = field(default_factory=dict)

    def rows(self, entry: Entry, key: str, columns: Columns) -> list[Row]:
        """The rows of a table, inline or from files; see `portal.core.manifest.rows`."""
        return read_rows(entry, key, columns, self.files)

    def reference(self, entry: Entry, key: str, section: str, *, required: bool = True) -> str:
        """A code that another section declares or the database has; a fault when neither does."""
        value = entry.code(key) if required else entry.code(key, "")
        if value:
            self.check_reference(entry, value, section, key)
        return value

    def check_reference(self, entry: Entry, value: str, section: str, *path: str | int) -> None:
        if value not in self.declared.get(section, ()) and not sections.get(section).known(value):
            message = f"Neither the manifest nor the database has '{value}' among {section}."
            entry.fault(Code.YAM_106, message, *path)


class Who(TypedDict):
    """The first two arguments of every service."""

    actor: Actor
    reason: str


@dataclass(slots=True)
class Applying:
    """What the applying of entries may use: who acts and why, and which entries are not in force yet."""

    actor: Actor
    reason: str
    pending: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def who(self) -> Who:
        return {"actor": self.actor, "reason": self.reason}

    def demand_person(self) -> None:
        """Raises BadInput YAM-109 when nobody in person acts."""
        if self.actor.person_id is None:
            raise BadInput(
                Code.YAM_109, "What is under approval must be proposed by a person: apply with --as USER."
            )

    def mark(self, section: str, key: str, detail: str) -> None:
        """Note that an entry is not in force yet; a key `code@...` stands for its code too."""
        self.pending[section, key] = detail
        self.pending[section, key.partition("@")[0]] = detail

    def waiting(self, needs: Iterable[tuple[str, str]]) -> Result | None:
        """WAITING with the change requests that stand in the way, or None when all needs are in force."""
        refs = sorted({self.pending[need] for need in needs if need in self.pending})
        return Result(Outcome.WAITING, ", ".join(refs)) if refs else None
