"""What a user chose for themselves: `profile/<user>.toml` under the platform's home. Today the time zone."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from spotify_platform.errors import WrongCall

_USER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


def is_user_id(name: str) -> bool:
    """Whether a name can be a user_id: it is also a folder's and a file's name."""
    return bool(_USER_ID.fullmatch(name))


def is_time_zone(name: object) -> bool:
    """Whether a name is an IANA time zone; found by opening it, since listing all of them takes a second."""
    try:
        ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Profiles:
    """Profiles of a home. A user without a file has the platform's zone."""

    folder: Path
    default_zone: str

    def time_zone(self, user_id: str) -> str:
        """IANA zone of a user.

        Raises:
            WrongCall: the profile cannot be read, or names no zone that exists.
        """
        path = self.folder / f"{user_id}.toml"
        if not path.exists():
            return self.default_zone
        try:
            zone = tomllib.loads(path.read_text(encoding="utf-8")).get("time_zone", self.default_zone)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise WrongCall(f'{path} is not valid TOML: {error}. Write for example: time_zone = "Europe/Berlin"') from None
        if not is_time_zone(zone):
            raise WrongCall(f"{path}: {zone!r} is no IANA time zone; write one such as Europe/Berlin or America/New_York.")
        return str(zone)

    def time_zones(self, users: Iterable[str]) -> dict[str, str]:
        """Zone of each user."""
        return {user: self.time_zone(user) for user in users}
