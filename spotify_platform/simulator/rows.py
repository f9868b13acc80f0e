"""Rows of the two exports, lazily; which plays an export tells of and how often, and which file they are in."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from spotify_platform.simulator.draw import Draw
from spotify_platform.simulator.history import History
from spotify_platform.simulator.play import Play

DAY_MS = 86_400_000
ACCOUNT_DAYS = 365
ACCOUNT_ROWS_A_FILE = 10_000
REPEATS = 0.005


def extended_rows(history: History) -> Iterator[dict[str, Any]]:
    """Rows of an extended streaming history export, in the 23 keys of today, oldest first, each play once."""
    return map(extended_row, history.plays)


def account_rows(history: History) -> Iterator[dict[str, Any]]:
    """Rows of an account data export: the last year, to the minute, names only; music, then podcasts.

    The same row can be there twice and be two plays. An export keeps such rows in one file, or in two that follow each
    other; whoever splits these rows otherwise makes one play of them by rule (`truth` counts the files as they are written).
    """
    return (account_row(play) for _, plays in account_files(history) for play in plays)


def exported_plays(history: History, repeats: float) -> list[Play]:
    """The plays in the order of an extended export that holds a share of them twice.

    Raises:
        ValueError: the share is not within 0 and 1.
    """
    if not 0 <= repeats <= 1:
        raise ValueError(f"repeats is a share from 0 to 1, not {repeats}")
    draw = Draw(history.seed + 1)
    return [play for one in history.plays for play in ((one, one) if draw.chance(repeats) else (one,))]


def account_files(history: History) -> Iterator[tuple[str, Sequence[Play]]]:
    """Name and plays of each file of an account data export."""
    since_ms = history.plays[-1].ended_at_ms - ACCOUNT_DAYS * DAY_MS if history.plays else 0
    for kind, content in (("music", "track"), ("podcast", "episode")):
        plays = [play for play in history.plays if play.content_type == content and play.ended_at_ms >= since_ms]
        for number, first in enumerate(range(0, len(plays), ACCOUNT_ROWS_A_FILE)):
            yield f"StreamingHistory_{kind}_{number}.json", plays[first : first + ACCOUNT_ROWS_A_FILE]


def extended_row(play: Play) -> dict[str, Any]:
    """One row of an extended export; the address is from the range for documentation."""
    track, episode = play.track, play.episode
    return {
        "ts": utc_second(play.ended_at_ms // 1000) + "Z",
        "platform": play.platform,
        "ms_played": play.ms_played,
        "conn_country": play.country,
        "ip_addr": f"203.0.113.{play.started_at_ms // DAY_MS % 250}",
        "master_metadata_track_name": track.name if track else None,
        "master_metadata_album_artist_name": track.album.artist.name if track else None,
        "master_metadata_album_album_name": track.album.name if track else None,
        "spotify_track_uri": f"spotify:track:{track.track_id}" if track and track.track_id else None,
        "episode_name": episode.name if episode else None,
        "episode_show_name": episode.show if episode else None,
        "spotify_episode_uri": f"spotify:episode:{episode.episode_id}" if episode else None,
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": play.reason_start,
        "reason_end": play.reason_end,
        "shuffle": play.shuffle,
        "skipped": play.skipped,
        "offline": play.offline,
        "offline_timestamp": play.offline_timestamp,
        "incognito_mode": play.incognito,
    }


def endsong_row(play: Play) -> dict[str, Any]:
    """One row of an extended export of former times, in 21 keys."""
    row = extended_row(play)
    private = {"ip_addr_decrypted": row.pop("ip_addr"), "user_agent_decrypted": "unknown"}
    front = {
        "ts": row.pop("ts"),
        "username": "simulated",
        **{key: row.pop(key) for key in ("platform", "ms_played", "conn_country")},
    }
    return {**front, **private, **{key: value for key, value in row.items() if not key.startswith("audiobook")}}


def account_row(play: Play) -> dict[str, Any]:
    """One row of an account data export."""
    minute = utc_second(play.ended_at_ms // 1000)[:16].replace("T", " ")
    if play.episode:
        named = {"podcastName": play.episode.show, "episodeName": play.episode.name}
    elif play.track:
        named = {"artistName": play.track.album.artist.name, "trackName": play.track.name}
    else:
        raise ValueError("account data tell of nothing without a name")
    return {"endTime": minute, **named, "msPlayed": play.ms_played}


def utc_second(second: int) -> str:
    """2025-01-02T03:04:05 of seconds since 1970."""
    day, rest = divmod(second, 86_400)
    return f"{_day(day)}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


@lru_cache(maxsize=16)
def _day(number: int) -> str:
    return f"{datetime.fromtimestamp(number * 86_400, UTC):%Y-%m-%d}"
