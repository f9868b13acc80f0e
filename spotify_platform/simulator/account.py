"""Account data: the last year before a request, names only, to the minute."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from spotify_platform.simulator.catalogue import Chapter, Episode, Track
from spotify_platform.simulator.clock import DAY_MS, utc_ms, utc_second
from spotify_platform.simulator.documents import Document, Row
from spotify_platform.simulator.history import History
from spotify_platform.simulator.play import Play

ACCOUNT_DAYS = 365
ROWS_A_FILE = 10_000
_MINUTE_MS = 60_000
# 0.3 % of the rows of a real account export have no twin in the extended one: here, their minute is the next.
_MINUTE_LATE = 331
# How far before a full file the search for a minute to cut in two goes.
_CUT_WITHIN = 200
_KIND = {"track": "music", "unknown": "music", "episode": "podcast", "audiobook": "audiobook"}


@dataclass(frozen=True, slots=True)
class Edition:
    """How exports of a time are made.

    Attributes:
        folder: in the zip.
        name: of a file, with places for `kind` and `number`.
        kinds: what it tells of, each in files of its own.
        is_in_files: whether it is cut into files at all.
    """

    folder: str
    name: str
    kinds: tuple[str, ...]
    is_in_files: bool = True


EDITIONS: Mapping[str, Edition] = {
    "music": Edition("Spotify Account Data", "StreamingHistory_{kind}_{number}.json", ("music", "podcast", "audiobook")),
    "numbered": Edition("MyData", "StreamingHistory{number}.json", ("music",)),
    "single": Edition("MyData", "StreamingHistory.json", ("music",), is_in_files=False),
}


def account_documents(
    history: History, *, edition: str = "music", until: datetime | None = None, rows_a_file: int = ROWS_A_FILE
) -> Iterator[Document]:
    """Documents of one account data export. Files end inside a minute where one near their end allows it.

    Args:
        history: whose.
        edition: one of EDITIONS; the older ones tell of music alone.
        until: when it was requested: it holds the year before. Default is when all is told.
        rows_a_file: at most.

    Raises:
        ValueError: there is no such edition.
    """
    if edition not in EDITIONS:
        raise ValueError(f"edition is one of {', '.join(EDITIONS)}, not {edition}")
    chosen, plays = EDITIONS[edition], history.plays
    until_ms = utc_ms(until) if until else history.over_at_ms
    since_ms = until_ms - ACCOUNT_DAYS * DAY_MS
    told = [index for index in history.as_reported() if since_ms <= plays[index].reported_at_ms < until_ms]
    for kind in chosen.kinds:
        rows = array("l", (index for index in told if _KIND[plays[index].content_type] == kind))
        most = rows_a_file if chosen.is_in_files else max(1, len(rows))
        for number, part in enumerate(_parts(history, rows, most)):
            name = chosen.name.format(kind=kind, number=number)
            yield Document(f"{chosen.folder}/{name}", "account", part, lambda index: account_row(plays[index]))


def account_rows(history: History) -> Iterator[dict[str, Any]]:
    """Rows of an account data export: the last year, to the minute, names only; music, then podcasts, then audiobooks.

    The same row can be there twice and be two plays. An export keeps such rows in one file, or in two that follow each
    other; whoever splits these rows otherwise makes one play of them by rule (`truth` counts the files as they are written).
    """
    return (dict(row) for document in account_documents(history) for row, _ in document.rows)


def account_row(play: Play) -> Row:
    """One row of an account data export."""
    minute = utc_second(account_minute(play) * 60)[:16].replace("T", " ")
    content = play.content
    if isinstance(content, Episode):
        named = {"podcastName": content.show, "episodeName": content.name}
    elif isinstance(content, Chapter):
        named = {"chapterName": content.name, "audiobookName": content.book, "authorName": content.author}
    elif isinstance(content, Track):
        named = {"artistName": content.album.artist.name, "trackName": content.name}
    else:
        named = {"artistName": "Unknown Artist", "trackName": "Unknown Track"}
    return {"endTime": minute, **named, "msPlayed": play.ms_played}


def account_minute(play: Play) -> int:
    """The minute, since 1970, in which the account data say it ended."""
    return play.reported_at_ms // _MINUTE_MS + (play.ended_at_ms % _MINUTE_LATE == 0)


def _parts(history: History, rows: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    first = 0
    while first < len(rows):
        last = min(first + most, len(rows))
        if last < len(rows):
            last = _inside_a_minute(history, rows, max(first + 1, last - _CUT_WITHIN), last)
        yield rows[first:last]
        first = last


def _inside_a_minute(history: History, rows: Sequence[int], lowest: int, highest: int) -> int:
    minutes = [account_minute(history.plays[index]) for index in rows[lowest - 1 : highest + 1]]
    places = range(highest, lowest - 1, -1)
    return next((place for place in places if minutes[place - lowest] == minutes[place - lowest + 1]), highest)
