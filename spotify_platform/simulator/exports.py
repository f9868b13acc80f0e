"""The files Spotify would send, written as they are made: a document is never in memory whole."""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Literal

from spotify_platform.simulator.draw import Draw
from spotify_platform.simulator.history import History
from spotify_platform.simulator.rows import account_rows, extended_rows, poll_documents

ROWS_A_FILE = 16_000
ACCOUNT_ROWS_A_FILE = 10_000
Naming = Literal["streaming_history", "endsong"]
_OLD_KEYS = {"ip_addr": "ip_addr_decrypted"}


def write_extended_zip(history: History, path: Path, *, naming: Naming = "streaming_history", repeats: float = 0.005) -> int:
    """Write an extended streaming history export; returns the rows written, repeated ones included.

    Args:
        history: whose.
        path: of the zip.
        naming: today's file names and 23 keys, or the older endsong files with 21.
        repeats: share of rows that the export holds twice, exactly alike.
    """
    rows = list(extended_rows(history))
    draw = Draw(history.seed + 1)
    rows = [row for one in rows for row in ((one, one) if draw.chance(repeats) else (one,))]
    audio = [row for row in rows if row["spotify_episode_uri"] is None]
    video = [row for row in rows if row["spotify_episode_uri"] is not None]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        if naming == "endsong":
            # The old files were not in order: every n-th row goes to the n-th file.
            files = max(1, len(rows) // ROWS_A_FILE)
            for number in range(files):
                _member(archive, f"MyData/endsong_{number}.json", map(_old, rows[number::files]))
            return len(rows)
        folder = "Spotify Extended Streaming History"
        for number, part in enumerate(_parts(audio, ROWS_A_FILE)):
            _member(archive, f"{folder}/Streaming_History_Audio_{_years(part)}_{number}.json", part)
        if video:
            _member(archive, f"{folder}/Streaming_History_Video_{_years(video)}.json", video)
        _write(archive, f"{folder}/ReadMeFirst_ExtendedStreamingHistory.pdf", [b"%PDF-1.4\n%%EOF\n"])
    return len(rows)


def write_account_zip(history: History, path: Path) -> int:
    """Write an account data export of the last year; returns the rows written."""
    rows = list(account_rows(history))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for kind, key in (("music", "trackName"), ("podcast", "episodeName")):
            mine = [row for row in rows if key in row]
            for number, part in enumerate(_parts(mine, ACCOUNT_ROWS_A_FILE)):
                _member(archive, f"Spotify Account Data/StreamingHistory_{kind}_{number}.json", part)
        user = json.dumps({"username": "simulated", "email": "simulated@example.invalid", "country": "DE"})
        _write(archive, "Spotify Account Data/Userdata.json", [user.encode()])
    return len(rows)


def write_polls(history: History, folder: Path, *, every_minutes: int = 30, last_days: int = 30) -> int:
    """Write recently-played answers in dated folders, one object an answer; returns how many."""
    count = 0
    for when, document in poll_documents(history, every_minutes=every_minutes, last_days=last_days):
        text = json.dumps(document, ensure_ascii=False).encode()
        target = folder / f"{when:%Y/%m/%d}" / f"{when:%Y%m%dT%H%M%SZ}-{sha256(text).hexdigest()[:8]}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
        count += 1
    return count


def document(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """A pretty-printed JSON array, as exports are; json.dumps with an indent takes five times as long."""
    yield b"["
    for number, row in enumerate(rows):
        fields = ",\n".join(f'    "{key}": {_text(value)}' for key, value in row.items())
        yield f"{',' if number else ''}\n  {{\n{fields}\n  }}".encode()
    yield b"\n]"


@lru_cache(maxsize=50_000)
def _text(value: str | float | bool | None) -> str:
    return json.dumps(value, ensure_ascii=False)


def _old(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {_OLD_KEYS.get(key, key): value for key, value in row.items() if not key.startswith("audiobook")}
    return {"username": "simulated", **kept, "user_agent_decrypted": "unknown"}


def _parts(rows: list[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    left = iter(rows)
    while part := list(islice(left, size)):
        yield part


def _years(rows: list[dict[str, Any]]) -> str:
    first, last = rows[0]["ts"][:4], rows[-1]["ts"][:4]
    return first if first == last else f"{first}-{last}"


def _member(archive: zipfile.ZipFile, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    _write(archive, name, document(rows))


def _write(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> None:
    entry = zipfile.ZipInfo(name, date_time=(2025, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w") as member:
        for _, group in groupby(enumerate(pieces), key=lambda numbered: numbered[0] // 1000):
            member.write(b"".join(piece for _, piece in group))
