"""What a key of the landing zone says: whose it is, whether the platform wrote it, and when.

Keys the platform writes: `<source>/<account>/<yyyy>/<mm>/<dd>/<utc time>-<hash8>.<ext>` and, for imports,
`inbox/<user>/<yyyy>/<mm>/<dd>/<utc time>-<hash8>/<name>`. A member of a zip is `<zip>!<member>`, and the zip's name ends
in `.zip`: so a `!` elsewhere in a name is only a letter, and an object whose own key holds `.zip!` is refused.
"""

import re
from datetime import UTC, date, datetime
from pathlib import PurePosixPath

from spotify_platform.profiles import is_user_id

MEMBER = "!"
INBOX = "inbox"
_MEMBER_OF = re.compile(r"(?<=\.zip)!", re.IGNORECASE)
_DATED = re.compile(r"^(?P<root>[^/]+/[^/]+)/(?P<day>\d{4}/\d{2}/\d{2})/\d{8}T\d{6}(?:\d{3,6})?Z-[0-9a-f]{8}(?:[./]|$)")


def split(key: str) -> tuple[str, str | None]:
    """The object in the landing zone and the member of that zip; None for an object as a whole.

    Example:
        >>> split("inbox/me/Wow!.zip!a/endsong!.json"), split("inbox/me/Wow!/endsong!.json")
        (('inbox/me/Wow!.zip', 'a/endsong!.json'), ('inbox/me/Wow!/endsong!.json', None))
    """
    object_, *member = _MEMBER_OF.split(key, maxsplit=1)
    return object_, member[0] if member else None


def member_key(zip_key: str, name: str) -> str:
    """Key of a member of a zip, which `split` takes apart again."""
    return f"{zip_key}{MEMBER}{name}"


def is_zip_name(key: str) -> bool:
    """Whether an object's name says that it is a zip; no other object has members."""
    return key.lower().endswith(".zip")


def owner(key: str, default: str) -> str:
    """user_id of an object: the folder below `inbox/` or below a source; `default` where there is none."""
    parts = key.split("/")
    return parts[1] if len(parts) > 2 and is_user_id(parts[1]) else default


def dated(key: str) -> tuple[str, date] | None:
    """Root (`inbox/anna`, `api/anna`) and day of a key that the platform wrote; None for a file dropped by hand."""
    match = _DATED.match(key)
    if not match:
        return None
    try:
        return match["root"], datetime.strptime(match["day"], "%Y/%m/%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def import_key(user: str, name: str, sha256: str, now: datetime) -> str:
    """Key under which `import` puts a file; `name` keeps its base name, which is a hint to what it is."""
    return (
        f"{INBOX}/{user}/{now:%Y/%m/%d}/{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{sha256[:8]}/{PurePosixPath(name).name}"
    )


def base_name(key: str) -> str:
    """Last part of a key, or of the member it names."""
    object_, member = split(key)
    return PurePosixPath(member or object_).name
