"""Answers of recently-played: full objects, and what of them each poll sees."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from spotify_platform.simulator.catalogue import Album, Artist, Track
from spotify_platform.simulator.history import History
from spotify_platform.simulator.play import Play
from spotify_platform.simulator.rows import DAY_MS, utc_second

API_REMEMBERS = 50
EVERY_MINUTES = 30
LAST_DAYS = 30
_URL = "https://api.spotify.com/v1"
_PRECISION = {4: "year", 7: "month", 10: "day"}


def poll_documents(
    history: History, *, every_minutes: int = EVERY_MINUTES, last_days: int = LAST_DAYS
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Answers of recently-played at regular times, with the time of each (UTC); those that bring nothing new are left out.

    Args:
        history: whose.
        every_minutes: between two polls.
        last_days: how long before the last play the polls begin. The first sees plays from before.
    """
    for now_ms, plays in seen_plays(history, every_minutes=every_minutes, last_days=last_days):
        yield datetime.fromtimestamp(now_ms // 1000, UTC), _answer(plays)


def seen_plays(history: History, *, every_minutes: int, last_days: int) -> Iterator[tuple[int, Sequence[Play]]]:
    """Time (ms since 1970) of each poll that brings something new, and the plays it sees, the newest first."""
    visible = sorted((play for play in history.plays if play.in_api), key=lambda play: play.played_at_ms)
    if not visible:
        return
    step_ms = every_minutes * 60_000
    end_ms = visible[-1].played_at_ms + step_ms
    now_ms = max(visible[0].played_at_ms, end_ms - last_days * DAY_MS)
    known = told = 0
    while now_ms <= end_ms:
        # A time in a file's name has no milliseconds: what is seen ended before that second.
        while known < len(visible) and visible[known].played_at_ms < now_ms // 1000 * 1000:
            known += 1
        if known > told:
            yield now_ms, visible[max(0, known - API_REMEMBERS) : known][::-1]
            told = known
        now_ms += step_ms


def _answer(plays: Sequence[Play]) -> dict[str, Any]:
    after, before = plays[0].played_at_ms, plays[-1].played_at_ms
    href = f"{_URL}/me/player/recently-played"
    return {
        "items": [_item(play) for play in plays],
        "next": f"{href}?before={before}&limit={API_REMEMBERS}" if len(plays) == API_REMEMBERS else None,
        "cursors": {"after": str(after), "before": str(before)},
        "limit": API_REMEMBERS,
        "href": f"{href}?limit={API_REMEMBERS}",
    }


def _item(play: Play) -> dict[str, Any]:
    if play.track is None:
        raise ValueError("recently-played tells of tracks only")
    second, ms = divmod(play.played_at_ms, 1000)
    return {"track": _track(play.track), "played_at": f"{utc_second(second)}.{ms:03d}Z", "context": _context(play.context_uri)}


def _track(track: Track) -> dict[str, Any]:
    return {
        "album": _album(track.album),
        "artists": [_artist(artist) for artist in track.artists],
        "disc_number": 1,
        "duration_ms": track.duration_ms,
        "explicit": track.is_explicit,
        "external_ids": {"isrc": track.isrc},
        **_reference("track", track.track_id),
        "is_local": False,
        "name": track.name,
        "track_number": track.track_number,
    }


def _album(album: Album) -> dict[str, Any]:
    return {
        "album_type": "album" if album.total_tracks > 3 else "single",
        "artists": [_artist(album.artist)],
        **_reference("album", album.album_id),
        "images": [
            {"height": side, "width": side, "url": f"https://i.scdn.co/image/{album.album_id}-{side}"} for side in (640, 300, 64)
        ],
        "name": album.name,
        "release_date": album.release_date,
        "release_date_precision": _PRECISION[len(album.release_date)],
        "total_tracks": album.total_tracks,
    }


def _artist(artist: Artist) -> dict[str, Any]:
    return {**_reference("artist", artist.artist_id), "name": artist.name}


def _context(uri: str | None) -> dict[str, Any] | None:
    if uri is None:
        return None
    if uri.endswith(":collection"):
        link, href = "https://open.spotify.com/collection/tracks", f"{_URL}/me/tracks"
        return {"type": "collection", "href": href, "external_urls": {"spotify": link}, "uri": uri}
    _, kind, entity_id = uri.split(":")
    reference = _reference(kind, entity_id)
    return {key: reference[key] for key in ("type", "href", "external_urls", "uri")}


def _reference(kind: str, entity_id: str | None) -> dict[str, Any]:
    return {
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{entity_id}"},
        "href": f"{_URL}/{kind}s/{entity_id}",
        "id": entity_id,
        "type": kind,
        "uri": f"spotify:{kind}:{entity_id}",
    }
