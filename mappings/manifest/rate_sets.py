"""Manifest section of rate sets; each entry is one version with all its rates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mappings.manifest.versions import (
    FIELDS,
    current_versions,
    opened_result,
    read_periods,
    same_periods,
    version_key,
)
from mappings.models import RateSet, RateSetVersion, RateType
from mappings.ratevalue import to_rate
from mappings.selectors import open_rate_version, rate_set_by_code, rate_table
from mappings.services import (
    RateSpec,
    rate_set_register,
    rate_set_version_start,
    rate_set_version_submit,
    rates_load,
)
from mappings.services.rate_sets import checked_rates
from portal.core.canonical import decimal_text
from portal.core.errors import Conflict, Faults
from portal.core.keys import Key
from portal.core.manifest import (
    UNCHANGED,
    Applying,
    Columns,
    Entry,
    Outcome,
    Reading,
    Result,
    Section,
    Table,
)
from portal.core.manifest.codes import Code

_RATE = (
    Key("rate_type", ", ".join(RateType.values), "which rate", example="average"),
    Key("from_currency", "currency", "ISO 4217", example="CHF"),
    Key("to_currency", "currency", "ISO 4217", example="EUR"),
    Key("period", "period", "YYYY-PP", example="2026-01"),
    Key("rate", "plain decimal", "units of to_currency for one of from_currency", example='"1.0667"'),
)  # fmt: skip
_COLUMNS = Columns.of(_RATE)


@dataclass(frozen=True, slots=True)
class RateSetItem:
    code: str
    name: str
    periods: tuple[str, str]
    rates: tuple[RateSpec, ...]


class RateSetsSection(Section[RateSetItem]):
    name = "rate_sets"
    order = 100
    fields = (
        Key("code", "code", "unique code", example="group"),
        Key("name", "text", "name, set once", example="Group rates to EUR"),
        *FIELDS,
        Key("rates", "table", "the rates (under approval)", example="{file: rates.csv}", keys=_RATE),
    )  # fmt: skip

    def read(self, entry: Entry, reading: Reading) -> RateSetItem:
        rows = reading.rows(entry, "rates", _COLUMNS)
        rates = tuple(RateSpec(**row.cells, place=row.place) for row in rows)
        if not entry.has("rates"):
            entry.fault(Code.YAM_102, "A rate set version needs 'rates'.")
        try:
            checked_rates(rates)
        except Faults as error:
            for fault in error.faults:
                entry.row_fault(fault.code, fault.message, fault.place)
        return RateSetItem(entry.code(), entry.text("name"), read_periods(entry), rates)

    def key(self, item: RateSetItem) -> str:
        return version_key(item.code, item.periods)

    def known(self, key: str) -> bool:
        return rate_set_by_code(key) is not None

    def apply(self, item: RateSetItem, applying: Applying) -> Result:
        rate_set = rate_set_by_code(item.code)
        if rate_set is not None:
            if rate_set.name != item.name:
                raise Conflict(Code.YAM_111, f"The rate set {item.code} has another name.")
            if any(_same(version, item) for version in current_versions(rate_set.versions.all())):
                return UNCHANGED
        opened = open_rate_version(rate_set) if rate_set else None
        need = ("rate_sets", item.code)
        if opened is not None:
            result = opened_result(opened, same=_same(opened, item), need=need, applying=applying)
            if result is not None:
                return result
        applying.demand_person()
        version = opened or self._version(rate_set, item, applying)
        return Result(Outcome.PROPOSED, rate_set_version_submit(**applying.who, version_id=version.pk).ref)

    @staticmethod
    def _version(rate_set: RateSet | None, item: RateSetItem, applying: Applying) -> RateSetVersion:
        if rate_set is None:
            rate_set = rate_set_register(**applying.who, code=item.code, name=item.name)
        first, last = item.periods
        version = rate_set_version_start(
            **applying.who, rate_set_id=rate_set.pk, effective_from=first, effective_to=last or None
        )
        rates_load(**applying.who, version_id=version.pk, rates=item.rates, replace=True)
        return version

    def export(self) -> Iterator[dict[str, Any]]:
        for rate_set in RateSet.objects.order_by("code"):
            for version in current_versions(rate_set.versions.all()):
                rates = sorted(rate_table(version).items())
                yield {
                    "code": rate_set.code,
                    "name": rate_set.name,
                    "effective_from": version.effective_from,
                    "effective_to": version.effective_to or "",
                    "rates": Table(_COLUMNS.required, [(*key, decimal_text(rate)) for key, rate in rates]),
                }


def _same(version: RateSetVersion, item: RateSetItem) -> bool:
    wanted = {rate.key: to_rate(rate.rate) for rate in item.rates}
    return same_periods(version, item.periods) and rate_table(version) == wanted
