"""Times as Spotify spells them. All times here are UTC."""

from datetime import UTC, datetime
from functools import lru_cache

DAY_MS = 86_400_000


def utc_second(second: int) -> str:
    """The time so many seconds after 1970.

    >>> utc_second(1_735_787_045)
    '2025-01-02T03:04:05'
    """
    day, rest = divmod(second, 86_400)
    return f"{_day(day)}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


def utc_ms(at: datetime) -> int:
    """Milliseconds since 1970 of an instant, cut to the second.

    Raises:
        ValueError: it has no time zone, and would be another instant on another machine.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return int(at.timestamp()) * 1000


# Unsorted files jump between the days of twenty years.
@lru_cache(maxsize=8_192)
def _day(number: int) -> str:
    return f"{datetime.fromtimestamp(number * 86_400, UTC):%Y-%m-%d}"
