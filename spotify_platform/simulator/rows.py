"""What the sources say of a history: rows of the two exports, answers of recently-played. Lazily, row by row."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from spotify_platform.simulator.history import History, Play

DAY_MS = 86_400_000
API_REMEMBERS = 50


def extended_rows(history: History) -> Iterator[dict[str, Any]]:
    """Rows of an extended streaming history export, in the 23 keys of today, oldest first."""
    for play in history.plays:
        yield _extended(play)


def account_rows(history: History, *, days: int = 365) -> Iterator[dict[str, Any]]:
    """Rows of an account data export: the last year, to the minute, names only."""
    since = history.plays[-1].ended_at_ms - days * DAY_MS
    for play in history.plays:
        if play.ended_at_ms >= since and play.content_type != "unknown":
            yield _account(play)


def poll_documents(
    history: History, *, every_minutes: int = 30, last_days: int = 30
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Answers of recently-played at regular times, with the time of each; those that bring nothing new are left out."""
    visible = [play for play in history.plays if play.is_in_api]
    if not visible:
        return
    end = visible[-1].ended_at_ms + every_minutes * 60_000
    now = max(visible[0].ended_at_ms, end - last_days * DAY_MS)
    known = seen = 0
    while now <= end:
        while known < len(visible) and visible[known].ended_at_ms < now:
            known += 1
        if known > seen:
            yield datetime.fromtimestamp(now / 1000, UTC), _answer(visible[max(0, known - API_REMEMBERS) : known][::-1])
            seen = known
        now += every_minutes * 60_000


def _extended(play: Play) -> dict[str, Any]:
    track, episode = play.track, play.episode
    return {
        "ts": f"{datetime.fromtimestamp(play.ended_at_ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "platform": play.platform,
        "ms_played": play.ms_played,
        "conn_country": play.country,
        "ip_addr": f"203.0.113.{play.ended_at_ms % 250}",
        "master_metadata_track_name": track.name if track else None,
        "master_metadata_album_artist_name": track.artist if track else None,
        "master_metadata_album_album_name": track.album if track else None,
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
        "offline_timestamp": play.started_at_ms // 1000 if play.offline else None,
        "incognito_mode": play.incognito,
    }


def _account(play: Play) -> dict[str, Any]:
    when = f"{datetime.fromtimestamp(play.ended_at_ms // 1000, UTC):%Y-%m-%d %H:%M}"
    if play.episode:
        return {"endTime": when, "podcastName": play.episode.show, "episodeName": play.episode.name, "msPlayed": play.ms_played}
    name, artist = (play.track.name, play.track.artist) if play.track else ("", "")
    return {"endTime": when, "artistName": artist, "trackName": name, "msPlayed": play.ms_played}


def _answer(plays: list[Play]) -> dict[str, Any]:
    newest, oldest = plays[0].ended_at_ms, plays[-1].ended_at_ms
    return {
        "items": [_item(play) for play in plays],
        "next": None,
        "cursors": {"after": str(newest), "before": str(oldest)},
        "limit": API_REMEMBERS,
        "href": "https://api.spotify.com/v1/me/player/recently-played?limit=50",
    }


def _item(play: Play) -> dict[str, Any]:
    track = play.track
    if track is None:
        raise ValueError("recently-played tells of tracks only")
    # The API's clock is not the export's: up to two seconds later, but always the same for the same play.
    shift = int(sha256(f"{play.ended_at_ms}{track.track_id}".encode()).hexdigest()[:4], 16) % 2_000
    when = datetime.fromtimestamp((play.ended_at_ms + shift) // 1000, UTC)
    artist = {"id": track.artist_id, "name": track.artist, "type": "artist", "uri": f"spotify:artist:{track.artist_id}"}
    album = {"id": track.album_id, "name": track.album, "type": "album", "uri": f"spotify:album:{track.album_id}"}
    return {
        "track": {
            "id": track.track_id,
            "name": track.name,
            "type": "track",
            "uri": f"spotify:track:{track.track_id}",
            "duration_ms": track.duration_ms,
            "explicit": False,
            "is_local": False,
            "external_ids": {"isrc": track.isrc},
            "artists": [artist],
            "album": {
                **album,
                "album_type": "album",
                "artists": [artist],
                "release_date": "2019",
                "release_date_precision": "year",
            },
        },
        "played_at": f"{when:%Y-%m-%dT%H:%M:%S}.{(play.ended_at_ms + shift) % 1000:03d}Z",
        "context": None,
    }
