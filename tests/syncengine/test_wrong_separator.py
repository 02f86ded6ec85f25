"""A file with another separator than declared is told so, with its name and what was found in it."""

from __future__ import annotations

import pytest

from portal.core.errors import DomainError
from syncengine.connectors.file.dataset import parse_dataset
from syncengine.connectors.file.reader import read_rows
from syncengine.models import Run

SEMICOLON = "declare separator: ';'"


def rewritten(mini, file: str, separator: str) -> Run:
    path = mini.ledger / file
    path.write_text(path.read_text().replace(",", separator))
    return mini.run()


def test_the_columns_found_are_named_with_the_file_and_the_likely_separator(mini):
    run = rewritten(mini, "journal.csv", ";")
    assert (run.error_code, run.error_place) == ("RUN-110", "fields.region")
    assert "journal.csv has 'period;entity;" in run.error_message
    assert run.error_message.endswith(f"{SEMICOLON}.")


def test_a_tab_is_told_as_the_separator_it_is(mini):
    run = rewritten(mini, "journal.csv", "\t")
    assert run.error_code == "SRC-009"
    assert 'declare separator: "\\t"' in run.error_message


def test_names_are_quoted_so_that_blanks_are_seen(mini):
    path = mini.ledger / "journal.csv"
    header, rest = path.read_text().split("\n", 1)
    path.write_text(header.replace(",", ", ") + "\n" + rest)
    run = mini.run()
    assert run.error_code == "RUN-110"
    assert "journal.csv has 'period', ' entity', " in run.error_message
    assert "separator" not in run.error_message


def test_so_are_those_of_the_independent_figure(mini):
    run = rewritten(mini, "trial_balance.csv", ";")
    assert "trial_balance.csv has '" in run.error_message and SEMICOLON in run.error_message


@pytest.mark.parametrize(
    ("data", "keys", "code"),
    [
        ("period;amount\n2026-01;1,50\n", {}, "SRC-010"),
        ("2026-01;150\n", {"header": "false", "columns": ["period", "amount"]}, "SRC-010"),
        ("2026-01;150\n", {"header": "false", "columns": ["period", "amount"], "quote": ""}, "SRC-010"),
        ("period;amount\n2026-01;150\n", {"columns": ["period", "amount"]}, "SRC-009"),
        ("Period;Amount\n2026-01;150\n", {"rename": {"period": "Period"}}, "SRC-009"),
    ],
)
def test_wherever_it_shows_first(tmp_path, data, keys, code):
    path = tmp_path / "journal.csv"
    path.write_text(data)
    with pytest.raises(DomainError) as caught:
        list(read_rows(path, parse_dataset({"file": "journal.csv", **keys})))
    assert caught.value.code == code
    assert SEMICOLON in caught.value.message
