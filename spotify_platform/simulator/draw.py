"""Chance that is the same in every Python: everything is made from `Random.random()`, whose stream is fixed for a seed."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")
BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Draw:
    """A stream of draws."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random

    def chance(self, probability: float) -> bool:
        """True with a probability."""
        return self._random() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._random() * (high - low + 1))

    def one_of(self, values: Sequence[T]) -> T:
        """One of several, all alike likely."""
        return values[int(self._random() * len(values))]

    def weighted(self, values: Sequence[T], bounds: Sequence[float]) -> T:
        """One of several; `bounds` are their weights added up, see `bounds_of`."""
        return values[bisect_right(bounds, self._random() * bounds[-1])]

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """The same values in another order."""
        order = sorted((self._random(), place) for place in range(len(values)))
        return [values[place] for _, place in order]

    def spotify_id(self) -> str:
        """22 characters, as Spotify's ids are."""
        return "".join(BASE62[int(self._random() * 62)] for _ in range(22))


def bounds_of(weights: Sequence[float]) -> list[float]:
    """Weights added up, for `Draw.weighted`."""
    return list(accumulate(weights))
