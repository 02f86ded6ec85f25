"""The keys of a flow definition: the parser takes these and no others, `apply --sections` prints them."""

from __future__ import annotations

from portal.core.keys import Key

DEFAULT_PATTERN = r"-?\d+(?:\.\d+)?"
_TEXTS = "text or list of texts"

CONDITION = (
    Key("field", "field", "column of the dataset, derived field, or field of a calendar check",
        example="period"),
    Key("blank", "true", "takes records whose field is empty", "", "true"),
    Key("equals", "text", "takes records whose field is exactly this; {period}, {scenario} and {flow} "
        "are filled in", "", '"{period}"'),
    Key("in", _TEXTS, "takes records whose field is one of these", "", "[SA, AB]"),
    Key("not_blank", "true", "takes records whose field is not empty", "", "true"),
    Key("not_in", _TEXTS, "takes records whose field is none of these", "", "[STAT]"),
)  # fmt: skip
MEMBER = (
    Key("dimension", "code", "the dimension looked into", example="cost-center"),
    Key("key", "field", "the field with the member's code", example="cost_center"),
    Key("attribute", "text", "an attribute of the member, or parent, or name", example="region"),
)  # fmt: skip
FIELD = (
    Key("name", "field", "name of the derived field; beside it exactly one way to derive it",
        example="year"),
    Key("from", "field", "the field that pattern or date reads", "", "posting_date"),
    Key("pattern", "regular expression", "group 1 of the match, or the whole match; no match is DQ-004",
        "", r"'(\d{4})-\d\d'"),
    Key("join", "list of fields", "these fields put together to one code", "", "[company, account]"),
    Key("with", "text", "what stands between joined fields", "nothing", '"-"'),
    Key("member", "mapping", "an attribute of a member; an unknown member is MDM-001", "",
        "{dimension: cost-center, key: cost_center, attribute: region}", MEMBER),
    Key("constant", "text", "the same text for every record", "", "ACTUAL"),
    Key("date", "strptime format", "`from` read as a date, as YYYY-MM-DD; anything else is DQ-003. Of "
        "the directives, %Y %m %d %y %j %H %M %S %b %B are known", "", '"%d.%m.%Y"'),
    Key("period_of", "field", "the fiscal period that holds the date YYYY-MM-DD in this field; none is "
        "PER-001", "", "posted"),
)  # fmt: skip
AMOUNT_TEXT = (
    Key("pattern", "regular expression", "what the whole text of an amount must match; else DQ-001. "
        "The default follows the two marks below: grouping is optional. A pattern that contradicts them is "
        "refused",
        DEFAULT_PATTERN, r"'\d+\.\d{2}'"),
    Key("scale", "0 to 4", "decimals; an amount not exact at them is DQ-001; so is 12.000 below 3 where no "
        "grouping_mark says that it is no thousand", "2", "2"),
    Key("decimal_mark", "'.' or ','", "what separates the decimals", ".", '","'),
    Key("grouping_mark", "one of . , ' and space", "what separates thousands, also a no-break space. It "
        "stands before each group of three digits or nowhere: amounts grouped otherwise, as 12,34,567, are "
        "DQ-001 whatever the pattern says", "none",
        "\"'\""),
)  # fmt: skip
SIDE = (
    Key("column", "field", "the field that says debit or credit", example="dc"),
    Key("debit", _TEXTS, "values that mean debit", example="[S]"),
    Key("credit", _TEXTS, "values that mean credit", example="[H]"),
    Key("blank", "field or refuse", "a field that holds D or C, used where the side is empty", "refuse",
        "normal_side"),
)  # fmt: skip
CURRENCY = (
    Key("constant", "currency", "one ISO 4217 currency for all records", "", "EUR"),
    Key("column", "field", "or the field with the record's currency", "", "currency"),
)  # fmt: skip
AMOUNT = (
    Key("debit", "field", "debit column, with credit: an empty one of the two is zero", "", "debit"),
    Key("credit", "field", "credit column", "", "credit"),
    Key("signed", "field", "or one signed column: not negative is debit, negative is credit", "", "amount"),
    Key("column", "field", "or one column without sign, with side", "", "amount"),
    Key("side", "mapping", "how the side of column is told", "", "{column: dc, debit: [S], credit: [H]}",
        SIDE),
    *AMOUNT_TEXT,
    Key("currency", "mapping", "the transaction currency, one of these", example="{column: currency}",
        keys=CURRENCY),
)  # fmt: skip
CHECK = (
    Key("field", "field", "the field that is checked", example="account"),
    Key("dimension", "code", "it must name a member of this dimension (MDM-001)", "", "account"),
    Key("effective", "period_end or any", "with dimension: the member must be valid at the end of the "
        "period (MDM-002), or may be of any time", "period_end", "any"),
    Key("calendar", "true", "it must name a period of the flow's calendar (PER-001)", "", "true"),
    Key("required", "true", "it must not be empty (DQ-002)", "", "true"),
)  # fmt: skip
MAPPING = (
    Key("set", "code", "the mapping set; the version in force for the period is used", example="lines"),
    Key("inputs", "mapping", "for each column of the set, the field that feeds it",
        example="{account: account}",
        keys=(
            Key("COLUMN", "field", "the field that feeds this column", example="account"),
        )),
    Key("into", "field", "name of the field that takes the rule's target", example="planning_line"),
)  # fmt: skip
TRANSLATE = (
    Key("rate_set", "code", "the rate set; the version in force for the period is used", example="group"),
    Key("rate_type", "average, closing or historical", "which of its rates", example="average"),
    Key("to", "currency", "the currency of the target", example="EUR"),
)  # fmt: skip
MEASURE = (
    Key("name", "target column", "the amount column", example="net"),
    Key("of", "debit, credit, net or natural", "what it holds: net is debit less credit, natural is "
        "positive on the account's normal side", example="net"),
    Key("normal", "field", "with natural, and only then: the field that holds D or C", "", "normal_side"),
)  # fmt: skip
TARGET_COLUMN = (
    Key("name", "target column", "lower-case letters, digits, underscores", example="entity"),
    Key("from", "field", "the field that fills it", "", "entity"),
    Key("value", "text", "or a fixed value, also {scenario}, {flow}, {period}; at least one column has "
        "one, and those together name the slice in the table", "", '"{period}"'),
)  # fmt: skip
QUARANTINE = (
    Key("unit", "line or journal", "what is held back with a faulty record: it alone, or its whole "
        "journal", "line", "journal"),
    Key("journal_key", "list of fields", "with unit: journal, and only then: what makes lines one journal",
        "", "[company, document]"),
    Key("max_share", "decimal from 0 to 1", "share of held records above which nothing is loaded", "1",
        '"0.25"'),
)  # fmt: skip
SLICE = (
    Key("scenario", "code", "the scenario that is loaded, {scenario} elsewhere", example="ACTUALS"),
    Key("per", "period or none", "what one run replaces: a fiscal period, or everything the flow loads",
        "period", "none"),
)  # fmt: skip
SOURCE = (
    Key("connection", "code", "the connection that is read", example="ledger"),
    Key("dataset", "mapping", "what to read, in the words of the connector of the connection",
        example="{file: journal.csv}"),
    Key("where", "list", "conditions, all of which a record must fulfil to be part of the slice; with "
        "per: period one compares with {period}", "all records", '[{field: period, equals: "{period}"}]',
        CONDITION),
    Key("max_shrink", "decimal from 0 to 1", "share of its records that a slice may lose since its last "
        "confirmed load; if it loses more, nothing is loaded unless the figure under reconcile agrees",
        "any share; more than half is told (DQ-012)", '"0.25"'),
)  # fmt: skip
TARGET = (
    Key("connection", "code", "the connection that is loaded", example="planning"),
    Key("table", "target table", "made by the first load when it is not there", example="plan_actuals"),
    Key("columns", "list", "the key columns; records with equal keys are summed up",
        example='[{name: period, value: "{period}"}, {name: account, from: account}]', keys=TARGET_COLUMN),
)  # fmt: skip
FIXED = (
    Key("measure", "text", "which amount it is: with compare: source debit, credit or net; with "
        "compare: target a measure of the flow, needed when there are several", "", "net"),
    Key("KEY", "text", "a key column with the value that this amount column stands for", "", "2026-01"),
)  # fmt: skip
RECONCILE = (
    Key("connection", "code", "where the independent figure is read", example="ledger"),
    Key("dataset", "mapping", "what to read, as in source", example="{file: trial_balance.csv}"),
    Key("where", "list", "conditions, as in source", "all records",
        '[{field: period, equals: "{period}"}]', CONDITION),
    Key("fields", "list", "derived fields, as those of the flow", "none", "[]", FIELD),
    Key("compare", "target or source", "what must agree with it: the loaded rows, or all source lines "
        "of the slice", "target", "source"),
    Key("keys", "mapping", "by which fields the two are compared", example="{account: account}",
        keys=(
            Key("FIELD", "field", "for a target column (or with compare: source a field of the flow), "
                "the field of this dataset", example="account"),
        )),
    Key("amounts", "mapping", "the amount columns of this dataset", example="{balance: {measure: net}}",
        keys=(
            Key("COLUMN", "mapping", "what the column stands for", example="{measure: net}", keys=FIXED),
        )),
    Key("amount", "mapping", "how amounts are written here", "plain decimals, at most four",
        r"{pattern: '-?\d+\.\d{2}'}", AMOUNT_TEXT),
    Key("tolerance", "decimal", "difference per key that is let pass", "0", '"0.01"'),
    Key("on_difference", "protect, hold or load", "what becomes of a load that differs from this figure, or "
        "when it cannot be read: protect loads nothing where the target holds a load that agreed, hold "
        "loads nothing ever (a held load may be released by a second person), load loads and tells",
        "protect", "hold"),
)  # fmt: skip
DEFINITION = (
    Key("finance_object", "code", "what is moved; the source's system must be its system of record "
        "(ownership)", example="actuals"),
    Key("calendar", "code", "fiscal calendar; needed with per: period, calendar checks and period_of", "",
        "group"),
    Key("slice", "mapping", "the part of the target that one run replaces",
        example="{scenario: ACTUALS, per: period}", keys=SLICE),
    Key("source", "mapping", "the records that are read", keys=SOURCE, example="{connection: ledger, "
        'dataset: {file: journal.csv}, where: [{field: period, equals: "{period}"}]}'),
    Key("fields", "list", "derived fields, in order; each may use columns and earlier fields", "none",
        '[{name: key, join: [company, account], with: "-"}]', FIELD),
    Key("amount", "mapping", "where the money is and how it is written; one of debit with credit, "
        "signed, column with side", keys=AMOUNT, example="{debit: debit, credit: credit, currency: "
        "{constant: EUR}}"),
    Key("checks", "list", "each names a field and one of dimension, calendar, required; a record that "
        "fails is held in quarantine", "none", "[{field: account, dimension: account}]", CHECK),
    Key("mappings", "list", "mapping sets, each of them once", "none", "[{set: lines, inputs: "
        "{account: account}, into: planning_line}]", MAPPING),
    Key("translate", "mapping", "translation to one currency at the rates of the period",
        "amounts stay as they are", "{rate_set: group, rate_type: average, to: EUR}", TRANSLATE),
    Key("measures", "list", "the amount columns of the target", example="[{name: net, of: net}]",
        keys=MEASURE),
    Key("target", "mapping", "where the rows go", keys=TARGET, example="{connection: planning, table: "
        'facts, columns: [{name: period, value: "{period}"}]}'),
    Key("quarantine", "mapping", "how faulty records are held back", "single lines, any share",
        '{unit: line, max_share: "0.25"}', QUARANTINE),
    Key("reconcile", "mapping", "an independent figure that proves nothing is missing",
        "completeness is not proven", "{connection: ledger, dataset: {file: balance.csv}, keys: "
        "{account: account}, amounts: {balance: {measure: net}}}", RECONCILE),
)  # fmt: skip
