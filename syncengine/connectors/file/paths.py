"""Opens files below the allowed folders only: no traversal, no symbolic link, nothing but plain files.

Each level is opened relative to the one above without following links, so that a link put in place between
check and use finds nothing to attack (controls.md 6.4, rows 14 and 20).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from portal.core.errors import DomainError, Forbidden, Invalid, NotFound
from syncengine.codes import Code

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def outside(path: str) -> DomainError:
    return Forbidden(
        Code.SRC_003, f"The path {path!r} does not lie plainly below an allowed folder.", place=path[:200]
    )


def relative_parts(path: str) -> tuple[str, ...]:
    """The parts of a relative path without '.', '..', empty parts, backslashes, NUL or a home ('~').

    Raises SRC-003.
    """
    parts = tuple(path.split("/"))
    if path.startswith("~") or any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts):
        raise outside(path)
    return parts


def locate(path: str, roots: Sequence[Path]) -> tuple[Path, tuple[str, ...]]:
    """The allowed root a configured path lies below, and the parts below it.

    An absolute path must begin with a root as written or as resolved; a relative one is taken below the
    first root that has it, else below the first root. Raises Forbidden SRC-003.
    """
    if "\0" in path or ".." in PurePosixPath(path).parts or not roots:
        raise outside(path)
    if not path.startswith("/"):
        parts = relative_parts(path.removesuffix("/")) if path not in (".", "") else ()
        chosen = next((root for root in roots if root.joinpath(*parts).exists()), roots[0])
        return chosen, parts
    for root in roots:
        for base in (root, root.resolve()):
            if Path(path).is_relative_to(base):
                return base, Path(path).relative_to(base).parts
    raise outside(path)


@contextmanager
def open_folder(root: Path, parts: Sequence[str]) -> Iterator[int]:
    """A file descriptor of a folder below a root, opened level by level. Raises SRC-003 or SRC-005."""
    shown = "/".join(parts) or "."
    handle = -1
    try:
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in parts:
            below = os.open(part, _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = below
    except OSError as error:
        if handle >= 0:
            os.close(handle)
        raise _refusal(error, shown) from None
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def open_file(root: Path, parts: Sequence[str]) -> Iterator[BinaryIO]:
    """A plain file below a root, for reading. Raises SRC-003, SRC-004 or SRC-005."""
    with open_folder(root, parts[:-1]) as folder:
        try:
            handle = os.open(parts[-1], _FILE, dir_fd=folder)
        except OSError as error:
            raise _refusal(error, "/".join(parts)) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Invalid(Code.SRC_004, "The name is not that of a plain file.", place="/".join(parts))
    with os.fdopen(handle, "rb") as file:
        yield file


def _refusal(error: OSError, shown: str) -> DomainError:
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return outside(shown)
    if error.errno in (errno.ENXIO, errno.EISDIR):
        return Invalid(Code.SRC_004, "The name is not that of a plain file.", place=shown)
    if error.errno in (errno.ENOENT, errno.ENAMETOOLONG):
        return NotFound(f"There is no file or folder {shown!r}.", code=Code.SRC_005, place=shown)
    return Invalid(Code.SRC_004, f"The file cannot be opened: {error.strerror}.", place=shown)
