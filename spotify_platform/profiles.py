"""What a user chose for themselves: `profile/<user>.toml` under the platform's home. Today the time zone."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from spotify_platform.errors import WrongCall

USER_ID = r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}"
_ZONE_LINE = re.compile(r"^time_zone\s*=.*(\n|$)", re.MULTILINE)


def is_user_id(name: str) -> bool:
    """Whether a name can be a user_id: it is also a folder's and a file's name."""
    return bool(re.fullmatch(USER_ID, name))


def is_time_zone(name: object) -> bool:
    """Whether a name is an IANA time zone; found by opening it, since listing all of them takes a second."""
    try:
        ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        return False
    return True


def no_time_zone(name: object) -> str:
    """What to say of a name that is none, without the end of the sentence."""
    return f"{name!r} is no IANA time zone; write one such as Europe/Berlin or America/New_York"


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
            self._read(path)
            text, found = _ZONE_LINE.subn(line, path.read_text(encoding="utf-8"), count=1)
            line = text if found else line + text
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".new")
        aside.write_text(line, encoding="utf-8")
        aside.replace(path)
        return path

    def time_zone(self, user_id: str) -> str:
        """IANA zone of a user.

        Raises:
            WrongCall: the profile cannot be read, or names no zone that exists.
        """
        path = self.path(user_id)
        if not path.exists():
            return self.default_zone
        zone = self._read(path).get("time_zone", self.default_zone)
        if not is_time_zone(zone):
            raise WrongCall(f"{path}: {no_time_zone(zone)}.")
        return str(zone)

    @staticmethod
    def _read(path: Path) -> dict[str, Any]:
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise WrongCall(f'{path} is not valid TOML: {error}. Write for example: time_zone = "Europe/Berlin"') from None

    def time_zones(self, users: Iterable[str]) -> dict[str, str]:
        """Zone of each user."""
        return {user: self.time_zone(user) for user in users}
