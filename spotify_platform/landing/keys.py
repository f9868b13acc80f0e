"""What a key of the landing zone says: whose it is, whether the platform wrote it, and when.

Keys the platform writes: `<source>/<account>/<yyyy>/<mm>/<dd>/<utc time>-<hash8>.<ext>` and, for imports,
`inbox/<user>/<yyyy>/<mm>/<dd>/<utc time>-<hash8>/<name>`. A member of a zip is `<zip>!<member>`.
"""

import re
from datetime import UTC, date, datetime
from pathlib import PurePosixPath

MEMBER = "!"
INBOX = "inbox"
_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_DATED = re.compile(r"^(?P<root>[^/]+/[^/]+)/(?P<day>\d{4}/\d{2}/\d{2})/\d{8}T\d{6}(?:\d{3,6})?Z-[0-9a-f]{8}(?:[./]|$)")


def owner(key: str, default: str) -> str:
    """user_id of an object: the folder below `inbox/` or below a source; `default` where there is none."""
    parts = key.split("/")
    return parts[1] if len(parts) > 2 and _USER.fullmatch(parts[1]) else default


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
    return PurePosixPath(key.rpartition(MEMBER)[2]).name
