"""The demo year: reproducible, balanced, and wrong exactly where it says it is."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from syncengine.demo import faults
from syncengine.demo.chart import ACCOUNTS, COST_CENTERS, CURRENCIES, ENTITIES, NEW_ACCOUNTS
from syncengine.demo.generate import Extract, extract, write
from syncengine.demo.journals import PERIODS

# Of journal_lines.csv: a change of the generator, or of how Python draws, shows here.
JOURNALS_SHA256 = "3fd4cdf0d0d1e83953a8c1dd58c9c977e5ca05b9e1ac379dbddf6ed7e52f2771"


@pytest.fixture(scope="module")
def year() -> Extract:
    return extract()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("demo")).parent


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def balances(lines: list[dict[str, str]]) -> dict[tuple[str, ...], tuple[Decimal, Decimal]]:
    """Debit and credit by entity, account, currency and period, unreadable amounts as nothing."""
    found: dict[tuple[str, ...], tuple[Decimal, Decimal]] = {}
    for line in lines:
        key = (line["entity"], line["account"], line["currency"], line["period"])
        debit, credit = found.get(key, (Decimal(0), Decimal(0)))
        amount = Decimal(0) if "," in line["debit"] else Decimal(line["debit"])
        found[key] = (debit + amount, credit + Decimal(line["credit"]))
    return found


def test_the_organisation_has_the_promised_size(year: Extract) -> None:
    assert len(ENTITIES) == 6
    assert len(CURRENCIES) == 5
    assert {entity.currency for entity in ENTITIES} == set(CURRENCIES)
    assert 175 <= len(ACCOUNTS) <= 185
    assert len(COST_CENTERS) == 60
    assert len(year.delivered) == 24_000
    assert len({account.code for account in ACCOUNTS}) == len(ACCOUNTS)
    assert len({center.code for center in COST_CENTERS}) == len(COST_CENTERS)


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = write(tmp_path / "again").parent
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in again.iterdir())
    for name in names:
        assert (folder / name).read_bytes() == (again / name).read_bytes()
    assert hashlib.sha256((folder / "journal_lines.csv").read_bytes()).hexdigest() == JOURNALS_SHA256


def test_another_seed_gives_another_year(folder: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", seed=7).parent
    assert (folder / "journal_lines.csv").read_bytes() != (other / "journal_lines.csv").read_bytes()


def test_every_journal_balances_in_its_own_entity_and_currency(year: Extract) -> None:
    journals: dict[str, set[tuple[str, str, str]]] = {}
    net: Counter[str] = Counter()
    for line in year.posted:
        journals.setdefault(line.journal, set()).add((line.entity, line.currency, line.posting_date))
        net[line.journal] += line.debit - line.credit  # type: ignore[assignment]
        assert (line.debit > 0) != (line.credit > 0)
        assert line.posting_date.startswith(line.period)
    assert all(len(heads) == 1 for heads in journals.values())
    assert set(net.values()) == {Decimal(0)}


def test_only_known_members_are_posted_to(year: Extract) -> None:
    assert {line.account for line in year.posted} <= {account.code for account in ACCOUNTS}
    assert {line.cost_center for line in year.posted} <= {center.code for center in COST_CENTERS}
    assert {line.period for line in year.posted} == set(PERIODS)


def test_new_accounts_are_used_after_they_opened_and_no_rule_knows_them(year: Extract, folder: Path) -> None:
    ruled = {rule["account"] for rule in rows(folder / "planning_rules.csv")}
    for account in NEW_ACCOUNTS:
        used = {line.period for line in year.delivered if line.account == account.code}
        assert used
        assert min(used) >= account.valid_from[:7]
        assert used <= set(faults.UNMAPPED.periods)
        assert account.code not in ruled


def test_three_lines_use_the_expired_cost_center(year: Extract) -> None:
    after = [line for line in year.delivered if line.cost_center == "2090" and line.period > "2025-06"]
    assert [line.period for line in after] == list(faults.EXPIRED.periods) * 3


def test_one_average_rate_is_missing_and_lines_need_it(year: Extract, folder: Path) -> None:
    delivered = rows(folder / "rates.csv")
    found = {(rate["rate_type"], rate["from_currency"], rate["period"]) for rate in delivered}
    wanted = {
        (kind, c, p) for kind in ("average", "closing") for c in CURRENCIES if c != "EUR" for p in PERIODS
    }
    assert wanted - found == {("average", "CHF", "2025-09")}
    assert any(
        line.currency == "CHF" and line.period == "2025-09" and line.account >= "4" for line in year.delivered
    )


def test_one_amount_is_misspelt(folder: Path) -> None:
    bad = [
        line for line in rows(folder / "journal_lines.csv") if "," in line["debit"] or "," in line["credit"]
    ]
    assert [line["period"] for line in bad] == list(faults.BAD_AMOUNT.periods)


def test_the_trial_balance_shows_the_flipped_the_lost_and_the_misspelt_line_and_nothing_else(
    folder: Path,
) -> None:
    extracted = balances(rows(folder / "journal_lines.csv"))
    independent = balances(rows(folder / "trial_balance.csv"))
    nothing = (Decimal(0), Decimal(0))
    differences = {
        key: (extracted.get(key, nothing), figures)
        for key, figures in independent.items()
        if extracted.get(key, nothing) != figures
    }
    assert extracted.keys() <= independent.keys()
    assert sorted(key[3] for key in differences) == ["2025-04", "2025-05", "2025-11"]
    sides = {key[3]: (got[0] != true[0], got[1] != true[1]) for key, (got, true) in differences.items()}
    assert sides == {"2025-04": (True, False), "2025-05": (True, True), "2025-11": (True, False)}


def test_every_fault_says_what_a_run_must_find() -> None:
    assert {fault.code for fault in faults.FAULTS} == {"MAP-001", "MDM-002", "FX-001", "DQ-001", "REC"}
    assert all(fault.what and fault.effect and set(fault.periods) <= set(PERIODS) for fault in faults.FAULTS)
