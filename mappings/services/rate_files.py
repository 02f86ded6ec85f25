"""Rates as a table: `rate_type, from_currency, to_currency, period, rate`."""

from __future__ import annotations

from mappings.services.rate_sets import RateSpec
from mappings.services.tables import read_lines

RATE_COLUMNS = ("rate_type", "from_currency", "to_currency", "period", "rate")


def rate_specs(data: bytes) -> list[RateSpec]:
    """Rates of a CSV or XLSX file. Raises Faults MAP-020 to MAP-025; `rates_load` checks the rates."""
    return [RateSpec(**line.cells, place=line.place) for line in read_lines(data, RATE_COLUMNS)]
