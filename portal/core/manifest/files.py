"""Files that a manifest names: only inside allowed folders, no links, bounded, strictly decoded."""

from __future__ import annotations

import csv
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.core.errors import BadInput, Fault
from portal.core.manifest.codes import Code
from portal.core.yamlsafe import MAX_BYTES

MAX_FILE_BYTES = 100_000_000
MAX_LINE_BYTES = 1_000_000
MAX_ROWS = 1_000_000
MAX_FAULTS = 200

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NUMBER = re.compile(r"[+-][0-9][0-9.,]*")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: cells by column (empty ones left out), and where it stands (`file:line`).

    `blank` are the columns that a file has and the row leaves empty.
    """

    cells: dict[str, str]
    place: str
    blank: frozenset[str] = frozenset()


class ManifestFiles:
    """Resolves and opens files relative to the manifest's folder; other folders only when listed."""

    def __init__(self, folder: Path, roots: Sequence[Path] = ()) -> None:
        self.folder = folder.resolve()
        self.roots = [self.folder, *(root.resolve() for root in roots)]

    def find(self, name: str, place: str) -> Path:
        """The path of an existing regular file. Raises BadInput YAM-107."""
        if not name or "\x00" in name or "\\" in name:
            raise BadInput(Code.YAM_107, "A file name with forward slashes is expected.", place=place)
        path = Path(os.path.normpath(self.folder / name))
        root = next((root for root in self.roots if path.is_relative_to(root)), None)
        if root is None:
            raise BadInput(
                Code.YAM_107,
                f"'{name[:200]}' lies outside the manifest's folder and the listed ones.",
                place=place,
            )
        current = root
        for part in path.relative_to(root).parts:
            current = current / part
            if current.is_symlink():
                raise BadInput(Code.YAM_107, f"'{name[:200]}' is a link or lies behind one.", place=place)
        self._check(path, name, place)
        return path

    @staticmethod
    def _check(path: Path, name: str, place: str) -> None:
        try:
            found = path.lstat()
        except OSError:
            raise BadInput(Code.YAM_107, f"There is no file '{name[:200]}'.", place=place) from None
        if not stat.S_ISREG(found.st_mode):
            raise BadInput(Code.YAM_107, f"'{name[:200]}' is not a regular file.", place=place)
        if found.st_size > MAX_FILE_BYTES:
            raise BadInput(
                Code.YAM_107,
                f"'{name[:200]}' is too big: {found.st_size:,} bytes, at most {MAX_FILE_BYTES:,} are read.",
                hint=f"Split it: a manifest itself has at most {MAX_BYTES:,} bytes; long lists of members, "
                "rules or rates stand in files of their own beside it.",
                place=place,
            )


def read_csv(path: Path, faults: list[Fault] | None = None) -> Iterator[Row]:
    """Rows of a comma separated UTF-8 file with a header line. Raises BadInput YAM-108 with file and line.

    With `faults`, rows of a wrong width or with a bad cell are told there and left out.
    """
    reader = csv.reader(_lines(path), strict=True)
    try:
        header = next(reader, [])
        _check_header(path, header)
        for number, cells in enumerate(reader, start=1):
            place = f"{path.name}:{reader.line_num}"
            if number > MAX_ROWS:
                raise BadInput(Code.YAM_108, f"The file has more than {MAX_ROWS} rows.", place=place)
            if not cells:
                continue
            try:
                yield _row(header, cells, place)
            except BadInput as error:
                if faults is None:
                    raise
                faults.append(Fault(error.code, error.message, error.place))
                stop_at_limit(faults, place)
    except csv.Error as error:
        place = f"{path.name}:{reader.line_num}"
        raise BadInput(Code.YAM_108, f"The row cannot be read: {error}.", place=place) from None


def stop_at_limit(faults: list[Fault], place: str) -> None:
    """Raises BadInput YAM-108 when so many faults are told already that more help nobody."""
    if len(faults) >= MAX_FAULTS:
        raise BadInput(Code.YAM_108, "Too many faults; reading stopped here.", place=place)


def _row(header: list[str], cells: list[str], place: str) -> Row:
    if len(cells) != len(header):
        words = f"The row has {len(cells)} cell{'s' * (len(cells) != 1)}, the header {len(header)}."
        raise BadInput(Code.YAM_108, words, place=place)
    row = dict(zip(header, cells, strict=True))
    for column, cell in row.items():
        check_cell(cell, column, place)
    return Row(row, place)


def check_cell(cell: str, column: str, place: str) -> None:
    """A cell is plain text: no control characters, no spreadsheet formula. Raises BadInput YAM-108."""
    if looks_like_formula(cell):
        raise BadInput(Code.YAM_108, f"The cell under '{column}' is a spreadsheet formula.", place=place)
    if _CONTROL.search(cell):
        raise BadInput(Code.YAM_108, f"The cell under '{column}' holds a control character.", place=place)


def looks_like_formula(cell: str) -> bool:
    """Whether a spreadsheet would compute the text (OWASP CSV injection); signed numbers are not formulas."""
    return cell[:1] in ("=", "@", "\t", "\r") or (cell[:1] in ("+", "-") and not _NUMBER.fullmatch(cell))


def _check_header(path: Path, header: list[str]) -> None:
    place = f"{path.name}:1"
    if not header or any(not name for name in header):
        raise BadInput(Code.YAM_108, "The first line must name every column.", place=place)
    for name in header:
        if header.count(name) > 1:
            raise BadInput(Code.YAM_108, f"The column '{name[:64]}' appears twice.", place=place)


def _lines(path: Path) -> Iterator[str]:
    """Decoded physical lines, each bounded before it is kept."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            place = f"{path.name}:{number}"
            if len(line) > MAX_LINE_BYTES:
                raise BadInput(Code.YAM_108, f"The line is longer than {MAX_LINE_BYTES} bytes.", place=place)
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise BadInput(
                    Code.YAM_108, "The line is not UTF-8; save the file as CSV UTF-8.", place=place
                ) from None
            if "\x00" in text:
                raise BadInput(
                    Code.YAM_108,
                    "The line holds a NUL character, as UTF-16 does; save the file as CSV UTF-8.",
                    place=place,
                )
            yield text
