"""What the target's record of a slice means for a load: one decision for every kind of database."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from portal.core.canonical import canonical_json
from portal.core.errors import Conflict
from syncengine.codes import Code
from syncengine.connectors.base import LoadAction, LoadRefused, Progress, SliceLoad, TargetReceipt
from syncengine.connectors.database.output import Output
from syncengine.outputhash import Column, ColumnType, canonical_amount

# one row per slice, locked by every load of it; "target" and "amounts" let the target name its own totals
_RECORD = "slice, fence, run, content_hash, rows, target, amounts, "
# whose slice it is, what its rows look like, and what its last load met; texts that records of earlier
# installations lack
OWNER = ("flow", "cells", "columns", "altered")
_KNOWN_BY_HASH = 50_000


def record_sql(known: Container[str]) -> str:
    """What to select of `tieout_slice`, given the columns it has."""
    return _RECORD + ", ".join(name if name in known else "''" for name in ("columns", "altered"))


def receipt_of(row: Sequence[object]) -> TargetReceipt:
    """A receipt from a row of `tieout_slice` selected as `record_sql`."""
    slice_key, fence, run, content_hash, rows, table, amounts, columns, altered = row
    return TargetReceipt(
        slice_key=str(slice_key),
        fence=int(str(fence)),
        run_ref=str(run),
        content_hash=str(content_hash),
        rows=int(str(rows)),
        amounts={name: Decimal(value) for name, value in json.loads(str(amounts)).items()},
        table=str(table),
        columns=str(columns),
        altered=bool(altered),
    )


def key_names(load: SliceLoad) -> list[str]:
    """The key columns of a table we make: the fixed ones lead, so that rows in the same cells are found."""
    keys = [column.name for column in load.columns if column.type is ColumnType.TEXT]
    return sorted(keys, key=lambda name: name not in load.cells)


def columns_text(load: SliceLoad) -> str:
    return canonical_json([column.name for column in load.columns])


def amounts_text(amounts: Mapping[str, Decimal]) -> str:
    return canonical_json(dict(amounts))


def decide(existing: TargetReceipt | None, load: SliceLoad) -> LoadAction:
    """What to do about a slice. Raises LoadRefused LOAD-004 (fence), -005 (two contents), -008 (table)."""
    if existing is None:
        return LoadAction.REPLACE
    if load.fence < existing.fence:
        words = (
            f"The target holds the slice from {existing.run_ref} under fence {existing.fence}; "
            f"this attempt of {load.run_ref} has {load.fence}."
        )
        raise LoadRefused(Code.LOAD_004, words, place=load.slice_key)
    if existing.table != load.table:
        words = f"The slice lies in the table {existing.table}, not in {load.table}."
        raise LoadRefused(Code.LOAD_008, words, place=load.slice_key)
    same = existing.content_hash == load.content_hash
    if load.fence == existing.fence and not same:
        words = f"Fence {load.fence} already stands for another content."
        raise LoadRefused(Code.LOAD_005, words, place=load.slice_key)
    if load.fence == existing.fence:
        return LoadAction.NOTHING
    return LoadAction.KEEP if same else LoadAction.REPLACE


def refuse_rivals(load: SliceLoad, owners: Iterable[tuple[str, str, str]]) -> None:
    """Raises LoadRefused LOAD-014 when a slice of another flow in the table may hold the same cells.

    `owners` are slice, flow and cells of all slices with rows in the table. Slices that differ in a column
    that both of them fix share no cell.
    """
    for slice_key, flow, text in owners:
        if flow in ("", load.flow):
            continue
        cells = json.loads(text)
        if all(cells[name] == load.cells[name] for name in cells.keys() & load.cells.keys()):
            words = f"The table {load.table} holds {slice_key}, a slice of flow {flow} with the same cells."
            raise LoadRefused(Code.LOAD_014, words, place=load.slice_key)


def check_tie(load: SliceLoad, sent: Mapping[str, Decimal], rows: int, held: Mapping[str, Decimal]) -> None:
    """Raises Conflict LOAD-007 when the target holds other rows or sums than were sent."""
    if rows != load.rows:
        raise Conflict(
            Code.LOAD_007, f"The target holds {rows} rows of {load.rows} sent.", place=load.slice_key
        )
    for name, total in sent.items():
        if held.get(name) != total:
            words = f"The target's sum of {name} is {held.get(name)}, {total} was sent."
            raise Conflict(Code.LOAD_007, words, place=load.slice_key)


def amount_names(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns if column.type is ColumnType.AMOUNT]


class SliceRows(Protocol):
    """What a target holds of a slice, read in one transaction."""

    def held(self, load: SliceLoad) -> tuple[int, Mapping[str, Decimal]]: ...

    def digest(self, load: SliceLoad) -> str: ...


class SliceTransaction(SliceRows, Protocol):
    """One open transaction of a target; the slice's record is locked after `lock`."""

    def lock(self, slice_key: str) -> TargetReceipt | None: ...

    def owners(self, load: SliceLoad) -> list[tuple[str, str, str]]: ...

    def exclude_rivals(self, load: SliceLoad) -> None:
        """From here to the commit no other slice of the table can be recorded."""
        ...

    def replace(self, load: SliceLoad, output: Output, progress: Progress) -> None: ...

    def record(self, load: SliceLoad, receipt: TargetReceipt) -> None: ...


