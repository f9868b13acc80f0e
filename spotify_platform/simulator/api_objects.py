"""Objects of the Web API as its answers nest them, with the fields they had when they were asked for."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from spotify_platform.simulator.catalogue import VARIOUS, Album, Artist, Track
from spotify_platform.simulator.clock import utc_second
from spotify_platform.simulator.play import Play

URL = "https://api.spotify.com/v1"
_PRECISION = {4: "year", 7: "month", 10: "day"}
_MARKETS = ["AT", "BR", "DE", "FR", "JP", "TR", "US"]
_EVER = date.max
# When a field was there, as four years of real answers and the changelog have it: [from, to).
_PRESENT: Mapping[str, tuple[tuple[date, date], ...]] = {
    "available_markets": ((date.min, date(2022, 3, 1)), (date(2022, 9, 1), date(2026, 2, 11))),
    "preview_url": ((date.min, date(2026, 2, 11)),),
    "popularity": ((date.min, date(2023, 10, 1)), (date(2023, 11, 15), date(2026, 2, 11))),
    "external_ids": ((date.min, date(2026, 2, 11)), (date(2026, 3, 15), _EVER)),
    "album_group": ((date(2022, 5, 1), date(2024, 6, 1)),),
    "linked_from": ((date.min, date(2026, 2, 11)),),
    "label": ((date.min, date(2026, 2, 11)),),
    "genres": ((date.min, date(2026, 2, 11)),),
    "followers": ((date.min, date(2026, 2, 11)),),
}
# Since then previews are null.
_LAST_PREVIEW = date(2024, 11, 27)
# For two months in eight, the API knew no context.
_MONTHS, _WITHOUT_CONTEXT = 8, 2


def item_of(play: Play, asked_on: date, *, is_renamed: bool) -> dict[str, Any]:
    """One item of an answer.

    Args:
        play: one that the API tells of.
        asked_on: UTC day of the answer.
        is_renamed: whether tracks that are renamed one day go by their later names.

    Raises:
        ValueError: the API does not tell of it.
    """
    if play.played_at_ms is None or play.track is None:
        raise ValueError("recently-played does not tell of this play")
    second, ms = divmod(play.played_at_ms, 1000)
    return {
        "track": track_object(play.track, asked_on, is_renamed=is_renamed),
        # A whole second is spelled without milliseconds, here and there in 1.7 % of real items.
        "played_at": f"{utc_second(second)}.{ms:03d}Z" if ms else f"{utc_second(second)}Z",
        "context": _context(play.session.context_uri, utc_second(second)),
    }


def track_object(track: Track, asked_on: date, *, is_renamed: bool) -> dict[str, Any]:
    """A full track, as asked for on a UTC day."""
    found = {
        "album": album_object(track.album, asked_on),
        "artists": [artist_object(artist) for artist in track.artists],
        "available_markets": _MARKETS[: 3 + track.track_number % 5],
        "disc_number": 1,
        "duration_ms": track.duration_ms,
        "explicit": track.is_explicit,
        "external_ids": {"isrc": track.isrc} if track.isrc else {},
        **reference("track", track.api_id),
        "is_local": False,
        "name": name_of(track, is_renamed=is_renamed),
        "popularity": popularity(track, asked_on),
        "preview_url": f"https://p.scdn.co/mp3-preview/{track.api_id}" if asked_on < _LAST_PREVIEW else None,
        "track_number": track.track_number,
    }
    return fields_of_day(found, asked_on)


def album_object(album: Album, asked_on: date) -> dict[str, Any]:
    """A simplified album, as asked for on a UTC day."""
    kind = album_type(album)
    found = {
        "album_group": kind,
        "album_type": kind,
        "artists": [artist_object(album.artist)],
        "available_markets": _MARKETS,
        **reference("album", album.album_id),
        "images": [
            {"height": side, "width": side, "url": f"https://i.scdn.co/image/{album.album_id}-{side}"} for side in (640, 300, 64)
        ],
        "name": album.name,
        "release_date": album.release_date,
        "release_date_precision": _PRECISION[len(album.release_date)],
        "total_tracks": album.total_tracks,
    }
    return fields_of_day(found, asked_on)


def fields_of_day(found: dict[str, Any], asked_on: date) -> dict[str, Any]:
    """The same object, without the fields that the API did not have on that UTC day."""
    for field, spans in _PRESENT.items():
        if field in found and not any(since <= asked_on < until for since, until in spans):
            del found[field]
    return found


def artist_object(artist: Artist) -> dict[str, Any]:
    """A simplified artist: the same at all times."""
    return {**reference("artist", artist.artist_id), "name": artist.name}


def album_type(album: Album) -> str:
    """What the API calls such an album."""
    if album.artist.name == VARIOUS:
        return "compilation"
    return "album" if album.total_tracks > 3 else "single"


def name_of(track: Track, *, is_renamed: bool) -> str:
    """Title in the API, before or after tracks are renamed."""
    return track.later_name if is_renamed and track.later_name else track.name


def popularity(track: Track, asked_on: date) -> int:
    """Its popularity on a UTC day: another one every month, or always the same."""
    base = _base_popularity(track)
    return base + (asked_on.month + track.track_number) % 12 if popularity_moves(track) else base


def popularity_moves(track: Track) -> bool:
    """Whether its popularity moves from month to month, as that of 55 % of the tracks does."""
    return _base_popularity(track) % 20 < 11


def _base_popularity(track: Track) -> int:
    return sum(map(ord, track.isrc or str(track.api_id))) * 7 % 80


def _context(uri: str | None, at: str) -> dict[str, Any] | None:
    if uri is None or (int(at[:4]) * 12 + int(at[5:7])) % _MONTHS < _WITHOUT_CONTEXT:
        return None
    if uri.endswith(":collection"):
        link, href = "https://open.spotify.com/collection/tracks", f"{URL}/me/tracks"
        return {"type": "collection", "href": href, "external_urls": {"spotify": link}, "uri": uri}
    _, kind, entity_id = uri.split(":")
    found = reference(kind, entity_id)
    return {key: found[key] for key in ("type", "href", "external_urls", "uri")}


def reference(kind: str, entity_id: str | None) -> dict[str, Any]:
    """What every object says of itself."""
    return {
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{entity_id}"},
        "href": f"{URL}/{kind}s/{entity_id}",
        "id": entity_id,
        "type": kind,
        "uri": f"spotify:{kind}:{entity_id}",
    }
