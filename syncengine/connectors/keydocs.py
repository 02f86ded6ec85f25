"""What each connector's connections and datasets may say; a test holds it against what the parsers take."""

from __future__ import annotations

from dataclasses import dataclass

from portal.core.keys import Key
from portal.core.ports import Registry


@dataclass(frozen=True, slots=True)
class ConnectorKeys:
    """The keys of a connection's `config` and of a dataset."""

    config: tuple[Key, ...]
    dataset: tuple[Key, ...]


documented: Registry[ConnectorKeys] = Registry("documentation of a connector")

FILE_CONFIG = (
    Key("folder", "path", "folder below one of TIEOUT_FILE_ROOTS (by default the drop folder, var/drop)",
        "the first of them", "ledger"),
    Key("settle_seconds", "0 to 86400", "how long a file must have rested before it is read", "0", "60"),
    Key("max_bytes", "whole number", "largest file that is read", "17179869184 (16 GiB)", "1000000000"),
)  # fmt: skip
FILE_COLUMN = (
    Key("name", "text", "name of the column; a name alone may stand for {name: NAME}", example="account"),
    Key("start", "whole number", "format fixed: first position, from 1", "", "1"),
    Key("width", "whole number", "format fixed: number of characters", "", "10"),
)  # fmt: skip
FILE_DATASET = (
    Key("file", "path", "the file below the connection's folder, also with {period}, {scenario} and {flow}; "
        "or pattern, or upload", "", "journal_{period}.csv"),
    Key("pattern", "name with * and ?", "the only file of the folder whose name fits, also with {period}",
        "", "gl_{period}_*.csv"),
    Key("upload", "sha256", "a file uploaded as evidence", "",
        "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865"),
    Key("format", "delimited, fixed or xlsx", "how it is written", "delimited", "xlsx"),
    Key("encoding", "ascii, cp1252, latin-1, utf-16, utf-8 or utf-8-sig", "its encoding; a byte "
        "order mark before utf-8 is skipped (utf-8-sig is the same), before utf-16 it is needed", "utf-8",
        "cp1252"),
    Key("separator", "one character", "what separates columns", ",", '";"'),
    Key("quote", "one character or empty", "what may surround a value", "the double quotation mark", '""'),
    Key("header", "true or false", "whether the first line names the columns", "true; false for fixed",
        "false"),
    Key("columns", "list of names", "the columns the file must have, in order; needed without a header",
        "those of the header", "[account, amount]", keys=FILE_COLUMN),
    Key("rename", "mapping", "other names for columns of the header, so that a flow can use them", "none",
        '{posting_date: Posting Date, amount: "Amount (LC)"}',
        keys=(
            Key("NAME", "text", "the header that is called NAME from here on, also in columns",
                example="Posting Date"),
        )),
    Key("trailing_separator", "true or false", "whether each line ends with a separator", "false", "true"),
    Key("continuation", "join or refuse", "with quote empty: records broken over several lines are put "
        "together", "refuse", "join"),
    Key("null_marker", "text", "what stands for no value", "nothing does", '"NULL"'),
    Key("skip_lines", "0 to 1000", "lines before the header", "0", "3"),
    Key("footer_lines", "0 to 1000", "lines at the end that are no records", "0", "1"),
    Key("sheet", "text", "format xlsx: the sheet, when there are several", "the only one", "Journal"),
    Key("replacement_characters", "keep or refuse", "characters lost in an earlier conversion (U+FFFD)",
        "refuse", "keep"),
)  # fmt: skip
DATABASE_CONFIG = (
    Key("url", "reference", "env:NAME (a variable that holds the URL, none of the portal's own "
        "settings), file:PATH (in TIEOUT_SECRETS_DIR), or sqlite:PATH, relative to TIEOUT_DATA_DIR/drop or "
        "absolute below one of TIEOUT_FILE_ROOTS; never the secret itself",
        example='"env:PLANNING_URL"'),
    Key("host", "text", "the approved host, which that of the URL must equal; required unless the URL is "
        "one of SQLite", "", "db.example.com"),
    Key("port", "1 to 65535", "the approved port; required with host", "", '"5432"'),
    Key("schema", "name", "where PostgreSQL keeps target tables", "public", "planning"),
)  # fmt: skip
DATABASE_COLUMN = (
    Key("name", "text", "name of the column; a name alone may stand for {name: NAME}", example="account"),
)  # fmt: skip
DATABASE_DATASET = (
    Key("table", "name", "table or SCHEMA.TABLE that is read; or query", "", "gl.journal"),
    Key("query", "SELECT", "one statement that only reads, with :NAME for parameters", "",
        "SELECT account, amount::text AS amount FROM gl WHERE period = :period"),
    Key("columns", "list of names", "the columns that are read; amounts are exact numbers or text, "
        "never floats", example="[line, account, amount]", keys=DATABASE_COLUMN),
    Key("order_by", "list of names", "columns whose order is always the same, so that two reads agree",
        example="[line]", keys=DATABASE_COLUMN),
    Key("parameters", "mapping", "values of the query's :NAME, also {period}", "none",
        '{period: "{period}"}',
        keys=(
            Key("NAME", "text", "value for :NAME", example='"{period}"'),
        )),
)  # fmt: skip

documented.register("file", ConnectorKeys(FILE_CONFIG, FILE_DATASET))
documented.register("database", ConnectorKeys(DATABASE_CONFIG, DATABASE_DATASET))
