"""Error codes of manifests and of the YAML they are written in."""

from __future__ import annotations

from enum import StrEnum

from portal.core.codes import Help
from portal.core.yamlsafe import YamlCode


class Code(StrEnum):
    """Faults of a manifest beyond its YAML; append-only."""

    YAM_101 = "YAM-101"
    YAM_102 = "YAM-102"
    YAM_103 = "YAM-103"
    YAM_104 = "YAM-104"
    YAM_105 = "YAM-105"
    YAM_106 = "YAM-106"
    YAM_107 = "YAM-107"
    YAM_108 = "YAM-108"
    YAM_109 = "YAM-109"
    YAM_110 = "YAM-110"
    YAM_111 = "YAM-111"


_AUTHOR = "The author of the manifest."
_LINE = "Correct the file at the line named and apply it again."
_PLAIN = "Write plain YAML: each value once, as text, without references."


def _page(title: str, cause: str, fix: str = _LINE, who: str = _AUTHOR) -> Help:
    return Help(title, cause, fix=fix, who=who)


HELP: dict[StrEnum, Help] = {
    YamlCode.ENCODING: _page("The file is not UTF-8", "A byte is no valid UTF-8.", "Save the file as UTF-8."),
    YamlCode.CHARACTER: _page(
        "An invisible character stands in the file",
        "Control, direction or zero-width characters hide what a reviewer would see.",
    ),
    YamlCode.TOO_LARGE: _page(
        "The file is too large", "A manifest has at most 5 MB.", "Move members and rules into CSV files."
    ),
    YamlCode.TOO_DEEP: _page("The file is nested too deep", "More than 64 levels of lists and mappings."),
    YamlCode.TOO_MANY_NODES: _page(
        "The file has too many values", "More values than are read.", "Move members and rules into CSV files."
    ),
    YamlCode.DUPLICATE_KEY: _page("A key appears twice", "A mapping names one key more than once."),
    YamlCode.ALIAS: _page(
        "References are not allowed", "Anchors, aliases and merge keys are refused.", _PLAIN
    ),
    YamlCode.TAG: _page("Tags are not allowed", "A value carries a YAML tag.", _PLAIN),
    YamlCode.KEY: _page("A key is not a text", "A list or a mapping stands where a key is expected."),
    Code.YAM_101: _page(
        "Unknown key", "The manifest has no such section or key.", "See manage.py apply --sections."
    ),
    Code.YAM_102: _page("A value is missing", "A required key is absent or empty."),
    Code.YAM_103: _page("The shape is wrong", "A list, a mapping or a text is expected here."),
    Code.YAM_104: _page("A value is not acceptable", "The text is not of the kind this key takes."),
    Code.YAM_105: _page("The same thing stands twice", "Two entries have the same key."),
    Code.YAM_106: _page(
        "Something named is unknown", "The entry refers to what neither the manifest nor the database has."
    ),
    Code.YAM_107: _page(
        "A file cannot be used",
        "It is missing, too large, a link, or outside the manifest's folder.",
        "Put the file beside the manifest, or have its folder listed in TIEOUT_FILE_ROOTS.",
        "The author, or whoever runs the server.",
    ),
    Code.YAM_108: _page("A table file is broken", "Its encoding, columns or cells are not as declared."),
    Code.YAM_109: _page(
        "Proposals need a person",
        "What is under approval must be proposed by somebody.",
        "Apply with --as and the user name of a person who may propose it.",
    ),
    Code.YAM_110: _page(
        "An open change says something else",
        "The same thing is already proposed with other content.",
        "Decide or withdraw the open change request first.",
        "The requester of the open change, or an approver.",
    ),
    Code.YAM_111: _page(
        "Something is set once",
        "The manifest says otherwise about a property that decides what approved content means.",
        "Use the property that is there, or another code.",
    ),
}
