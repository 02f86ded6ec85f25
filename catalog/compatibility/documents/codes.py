"""Why a document is refused, and what was tolerated in one that is not."""

from __future__ import annotations

from enum import StrEnum

from portal.core.codes import Help
from portal.core.errors import Invalid


class DocumentCode(StrEnum):
    """Refusals are 10x and 11x, tolerated imperfections are 12x. Codes are append-only."""

    TOO_LARGE = "CTR-101"
    TOO_DEEP = "CTR-102"
    TOO_MANY_NODES = "CTR-103"
    TOO_MANY_ALIASES = "CTR-104"
    SYNTAX = "CTR-105"
    NOT_A_MAPPING = "CTR-106"
    NOT_OPENAPI = "CTR-107"
    REMOTE_REFERENCE = "CTR-108"
    REFERENCE_CYCLE = "CTR-109"
    TOO_COMPLEX = "CTR-110"
    PATTERN = "CTR-111"
    NOT_FOUND = "CTR-112"
    DUPLICATE_KEY = "CTR-121"
    ENCODING = "CTR-122"
    TEXT = "CTR-123"
    NUMBER = "CTR-124"
    MORE_DOCUMENTS = "CTR-125"
    MISSING_REFERENCE = "CTR-126"


class DocumentError(Invalid):
    """A refused document: code, plain sentence, and the line (from 1) when there is one."""

    def __init__(self, code: DocumentCode, message: str, *, line: int = 0) -> None:
        super().__init__(code, message, place=f"line {line}" if line else "")
        self.line = line


_AUTHOR = "The author of the document."
_BUNDLE = "Bundle the document first, so that everything it refers to stands in it."
_SPLIT = "Send the contract alone, without generated examples; split what is really two contracts."
_SEEN = "Nothing has to be done; the author should correct the document."


def _help(title: str, cause: str, fix: str = _SEEN) -> Help:
    return Help(title, cause, fix=fix, who=_AUTHOR)


HELP: dict[DocumentCode, Help] = {
    DocumentCode.TOO_LARGE: _help("The document is too large", "It has more bytes than are read.", _SPLIT),
    DocumentCode.TOO_DEEP: _help("The document is too deep", "It is nested beyond the limit.", _SPLIT),
    DocumentCode.TOO_MANY_NODES: _help(
        "The document has too many values", "It holds, or its aliases stand for, too many values.", _SPLIT
    ),
    DocumentCode.TOO_MANY_ALIASES: _help(
        "The document has too many aliases", "YAML aliases beyond the limit.", "Use $ref instead of aliases."
    ),
    DocumentCode.SYNTAX: _help(
        "The document cannot be read", "It is neither JSON nor YAML.", "Correct it at the line named."
    ),
    DocumentCode.NOT_A_MAPPING: _help(
        "The document is not a mapping", "Its root is a list or a single value.", "Send the whole document."
    ),
    DocumentCode.NOT_OPENAPI: _help(
        "The document is not OpenAPI",
        "It names neither swagger 2.0 nor openapi 3.0 or 3.1, or it has no paths.",
        "Send an OpenAPI document.",
    ),
    DocumentCode.REMOTE_REFERENCE: _help(
        "The document refers to another place", "A $ref leads to a file or an address.", _BUNDLE
    ),
    DocumentCode.REFERENCE_CYCLE: _help(
        "A definition contains itself", "A $ref or allOf leads back to itself.", "Break the circle."
    ),
    DocumentCode.TOO_COMPLEX: _help(
        "A schema is too complex", "It combines more parts than are compared.", "Simplify the schema."
    ),
    DocumentCode.PATTERN: _help(
        "A pattern may never end",
        "A regular expression repeats a repetition ambiguously, so that matching takes exponential time.",
        "Rewrite the pattern so that each text matches in one way only.",
    ),
    DocumentCode.NOT_FOUND: _help(
        "The document is not there", "The file cannot be opened.", "Correct the path."
    ),
    DocumentCode.DUPLICATE_KEY: _help("A key stands twice", "The last one counts."),
    DocumentCode.ENCODING: _help("The text is not UTF-8", "What is not UTF-8 was replaced."),
    DocumentCode.TEXT: _help("A text cannot be stored", "NUL or half a character was replaced."),
    DocumentCode.NUMBER: _help("A number is out of range", "It is kept as text."),
    DocumentCode.MORE_DOCUMENTS: _help("The file holds several documents", "Only the first is read."),
    DocumentCode.MISSING_REFERENCE: _help("A $ref leads nowhere", "What it names is taken as anything."),
}
