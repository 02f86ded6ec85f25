"""Why a lint is refused, and which part of a ruleset could not be applied."""

from __future__ import annotations

from enum import StrEnum

from portal.core.codes import Help
from portal.core.errors import Invalid


class LintCode(StrEnum):
    """Codes of rulesets are 10x, of exceptions 11x, of limits 12x. Codes are append-only."""

    RULESET = "LNT-101"
    RULE = "LNT-102"
    GIVEN = "LNT-103"
    FUNCTION = "LNT-104"
    EXTENDS = "LNT-105"
    FORMAT = "LNT-106"
    OPTIONS = "LNT-107"
    PATTERN = "LNT-108"
    UNSUPPORTED = "LNT-109"
    EXCEPTION = "LNT-111"
    EXPIRED = "LNT-112"
    UNUSED = "LNT-113"
    WORK = "LNT-121"
    LONG_TEXT = "LNT-122"
    MORE = "LNT-123"


class LintError(Invalid):
    """A refused lint. `place` is the pointer in the ruleset, where there is one."""

    def __init__(self, code: LintCode, message: str, *, place: str = "") -> None:
        super().__init__(code, message, place=place)


_AUTHOR = "The author of the ruleset."
_CORRECT = "Correct the ruleset at the place named."


def _help(title: str, cause: str, fix: str = _CORRECT, who: str = _AUTHOR) -> Help:
    return Help(title, cause, fix=fix, who=who)


HELP: dict[LintCode, Help] = {
    LintCode.RULESET: _help("The ruleset cannot be used", "It is not a mapping with rules or extends."),
    LintCode.RULE: _help(
        "A rule cannot be used", "A key of the rule is missing, unknown or of another kind."
    ),
    LintCode.GIVEN: _help("A path cannot be read", "The JSONPath or an alias in it is not understood."),
    LintCode.FUNCTION: _help(
        "A function is not known", "Only the core functions run here; functions in JavaScript do not."
    ),
    LintCode.EXTENDS: _help(
        "A ruleset that is extended cannot be had",
        "It is remote, a package, a file that is not beside the ruleset, or it extends itself.",
        "Put it beside the ruleset as a file, or extend spectral:oas or tieout:finance.",
    ),
    LintCode.FORMAT: _help("A format is not known", "The rule is limited to a format that is not detected."),
    LintCode.OPTIONS: _help("The options of a function are wrong", "The function does not take them."),
    LintCode.PATTERN: _help(
        "A pattern cannot be run",
        "The regular expression is not valid, may never end, or uses what is not supported.",
    ),
    LintCode.UNSUPPORTED: _help("A part of the ruleset is not supported", "It has no effect here."),
    LintCode.EXCEPTION: _help(
        "An exception is not complete", "An exception names a rule, a pointer, a reason and an expiry date."
    ),
    LintCode.EXPIRED: _help(
        "An exception has expired", "What it excepted counts again.", "Correct the document, or renew it."
    ),
    LintCode.UNUSED: _help("An exception excepts nothing", "No finding stands there.", "Remove it."),
    LintCode.WORK: _help(
        "The lint takes too much work",
        "The rules visit more of the document than is allowed.",
        "Narrow the paths of the rules, or lint the document alone.",
    ),
    LintCode.LONG_TEXT: _help(
        "A text is too long for a pattern",
        "A pattern with look-around or back references runs on short texts only.",
        "Write the pattern without them.",
    ),
    LintCode.MORE: _help(
        "There are more findings than are told", "The first ones of the rule stand.", "Correct those first."
    ),
}
