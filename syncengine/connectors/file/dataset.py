"""How a file is written: the dataset keys of the `file` connector and their checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from portal.core.errors import DomainError, Fault
from syncengine.codes import Code
from syncengine.connectors.base import Dataset, fill
from syncengine.connectors.file.paths import relative_parts
from syncengine.connectors.keys import Keys

FORMATS = ("delimited", "fixed", "xlsx")
ENCODINGS = ("ascii", "cp1252", "latin-1", "utf-16", "utf-8", "utf-8-sig")
ROW = "_row"
_MAX_COLUMNS = 1_000
_MAX_NAME = 128


class FixedField(NamedTuple):
    """A fixed-width column: first position from 1 and width, in characters."""

    start: int
    width: int


@dataclass(frozen=True, slots=True)
class FileDataset(Dataset):
    """One file's layout. Exactly one of `file`, `pattern`, `upload` says which file.

    `upload` is the sha256 of a raw evidence file, mostly the placeholder `{upload}`. `null_marker` None means
    that no text stands for null. `skip_lines` precede the header, `footer_lines` end the file. `renamed` are
    (name, header): columns called otherwise than the header calls them, also in `columns`.
    """

    format: str = "delimited"
    file: str = ""
    pattern: str = ""
    upload: str = ""
    encoding: str = "utf-8"
    separator: str = ","
    quote: str = '"'
    header: bool = True
    columns: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    widths: tuple[FixedField, ...] = ()
    trailing_separator: bool = False
    join_lines: bool = False
    null_marker: str | None = None
    skip_lines: int = 0
    footer_lines: int = 0
    sheet: str = ""
    keep_damaged: bool = False

    def bind(self, values: Mapping[str, str]) -> FileDataset:
        return replace(
            self,
            file=fill(self.file, values, "dataset.file"),
            pattern=fill(self.pattern, values, "dataset.pattern"),
            upload=fill(self.upload, values, "dataset.upload"),
            sheet=fill(self.sheet, values, "dataset.sheet"),
        )


def parse_dataset(data: Mapping[str, object], place: str = "dataset") -> FileDataset:
    """A checked file dataset. Raises Faults SRC-001, SRC-003 naming every wrong or unknown key."""
    keys = Keys(data, place, Code.SRC_001)
    kind = keys.choice("format", FORMATS, "delimited")
    columns, widths = _columns(keys, kind)
    dataset = FileDataset(
        format=kind,
        file=keys.text("file"),
        pattern=keys.text("pattern"),
        upload=keys.text("upload"),
        encoding=keys.choice("encoding", ENCODINGS, "utf-8"),
        separator=keys.text("separator", ","),
        quote=keys.text("quote", '"'),
        header=keys.flag("header", kind != "fixed"),
        columns=columns,
        renamed=_renamed(keys),
        widths=widths,
        trailing_separator=keys.flag("trailing_separator", False),
        join_lines=keys.choice("continuation", ("join", "refuse"), "refuse") == "join",
        null_marker=keys.optional_text("null_marker"),
        skip_lines=keys.count("skip_lines", 0, low=0, high=1_000),
        footer_lines=keys.count("footer_lines", 0, low=0, high=1_000),
        sheet=keys.text("sheet"),
        keep_damaged=keys.choice("replacement_characters", ("keep", "refuse"), "refuse") == "keep",
    )
    _check_together(keys, dataset)
    keys.done()
    return dataset


def _columns(keys: Keys, kind: str) -> tuple[tuple[str, ...], tuple[FixedField, ...]]:
    """Names, and for fixed width also positions; entries are names or mappings with `name`."""
    names: list[str] = []
    widths: list[FixedField] = []
    for index, item in enumerate(keys.items("columns")):
        entry = keys.entry("columns", index, item if isinstance(item, Mapping) else {"name": item})
        names.append(entry.text("name"))
        if kind == "fixed":
            start = entry.count("start", 0, low=1, high=1_000_000)
            width = entry.count("width", 0, low=1, high=100_000)
            widths.append(FixedField(start, width))
            if not start or not width:
                entry.fault("start", "and width are needed in a fixed-width column")
        if problem := name_problem(names[-1]):
            entry.fault("name", problem)
        keys.merge(entry)
    if repeated := first_repeated(names):
        keys.fault("columns", f"names {repeated!r} twice")
    if len(names) > _MAX_COLUMNS:
        keys.fault("columns", f"has more than {_MAX_COLUMNS} entries")
    return tuple(names), tuple(widths)


def _renamed(keys: Keys) -> tuple[tuple[str, str], ...]:
    """Names and the headers they stand for."""
    given = keys.raw("rename")
    if given is None:
        return ()
    entry = Keys(given, f"{keys.place}.rename", keys.code)
    found = []
    for name in given if isinstance(given, Mapping) else ():
        found.append((str(name), entry.text(name)))
        for problem in filter(None, (name_problem(str(name)), name_problem(found[-1][1]))):
            entry.fault(str(name), problem)
    if repeated := first_repeated([header for _, header in found]):
        keys.fault("rename", f"names the header {repeated!r} twice")
    keys.merge(entry)
    return tuple(found)


def _check_together(keys: Keys, dataset: FileDataset) -> None:
    if sum(bool(way) for way in (dataset.file, dataset.pattern, dataset.upload)) != 1:
        keys.fault("file", "or pattern or upload: exactly one of them says which file is read")
    if dataset.file:
        _check_path(keys, dataset.file)
    if "/" in dataset.pattern or "\\" in dataset.pattern:
        keys.fault("pattern", "matches names within the folder and has no slash")
    if dataset.format == "delimited":
        _check_delimited(keys, dataset)
    if dataset.format == "fixed":
        _check_fixed(keys, dataset)
    if dataset.format != "delimited" and (dataset.join_lines or dataset.trailing_separator):
        keys.fault("format", "must be delimited for continuation or trailing_separator")
    if dataset.renamed and not dataset.header:
        keys.fault("rename", "is for files with a header; without one, columns gives the names")
    if not dataset.header and not dataset.columns:
        keys.fault("columns", "must be listed when the file has no header")


def _check_path(keys: Keys, path: str) -> None:
    try:
        relative_parts(path)
    except DomainError as error:
        keys.faults.append(Fault(error.code, error.message, f"{keys.place}.file"))


def _check_delimited(keys: Keys, dataset: FileDataset) -> None:
    if len(dataset.separator) != 1 or dataset.separator in "\r\n\0\ufeff":
        keys.fault("separator", "must be one character and no line end")
    if len(dataset.quote) > 1 or dataset.quote in ("\r", "\n", "\ufeff", " ", dataset.separator):
        keys.fault("quote", "must be one character other than the separator, or empty for unquoted files")
    if dataset.join_lines and dataset.quote:
        keys.fault("continuation", "join is for unquoted files; set quote to an empty text")


def _check_fixed(keys: Keys, dataset: FileDataset) -> None:
    if dataset.header:
        keys.fault("header", "must be false for fixed width; leave heading lines out by skip_lines")
    end = 1
    for name, field in zip(dataset.columns, dataset.widths, strict=True):
        if field.start and field.start < end:
            keys.fault("columns", f"{name!r} overlaps the column before it")
        end = field.start + field.width


def name_problem(name: str) -> str:
    """Why a text cannot be a column name, or an empty text."""
    if not name.strip():
        return "is empty"
    if len(name) > _MAX_NAME:
        return f"is longer than {_MAX_NAME} characters"
    if any(ord(char) < 32 or ord(char) == 127 for char in name):
        return "holds a control character"
    if name.casefold() == ROW:
        return f"is {ROW}, which names the record's number"
    return ""


def first_repeated(names: list[str] | tuple[str, ...]) -> str:
    """The first name that occurred before, whatever its case (SQL engines ignore case), or an empty text."""
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            return name
        seen.add(name.casefold())
    return ""
