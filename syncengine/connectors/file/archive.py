"""Opens the zip container of a workbook after judging it by its directory; inflates with a hard cap."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from portal.core.errors import DomainError
from syncengine.codes import Code
from syncengine.connectors.file.lines import fault
from syncengine.evidence import DISK_FULL

MAX_MEMBERS = 2_000
MAX_INFLATED = 512 << 20
MAX_RATIO = 200
_RATIO_FROM = 8 << 20


def unsafe(words: str, name: str) -> DomainError:
    return fault(Code.SRC_016, words, name)


@contextmanager
def open_archive(stream: BinaryIO, name: str) -> Iterator[zipfile.ZipFile]:
    """The container. Raises SRC-016 for bombs, climbing or absolute names, links, encryption, damage."""
    try:
        with zipfile.ZipFile(stream) as archive:
            _judge(archive, name)
            yield archive
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, OSError) as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise
        raise unsafe("The file is not an intact XLSX workbook.", name) from None
    except (ElementTree.ParseError, DefusedXmlException):
        raise unsafe(
            "The workbook holds damaged XML or XML with a document type or entities.", name
        ) from None


def _judge(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise unsafe(f"The workbook has more than {MAX_MEMBERS} parts.", name)
    if sum(member.file_size for member in members) > MAX_INFLATED:
        raise unsafe("The workbook is too large when unpacked.", name)
    for member in members:
        parts = member.filename.split("/")
        if member.filename.startswith("/") or ".." in parts or "\\" in member.filename:
            raise unsafe("The workbook holds a part whose path leaves it.", name)
        if (member.external_attr >> 28) == 0xA:
            raise unsafe("The workbook holds a symbolic link.", name)
        if member.flag_bits & 1:
            raise unsafe("The workbook is encrypted.", name)
        if member.file_size > _RATIO_FROM and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise unsafe("The workbook unpacks to many times its size.", name)


class Capped:
    """Reads a member and stops when it inflates beyond what the directory promised."""

    def __init__(self, archive: zipfile.ZipFile, member: str, name: str) -> None:
        try:
            self._info = archive.getinfo(member)
        except KeyError:
            raise unsafe(f"The workbook has no part {member}.", name) from None
        self._file: IO[bytes] = archive.open(self._info)
        self._left = self._info.file_size
        self._name = name

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise unsafe("The workbook unpacks to more than it declares.", self._name)
        return data
