"""Exchange rates of the demo organisation into the group currency: monthly average and closing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from syncengine.demo.chart import CURRENCIES, GROUP_CURRENCY
from syncengine.demo.dice import Dice
from syncengine.demo.journals import PERIODS

# Millionths of a euro for one unit at the start of the year.
_START = {"CHF": 1_062_000, "GBP": 1_204_000, "NOK": 85_200, "USD": 961_000}
_MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of `currency` is worth in the group currency."""

    rate_type: str
    currency: str
    period: str
    rate: Decimal


def rates(seed: int) -> list[Rate]:
    """Average and closing rates of every foreign currency and period; each month moves at most 2 percent."""
    dice = Dice(seed + 1)
    found: list[Rate] = []
    level = dict(_START)
    for period in PERIODS:
        for currency in CURRENCIES:
            if currency == GROUP_CURRENCY:
                continue
            opening = level[currency]
            level[currency] = opening * dice.between(9_800, 10_200) // 10_000
            average = (opening + level[currency]) // 2
            found.append(Rate("average", currency, period, average * _MICRO))
            found.append(Rate("closing", currency, period, level[currency] * _MICRO))
    return found
