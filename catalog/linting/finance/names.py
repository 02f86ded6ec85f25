"""What names of properties and parameters mean, by their words: AmountDue and amount_due are one."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_MONEY = frozenset(
    {"amount", "balance", "budget", "charge", "cost", "credit", "debit", "fee", "price", "salary", "subtotal"}
    | {"total", "wage"}
)
# Last words of names that speak about money without being an amount.
_NOT_MONEY = frozenset(
    {"account", "accounts", "address", "by", "category", "code", "codes", "count", "currency", "date", "day"}
    | {"days", "description", "discount", "format", "id", "ids", "index", "items", "limit", "line", "lines"}
    | {"name", "note", "notes", "number", "option", "options", "pages", "percent", "percentage", "places"}
    | {"precision", "rate", "ratio", "reference", "rows", "scale", "sign", "status", "terms", "type", "types"}
    | {"unit", "units", "url", "utc"}
)
_FLAGS = frozenset({"can", "has", "is", "show", "use"})
_SENSITIVE = (
    ("iban",),
    ("bic",),
    ("bank", "account", "number"),
    ("account", "number"),
    ("routing", "number"),
    ("sort", "code"),
    ("card", "number"),
    ("tax", "id"),
    ("tax", "number"),
    ("tin",),
    ("ssn",),
    ("social", "security"),
    ("national", "id"),
    ("passport",),
    ("salary",),
    ("wage",),
    ("date", "of", "birth"),
)
_ABOUT = (("type",), ("types",), ("format",), ("status",), ("country",))
_CODES = (("account", "code"), ("account", "no"), ("cost", "center"), ("cost", "centre"), ("gl", "account"))


@lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[str, ...]:
    """Words of a name in lower case."""
    return tuple(word.lower() for word in _WORD.findall(name[:200]))


def _holds(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(words[at : at + len(part)] == part for at in range(len(words) - len(part) + 1))


def is_money(name: str) -> bool:
    """An amount: `AmountDue`, `total_tax`; not `AmountType`, `TotalCount`, `hasBalance`."""
    words = words_of(name)
    return bool(_MONEY & set(words)) and words[-1] not in _NOT_MONEY and words[0] not in _FLAGS


def is_currency(name: str) -> bool:
    """A currency code: `currency`, `CurrencyCode`; not `CurrencyRate`."""
    words = words_of(name)
    return words[-1:] in (("currency",), ("ccy",)) or words[-2:] in (
        ("currency", "code"),
        ("currency", "iso"),
    )


def is_day(name: str) -> bool:
    """A day or a moment: `DueDate`, `updated_at`, `UpdatedDateUTC`, `timestamp`."""
    words = words_of(name)
    if words[-1:] == ("utc",):
        words = words[:-1]
    return words[-1:] in (("date",), ("datetime",), ("timestamp",)) or (len(words) > 1 and words[-1] == "at")


def is_period(name: str) -> bool:
    """A fiscal period or year."""
    words = words_of(name)
    return words[-1:] == ("period",) or words[-2:] in (("fiscal", "year"), ("financial", "year"))


def is_exchange_rate(name: str) -> bool:
    """A rate between two currencies."""
    words = words_of(name)
    return words[-1:] == ("rate",) and bool({"exchange", "currency", "fx", "conversion"} & set(words))


def is_sensitive(name: str) -> bool:
    """Bank accounts, tax ids, pay and the like; not what kind of tax id it is."""
    words = words_of(name)
    return words[-1:] not in _ABOUT and any(_holds(words, part) for part in _SENSITIVE)


def is_code(name: str) -> bool:
    """Codes of accounts and cost centers."""
    return any(_holds(words_of(name), part) for part in _CODES)
