"""When, where and on what the listener listens: plain tables, and what is decided once a session."""

from datetime import date

from spotify_platform.simulator.draw import Draw, bounds_of
from spotify_platform.simulator.play import Session

# How likely a session begins in each local hour: to work and home again on weekdays, late on weekends.
_WEEKDAY = (2, 1, 1, 1, 1, 2, 6, 12, 14, 8, 6, 6, 9, 8, 7, 7, 9, 14, 16, 15, 13, 11, 8, 4)
_WEEKEND = (8, 6, 4, 2, 1, 1, 1, 2, 4, 7, 10, 12, 12, 12, 12, 12, 12, 12, 12, 13, 14, 14, 13, 11)
HOUR_BOUNDS = tuple(bounds_of(_WEEKEND if weekday > 4 else _WEEKDAY) for weekday in range(7))
# How much is heard on each day of the week, Monday first.
DAY_WEIGHTS = (1.0, 1.0, 1.05, 1.1, 1.35, 1.2, 0.8)

# The export named devices and versions until 2023-10-19, since then one of five words.
_LAST_DAY_OF_DEVICE_NAMES = date(2023, 10, 18)
_DEVICES = (
    ("android", "Android OS {major} API {api} (samsung, SM-G97{model}F)"),
    ("android", "Android-tablet OS {major} API {api} (HUAWEI, AGS2-W0{model})"),
    ("ios", "iOS {major}.{minor} (iPhone12,{model})"),
    ("windows", "Windows 10 (10.0.1904{model}; x64)"),
    ("linux", "Linux [x86-64 0]"),
    ("not_applicable", "Partner google cast_tv;Chromecast;;tv"),
    ("windows", "web_player windows 10;chrome {chrome}.0.4280.88;desktop"),
)
_DEVICE_BOUNDS = bounds_of((46, 6, 18, 14, 4, 6, 6))
# Where a listener lives, by zone; elsewhere in Germany.
_HOMES = {
    "America/New_York": "US",
    "America/Sao_Paulo": "BR",
    "Asia/Kolkata": "IN",
    "Asia/Tokyo": "JP",
    "Australia/Lord_Howe": "AU",
    "Europe/London": "GB",
    "Pacific/Auckland": "NZ",
}
_ABROAD = ("FR", "IT", "US", "JP", "TR", "ES", "GB", "NL", "PL", "VN", "KR", "GR", "CZ", "AT")
_SKIPPED_KNOWN_SINCE = date(2022, 1, 1)


def country_of_day(draw: Draw, time_zone: str) -> str:
    """Where the day is spent: at home, but for a day in thirty."""
    return draw.one_of(_ABROAD) if draw.chance(1 / 30) else _HOMES.get(time_zone, "DE")


def session_of(draw: Draw, day: date, country: str, context_uri: str | None, *, is_offline: bool) -> Session:
    """Settings and device of one session."""
    today, formerly = draw.weighted(_DEVICES, _DEVICE_BOUNDS)
    return Session(
        shuffle=draw.chance(0.45),
        offline=is_offline,
        incognito=draw.chance(0.02),
        platform=_named(formerly, day) if day <= _LAST_DAY_OF_DEVICE_NAMES else today,
        country="ZZ" if draw.chance(0.004) else country,
        skipped_is_known=day >= _SKIPPED_KNOWN_SINCE,
        context_uri=context_uri,
    )


def _named(device: str, day: date) -> str:
    """A device and its version: updated every quarter, replaced every other year."""
    quarters = (day.year - 2010) * 4 + (day.month - 1) // 3
    major = quarters // 4
    return device.format(major=major, api=major + 19, minor=quarters % 4, model=quarters // 8, chrome=40 + quarters)
