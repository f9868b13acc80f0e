"""The files Spotify would send, written as they are made: a document is never in memory whole."""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from spotify_platform.simulator.draw import Draw
from spotify_platform.simulator.history import History
from spotify_platform.simulator.play import Play
from spotify_platform.simulator.polls import EVERY_MINUTES, LAST_DAYS, poll_documents
from spotify_platform.simulator.rows import (
    REPEATS,
    account_files,
    account_row,
    endsong_row,
    exported_plays,
    extended_row,
    utc_second,
)

ROWS_A_FILE = 16_000
Naming = Literal["streaming_history", "endsong"]
File = tuple[str, Sequence[Play]]
ToRow = Callable[[Play], Mapping[str, Any]]
# Without an indent json is encoded in C, a fifth of the time; the separators make flat rows look indented all the same.
_ROW = json.JSONEncoder(ensure_ascii=False, separators=(",\n    ", ": "))
_PIECES_AT_ONCE = 1_000
_READ_ME = {"Spotify Extended Streaming History/ReadMeFirst_ExtendedStreamingHistory.pdf": b"%PDF-1.4\n%%EOF\n"}
_ABOUT_THE_USER = {
    "Spotify Account Data/Userdata.json": b'{"username": "simulated", "email": "simulated@example.invalid", "country": "DE"}',
    "Spotify Account Data/Identifiers.json": b'{"identifierType": "email", "identifierValue": "simulated@example.invalid"}',
}


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: documents with listening history, their rows (items of an answer) and how many repeat another."""

    documents: int
    rows: int
    repeats: int


def write_extended_zip(
    history: History, path: Path, *, naming: Naming = "streaming_history", repeats: float = REPEATS
) -> Written:
    """Write an extended streaming history export.

    Args:
        history: whose.
        path: of the zip.
        naming: today's file names and 23 keys in order of time, or the older endsong files: 21 keys in no order.
        repeats: share of plays that the export holds twice, exactly alike.

    Raises:
        ValueError: repeats is not within 0 and 1.
    """
    plays = exported_plays(history, repeats)
    files = _endsong_files(history, plays) if naming == "endsong" else _named_by_year(plays)
    to_row = endsong_row if naming == "endsong" else extended_row
    documents = _write_zip(path, files, to_row, {} if naming == "endsong" else _READ_ME)
    return Written(documents, len(plays), len(plays) - len(history.plays))


def write_account_zip(history: History, path: Path) -> Written:
    """Write an account data export of the last year, with two files beside that are no listening history."""
    files = list(account_files(history))
    documents = _write_zip(path, ((f"Spotify Account Data/{name}", plays) for name, plays in files), account_row, _ABOUT_THE_USER)
    return Written(documents, sum(len(plays) for _, plays in files), 0)


def write_polls(history: History, folder: Path, *, every_minutes: int = EVERY_MINUTES, last_days: int = LAST_DAYS) -> Written:
    """Write recently-played answers as `yyyy/mm/dd/<utc time>-<hash8>.json`; arguments as of `poll_documents`."""
    documents = items = 0
    told: set[tuple[str, str]] = set()
    for when, answer in poll_documents(history, every_minutes=every_minutes, last_days=last_days):
        text = json.dumps(answer, ensure_ascii=False).encode()
        target = folder / f"{when:%Y/%m/%d}" / f"{when:%Y%m%dT%H%M%SZ}-{sha256(text).hexdigest()[:8]}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
        documents += 1
        items += len(answer["items"])
        told.update((item["played_at"], item["track"]["id"]) for item in answer["items"])
    return Written(documents, items, items - len(told))


def _endsong_files(history: History, plays: Sequence[Play]) -> Iterator[File]:
    for number, part in enumerate(_parts(Draw(history.seed + 2).shuffled(plays))):
        yield f"MyData/endsong_{number}.json", part


def _named_by_year(plays: Sequence[Play]) -> Iterator[File]:
    folder = "Spotify Extended Streaming History"
    for number, part in enumerate(_parts([play for play in plays if not play.is_video])):
        yield f"{folder}/Streaming_History_Audio_{_years(part)}_{number}.json", part
    if video := [play for play in plays if play.is_video]:
        yield f"{folder}/Streaming_History_Video_{_years(video)}.json", video


def _parts(plays: Sequence[Play]) -> Iterator[Sequence[Play]]:
    return (plays[first : first + ROWS_A_FILE] for first in range(0, len(plays), ROWS_A_FILE))


def _years(plays: Sequence[Play]) -> str:
    first, last = (utc_second(play.ended_at_ms // 1000)[:4] for play in (plays[0], plays[-1]))
    return first if first == last else f"{first}-{last}"


def _write_zip(path: Path, files: Iterable[File], to_row: ToRow, beside: Mapping[str, bytes]) -> int:
    """Returns the documents of listening history written; `beside` are members that are none."""
    documents = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, plays in files:
            _member(archive, name, _document(map(to_row, plays)))
            documents += 1
        for name, content in beside.items():
            _member(archive, name, [content])
    return documents


def _document(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """A JSON array of flat rows, as json.dumps with an indent of 2 spells it."""
    before = "[\n  {\n    "
    for row in rows:
        yield f"{before}{_ROW.encode(row)[1:-1]}\n  }}".encode()
        before = ",\n  {\n    "
    yield b"\n]"


def _member(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> None:
    # Dates are fixed: two writes are the same zip on one machine. Across machines only the members are, zlib builds differ.
    entry = zipfile.ZipInfo(name, date_time=(2025, 7, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    left = iter(pieces)
    with archive.open(entry, "w") as member:
        while some := list(islice(left, _PIECES_AT_ONCE)):
            member.write(b"".join(some))
