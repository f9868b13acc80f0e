"""The extended streaming history: its editions, its rows, and which plays an export tells of in which file how often."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from spotify_platform.simulator.catalogue import Chapter, Content, Episode, Track
from spotify_platform.simulator.clock import DAY_MS, utc_ms, utc_second
from spotify_platform.simulator.documents import Document, Row
from spotify_platform.simulator.draw import Draw, derived_seed
from spotify_platform.simulator.history import History
from spotify_platform.simulator.play import Play

ROWS_A_FILE = 16_000
REPEATS = 0.005
_MOST_OVERLAP = 20
_FIRST = ("ts", "platform", "ms_played", "conn_country")
_CONTENT = (
    *("master_metadata_track_name", "master_metadata_album_artist_name", "master_metadata_album_album_name"),
    *("spotify_track_uri", "episode_name", "episode_show_name", "spotify_episode_uri"),
)
_AUDIOBOOK = ("audiobook_title", "audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title")
_HOW = ("reason_start", "reason_end", "shuffle", "skipped", "offline", "offline_timestamp", "incognito_mode")
_NOTHING: Row = dict.fromkeys((*_CONTENT, *_AUDIOBOOK))


@dataclass(frozen=True, slots=True)
class Edition:
    """How exports of a time are made.

    Attributes:
        folder: in the zip.
        keys: of each row, in their order. Without audiobook keys, audiobooks are not told of.
        is_by_year: files are sorted and named by year; else they are endsong files, each spanning all years in no order.
    """

    folder: str
    keys: tuple[str, ...]
    is_by_year: bool


_TODAY = "Spotify Extended Streaming History"
EDITIONS: Mapping[str, Edition] = {
    "streaming_history": Edition(_TODAY, (*_FIRST, "ip_addr", *_CONTENT, *_AUDIOBOOK, *_HOW), is_by_year=True),
    "without_ip": Edition(_TODAY, (*_FIRST, *_CONTENT, *_AUDIOBOOK, *_HOW), is_by_year=True),
    "late_2024": Edition("MyData", (*_FIRST, "ip_addr", *_CONTENT, *_HOW), is_by_year=True),
    "mixed": Edition("MyData", ("ts", "username", *_FIRST[1:], "ip_addr", *_CONTENT, *_HOW), is_by_year=True),
    "endsong": Edition(
        "MyData",
        ("ts", "username", *_FIRST[1:], "ip_addr_decrypted", "user_agent_decrypted", *_CONTENT, *_HOW),
        is_by_year=False,
    ),
    "endsong_bare": Edition("MyData", ("ts", "username", *_FIRST[1:], *_CONTENT, *_HOW), is_by_year=False),
}
"""23, 22, 19, 20, 21 and 19 keys."""


def extended_documents(
    history: History,
    *,
    edition: str = "streaming_history",
    repeats: float = REPEATS,
    until: datetime | None = None,
    rows_a_file: int = ROWS_A_FILE,
) -> Iterator[Document]:
    """Documents of one extended export.

    Args:
        history: whose.
        edition: one of EDITIONS.
        repeats: share of plays that the export holds twice, exactly alike. Above 0, the sorted files of an export also
            begin, every other time, with up to twenty rows that end the file before.
        until: when it was requested: it holds what was reported before. Default is when all is told.
        rows_a_file: at most, overlap aside.

    Raises:
        ValueError: there is no such edition, or repeats is not within 0 and 1.
    """
    if edition not in EDITIONS:
        raise ValueError(f"edition is one of {', '.join(EDITIONS)}, not {edition}")
    if not 0 <= repeats <= 1:
        raise ValueError(f"repeats is a share from 0 to 1, not {repeats}")
    chosen = EDITIONS[edition]
    draw = Draw(derived_seed(history.seed, f"extended {edition}"))
    told = _told(history, chosen, until)
    rows = array("l", (index for one in told for index in ((one, one) if draw.chance(repeats) else (one,))))
    files = _by_year(draw, history, rows, rows_a_file, overlap=repeats > 0)
    if not chosen.is_by_year:
        files = _endsong(draw, history, rows, rows_a_file)
    row_of = row_maker(history, chosen)
    for name, plays in files:
        yield Document(f"{chosen.folder}/{name}", "extended", plays, row_of)


def extended_rows(history: History) -> Iterator[dict[str, Any]]:
    """Rows of an extended streaming history export, in the 23 keys of today, in order of time, each play once."""
    row_of = row_maker(history, EDITIONS["streaming_history"])
    return (dict(row_of(index)) for index in history.as_reported())


def row_maker(history: History, edition: Edition) -> Callable[[int], Row]:
    """What makes the row of a play, by its index."""

    def row_of(index: int) -> Row:
        values = _values(history.plays[index])
        return {key: values[key] for key in edition.keys}

    return row_of


def content_values(content: Content | None) -> Row:
    """The keys of a row that say what was heard."""
    if isinstance(content, Track):
        return {
            **_NOTHING,
            "master_metadata_track_name": content.name,
            "master_metadata_album_artist_name": content.album.artist.name,
            "master_metadata_album_album_name": content.album.name,
            "spotify_track_uri": f"spotify:track:{content.track_id}" if content.track_id else None,
        }
    if isinstance(content, Episode):
        uri = f"spotify:episode:{content.episode_id}"
        return {**_NOTHING, "episode_name": content.name, "episode_show_name": content.show, "spotify_episode_uri": uri}
    if isinstance(content, Chapter):
        return {
            **_NOTHING,
            "audiobook_title": content.book,
            "audiobook_uri": f"spotify:show:{content.book_id}",
            "audiobook_chapter_uri": f"spotify:episode:{content.chapter_id}",
            "audiobook_chapter_title": content.name,
        }
    return _NOTHING


def _values(play: Play) -> Row:
    """All keys of all editions. The address is from the range for documentation."""
    address, session = f"203.0.113.{play.ended_at_ms // DAY_MS % 250}", play.session
    return {
        **content_values(play.content),
        "ts": utc_second(play.reported_at_ms // 1000) + "Z",
        "username": "simulated",
        "platform": session.platform,
        "ms_played": play.ms_played,
        "conn_country": session.country,
        "ip_addr": address,
        "ip_addr_decrypted": address,
        "user_agent_decrypted": "unknown",
        "reason_start": play.reason_start,
        "reason_end": play.reason_end,
        "shuffle": session.shuffle,
        "skipped": play.skipped,
        "offline": session.offline,
        "offline_timestamp": play.offline_timestamp,
        "incognito_mode": session.incognito,
    }


def _told(history: History, edition: Edition, until: datetime | None) -> list[int]:
    """Indices of the plays that an export tells of, in the order of their reports."""
    plays, ordered = history.plays, history.as_reported()
    if until is not None:
        ordered = ordered[: bisect_left(ordered, utc_ms(until), key=lambda index: plays[index].reported_at_ms)]
    if "audiobook_uri" in edition.keys:
        return ordered
    return [index for index in ordered if not isinstance(plays[index].content, Chapter)]


def _endsong(draw: Draw, history: History, rows: Sequence[int], most: int) -> Iterator[tuple[str, Sequence[int]]]:
    plays = history.plays
    audio = array("l", draw.shuffled([index for index in rows if not plays[index].is_video]))
    for number, first in enumerate(range(0, len(audio), most)):
        yield "endsong.json" if len(audio) <= most else f"endsong_{number}.json", audio[first : first + most]
    if video := array("l", draw.shuffled([index for index in rows if plays[index].is_video])):
        yield "endvideo.json", video


def _by_year(
    draw: Draw, history: History, rows: Sequence[int], most: int, *, overlap: bool
) -> Iterator[tuple[str, Sequence[int]]]:
    plays = history.plays

    def years(part: Sequence[int]) -> str:
        first, last = (utc_second(plays[index].reported_at_ms // 1000)[:4] for index in (part[0], part[-1]))
        return first if first == last else f"{first}-{last}"

    audio = array("l", (index for index in rows if not plays[index].is_video))
    for number, first in enumerate(range(0, len(audio), most)):
        back = draw.between(1, _MOST_OVERLAP) if first and overlap and draw.chance(0.5) else 0
        part = audio[max(0, first - back) : first + most]
        yield f"Streaming_History_Audio_{years(part)}_{number}.json", part
    if video := array("l", (index for index in rows if plays[index].is_video)):
        yield f"Streaming_History_Video_{years(video)}.json", video
