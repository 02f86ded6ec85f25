"""Reproducible choices: the same seed gives the same journals under every Python version."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws from raw bits only; `Random.choice` and `randrange` may change between Python versions."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - reproducible on purpose, nothing secret

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1."""
        return self._random.getrandbits(48) % limit

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.below(len(options))]

    def weighted(self, options: Sequence[T], weights: Sequence[int]) -> T:
        """One of the options, each as likely as its weight."""
        drawn = self.below(sum(weights))
        for option, weight in zip(options, weights, strict=True):
            if drawn < weight:
                return option
            drawn -= weight
        return options[-1]
