"""The `database` adapter: one connection as source and, for PostgreSQL and SQLite, as target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.core.errors import Invalid
from syncengine.codes import Code
from syncengine.connectors.base import (
    Dataset,
    LoadPlan,
    LoadRefused,
    Preflight,
    Progress,
    ReadBack,
    SliceLoad,
    Snapshot,
    TargetReceipt,
    silent,
)
from syncengine.connectors.database.address import Address, address_of
from syncengine.connectors.database.dataset import DatabaseDataset
from syncengine.connectors.database.output import check_names
from syncengine.connectors.database.postgres import PostgresTarget
from syncengine.connectors.database.source import DatabaseSource
from syncengine.connectors.database.sqlite import SqliteTarget
from syncengine.connectors.keys import Keys
from syncengine.evidence import EvidenceStore
from syncengine.outputhash import Column, ColumnType


@dataclass(frozen=True, slots=True)
class DatabaseAdapter:
    """`schema` is where PostgreSQL keeps target tables and `tieout_slice`."""

    address: Address
    schema: str = "public"

    @classmethod
    def from_config(
        cls, config: Mapping[str, object], allowed_roots: Sequence[Path], environ: Mapping[str, str]
    ) -> DatabaseAdapter:
        """Keys: `url` (env:NAME, file:PATH, sqlite:PATH), `host`, `port`, `schema`. See `address_of`."""
        keys = Keys(config, "connection", Code.SRC_002)
        url, host = keys.text("url"), keys.text("host")
        port = keys.count("port", 0, low=1, high=65_535)
        schema = keys.text("schema", "public")
        if not url:
            keys.fault("url", "is needed")
        keys.done()
        check_names(schema, [Column("x", ColumnType.TEXT)], "x")
        return cls(address_of(url, host, port, allowed_roots, environ), schema)

    def preflight(self, dataset: Dataset | None = None) -> Preflight:
        """The database answers; a dataset's columns exist and are exact; a target's names are in UTF-8."""
        if isinstance(dataset, DatabaseDataset) or self.address.backend not in ("postgresql", "sqlite"):
            found = dataset if isinstance(dataset, DatabaseDataset) else None
            return Preflight(DatabaseSource(self.address).facts(found))
        return Preflight(self._target().facts())

    def extract(
        self,
        dataset: Dataset,
        store: EvidenceStore,
        scratch_dir: Path,
        progress: Progress = silent,
        earlier: Snapshot | None = None,
    ) -> Snapshot:
        """A snapshot of the rows; only reading them all would tell that they are those of `earlier`."""
        if not isinstance(dataset, DatabaseDataset):
            raise Invalid(
                Code.SRC_001, "The dataset is not one of the database connector.", place="source.dataset"
            )
        return DatabaseSource(self.address).extract(dataset, store, scratch_dir, progress)

    def place(self) -> tuple[str, ...]:
        """Backend, host, port, database and schema; for SQLite the file."""
        return (*self.address.place, self.schema) if self.address.path is None else self.address.place

    def plan_load(self, slice_load: SliceLoad) -> LoadPlan:
        """What `load` would do; raises what `load` would refuse, and changes nothing."""
        return self._target().plan(slice_load)

    def load(self, slice_load: SliceLoad, progress: Progress = silent) -> TargetReceipt:
        """Replace the slice in one transaction of the target. Raises LOAD codes; see `decide`."""
        return self._target().load(slice_load, progress)

    def confirm(self, slice_key: str) -> TargetReceipt | None:
        """The target's record of the slice; None when it never took one."""
        return self._target().confirm(slice_key)

    def read_back(self, slice_key: str, table: str, columns: Sequence[Column]) -> ReadBack:
        """Rows, exact sums and output hash recomputed from the target's rows."""
        check_names(table, list(columns), slice_key)
        return self._target().read_back(slice_key, table, columns)

    def altered(self, slice_load: SliceLoad) -> bool:
        """Whether somebody changed the slice's rows since its last load; compared as a load does."""
        return self._target().altered(slice_load)

    def foreign_rows(self, slice_load: SliceLoad) -> int:
        """How many rows hold the load's cells under another slice, or none."""
        return self._target().foreign_rows(slice_load)

    def read_rows(self, slice_key: str, table: str, columns: Sequence[Column]) -> Iterator[tuple[str, ...]]:
        """The target's rows of the slice as canonical texts, in the order of the columns."""
        check_names(table, list(columns), slice_key)
        return self._target().read_rows(slice_key, table, columns)

    def compensate(self, previous: SliceLoad, progress: Progress = silent) -> TargetReceipt:
        """Put a previous output back under a higher fence (an empty file takes the slice out).

        Raises LoadRefused LOAD-011 when the target never took the slice, else as `load`.
        """
        if self.confirm(previous.slice_key) is None:
            raise LoadRefused(
                Code.LOAD_011, "The target holds no such slice to put back.", place=previous.slice_key
            )
        return self._target().load(previous, progress)

    def _target(self) -> PostgresTarget | SqliteTarget:
        if self.address.backend == "postgresql":
            return PostgresTarget(self.address, self.schema)
        if self.address.backend == "sqlite":
            return SqliteTarget(self.address)
        words = f"Slices are loaded into PostgreSQL and SQLite, not into {self.address.backend}."
        raise Invalid(Code.LOAD_011, words, place="target.connection")
