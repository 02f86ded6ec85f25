"""Error codes of mappings, members and rates, with their help pages."""

from __future__ import annotations

from enum import StrEnum

from portal.core.codes import Help


class Code(StrEnum):
    FX_001 = "FX-001"
    FX_010 = "FX-010"
    FX_011 = "FX-011"
    FX_012 = "FX-012"
    FX_013 = "FX-013"
    MAP_001 = "MAP-001"
    MAP_002 = "MAP-002"
    MAP_010 = "MAP-010"
    MAP_011 = "MAP-011"
    MAP_012 = "MAP-012"
    MAP_013 = "MAP-013"
    MAP_014 = "MAP-014"
    MAP_015 = "MAP-015"
    MAP_020 = "MAP-020"
    MAP_021 = "MAP-021"
    MAP_022 = "MAP-022"
    MAP_023 = "MAP-023"
    MAP_024 = "MAP-024"
    MAP_025 = "MAP-025"
    MAP_030 = "MAP-030"
    MAP_031 = "MAP-031"
    MAP_032 = "MAP-032"
    MAP_033 = "MAP-033"
    MAP_040 = "MAP-040"
    MAP_041 = "MAP-041"
    MAP_042 = "MAP-042"
    MAP_043 = "MAP-043"
    MAP_044 = "MAP-044"
    MDM_001 = "MDM-001"
    MDM_002 = "MDM-002"
    MDM_010 = "MDM-010"
    MDM_011 = "MDM-011"
    MDM_012 = "MDM-012"


_PREPARER = "Whoever prepares the mapping."
_MASTER = "Whoever maintains master data."
_TREASURY = "Whoever prepares exchange rates."
_QUARANTINED = "The records are quarantined with their amounts; they are not in the target."
_FILE = "Correct the file at the place named and load it again."