def load_within(
    transaction: SliceTransaction, load: SliceLoad, output: Output, progress: Progress
) -> TargetReceipt:
    """Everything a load does between lock and commit, the same for every kind of target."""
    existing = transaction.lock(load.slice_key)
    action = decide(existing, load)
    if existing is not None and action is LoadAction.NOTHING:
        return existing
    refuse_rivals(load, transaction.owners(load))
    altered = existing is not None and was_altered(transaction, existing, load, action)
    # an attempt that was cut short has replaced what it met, and could not tell
    met = existing is not None and _is_of_same_run(existing, load) and existing.altered
    receipt = TargetReceipt(
        load.slice_key,
        load.fence,
        load.run_ref,
        load.content_hash,
        load.rows,
        output.amounts,
        load.table,
        columns_text(load),
        altered or met,
    )
    if action is LoadAction.REPLACE or altered:
        transaction.replace(load, output, progress)
        rows, amounts = transaction.held(load)
        check_tie(load, output.amounts, rows, amounts)
    transaction.exclude_rivals(load)
    refuse_rivals(load, transaction.owners(load))  # another flow's load may have been recorded meanwhile
    transaction.record(load, receipt)
    progress(load.rows, load.rows)
    return receipt


def _is_of_same_run(existing: TargetReceipt, load: SliceLoad) -> bool:
    """Whether another attempt of the run has left exactly this content."""
    return (existing.run_ref, existing.content_hash) == (load.run_ref, load.content_hash)


def was_altered(transaction: SliceRows, existing: TargetReceipt, load: SliceLoad, action: LoadAction) -> bool:
    """Whether the slice's rows are no longer those of its last load.

    Rows that stay are always proven by their hash. Rows that are replaced are compared by number and sums,
    and by hash up to a size: beyond it the hash would cost a noticeable part of the load.
    """
    if action is LoadAction.KEEP:
        return transaction.digest(load) != existing.content_hash
    if existing.columns != columns_text(load):
        return False  # loaded with other columns: nothing to compare with
    try:
        rows, amounts = transaction.held(load)
    except Conflict:
        return True
    if rows != existing.rows or amounts != existing.amounts:
        return True
    return rows <= _KNOWN_BY_HASH and transaction.digest(load) != existing.content_hash


def exact(text: object, name: str) -> Decimal:
    """An amount the target holds. Raises Conflict LOAD-012 when it is no plain decimal."""
    try:
        return Decimal(canonical_amount(str(text)))
    except ValueError:
        raise inexact(text, name) from None


def inexact(text: object, name: str) -> Conflict:
    words = f"The target's {name} is not an exact amount: {str(text)[:40]!r}."
    return Conflict(Code.LOAD_012, words, place=name)
