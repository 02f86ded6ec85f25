"""A deterministic ledger with the rule mix of the engine's goals; the same bytes each time."""

from __future__ import annotations

import random
from pathlib import Path

from mappings.rules.conditions import Between, Exact, Like
from mappings.rules.rule import Rule, RuleKind

COLUMNS = (
    "line_id", "journal", "line_no", "period", "posting_date", "entity", "account", "cost_center", "project",
    "currency", "amount", "side", "book", "partner", "description",
)  # fmt: skip
PERIOD = "2026-01"
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "JPY")
ENTITIES = tuple(f"E{at:02d}" for at in range(40))
BOOKS = tuple(f"B{at:02d}" for at in range(12))
ACCOUNTS_OF_A_COST_CENTER = 60


def write_ledger(path: Path, lines: int, seed: int = 7) -> None:
    """A CSV with header: 5,000 accounts, 500 cost centers, 40 entities, 10 currencies, natural faults."""
    dice = random.Random(seed)
    used = [dice.sample(range(5000), ACCOUNTS_OF_A_COST_CENTER) for _ in range(500)]
    with path.open("w", encoding="ascii", newline="") as file:
        file.write(",".join(COLUMNS) + "\n")
        for at in range(lines):
            center = dice.randrange(500)
            account = 100000 + 20 * dice.choice(used[center])
            cents = dice.randrange(1, 5_000_000)
            amount = f"{cents // 100}.{cents % 100:02d}" if at % 10_000 else "1_000"
            file.write(
                f"{at},J{at // 4:07d},{at % 4},{PERIOD},2026-01-{1 + at % 28:02d},{ENTITIES[center % 40]},"
                f"{account},C{center:03d},P{at % 97:02d},{CURRENCIES[dice.randrange(10)]},{amount},"
                f"{'DC'[at % 2]},{BOOKS[at % 12]},,posting of the month number {at % 1000}\n"
            )


def rule_mix() -> list[Rule]:
    """2,000 explicit, 200 range, 100 wildcard and 60 conditional rules over account, cost center, entity."""
    rules = [
        Rule(f"x{at}", 100, RuleKind.EXPLICIT, {"account": Exact(str(100000 + 40 * at))}, f"T{at % 400:03d}")
        for at in range(2000)
    ]
    for at in range(200):
        low = 100000 + 470 * at
        span = Between(str(low), str(low + 469), "number")
        rules.append(
            Rule(f"r{at}", 200, RuleKind.RANGE, {"account": span}, f"R{at:03d}", -1 if at % 9 == 0 else 1)
        )
    for at in range(100):
        pattern = Like(f"1{9400 + 6 * at}*")
        rules.append(Rule(f"w{at}", 300, RuleKind.WILDCARD, {"account": pattern}, f"W{at:02d}"))
    for at in range(60):
        conditions = {
            "account": Like(f"1{at:02d}*"),
            "cost_center": Like(f"C{at % 50:02d}*"),
            "entity": Exact(ENTITIES[at % 40]),
        }
        rules.append(Rule(f"m{at}", 50, RuleKind.MULTI, conditions, f"M{at:02d}"))
    return rules
