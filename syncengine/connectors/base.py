"""The contract between the engine and every connector: plain values and the two adapter protocols."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from portal.core.errors import Conflict, DomainError, Invalid
from portal.core.ports import Registry
from syncengine.codes import Code
from syncengine.evidence import EvidenceRef, EvidenceStore
from syncengine.outputhash import Column

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_SAFE_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Unavailable(DomainError):
    """The other system does not answer now; nothing was changed by this call."""

    status = 503


class LoadUnknown(DomainError):
    """LOAD-013: the commit was sent and its answer lost. Read `confirm` before anything else."""

    status = 503


class LoadRefused(Conflict):
    """A control refusal of the target side: lower fence, two contents, foreign table."""


class Progress(Protocol):
    """Told how many rows are done, of how many if known. May raise to stop: then nothing is left behind."""

    def __call__(self, done: int, total: int | None = None) -> None: ...


def silent(done: int, total: int | None = None) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do; the engine asks these flags and never the connector's name."""

    source: bool = False
    target: bool = False
    atomic_replace: bool = False  # a slice is replaced as a whole or not at all
    read_back: bool = False  # the target's rows can be read again
    undo: bool = False  # a previous output can be put back
    row_results: bool = False  # the target answers for each row
    concurrency: int = 1  # loads at once that the target bears


@dataclass(frozen=True, slots=True)
class Dataset:
    """What to read from a source, in the connector's own words; subclasses add the keys."""

    def bind(self, values: Mapping[str, str]) -> Dataset:
        """The same dataset with `{period}` and the like filled in. Raises Invalid SRC-001."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A source as it was read: raw bytes and an order-preserving Parquet file.

    The Parquet file has `_row` (BIGINT, the record's number from 1) and every source column as text.
    Empty is the empty text; null occurs only for the declared null marker or a database's NULL.
    """

    raw: tuple[EvidenceRef, ...]
    parquet: EvidenceRef
    columns: tuple[str, ...]
    rows: int
    origin: str = ""


@dataclass(frozen=True, slots=True)
class SliceLoad:
    """What the target shall hold for a slice afterwards.

    `parquet` holds `columns` by name: text as VARCHAR without null, amounts as DECIMAL with at most four
    decimals. `content_hash` is the output hash of those rows (`syncengine.outputhash`).
    """

    slice_key: str
    fence: int
    run_ref: str
    table: str
    columns: tuple[Column, ...]
    content_hash: str
    parquet: Path
    rows: int
    flow: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)  # the columns with one value in all rows
    shared: bool = False  # other slices of the flow have the same cells


@dataclass(frozen=True, slots=True)
class TargetReceipt:
    """The target's own record of a slice, written in the transaction of the load.

    `altered` says that its run found rows changed which nobody but a load may change, and replaced them.
    """

    slice_key: str
    fence: int
    run_ref: str
    content_hash: str
    rows: int
    amounts: Mapping[str, Decimal]
    table: str = ""
    columns: str = field(default="", compare=False)  # the names of the columns as they were loaded
    altered: bool = field(default=False, compare=False)


class LoadAction(StrEnum):
    KEEP = "keep"  # same content under a newer fence: kept if the read-back still ties
    NOTHING = "nothing"  # same fence, same content: an answered retry
    REPAIR = "repair"  # same content, but the rows were changed outside Tieout: put back; never planned
    REPLACE = "replace"
    RESTORE = "restore"  # the target had lost a slice that it confirmed before; never planned
    OVERWRITE = "overwrite"  # replaced, and the old rows were changed outside Tieout; never planned


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What `load` would do now; made without changing the target."""

    action: LoadAction
    mode: str  # "partition": fresh partition and swap; "delete-insert": within the existing table
    creates_table: bool
    rows: int
    existing: TargetReceipt | None


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the target holds for a slice, recomputed from its rows: exact sums and output hash."""

    rows: int
    amounts: Mapping[str, Decimal]
    output_hash: str


@dataclass(frozen=True, slots=True)
class Preflight:
    """The other side was reached; facts are for people, without secrets."""

    facts: Mapping[str, str]


class SourceAdapter(Protocol):
    """Reads. Every method raises DomainError subclasses with SRC codes and the place."""

    def preflight(self, dataset: Dataset | None = None) -> Preflight: ...

    def extract(
        self,
        dataset: Dataset,
        store: EvidenceStore,
        scratch_dir: Path,
        progress: Progress = silent,
        earlier: Snapshot | None = None,
    ) -> Snapshot:
        """The source as it is now; that may be `earlier` again, where the source still has its raw bytes."""
        ...


class TargetAdapter(Protocol):
    """Writes slices. Every method raises DomainError subclasses with LOAD codes."""

    def preflight(self, dataset: Dataset | None = None) -> Preflight: ...

    def place(self) -> tuple[str, ...]:
        """Where the tables lie, the same for all connections that lead there."""
        ...

    def plan_load(self, slice_load: SliceLoad) -> LoadPlan: ...

    def load(self, slice_load: SliceLoad, progress: Progress = silent) -> TargetReceipt: ...

    def confirm(self, slice_key: str) -> TargetReceipt | None: ...

    def read_back(self, slice_key: str, table: str, columns: Sequence[Column]) -> ReadBack: ...

    def altered(self, slice_load: SliceLoad) -> bool:
        """Whether the slice's rows are no longer those that its last load left; the target is only read."""
        ...

    def foreign_rows(self, slice_load: SliceLoad) -> int:
        """Rows with the load's cells that belong to another slice or to none: Tieout put none there.

        In `shared` cells the rows of other recorded slices are none.
        """
        ...

    def read_rows(
        self, slice_key: str, table: str, columns: Sequence[Column]
    ) -> Iterator[tuple[str, ...]]: ...

    def compensate(self, previous: SliceLoad, progress: Progress = silent) -> TargetReceipt: ...


class Adapter(SourceAdapter, TargetAdapter, Protocol):
    """Both directions; what a connector cannot do raises Invalid LOAD-011."""


@dataclass(frozen=True, slots=True)
class Connector:
    """One kind of system: how its datasets are written and how to connect to it."""

    name: str
    label: str
    capabilities: Capabilities
    parse_dataset: Callable[[Mapping[str, object], str], Dataset]
    connect: Callable[[Mapping[str, object], Sequence[Path], Mapping[str, str]], Adapter]


connectors: Registry[Connector] = Registry("connector")


def fill(text: str, values: Mapping[str, str], place: str) -> str:
    """Fill `{name}` placeholders; values are short plain codes, so that none can become a path.

    Raises Invalid SRC-001 naming the placeholder.
    """

    def value_of(match: re.Match[str]) -> str:
        value = values.get(match.group(1))
        if value is None or not _SAFE_VALUE.fullmatch(value):
            raise Invalid(Code.SRC_001, f"There is no usable value for {{{match.group(1)}}}.", place=place)
        return value

    return _PLACEHOLDER.sub(value_of, text)
