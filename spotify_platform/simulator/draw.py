"""Chance that is the same in every Python: everything is made from `Random.random()`, whose stream is fixed for a seed."""

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate, pairwise
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


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """A total divided by weights into whole numbers that add up to it.

    >>> shares(10, [1.0, 1.0, 2.0])
    [2, 3, 5]
    """
    bounds = bounds_of(weights)
    # The last mark is the total itself: a product divided again may fall below it.
    marks = [0, *(int(total * bound / bounds[-1]) for bound in bounds[:-1]), total]
    return [after - before for before, after in pairwise(marks)]


def derived_seed(seed: int, purpose: str) -> int:
    """A seed of its own for a purpose, so that what is drawn for one does not move what is drawn for another."""
    return int.from_bytes(sha256(f"{seed}/{purpose}".encode()).digest()[:8], "big")
