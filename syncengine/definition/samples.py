"""Sample amounts that a pattern takes, asked of the engine that will match it: in time linear to the text."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import duckdb

from syncengine.duck import session

_SIGNS = ("", "-", "+")
_WHOLES = (*("1" * length for length in range(1, 21)), "0")
_EXPONENTS = ("", "E1", "E+1", "E-1", "E+01", "E-01", "e1")
_PLACES = range(1, 7)
_THOUSAND = 3


class UnknownToEngine(ValueError):
    """Python reads the pattern, the engine does not; the message is the engine's."""


@lru_cache(maxsize=512)
def sample_taken(pattern: str, mark: str, grouping: str = "", *, may_group: bool = False) -> str | None:
    """A short amount with decimals behind the mark that the pattern takes, None without any.

    `may_group` leaves out three digits, which could be a group. Raises UnknownToEngine.
    """
    wholes = (*_WHOLES, f"1{grouping}111", f"1{grouping}111{grouping}111") if grouping else _WHOLES
    decimals = [digit * many for many in _PLACES if many != _THOUSAND or not may_group for digit in "50"]
    texts = ["".join(parts) for parts in product(_SIGNS, wholes, (mark,), decimals, _EXPONENTS)]
    return _first_taken(pattern, texts)


@lru_cache(maxsize=512)
def grouped_by(pattern: str, mark: str, scale: int) -> str | None:
    """A short amount that the pattern takes and in which the decimal mark can only group, None without any.

    So it is where the mark stands before exactly three digits only, twice or at a scale below three.
    Raises UnknownToEngine.
    """
    if sample_taken(pattern, mark, may_group=True):
        return None
    twice = _first_taken(pattern, [f"{sign}1{mark}111{mark}111" for sign in _SIGNS])
    return twice or (sample_taken(pattern, mark) if scale < _THOUSAND else None)


def _first_taken(pattern: str, texts: list[str]) -> str | None:
    try:
        with session() as connection:
            found = connection.execute(
                "SELECT text FROM (SELECT unnest($1::VARCHAR[]) AS text) WHERE regexp_full_match(text, $2)",
                [texts, pattern],
            ).fetchall()
    except duckdb.Error as error:
        raise UnknownToEngine(str(error).splitlines()[0].rpartition("Error: ")[2]) from None
    return min((text for (text,) in found), key=len, default=None)
