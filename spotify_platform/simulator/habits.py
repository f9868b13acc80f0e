"""When, where and on what the listener listens: plain tables, and what is decided once a session."""

from dataclasses import dataclass
from datetime import date

from spotify_platform.simulator.draw import Draw, bounds_of

# How likely a session begins in each local hour: to work and home again on weekdays, late on weekends.
_WEEKDAY = (2, 1, 1, 1, 1, 2, 6, 12, 14, 8, 6, 6, 9, 8, 7, 7, 9, 14, 16, 15, 13, 11, 8, 4)
_WEEKEND = (8, 6, 4, 2, 1, 1, 1, 2, 4, 7, 10, 12, 12, 12, 12, 12, 12, 12, 12, 13, 14, 14, 13, 11)
HOUR_BOUNDS = tuple(bounds_of(_WEEKEND if weekday > 4 else _WEEKDAY) for weekday in range(7))
# How much is heard on each day of the week, Monday first.
DAY_WEIGHTS = (1.0, 1.0, 1.05, 1.1, 1.35, 1.2, 0.8)

# The export named devices and versions until 2023-10-19, since then one of five words.
_LAST_DAY_OF_DEVICE_NAMES = date(2023, 10, 18)
_DEVICES = (
    ("android", "Android OS 10 API 29 (samsung, SM-G973F)"),
    ("ios", "iOS 14.4 (iPhone12,1)"),
    ("windows", "Windows 10 (10.0.19042; x64)"),
    ("linux", "Linux [x86-64 0]"),
    ("not_applicable", "Partner google cast_tv;Chromecast;;tv"),
    ("windows", "web_player windows 10;chrome 87.0.4280.88;desktop"),
)
_DEVICE_BOUNDS = bounds_of((52, 18, 14, 4, 6, 6))
_HOME = "DE"
_ABROAD = ("FR", "IT", "US", "JP", "TR")
_SKIPPED_KNOWN_SINCE = date(2022, 1, 1)


@dataclass(frozen=True, slots=True)
class Session:
    """What stays the same from the first play of a session to its last; fields as in Play."""

    shuffle: bool
    offline: bool
    incognito: bool
    platform: str
    country: str
    skipped_is_known: bool


def country_of_day(draw: Draw) -> str:
    """Where the day is spent: at home, but for a day in thirty."""
    return draw.one_of(_ABROAD) if draw.chance(1 / 30) else _HOME


def session_of(draw: Draw, day: date, country: str) -> Session:
    """Settings and device of one session."""
    today, formerly = draw.weighted(_DEVICES, _DEVICE_BOUNDS)
    return Session(
        shuffle=draw.chance(0.45),
        offline=draw.chance(0.05),
        incognito=draw.chance(0.02),
        platform=formerly if day <= _LAST_DAY_OF_DEVICE_NAMES else today,
        country="ZZ" if draw.chance(0.004) else country,
        skipped_is_known=day >= _SKIPPED_KNOWN_SINCE,
    )
