"""Help pages of the connectors' codes: sources (SRC) and targets (LOAD)."""

from __future__ import annotations

from portal.core.codes import Help
from syncengine.codes import Code

_NOTHING = "Nothing was read, no amount moved; the target is as it was."
_NOT_REACHED = (
    "The system behind the connection was neither read nor changed: the target is as it was before the run."
)
_TARGET_KEPT = "The target's transaction was rolled back; the slice is as it was before."
_OWNER = "The owner of the source system."
_FLOW = "The author of the flow definition."
_CONNECTION = "The integration architect who maintains the connection."
_ADMIN = "The administrator of this installation."
_TARGET_OWNER = "The owner of the target system."
_OPERATOR = "An operator."

CONNECTOR_HELP: dict[Code, Help] = {
    Code.LOAD_001: Help(
        "The target cannot be reached",
        "The target database refused or dropped the connection.",
        _TARGET_KEPT,
        "The run is retried; if it lasts, check the target's address, account and service.",
        _CONNECTION,
    ),
    Code.LOAD_002: Help(
        "A name is not acceptable to the target",
        "Table and column names have 1 to 63 lower-case letters, digits and underscores and start with a "
        "letter; at least one differs.",
        _TARGET_KEPT,
        "Rename the table or column in the flow's target.",
        _FLOW,
    ),
    Code.LOAD_003: Help(
        "The target table does not fit the output",
        "Columns are missing or of a type that would change amounts or codes, for instance floats, or "
        "numbers without four decimals.",
        _TARGET_KEPT,
        "Change the table or the flow's target columns so that names and types agree.",
        _FLOW,
    ),
    Code.LOAD_004: Help(
        "The target holds the slice under a later fence",
        "The target has taken this slice from the run named: a newer one, a later attempt of this one, or "
        "one unknown to this portal, which was put back from a backup, or of another portal.",
        "The amounts of the run named stand in the target; this run changed nothing.",
        "Nothing, if that run is newer: it is the valid one. If this portal does not know it, put the newest "
        "backup back; without one replay until the run's number is above the one named, which then takes "
        "the slice over (LOAD-017).",
        _OPERATOR,
    ),
    Code.LOAD_005: Help(
        "One fence, two contents",
        "The target holds another content under the same fence, so two attempts of one lease computed "
        "different outputs.",
        _TARGET_KEPT,
        "Start a new run and compare the two outputs by their evidence.",
        "An operator, with the flow's author.",
    ),
    Code.LOAD_006: Help(
        "The output may not be loaded",
        "The output holds two rows for one key, a row without a value, or a column of the wrong type.",
        _TARGET_KEPT,
        "Correct the flow's target columns: each combination of them must name one row.",
        _FLOW,
    ),
    Code.LOAD_007: Help(
        "The target does not hold what was sent",
        "Rows or sums read inside the target's transaction differ from the output, for instance through a "
        "trigger or a rounding column.",
        _TARGET_KEPT,
        "Remove what changes rows in the target table, then run again.",
        _TARGET_OWNER,
    ),
    Code.LOAD_008: Help(
        "The slice belongs to another table",
        "The target holds this slice in another table than the flow now names; loading would leave it twice.",
        _TARGET_KEPT,
        "Remove the slice from the old table first (roll it back to nothing), then run again.",
        _FLOW,
    ),
    Code.LOAD_009: Help(
        "The target is busy",
        "Another session holds the table or the slice longer than the waiting time.",
        _TARGET_KEPT,
        "The run is retried; look for long queries on the target table if it lasts.",
        _TARGET_OWNER,
    ),
    Code.LOAD_010: Help(
        "The target refused the load",
        "The target database answered with an error of its own; its words are in the message.",
        _TARGET_KEPT,
        "Act on the target's words, then run again.",
        _TARGET_OWNER,
    ),
    Code.LOAD_011: Help(
        "This connection cannot do that",
        "The connector or the kind of database does not support the operation.",
        _NOTHING,
        "Use a connection of another kind.",
        _FLOW,
    ),
    Code.LOAD_012: Help(
        "The target holds an amount that is not exact",
        "An amount read back from the target is not a plain decimal.",
        "The amounts of the slice in the target are not proven.",
        "Find out who changed the target table, then run the slice again.",
        _TARGET_OWNER,
    ),
    Code.LOAD_013: Help(
        "The answer to the commit was lost",
        "The connection broke while the target committed; it may or may not have taken the load.",
        "Unknown until the target's own record of the slice is read.",
        "The engine reads the target's record of the slice before anything else; if it lasts, check the "
        "target.",
        _OPERATOR,
    ),
    Code.LOAD_014: Help(
        "Another flow holds these cells",
        "The target's own record says that a slice of another flow holds rows in this table, and the two "
        "flows agree in every column with a fixed value: the same cells would be in the table twice.",
        _TARGET_KEPT,
        "Load the cells by one flow only. If this flow takes over, take the other one's slice out of the "
        "table first; else give the flow a column with its own fixed value, for instance {flow}.",
        _FLOW,
    ),
    Code.LOAD_015: Help(
        "The target's rows had been changed by hand",
        "Before the load, the target held other rows for the slice than the last load left there. Replaced "
        "slices of more than 50,000 rows are compared by their number of rows and sums only.",
        "The slice is what this run computed: what had been changed is gone. After a dry run it is still "
        "there, and a load will replace it.",
        "Find out who changes the target's rows; corrections belong into the ledger or into the mapping.",
        _TARGET_OWNER,
    ),
    Code.LOAD_016: Help(
        "The target had lost the slice",
        "The target confirmed an earlier load of this slice, and before this load it had no record of it: "
        "its tieout_slice row, the table or the whole database was deleted or put back from a copy.",
        "The slice is what this run computed. After a dry run it is still missing. Other slices of the "
        "target may be missing too.",
        "Find out what happened to the target, and replay the other periods loaded into it.",
        _TARGET_OWNER,
    ),
    Code.LOAD_017: Help(
        "The target knew a later fence than the portal",
        "The target's record of the slice names an older run, under a fence that this portal has never given "
        "out: the portal was put back from a backup.",
        "The slice is what this run computed, under a fence beyond the target's. What was loaded after the "
        "backup was made is unknown to the portal; this run has replaced it for this slice.",
        "Nothing for this slice. Replay the other slices loaded since the backup was made.",
        _ADMIN,
    ),
    Code.SRC_001: Help(
        "The dataset is not described correctly",
        "A key of the dataset is missing, unknown or has a value that is not allowed.",
        _NOTHING,
        "Correct the key named in the flow's source dataset.",
        _FLOW,
    ),
    Code.SRC_002: Help(
        "The connection is not configured correctly",
        "A key of the connection is missing, unknown or has a value that is not allowed.",
        _NOT_REACHED,
        "Correct the key named in the connection.",
        _CONNECTION,
    ),
    Code.SRC_003: Help(
        "The path leaves the allowed folders",
        "The path is absolute, climbs with '..', passes a symbolic link, or lies outside the folders this "
        "portal may read.",
        _NOTHING,
        "Put the file into an allowed folder and name it relative to that folder; a SQLite database relative "
        "to TIEOUT_DATA_DIR/drop, or by its absolute path below one of TIEOUT_FILE_ROOTS.",
        _CONNECTION,
    ),
    Code.SRC_004: Help(
        "Not a plain file",
        "The name is a folder, device, pipe or socket.",
        _NOTHING,
        "Deliver a plain file.",
        _OWNER,
    ),
    Code.SRC_005: Help(
        "The file is not there",
        "No file has the expected name.",
        _NOTHING,
        "Deliver the file for the period, or correct its name; then run again. A run that was planned in the "
        "portal is tried again by itself for some minutes.",
        _OWNER,
    ),
    Code.SRC_006: Help(
        "Several files match",
        "More than one file fits the expected name, and the portal does not guess which is meant.",
        _NOTHING,
        "Leave exactly one file for the period in the folder.",
        _OWNER,
    ),
    Code.SRC_007: Help(
        "The file is still changing",
        "The file was written to while it was read, or has not rested for the connection's settling time.",
        _NOTHING,
        "Deliver under another name and rename when complete; the run is retried.",
        _OWNER,
    ),
    Code.SRC_008: Help(
        "The file is empty",
        "The file has no bytes, or no header where one is declared.",
        _NOTHING,
        "Deliver the complete file; a period without records still has its header.",
        _OWNER,
    ),
    Code.SRC_009: Help(
        "The columns are not those expected",
        "The header names a column twice or not at all, or differs from the declared columns.",
        _NOTHING,
        "Deliver the agreed layout, or change the flow's dataset under approval.",
        _OWNER,
    ),
    Code.SRC_010: Help(
        "A record has the wrong number of columns",
        "The line has more or fewer separators than the header, or is shorter or longer than the declared "
        "widths.",
        _NOTHING,
        "Correct the line named, or declare the true separator, quoting or trailing separator.",
        _OWNER,
    ),
    Code.SRC_011: Help(
        "The text is not in the declared encoding",
        "Bytes at the place named cannot be read in the declared encoding.",
        _NOTHING,
        "Deliver the declared encoding, or declare the true one.",
        _OWNER,
    ),
    Code.SRC_012: Help(
        "The text is damaged",
        "A NUL byte, a byte order mark inside the text, or the replacement character of an earlier failed "
        "conversion.",
        _NOTHING,
        "Export the file again from the source system.",
        _OWNER,
    ),
    Code.SRC_013: Help(
        "A line is too long",
        "A line or record is longer than 1,048,576 characters, or a field longer than 131,072.",
        _NOTHING,
        "Check separator, line ends and quoting of the file.",
        _OWNER,
    ),
    Code.SRC_014: Help(
        "Quotation marks do not match",
        "A quoted field is not closed, or text follows its closing quotation mark.",
        _NOTHING,
        "Correct the line named, or declare the file as unquoted.",
        _OWNER,
    ),
    Code.SRC_015: Help(
        "A record is broken over several lines",
        "A field holds a line break, and the dataset refuses such records.",
        _NOTHING,
        "Deliver one record per line, or declare 'continuation: join' under approval.",
        _OWNER,
    ),
    Code.SRC_016: Help(
        "The workbook cannot be read safely",
        "The XLSX file is damaged, too large when unpacked, or holds entries a workbook does not need "
        "(external entities, paths that climb, encryption).",
        _NOTHING,
        "Save the sheet again as a plain XLSX, or deliver CSV.",
        _OWNER,
    ),
    Code.SRC_017: Help(
        "The cell does not hold a plain value",
        "The cell named holds a formula or an error value; only values are taken.",
        _NOTHING,
        "Paste the values and deliver the workbook again.",
        _OWNER,
    ),
    Code.SRC_018: Help(
        "The file is too large",
        "The file exceeds the connection's limit of bytes.",
        _NOTHING,
        "Split the file by period, or raise the limit of the connection under approval.",
        _CONNECTION,
    ),
    Code.SRC_019: Help(
        "The source cannot be reached",
        "The source database refused or dropped the connection.",
        _NOTHING,
        "The run is retried; if it lasts, check the source's address, account and service.",
        _CONNECTION,
    ),
    Code.SRC_020: Help(
        "The source refused the query",
        "The query is not one plain SELECT, or the source answered with an error; its words are in the "
        "message.",
        _NOTHING,
        "Correct the query or the columns of the dataset.",
        _FLOW,
    ),
    Code.SRC_021: Help(
        "A column is not exact",
        "The column is a float, or money text that depends on a locale; amounts in it may already be wrong "
        "by a cent.",
        _NOTHING,
        "Select an exact column, or have the source deliver decimals or text.",
        _OWNER,
    ),
    Code.SRC_022: Help(
        "The secret cannot be read",
        "The reference of a source or target names an environment variable, or a file in "
        "TIEOUT_SECRETS_DIR, that is not there or not readable.",
        _NOT_REACHED,
        "Provide the secret under the name in the connection, then replay the run.",
        _ADMIN,
    ),
    Code.SRC_023: Help(
        "The address is not the approved one",
        "The secret names another host or port than the approved connection, or a parameter that could "
        "redirect it.",
        _NOT_REACHED,
        "Bring secret and connection together; a new address needs approval.",
        _CONNECTION,
    ),
    Code.SRC_024: Help(
        "Evidence is missing or altered",
        "A stored file does not exist or no longer has the content of its address.",
        "The run cannot be re-performed from this file; the amounts loaded are not changed.",
        "Restore the evidence folder from its backup.",
        _ADMIN,
    ),
    Code.SRC_025: Help(
        "The variable is the portal's own",
        "The reference names a setting of the portal itself, such as DATABASE_URL or SECRET_KEY.",
        _NOT_REACHED,
        "Put the secret of the other system into a variable of its own, and name that one.",
        _CONNECTION,
    ),
    Code.SRC_026: Help(
        "The database is the portal's own",
        "The connection leads to the database in which the portal keeps its accounts, approvals and audit.",
        _NOT_REACHED,
        "Name the database of the other system. Only a trial, in which the portal and a plan share one "
        "database, may set TIEOUT_SHARED_DATABASE=true.",
        _CONNECTION,
    ),
    Code.SRC_027: Help(
        "The data folder cannot be written",
        "The disk below TIEOUT_DATA_DIR is full or read-only, or closed to the account of the portal; "
        "evidence and scratch files lie there.",
        "The target is as it was before the run. When its state is unknown, a load had begun and nobody "
        "knows.",
        "Free space below TIEOUT_DATA_DIR or give the portal's account the right to write there, then replay "
        "the run.",
        _ADMIN,
    ),
}
