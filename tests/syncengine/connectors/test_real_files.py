"""The published files of the shared data folder, read in place."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from portal.core.errors import DomainError
from syncengine.connectors import connect, parse_dataset
from syncengine.connectors.base import Snapshot
from syncengine.evidence import EvidenceStore

DATA = Path(os.environ.get("TIEOUT_SHARED_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data folder is not here")
KUALI = {"separator": "|", "quote": "", "encoding": "ascii", "trailing_separator": True}
COUNTS = {"gl_entry_t": 22_264, "gl_balance_t": 16_801, "ca_account_t": 3_611, "ca_org_t": 3_200}


def extract(folder: str, name: str, store: EvidenceStore, scratch: Path, **keys: object) -> Snapshot:
    adapter = connect("file", {"folder": folder}, allowed_roots=[DATA], environ={})
    return adapter.extract(parse_dataset("file", {"file": name, **keys}), store, scratch)


def test_every_kuali_table_reads_with_its_broken_records_joined(store: EvidenceStore, scratch: Path) -> None:
    for path in sorted((DATA / "gl/kuali_kfs").glob("*.txt")):
        snapshot = extract("gl/kuali_kfs", path.name, store, scratch, continuation="join", **KUALI)
        lines = path.read_bytes().count(b"\n")
        broken = {"ca_account_t": 3, "ca_prior_yr_acct_t": 2}.get(path.stem, 0)
        assert snapshot.rows == lines - 1 - broken, path.name
        assert snapshot.rows == COUNTS.get(path.stem, snapshot.rows)


def test_the_three_accounts_with_a_line_break_are_joined_or_refused(
    store: EvidenceStore, scratch: Path
) -> None:
    snapshot = extract("gl/kuali_kfs", "ca_account_t.txt", store, scratch, continuation="join", **KUALI)
    found = (
        duckdb.connect()
        .execute(
            "SELECT _row, account_nbr, acct_street_addr FROM read_parquet(?) "
            "WHERE contains(acct_street_addr, chr(10)) ORDER BY _row",
            [str(store.path(snapshot.parquet))],
        )
        .fetchall()
    )
    assert found == [
        (1179, "4524607", "JORDAN 142\n"),
        (2999, "4068000", "WHITEWATER 261\n"),
        (3144, "4768703", "WHITEWATER 101H\n"),
    ]
    with pytest.raises(DomainError) as error:
        extract("gl/kuali_kfs", "ca_account_t.txt", store, scratch, **KUALI)
    assert (error.value.code, error.value.details["line"]) == ("SRC-015", 1180)


def test_every_county_override_file_reads_with_its_own_layout_and_the_damaged_one_is_refused(
    store: EvidenceStore, scratch: Path
) -> None:
    folder = "mappings/fr_gironde_rules"
    rows = {
        "corrections_2017-10-30_88cf541.csv": 55,
        "corrections_2017-10-30_ef361e5.csv": 10,
        "corrections_2018-03-07_47c7360.csv": 57,
        "corrections_2018-03-28_c4ba98d.csv": 57,
        "corrections_2018-04-04_e24a53c.csv": 75,
    }
    assert {name: extract(folder, name, store, scratch).rows for name in rows} == rows
    damaged = "corrections_2019-06-18_79c52cd.csv"
    with pytest.raises(DomainError) as error:
        extract(folder, damaged, store, scratch, separator=";")
    assert (error.value.code, error.value.details["line"], error.value.details["character"]) == (
        "SRC-012",
        1,
        62,
    )
    kept = extract(folder, damaged, store, scratch, separator=";", replacement_characters="keep")
    assert kept.rows == 94
    with pytest.raises(DomainError) as expected:
        extract(folder, damaged, store, scratch, columns=["Exer", "CodRD"])
    assert expected.value.code in ("SRC-009", "SRC-012")


def test_files_in_other_encodings_and_without_header_read(store: EvidenceStore, scratch: Path) -> None:
    coa = "coa/no_saft"
    signed = extract(
        coa,
        "General_Ledger_Standard_Accounts_2_character.csv",
        store,
        scratch,
        encoding="utf-8-sig",
        separator=";",
    )
    western = extract(
        coa,
        "General_Ledger_Standard_Accounts_4_character.csv",
        store,
        scratch,
        encoding="cp1252",
        separator=";",
    )
    assert (signed.rows, signed.columns[0], western.rows) == (74, "AccountID", 745)
    wide = extract(
        "mappings/no_saft_grouping",
        "RF-1323_Grouping_Category_Code.csv",
        store,
        scratch,
        encoding="utf-16",
        separator="\t",
    )
    assert wide.columns[0] == "GroupingCategory"
    names = [f"c{number}" for number in range(8)]
    facts = extract(
        "planning/adventureworks_dw",
        "FactFinance.csv",
        store,
        scratch,
        separator="|",
        header=False,
        columns=names,
    )
    assert facts.rows == 39_409


def test_a_year_of_council_payments_reads(store: EvidenceStore, scratch: Path) -> None:
    names = sorted(path.name for path in (DATA / "gl/uk_newcastle").glob("*.csv"))
    assert sum(extract("gl/uk_newcastle", name, store, scratch).rows for name in names) == 70_217
