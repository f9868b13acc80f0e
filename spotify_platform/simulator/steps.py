"""Values that change in steps: which step an instant falls in, without the steps before it."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from spotify_platform.simulator.clock import utc_ms
from spotify_platform.simulator.draw import Draw, derived_seed

_DAY_S = 86_400


class Step(NamedTuple):
    """A step and its bounds, [since_ms, until_ms) in milliseconds since 1970; None: since or for ever."""

    number: int
    since_ms: int | None
    until_ms: int | None


def step_at(whose: str, at_ms: int, share: float, shortest_days: int, longest_days: int) -> Step:
    """The step at an instant.

    Args:
        whose: value of an entity; another one, another rhythm.
        at_ms: the instant, milliseconds since 1970.
        share: of the entities for which it changes at all.
        shortest_days: between two changes.
        longest_days: between two changes.
    """
    rhythm = _rhythm(whose, share, shortest_days, longest_days)
    if rhythm is None:
        return Step(0, None, None)
    offset_ms, period_ms = rhythm
    number = (at_ms - offset_ms) // period_ms
    return Step(number, offset_ms + number * period_ms, offset_ms + (number + 1) * period_ms)


def month_of(day: date) -> Step:
    """The month as a step.

    >>> month_of(date(1970, 1, 5))
    Step(number=23640, since_ms=0, until_ms=2678400000)
    """
    number = day.year * 12 + day.month - 1
    first, after = (datetime(one // 12, one % 12 + 1, 1, tzinfo=UTC) for one in (number, number + 1))
    return Step(number, utc_ms(first), utc_ms(after))


@lru_cache(maxsize=65_536)
def number_of(whose: str, what: str) -> int:
    """A large number that is always the same and says nothing."""
    return derived_seed(0, f"{whose}/{what}")


@lru_cache(maxsize=65_536)
def _rhythm(whose: str, share: float, shortest_days: int, longest_days: int) -> tuple[int, int] | None:
    """Milliseconds from 1970 to a change, and between two; whole seconds."""
    draw = Draw(number_of(whose, "rhythm"))
    if not draw.chance(share):
        return None
    period_s = draw.between(shortest_days * _DAY_S, longest_days * _DAY_S)
    return draw.between(0, period_s) * 1000, period_s * 1000
