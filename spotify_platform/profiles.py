"""What a user chose for themselves: `profile/<user>.toml` under the platform's home.

Where they live (`time_zone`), where else they were (`[[stays]]`), whether private sessions are left out of Gold.
"""

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from spotify_platform.errors import WrongCall

USER_ID = r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}"
_ZONE_LINE = re.compile(r"^time_zone\s*=.*(\n|$)", re.MULTILINE)
_FIRST_TABLE = re.compile(r"^\s*\[", re.MULTILINE)
_KEYS = frozenset({"time_zone", "stays", "leave_out_incognito"})
_STAY_KEYS = frozenset({"time_zone", "first_day", "last_day"})
_EXAMPLE = 'time_zone = "Asia/Tokyo", first_day = 2024-07-01, last_day = 2024-07-14'
_YEARS = (1971, 2199)
BEGINNING, END_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def is_user_id(name: str) -> bool:
    """Whether a name can be a user_id: it is also a folder's and a file's name."""
    return bool(re.fullmatch(USER_ID, name))


def is_time_zone(name: object) -> bool:
    """Whether a name is an IANA time zone; found by opening it, since listing all of them takes a second."""
    # Files of the zone database that name no zone, or the same zones once more: engines do not know them.
    if str(name) in {"localtime", "Factory", "posixrules"} or str(name).startswith(("posix/", "right/")):
        return False
    try:
        ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        return False
    return True


def no_time_zone(name: object) -> str:
    """What to say of a name that is none, without the end of the sentence."""
    return f"{name!r} is no IANA time zone; write one such as Europe/Berlin or America/New_York"


@dataclass(frozen=True, slots=True)
class Period:
    """A time in one zone, half open."""

    time_zone: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Stay:
    """Days on the clocks of another zone, both included; without a last day it lasts."""

    first_day: date
    time_zone: str
    last_day: date | None = None

    @property
    def period(self) -> Period:
        """From midnight to midnight on the clocks of that zone."""
        end = _midnight(self.last_day + timedelta(days=1), self.time_zone) if self.last_day else END_OF_TIME
        return Period(self.time_zone, _midnight(self.first_day, self.time_zone), end)


@dataclass(frozen=True, slots=True)
class Profile:
    """A user's settings. Stays are in order of their first days; where they overlap, the later is where the user was."""

    time_zone: str
    stays: tuple[Stay, ...] = ()
    leave_out_incognito: bool = False

    @property
    def periods(self) -> tuple[Period, ...]:
        """Periods that cover all time, in order; neighbours are in different zones."""
        stays = [stay.period for stay in self.stays]
        marks = sorted({BEGINNING, END_OF_TIME, *(p.starts_at for p in stays), *(p.ends_at for p in stays)})
        found: list[Period] = []
        for start, end in pairwise(marks):
            zone = next((p.time_zone for p in reversed(stays) if p.starts_at <= start < p.ends_at), self.time_zone)
            if found and found[-1].time_zone == zone:
                start = found.pop().starts_at  # noqa: PLW2901 - the period goes on
            found.append(Period(zone, start, end))
        return tuple(found)

    def to_text(self) -> str:
        """As JSON, the same for the same settings."""
        stays = [[str(s.first_day), s.time_zone, str(s.last_day or "")] for s in self.stays]
        said = {"time_zone": self.time_zone, "stays": stays, "leave_out_incognito": self.leave_out_incognito}
        return json.dumps(said, sort_keys=True)

    @classmethod
    def of_text(cls, text: str) -> "Profile":
        """What `to_text` wrote."""
        said = json.loads(text)
        stays = (Stay(date.fromisoformat(a), zone, date.fromisoformat(b) if b else None) for a, zone, b in said["stays"])
        return cls(said["time_zone"], tuple(stays), said["leave_out_incognito"])


@dataclass(frozen=True, slots=True)
class Profiles:
    """Profiles of a home. A user without a file has the platform's zone."""

    folder: Path
    default_zone: str

    def path(self, user_id: str) -> Path:
        """Where a user's profile is, if there is one."""
        return self.folder / f"{user_id}.toml"

    def keep_time_zone(self, user_id: str, zone: str) -> Path:
        """Write a user's zone into the profile, whose other lines stay as they are.

        Raises:
            WrongCall: the profile that is there cannot be read.
        """
        path = self.path(user_id)
        line = f'time_zone = "{zone}"\n'
        if path.exists():
            _read(path)
            text = path.read_text(encoding="utf-8")
            first = match.start() if (match := _FIRST_TABLE.search(text)) else len(text)
            top, found = _ZONE_LINE.subn(line, text[:first], count=1)
            line = (top if found else line + top) + text[first:]
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".new")
        aside.write_text(line, encoding="utf-8")
        aside.replace(path)
        return path

    def of(self, user_id: str) -> Profile:
        """Settings of a user.

        Raises:
            WrongCall: the profile cannot be read, says something that is no setting, or names no zone that exists.
        """
        path = self.path(user_id)
        if not path.exists():
            return Profile(self.default_zone)
        said = _read(path)
        _refuse_others(path, said, _KEYS)
        leave_out = said.get("leave_out_incognito", False)
        if not isinstance(leave_out, bool):
            raise WrongCall(f"{path}: leave_out_incognito is true or false, not {leave_out!r}.")
        stays = said.get("stays", [])
        if not isinstance(stays, list) or not all(isinstance(stay, dict) for stay in stays):
            raise WrongCall(f"{path}: stays are written [[stays]], each with {_EXAMPLE}.")
        found = tuple(sorted((_stay(path, stay) for stay in stays), key=lambda stay: stay.first_day))
        for one, other in pairwise(found):
            if one.first_day == other.first_day:
                raise WrongCall(f"{path}: two stays begin on {one.first_day}; nobody can tell where the user was.")
        return Profile(_zone(path, said.get("time_zone", self.default_zone)), found, leave_out)

    def of_all(self, users: Iterable[str]) -> dict[str, Profile]:
        """Settings of each user."""
        return {user: self.of(user) for user in users}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongCall(f'{path} is not valid TOML: {error}. Write for example: time_zone = "Europe/Berlin"') from None


def _refuse_others(path: Path, said: dict[str, Any], keys: frozenset[str]) -> None:
    if wrong := sorted(set(said) - keys):
        raise WrongCall(f"{path}: {', '.join(wrong)} is no setting; there are {', '.join(sorted(keys))}.")


def _zone(path: Path, zone: object) -> str:
    if not is_time_zone(zone):
        raise WrongCall(f"{path}: {no_time_zone(zone)}.")
    return str(zone)


def _stay(path: Path, said: dict[str, Any]) -> Stay:
    _refuse_others(path, said, _STAY_KEYS)
    first, last = said.get("first_day"), said.get("last_day")
    # A datetime is a date to Python, and none here.
    if type(first) is not date or (last is not None and (type(last) is not date or last < first)):
        raise WrongCall(f"{path}: a stay has a first_day and no earlier last_day, or none: {_EXAMPLE}.")
    if not (_YEARS[0] <= first.year and (last is None or last.year <= _YEARS[1])):
        raise WrongCall(f"{path}: a stay lies between {_YEARS[0]} and {_YEARS[1]}; one that lasts has no last_day.")
    return Stay(first, _zone(path, said.get("time_zone")), last)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
