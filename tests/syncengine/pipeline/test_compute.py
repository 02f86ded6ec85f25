"""The fused pass against a recomputation in plain Python decimals, and each rule of the checks."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.rules.compile import compile_rules
from mappings.rules.conditions import Between, Exact, Like
from mappings.rules.rule import Rule, RuleKind
from syncengine.definition.model import AmountText
from syncengine.pipeline.amounts import parse_amount
from syncengine.pipeline.values import MappingPin, MemberRow, PipelineError
from tests.examples import examples
from tests.syncengine.pipeline.snapshots import JANUARY, definition, read, run_pipeline

COLUMNS = ("period", "account", "side", "amount", "currency")
RULES = [
    Rule("a", 100, RuleKind.EXPLICIT, {"account": Exact("100")}, "CASH"),
    Rule("b", 100, RuleKind.RANGE, {"account": Between("200", "299", "text")}, "SALES", sign=-1),
    Rule("c", 100, RuleKind.IGNORE, {"account": Between("900", "999", "text")}, None, reason="statistics"),
]
PIN = MappingPin(("account",), compile_rules(RULES, ("account",)))
FULL = definition(
    mappings=[{"set": "m", "inputs": {"account": "account"}, "into": "line"}],
    checks=[{"dimension": "accounts", "field": "account"}],
    translate={"rate_set": "r", "rate_type": "average", "to": "JPY"},
    amount=definition()["amount"] | {"currency": {"column": "currency"}},
    measures=[{"name": kind, "of": kind} for kind in ("debit", "credit", "net")],
    target={
        "connection": "plan",
        "table": "facts",
        "columns": [{"name": "part", "value": "{flow}/{period}"}, {"name": "line", "from": "line"}],
    },
)
MEMBERS = [MemberRow("100"), MemberRow("250"), MemberRow("900"), MemberRow("777")]
RATES = {"EUR": Decimal("0.123456789012"), "USD": Decimal("149.5")}
PINS: dict[str, Any] = {
    "mappings": {"m": PIN},
    "members": {"accounts": MEMBERS},
    "rates": RATES,
}

amounts = st.one_of(
    st.decimals(min_value=-99999, max_value=99999, places=2).map(str),
    # around the largest amounts that are multiplied in 64 bits
    st.sampled_from(["66889632106.99", "66889632107.00", "-66889632107.01", "9999999999999.99", "0.01"]),
    st.sampled_from(["", "x", "1.005", "1_0", "１２", "NaN", "0.00", "-0.00"]),
)
record = st.tuples(
    st.sampled_from(["2026-01", "2026-02", "2026-01", "2026-01"]),
    st.sampled_from(["100", "250", "900", "777", "555"]),
    st.sampled_from(["D", "C", "D", "C", "x"]),
    amounts,
    st.sampled_from(["EUR", "USD", "JPY", "CHF", "EUR", "eur"]),
)


def _half_away(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def _judge(row: tuple[str, ...]) -> tuple[str, Decimal, Decimal]:
    """(code or bucket, debit, credit) of one line by the words of the definition."""
    _, account, side, text, currency = row
    value = parse_amount(text, AmountText(r"-?\d+(?:\.\d+)?", 2))
    debit = value if value is not None and side == "D" else Decimal(0)
    credit = value if value is not None and side == "C" else Decimal(0)
    if not text:
        code = "DQ-002"
    elif value is None:
        code = "DQ-001"
    elif side == "x":
        code = "DQ-005"
    elif currency == "eur":
        code = "DQ-006"
    elif account == "555":
        code = "MDM-001"
    elif account == "900":
        code = "excluded"
    elif account == "777":
        code = "MAP-001"
    elif currency == "CHF":
        code = "FX-001"
    elif abs(value) * RATES.get(currency, Decimal(1)) > Decimal(10) ** 15:
        code = "FX-002"
    else:
        code = "loaded"
    return code, debit, credit


ODD_KEYS = ["a\x1b[31m", "a\x0cb\x85", "a\u2028b", "a\nb", "a\tb", "x" * 501]
SOUND_KEYS = ["4000", "Ä 100 % 科目", "é" * 500]


@pytest.mark.parametrize("mapped", [False, True])
def test_a_key_with_control_characters_or_without_end_is_held_under_the_name_of_its_field(tmp_path, mapped):
    """Whether the field is a key of the target itself or what a mapping reads, also to leave it out."""
    rules = [
        Rule("all", 100, RuleKind.WILDCARD, {"account": Like("*")}, "CASH"),
        Rule("out", 50, RuleKind.IGNORE, {"account": Like("a*")}, None, reason="statistics"),
    ]
    pins = {"mappings": {"m": MappingPin(("account",), compile_rules(rules, ("account",)))}}
    use = {"mappings": FULL["mappings"], "target": FULL["target"]} if mapped else {}
    rows = [("2026-01", key, "D", "1.00", "EUR") for key in (*ODD_KEYS, *SOUND_KEYS)]
    result, pipeline = run_pipeline(
        tmp_path / "w", definition(**use), COLUMNS, rows, **(pins if mapped else {})
    )
    held = pipeline.db.rows("SELECT _code, _field, _value FROM _quarantine ORDER BY _row")
    pipeline.close()
    assert [row[:2] for row in held] == [("DQ-007", "account")] * len(ODD_KEYS)
    assert held[0][2] == "a\ufffd[31m"
    assert held[1][2] == "a\ufffdb\ufffd"
    assert result.output_rows == (1 if mapped else len(SOUND_KEYS))


@examples(40)
@given(st.lists(record, max_size=40))
def test_every_total_equals_an_independent_recomputation(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    result, pipeline = run_pipeline(tmp_path / "w", FULL, COLUMNS, rows, **PINS)
    pipeline.close()
    expected: dict[tuple[str, str], list[Decimal]] = {}
    codes: dict[str, int] = {}
    target: dict[str, list[Decimal]] = {}
    for row in rows:
        if row[0] != JANUARY.code:
            continue
        code, debit, credit = _judge(row)
        bucket = code if code in ("loaded", "excluded") else "quarantined"
        currency = row[4] if row[4] != "eur" else "XXX"
        for name in ("source", bucket):
            cell = expected.setdefault((name, currency), [Decimal(0)] * 3)
            for at, add in enumerate((1, debit, credit)):
                cell[at] += add
        if bucket == "quarantined":
            codes[code] = codes.get(code, 0) + 1
        if bucket == "loaded":
            sign, line = (-1, "SALES") if row[1] == "250" else (1, "CASH")
            rate = RATES.get(row[4], Decimal(1))
            sums = target.setdefault(line, [Decimal(0)] * 2)
            for at, side in enumerate((debit, credit)):
                sums[at] += sign * _half_away(side * rate)
    found = {(x.bucket, x.currency): [x.records, x.debit, x.credit] for x in result.source + result.buckets}
    assert found == expected
    assert {x.code: x.records for x in result.quarantined_by_code} == codes
    rows_out = read(result.output)
    assert [row[1] for row in rows_out] == sorted(target)
    for _, line, debit, credit, net in rows_out:
        assert [debit, credit] == target[line]
        assert net == debit - credit
    assert result.target_net == sum((x[0] - x[1] for x in target.values()), Decimal(0))


def test_the_bridge_leads_from_source_to_target(tmp_path: Path) -> None:
    rows = [("2026-01", "100", "D", "10.00", "USD"), ("2026-01", "250", "C", "4.00", "USD")]
    result, _ = run_pipeline(tmp_path / "w", FULL, COLUMNS, rows, **PINS)
    (line,) = result.bridge
    assert (line.source, line.sign) == (Decimal("6"), Decimal("8"))
    assert line.source + line.sign + line.translation + line.rounding + line.presentation == line.target
    assert line.target == Decimal("2093")


def test_a_record_whose_period_cannot_be_read_is_held_and_not_lost(tmp_path: Path) -> None:
    data = definition(
        fields=[{"name": "month", "from": "period", "pattern": r"(\d{4}-\d{2})"}],
        source=definition()["source"] | {"where": [{"field": "month", "equals": "{period}"}]},
    )
    rows = [("2026-01", "1", "D", "1", ""), ("2O26-01", "1", "D", "2", ""), ("2026-02", "1", "D", "4", "")]
    result, _ = run_pipeline(tmp_path / "w", data, COLUMNS, rows)
    assert [(x.code, x.records, x.debit) for x in result.quarantined_by_code] == [("DQ-004", 1, 2)]
    assert result.source[0].records == 2


def test_a_period_outside_the_calendar_is_held_when_the_flow_checks_it(tmp_path: Path) -> None:
    data = definition(checks=[{"field": "period", "calendar": True}])
    rows = [("2026-01", "1", "D", "1", ""), ("2026-13", "1", "D", "2", "")]
    result, _ = run_pipeline(tmp_path / "w", data, COLUMNS, rows)
    assert [(x.code, x.debit) for x in result.quarantined_by_code] == [("PER-001", 2)]


def test_a_null_period_is_held_instead_of_loaded_by_every_run(tmp_path: Path) -> None:
    result, _ = run_pipeline(tmp_path / "w", definition(), COLUMNS, [(None, "1", "D", "1", "")])
    assert [x.code for x in result.quarantined_by_code] == ["DQ-002"]


def test_the_journal_goes_with_its_faulty_line(tmp_path: Path) -> None:
    data = definition(quarantine={"unit": "journal", "journal_key": ["currency"], "max_share": "1"})
    rows = [
        ("2026-01", "1", "D", "5", "J1"),
        ("2026-01", "2", "C", "bad", "J1"),
        ("2026-01", "3", "D", "7", "J2"),
    ]
    result, _ = run_pipeline(tmp_path / "w", data, COLUMNS, rows)
    assert {x.code: x.records for x in result.quarantined_by_code} == {"DQ-001": 1, "DQ-010": 1}
    assert [row[1] for row in read(result.output)] == ["3"]


def test_an_accepted_record_is_counted_as_accepted_on_the_next_run(tmp_path: Path) -> None:
    rows = [("2026-01", "1", "D", "x", "")] * 2
    first, pipeline = run_pipeline(tmp_path / "w", definition(), COLUMNS, rows)
    keys = [row[0] for row in pipeline.db.rows("SELECT _record_key FROM _quarantine ORDER BY _row")]
    pipeline.close()
    assert len(set(keys)) == 2
    again, _ = run_pipeline(tmp_path / "w", definition(), COLUMNS, rows, accepted=frozenset(keys[:1]))
    assert {x.bucket: x.records for x in again.buckets} == {"accepted": 1, "quarantined": 1}
    assert [x.records for x in again.quarantined_by_code] == [1]


def test_a_member_not_in_force_at_period_end_is_held(tmp_path: Path) -> None:
    import datetime as dt

    members = [
        MemberRow("last-day", valid_to=dt.date(2026, 1, 31)),
        MemberRow("gone", valid_to=dt.date(2026, 1, 30)),
        MemberRow("new", valid_from=dt.date(2026, 2, 1)),
    ]
    data = definition(checks=[{"dimension": "accounts", "field": "account"}])
    rows = [("2026-01", code, "D", "1", "") for code in ("last-day", "gone", "new", "none")]
    result, _ = run_pipeline(tmp_path / "w", data, COLUMNS, rows, members={"accounts": members})
    assert {x.code: x.records for x in result.quarantined_by_code} == {"MDM-001": 1, "MDM-002": 2}
    assert [row[1] for row in read(result.output)] == ["last-day"]


def test_an_amount_too_large_to_translate_exactly_is_held(tmp_path: Path) -> None:
    rows = [("2026-01", "100", "D", "99999999999999999.00", "USD"), ("2026-01", "100", "D", "1.00", "USD")]
    result, _ = run_pipeline(tmp_path / "w", FULL, COLUMNS, rows, **PINS)
    assert [x.code for x in result.quarantined_by_code] == ["FX-002"]
    assert result.target_net == Decimal("150")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fields": [{"name": "side", "constant": "x"}]}, "RUN-111"),
        ({"checks": [{"field": "nowhere", "required": True}]}, "RUN-110"),
        ({"checks": [{"field": "account", "dimension": "unpinned"}]}, "RUN-112"),
        ({"mappings": [{"set": "m", "inputs": {"a": "account"}, "into": "line"}]}, "RUN-112"),
    ],
)
def test_a_definition_that_does_not_fit_the_source_stops_the_run(
    tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(PipelineError) as caught:
        run_pipeline(tmp_path / "w", definition(**changes), COLUMNS, [("2026-01", "1", "D", "1", "")])
    assert caught.value.code == code


def test_names_of_columns_are_never_sql(tmp_path: Path) -> None:
    columns = ("period", 'acc"; DROP', "side", "amount", "currency")
    hostile = "'; DROP TABLE _cells; --"
    data = definition(
        target={
            "connection": "plan",
            "table": "facts",
            "columns": [{"name": "part", "value": hostile}, {"name": "side", "from": "side"}],
        }
    )
    result, _ = run_pipeline(tmp_path / "w", data, columns, [("2026-01", "1", "D", "1", "")])
    assert read(result.output)[0][0] == hostile


def test_an_excluded_line_is_held_with_its_journal_and_totals_still_tie(tmp_path: Path) -> None:
    data = FULL | {
        "quarantine": {"unit": "journal", "journal_key": ["currency"], "max_share": "1"},
        "checks": [],
    }
    rows = [
        ("2026-01", "900", "D", "5", "EUR"),  # excluded by its rule, but of a held journal
        ("2026-01", "100", "C", "3", "EUR"),
        ("2026-01", "555", "C", "2", "EUR"),  # no rule: the journal's fault
        ("2026-01", "900", "D", "7", "USD"),
        ("2026-01", "100", "C", "7", "USD"),
    ]
    result, _ = run_pipeline(tmp_path / "w", data, COLUMNS, rows, **PINS)
    assert {x.code: x.records for x in result.quarantined_by_code} == {"MAP-001": 1, "DQ-010": 2}
    held = [x for x in result.buckets if x.bucket == "quarantined"]
    assert [(x.currency, x.records, x.debit, x.credit) for x in held] == [("EUR", 3, 5, 5)]
    excluded = [x for x in result.buckets if x.bucket == "excluded"]
    assert [(x.currency, x.records) for x in excluded] == [("USD", 1)]


def test_what_a_code_holds_in_several_currencies_has_no_sum(tmp_path: Path) -> None:
    rows = [("2026-01", "555", "D", "1", "EUR"), ("2026-01", "555", "D", "2", "USD")]
    result, _ = run_pipeline(tmp_path / "w", FULL, COLUMNS, rows, **PINS)
    assert [(x.code, x.records, x.debit) for x in result.quarantined_by_code] == [("MDM-001", 2, None)]


def test_records_of_no_period_are_counted_with_their_values(tmp_path: Path) -> None:
    periods = ["2026-01", "2026-02", "2026-1", "２０２６-01", "２０２６-01", "", None]
    rows = [(period, "1", "D", "1", "") for period in periods]
    _, pipeline = run_pipeline(tmp_path / "w", definition(), COLUMNS, rows)
    strays = pipeline.strays
    assert strays is not None
    assert (strays.field, strays.records) == ("period", 4)
    assert dict(strays.values) == {"２０２６-01": 2, "2026-1": 1, "": 1}
    assert pipeline.records == 2, "the null period is held by every run, the good one is the slice"


def test_records_that_another_condition_leaves_out_are_no_strays(tmp_path: Path) -> None:
    where = [{"field": "side", "in": ["D"]}, {"field": "month", "equals": "{period}"}]
    data = definition(
        fields=[
            {"name": "year", "from": "period", "pattern": r"(\d{4}).*"},
            {"name": "month", "join": ["year", "account"], "with": "-"},
            {"name": "unused", "join": ["amount", "side"], "with": "-"},
        ],
        source=definition()["source"] | {"where": where},
    )
    rows = [
        ("2026", "01", "D", "1", ""),
        ("2026", "13", "D", "1", ""),
        ("2026", "13", "C", "1", ""),
    ]
    _, pipeline = run_pipeline(tmp_path / "w", data, COLUMNS, rows)
    assert pipeline.strays is not None
    assert (pipeline.strays.records, pipeline.strays.values) == (1, (("2026-13", 1),))


def test_a_field_checked_against_the_calendar_has_no_strays(tmp_path: Path) -> None:
    data = definition(checks=[{"field": "period", "calendar": True}])
    _, pipeline = run_pipeline(tmp_path / "w", data, COLUMNS, [("2026-13", "1", "D", "2", "")])
    assert pipeline.strays is None
    assert pipeline.records == 1


def test_more_combinations_than_a_batch_are_mapped_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        ("2026-01", account, "D", "1.00", "EUR") for account in ("100", "250", "900", "777", "555", "100")
    ]
    pins = PINS | {"members": {"accounts": [*MEMBERS, MemberRow("555")]}}
    whole, pipeline = run_pipeline(tmp_path / "whole", FULL, COLUMNS, rows, **pins)
    pipeline.close()
    monkeypatch.setattr("syncengine.pipeline.database._BATCH", 2)
    some, pipeline = run_pipeline(tmp_path / "batches", FULL, COLUMNS, rows, **pins)
    pipeline.close()
    assert (some.buckets, some.quarantined_by_code) == (whole.buckets, whole.quarantined_by_code)
    assert read(some.output) == read(whole.output)
    found = [read(tmp_path / name / "engine" / "mapping-0.parquet") for name in ("whole", "batches")]
    assert found[0] == found[1]
    assert len(found[0]) == 5
