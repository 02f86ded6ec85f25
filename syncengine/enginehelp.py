"""Help pages of the engine's own codes: data quality, translation, reconciliation, runs."""

from __future__ import annotations

from portal.core.codes import Help
from syncengine.codes import Code

_HELD = "The record is not loaded; its amounts are in the quarantined total."
_NOT_STARTED = "Nothing was read, no amount moved; the target is as it was."
_AS_BEFORE = "The target is as it was before the run."
_OWNER = "The owner of the source system."
_FLOW = "The author of the flow definition."
_OPERATOR = "An operator."
_ENGINE = "The administrator of this installation, with the evidence of the run."
_DEFINITION = "Correct the key named, then submit the version again."

ENGINE_HELP: dict[Code, Help] = {
    Code.DQ_001: Help(
        "The amount cannot be read",
        "The amount does not match the declared pattern, has a mark where none belongs (groups are of three "
        "digits), has more decimals than declared, or is too large. Three digits behind the decimal mark may "
        "be thousands (12.000): at a scale below three they are read only where a grouping mark is declared.",
        "The record counts; its amounts count zero on both sides, since nobody can say what they are.",
        "Correct the amount in the source, or declare the true marks, scale or pattern under approval; then "
        "run again.",
        _OWNER,
    ),
    Code.DQ_002: Help(
        "A required value is missing",
        "The field named is empty, or no amount is given at all.",
        _HELD,
        "Complete the record in the source; then run again.",
        _OWNER,
    ),
    Code.DQ_003: Help(
        "The date cannot be read",
        "The date does not exist or is not written in the declared format.",
        _HELD,
        "Correct the date in the source; then run again.",
        _OWNER,
    ),
    Code.DQ_004: Help(
        "A value does not match its pattern",
        "The field named is written otherwise than the flow declares.",
        _HELD,
        "Correct the value in the source, or the pattern under approval; then run again.",
        _OWNER,
    ),
    Code.DQ_005: Help(
        "Debit or credit is unknown",
        "The code of the side is neither of those the flow declares.",
        "The record counts; its amounts count zero on both sides.",
        "Correct the code in the source, or declare it under approval; then run again.",
        _OWNER,
    ),
    Code.DQ_006: Help(
        "The currency is not a code",
        "The currency is not three capital letters.",
        "The record's amounts are in the totals of no valid currency; in files and for programs that is XXX.",
        "Correct the currency in the source; then run again.",
        _OWNER,
    ),
    Code.DQ_007: Help(
        "A key is no plain text",
        "A field that becomes a key of the target, or that a mapping reads, holds a control character, a "
        "line end, or more than 500 characters; the value shown has U+FFFD where such a character is.",
        _HELD,
        "Correct the value in the source, or let the flow derive a clean one (fields); then run again.",
        _OWNER,
    ),
    Code.DQ_010: Help(
        "Held with its journal",
        "Another line of the same journal is at fault, and this flow never loads half a journal.",
        _HELD,
        "Correct the faulty line; its journal follows.",
        _OWNER,
    ),
    Code.DQ_011: Help(
        "Records belong to no slice",
        "The period of some source records is none of the calendar's, for instance misspelt or of a year "
        "that the calendar lacks; the flow's condition leaves them out of the slice of every period.",
        "No run counts or loads these records. The run itself is complete as far as its own slice goes.",
        "Correct the period in the source or extend the calendar. To have such records held instead of left "
        "out, let the flow check the field against the calendar.",
        _OWNER,
    ),
    Code.DQ_012: Help(
        "The slice has shrunk",
        "The source has far fewer records for the slice than at its last confirmed load, and no independent "
        "figure says that this is right.",
        "Of a held run nothing was loaded, and the slice in the target is as it was. Where the flow sets no "
        "limit (max_shrink under source), the fewer records are loaded.",
        "Compare the file with the ledger: an export cut short, a filter, a wrong period. Correct it, then "
        "replay the run. If the figures are right, ask for a release of the held run.",
        _OPERATOR,
    ),
    Code.FX_002: Help(
        "The amount is too large to translate exactly",
        "The translated amount would exceed 1,000,000,000,000,000.",
        _HELD,
        "Check the amount and the rate.",
        _OWNER,
    ),
    Code.FX_003: Help(
        "A rate is not positive",
        "A pinned rate is zero or negative.",
        _AS_BEFORE,
        "Correct the rate set under approval; then run again.",
        "Whoever prepares exchange rates.",
    ),
    Code.REC_001: Help(
        "There is no independent figure",
        "The flow names no trial balance or control file to compare with, or it is as empty as the slice: "
        "two exports that both lack a period prove nothing.",
        "The amounts are loaded and confirmed; that the source gave all its records is not proven.",
        "Add a reconciliation to the flow under approval; see that an empty period was exported.",
        _FLOW,
    ),
    Code.REC_002: Help(
        "The independent figure cannot be read",
        "The flow names one, but an amount in it does not match the declared pattern, its dataset cannot be "
        "read, or it lacks a field.",
        "The amounts are loaded and confirmed, in a dry run only computed; completeness is not proven.",
        "Correct the file, or the setting told under reconcile of the flow; then replay the run.",
        _OWNER,
    ),
    Code.REC_003: Help(
        "The target holds only part of the load",
        "Rows or sums read back from the target differ from what was sent.",
        "The slice in the target is not what was computed; do not use it.",
        "Find out what changes the target's rows, then run again.",
        "The owner of the target system.",
    ),
    Code.REC_004: Help(
        "The target does not hold the load",
        "The target knows nothing of the slice that it has accepted.",
        "The slice is missing in the target.",
        "Run again; if it repeats, ask the owner of the target system.",
        "The owner of the target system.",
    ),
    Code.REC_005: Help(
        "Nobody knows whether the target took the load",
        "The target does not answer the question whether it holds the slice.",
        "Unknown until the target answers.",
        "Replay the run when the target answers again: it reads the target's record first.",
        _OPERATOR,
    ),
    Code.REC_006: Help(
        "Other rows stand in the cells of the slice",
        "The table holds rows with the fixed column values of the slice that no run has loaded there.",
        "The load itself is complete; a query by these columns gives more than it.",
        "Find the rows by the values told and a slice other than the one told, have their owner remove "
        "or move them, then run again; Tieout deletes nothing that it has not loaded.",
        "The owner of the target system.",
    ),
    Code.REC_007: Help(
        "The figures differ",
        "What the run computed is not what the independent figure says.",
        "The amounts are loaded and confirmed; the differences are listed with the run.",
        "Look at the differences, largest first: correct the source, the mapping or the independent figure; "
        "then replay the run.",
        _OPERATOR,
    ),
    Code.RUN_001: Help(
        "No approved version is in force",
        "The flow has no approved version for this period.",
        _NOT_STARTED,
        "Submit a version and have it approved by another person.",
        _FLOW,
    ),
    Code.RUN_002: Help(
        "The period does not fit the flow",
        "A flow by period needs a period of its calendar; another flow takes none.",
        _NOT_STARTED,
        "Name a period of the form YYYY-PP where the flow runs by period, and none where it does not.",
        _OPERATOR,
    ),
    Code.RUN_003: Help(
        "A run of this slice waits already",
        "The slice has a run that has not started yet; a second one would compute the same.",
        _NOT_STARTED,
        "Wait for the waiting run, or cancel it.",
        _OPERATOR,
    ),
    Code.RUN_004: Help(
        "Given up after several attempts",
        "Every attempt of this run was cut short, for instance by a killed worker or a target that is down.",
        "The target is as it was when the run failed; when its state is unknown, a load had begun and nobody "
        "knows whether the target holds it.",
        "Look at the last error, remove its cause, then replay the run: it reads the target's record first.",
        _OPERATOR,
    ),
    Code.RUN_005: Help(
        "What the run needs is not approved for this period",
        "A mapping set, rate set, dimension or connection has no content in force for the period.",
        _NOT_STARTED,
        "Have the content approved for the period; then run again.",
        _FLOW,
    ),
    Code.RUN_006: Help(
        "Another flow owns these target cells",
        "Two flows would replace rows of the same table and neither could prove its own.",
        _NOT_STARTED,
        "Give the flow a column with its own fixed value, for instance {flow}.",
        _FLOW,
    ),
    Code.RUN_007: Help(
        "The lease was lost",
        "Another worker took the run over because this one did not renew its lease in time.",
        "Nothing of this attempt counts; the other worker's does.",
        "Nothing, if the other worker finished. Check load and clock of the workers if it repeats.",
        _OPERATOR,
    ),
    Code.RUN_008: Help(
        "Too much is quarantined",
        "The share of quarantined records exceeds the limit of the flow, or none is left to load: all are "
        "quarantined, or some are and the target holds rows of an earlier run.",
        "Nothing was loaded; the slice in the target is as it was.",
        "Work the quarantined records in groups, then replay the run.",
        _OPERATOR,
    ),
    Code.RUN_009: Help(
        "The run cannot be cancelled now",
        "The run has ended, is loading, or an attempt of it has begun to load.",
        "The load is all or nothing; the slice is either the old or the new one.",
        "Wait for its end: the next attempt reads the target's record of the slice first.",
        _OPERATOR,
    ),
    Code.RUN_010: Help(
        "These records do not belong together",
        "The selection is empty, spans several flows or slices, or holds records that are closed.",
        "No record was changed.",
        "Select open records of one slice.",
        "Whoever works quarantined records.",
    ),
    Code.RUN_011: Help(
        "The version cannot be edited",
        "An approved, rejected or withdrawn version never changes.",
        "No amount is affected: nothing was changed.",
        "Start a new version.",
        _FLOW,
    ),
    Code.RUN_012: Help(
        "The engine failed unexpectedly",
        "An error that the engine has no answer to; its kind is in the message.",
        f"{_AS_BEFORE} When the run's state is unknown, a load had begun and nobody knows.",
        "Replay the run; if it repeats, report the run's number.",
        _ENGINE,
    ),
    Code.RUN_014: Help(
        "An empty extract would empty the slice",
        "The source delivered no record for the slice, while the target holds rows of an earlier run.",
        "Nothing was loaded; the slice in the target is as it was.",
        "Look why the extract is empty: a wrong file, a wrong period, an export that failed; then replay. If "
        "the slice is empty in truth, ask for a release of the held run.",
        _OPERATOR,
    ),
    Code.RUN_015: Help(
        "The load is not proven",
        "What was computed differs from the independent figure, or the figure cannot be read, and the flow "
        "lets such a load not replace what the target holds (on_difference under reconcile).",
        "Nothing was loaded; the slice in the target is as it was.",
        "Look at the differences, largest first: a truncated extract, a wrong file, a stale figure. Correct "
        "it, then replay the run. If the figures are right all the same, ask for a release of the held run.",
        _OPERATOR,
    ),
    Code.RUN_016: Help(
        "The run cannot be released",
        "Only the newest run of a slice that is held for want of a proof, for a shrunken slice or for an "
        "empty extract can be released, and only once.",
        "Nothing was changed; the slice in the target is as it was.",
        "Replay the run; if it is held again, ask for the release of that one.",
        _OPERATOR,
    ),
    Code.RUN_017: Help(
        "The portal's database went away",
        "The database in which the portal keeps its runs ended the connection, refuses it or is full.",
        "What the run had done is kept; a load that was begun is settled by asking the target.",
        "When the database answers again, any worker goes on with the run; without one start manage.py "
        "runworker.",
        _ENGINE,
    ),
    Code.RUN_018: Help(
        "The person cannot see these records",
        "Records are given to somebody who finds them: who may see quarantined records of every one of "
        "their flows.",
        "Nothing was changed; the records are with whom they were.",
        "Choose somebody who can see them, or have the person granted a role over the flow or its source.",
        "Whoever works quarantined records.",
    ),
    Code.RUN_019: Help(
        "The portal's database is not migrated",
        "It lacks a table of this release: it is new, it is another one, or an upgrade was not finished.",
        _NOT_STARTED,
        "Run manage.py migrate against it, then run the flow again.",
        _ENGINE,
    ),
    Code.RUN_013: Help(
        "The code is taken",
        "There is a flow with this code already.",
        _NOT_STARTED,
        "Start a new version of that flow, or choose another code.",
        _FLOW,
    ),
    Code.RUN_101: Help(
        "A key is unknown",
        "The definition has a key that flows do not know.",
        _NOT_STARTED,
        _DEFINITION,
        _FLOW,
    ),
    Code.RUN_102: Help(
        "A key is missing", "The definition lacks a key that it needs.", _NOT_STARTED, _DEFINITION, _FLOW
    ),
    Code.RUN_103: Help(
        "A value has the wrong type",
        "A list, mapping or text is expected at the place named.",
        _NOT_STARTED,
        _DEFINITION,
        _FLOW,
    ),
    Code.RUN_104: Help(
        "A value is not allowed",
        "The value at the place named is outside of what the key takes.",
        _NOT_STARTED,
        _DEFINITION,
        _FLOW,
    ),
    Code.RUN_105: Help(
        "A name refers to nothing",
        "The definition uses a field or measure before or without its definition.",
        _NOT_STARTED,
        _DEFINITION,
        _FLOW,
    ),
    Code.RUN_110: Help(
        "The source has no such column",
        "The definition names a field that is neither a source column nor derived before.",
        _AS_BEFORE,
        "Compare the definition with the columns of the file.",
        _FLOW,
    ),
    Code.RUN_111: Help(
        "The name is taken",
        "A derived field has the name of a source column, or a column starts with an underscore.",
        _AS_BEFORE,
        "Rename the derived field, or list the columns in the dataset.",
        _FLOW,
    ),
    Code.RUN_112: Help(
        "Something was not pinned",
        "The run computes from something that its plan did not pin.",
        _AS_BEFORE,
        "Replay the run.",
        _ENGINE,
    ),
    Code.RUN_113: Help(
        "Two periods share a day",
        "Two periods of the calendar that are no adjustment periods hold the same day.",
        _AS_BEFORE,
        "Correct the calendar.",
        "Whoever maintains fiscal calendars.",
    ),
    Code.RUN_114: Help(
        "The inputs are not the mapping's columns",
        "The flow feeds other columns than the mapping set has.",
        _AS_BEFORE,
        _DEFINITION,
        _FLOW,
    ),
    Code.RUN_198: Help(
        "An inexact type appeared",
        "A column of the computation is binary floating point; the engine refuses it.",
        _AS_BEFORE,
        "Report the run's number.",
        _ENGINE,
    ),
    Code.RUN_199: Help(
        "The totals do not tie",
        "Source records and their buckets differ; the engine refuses its own result.",
        _AS_BEFORE,
        "Report the run's number.",
        _ENGINE,
    ),
}
