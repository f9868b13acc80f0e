"""The files Spotify would send, written as they are made: a document is never in memory whole."""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from spotify_platform.simulator.account import account_documents
from spotify_platform.simulator.documents import Document, Spelled
from spotify_platform.simulator.extended import REPEATS, extended_documents
from spotify_platform.simulator.history import History
from spotify_platform.simulator.polls import EVERY_MINUTES, LAST_DAYS, Asks, api_documents

_PIECES_AT_ONCE = 1_000
# What lies beside the history in a zip, by its folder; none of it is listening history.
BESIDE: Mapping[str, Mapping[str, bytes]] = {
    "Spotify Extended Streaming History": {"ReadMeFirst_ExtendedStreamingHistory.pdf": b"%PDF-1.4\n%%EOF\n"},
    "Spotify Account Data": {
        "Userdata.json": b'{"username": "simulated", "email": "simulated@example.invalid", "country": "DE"}',
        "Identifiers.json": b'{"identifierType": "email", "identifierValue": "simulated@example.invalid"}',
    },
}


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: documents with listening history, their rows (items of an answer), and rows that tell a play again."""

    documents: int
    rows: int
    repeats: int


@dataclass(slots=True)
class _Tally:
    documents: int = 0
    rows: int = 0
    plays: set[int] = field(default_factory=set)

    def add(self, document: Document) -> None:
        self.documents += 1
        self.rows += len(document.plays)
        self.plays.update(document.plays)

    @property
    def written(self) -> Written:
        return Written(self.documents, self.rows, self.rows - len(self.plays))


def write_zip(documents: Iterable[Document], path: Path, beside: Mapping[str, Mapping[str, bytes]] = BESIDE) -> Written:
    """Write documents into a zip.

    Args:
        documents: members, in their order.
        path: of the zip.
        beside: more members by name, for each folder that a document is in.
    """
    tally, folders = _Tally(), set()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for document in documents:
            _member(archive, document.name, (piece.encode() for piece in document.text()))
            tally.add(document)
            folders.add(document.name.rpartition("/")[0])
        for folder in sorted(folders & beside.keys()):
            for name, content in beside[folder].items():
                _member(archive, f"{folder}/{name}", [content])
    return tally.written


def write_folder(documents: Iterable[Document], folder: Path) -> Written:
    """Write documents as files below a folder."""
    tally = _Tally()
    for document in documents:
        write_file(document, folder)
        tally.add(document)
    return tally.written


def write_file(document: Spelled, folder: Path) -> None:
    """Write one document as a file below a folder, by its name."""
    target = folder / document.name
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        file.writelines(document.text())


def write_extended_zip(
    history: History, path: Path, *, edition: str = "streaming_history", repeats: float = REPEATS, until: datetime | None = None
) -> Written:
    """Write an extended streaming history export; arguments as of `extended_documents`."""
    return write_zip(extended_documents(history, edition=edition, repeats=repeats, until=until), path)


def write_account_zip(history: History, path: Path, *, edition: str = "music", until: datetime | None = None) -> Written:
    """Write an account data export of the last year; arguments as of `account_documents`."""
    return write_zip(account_documents(history, edition=edition, until=until), path)


def write_polls(  # noqa: PLR0913 - each says one thing about the polls
    history: History,
    folder: Path,
    *,
    every_minutes: int = EVERY_MINUTES,
    last_days: int = LAST_DAYS,
    until: datetime | None = None,
    asks: Asks = "latest",
    outages: bool = True,
) -> Written:
    """Write recently-played answers as `yyyy/mm/dd/<utc time>-<hash8>.json`; arguments as of `api_documents`."""
    answers = api_documents(history, every_minutes=every_minutes, last_days=last_days, until=until, asks=asks, outages=outages)
    return write_folder(answers, folder)


def _member(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> None:
    # Dates are fixed: two writes are the same zip on one machine. Across machines only the members are, zlib builds differ.
    entry = zipfile.ZipInfo(name, date_time=(2025, 7, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    left: Iterator[bytes] = iter(pieces)
    with archive.open(entry, "w") as member:
        while some := list(islice(left, _PIECES_AT_ONCE)):
            member.write(b"".join(some))