_RULES = {
    Code.MAP_001: Help(
        "No rule maps the record",
        "No rule of the mapping version in force matches the record's source values.",
        numbers=_QUARANTINED,
        fix="Add a rule for the values named, have the version approved, then replay.",
        who=_PREPARER,
    ),
    Code.MAP_002: Help(
        "Two rules tie",
        "Two rules of equal rank match the same values, so it is not decided which one applies.",
        fix="Give one of them a lower priority number, or narrow it until they no longer both match.",
        who=_PREPARER,
    ),
    Code.MAP_010: Help(
        "The rule cannot be like this",
        "Kind, conditions, priority and sign of the rule do not fit together.",
        fix="Choose the kind that fits the conditions; multi takes conditions over several columns.",
        who=_PREPARER,
    ),
    Code.MAP_011: Help(
        "The range is not valid",
        "The range is empty, does not say how it compares, or has a number bound that is no plain number.",
        fix="Write text:LOW..HIGH or number:LOW..HIGH with the lower bound first.",
        who=_PREPARER,
    ),
    Code.MAP_012: Help(
        "The mapping set has no such column",
        "A condition names a source column that the mapping set does not have.",
        fix="Use the set's columns.",
        who=_PREPARER,
    ),
    Code.MAP_013: Help(
        "The target is missing or not allowed",
        "Every rule needs a target, save ignore rules, which have none.",
        fix="Give the target, or make it an ignore rule with a reason.",
        who=_PREPARER,
    ),
    Code.MAP_014: Help(
        "An ignore rule needs a reason",
        "Ignored amounts leave the plan; the reason is what the approver and the auditor read.",
        fix="Say why the records are excluded.",
        who=_PREPARER,
    ),
    Code.MAP_015: Help(
        "A value is not acceptable",
        "A value is too long, or holds a character that cannot be seen.",
        fix="Write the value as the source holds it, with visible characters only.",
        who=_PREPARER,
    ),
    Code.MAP_030: Help(
        "The target member does not exist",
        "A rule leads to a member that the target dimension does not have.",
        fix="Correct the target, or load the member first.",
        who=_PREPARER,
    ),
    Code.MAP_031: Help(
        "The source member is not known",
        "A rule names a value that the source dimension does not have; until it appears, nothing matches.",
        fix="Check the spelling; load the source members if they are out of date.",
        who=_PREPARER,
    ),
    Code.MAP_032: Help(
        "The same rule is there already",
        "The version holds a rule with the same conditions and the same priority.",
        fix="Change the existing rule instead.",
        who=_PREPARER,
    ),
    Code.MAP_033: Help(
        "The version has no rules",
        "A mapping version without rules would quarantine every record.",
        fix="Add or import rules.",
        who=_PREPARER,
    ),
}
_FILES = {
    Code.MAP_020: Help(
        "The headings do not fit", "A heading is missing, unknown, empty or comes twice.", fix=_FILE
    ),
    Code.MAP_021: Help(
        "The file is not well-formed",
        "The file is not UTF-8, or a line has too few or too many cells, or quotes do not close.",
        fix=_FILE,
    ),
    Code.MAP_022: Help(
        "A cell cannot be read", "The cell's content is not of the form its column takes.", fix=_FILE
    ),
    Code.MAP_023: Help(
        "A cell holds a formula",
        "Formulas are not evaluated: what was approved must be what was uploaded.",
        fix="Paste the formula's value instead.",
    ),
    Code.MAP_024: Help(
        "The workbook is refused",
        "The file is no XLSX workbook, is broken, would inflate far beyond its size, or has several sheets.",
        fix="Save one sheet as XLSX or CSV.",
    ),
    Code.MAP_025: Help(
        "The file is too large",
        "The file, a line or a cell exceeds its limit.",
        fix="Shorten or remove the cells at the place named; split a file that is too large.",
    ),
}
_VERSIONS = {
    Code.MAP_040: Help(
        "There is no such mapping set, version or rule",
        "The request names something this set does not have.",
        fix="Reload the page and choose again.",
        who=_PREPARER,
    ),
    Code.MAP_041: Help(
        "The code is taken",
        "A dimension, mapping set or rate set with this code is registered already.",
        fix="Use the existing one or choose another code.",
        who=_PREPARER,
    ),
    Code.MAP_042: Help(
        "The columns are not acceptable",
        "A source column has no name, a reserved or repeated one, or names an unknown dimension.",
        fix="Name 1 to 12 columns: lower-case letters, digits and underscores.",
        who=_PREPARER,
    ),
    Code.MAP_043: Help(
        "The fiscal periods are not acceptable",
        "Periods are written YYYY-PP, and a version cannot end before it begins.",
        fix="Correct the periods.",
        who=_PREPARER,
    ),
    Code.MAP_044: Help(
        "A version is open already",
        "A set has at most one version in preparation or under review.",
        fix="Finish or withdraw the open version first.",
        who=_PREPARER,
    ),
}
_MEMBERS = {
    Code.MDM_001: Help(
        "The member is not known",
        "A record names a member that the dimension does not have.",
        numbers=_QUARANTINED,
        fix="Load the member, or have the source corrected, then replay.",
        who=_MASTER,
    ),
    Code.MDM_002: Help(
        "The member is not effective",
        "A record names a member outside its effective dates at the end of the period.",
        numbers=_QUARANTINED,
        fix="Extend the member's dates if that is right, or have the source corrected, then replay.",
        who=_MASTER,
    ),
    Code.MDM_010: Help(
        "The member is not acceptable",
        "A code, name, date or attribute cannot be read.",
        fix="Correct the member at the place named, then send it or load the file again.",
    ),
    Code.MDM_011: Help(
        "The hierarchy is broken",
        "A parent does not exist, or a member is its own ancestor.",
        fix="Name a parent that exists and does not stand below the member, then send it or load it again.",
        who=_MASTER,
    ),
    Code.MDM_012: Help(
        "There is no such dimension or member",
        "The request names one that is not registered, or that lies outside your scope.",
        fix="Correct the code, or register the dimension or load the member first.",
        who=_MASTER,
    ),
}
_RATES = {
    Code.FX_001: Help(
        "There is no rate",
        "The pinned rate set has no rate for the record's currency, the type and the period.",
        numbers=_QUARANTINED,
        fix="Load the rate into a new version of the rate set, have it approved, then replay.",
        who=_TREASURY,
    ),
    Code.FX_010: Help(
        "The rate is not acceptable",
        "A rate, currency, type or period cannot be read.",
        fix="Correct the rate at the place named, then send it or load the file again.",
    ),
    Code.FX_011: Help(
        "A rate stands twice",
        "One pair of currencies has two rates of one type in one period.",
        fix="Keep one of the two rates, then send them or load the file again.",
    ),
    Code.FX_012: Help(
        "The rate set has no such version, or no rates",
        "The request names something this rate set does not have, or a version without rates.",
        fix="Load rates into a version first.",
        who=_TREASURY,
    ),
    Code.FX_013: Help(
        "No calendar has the period of a rate",
        "A rate stands for a fiscal period that no calendar has, so no run would ever use it.",
        fix="Correct the period, remove the rate, or complete the calendar if the period is missing there.",
        who=_TREASURY,
    ),
}
HELP: dict[Code, Help] = {**_RULES, **_FILES, **_VERSIONS, **_MEMBERS, **_RATES}
