"""The one set of example rows, as plain values. Tests name what they need from here."""

import json
from pathlib import Path
from typing import Any

CANARY = "203.0.113.99"


def extended(second: int = 0, **changes: Any) -> dict[str, Any]:
    """A row of an extended history: one track of 200 seconds, on 5 May 2024."""
    row = {
        "ts": f"2024-05-05T10:{second // 60:02d}:{second % 60:02d}Z",
        "ms_played": 200_000,
        "ip_addr": CANARY,
        "platform": "android",
        "master_metadata_track_name": "Night River",
        "master_metadata_album_artist_name": "Kala",
        "master_metadata_album_album_name": "First Light",
        "spotify_track_uri": "spotify:track:1111111111111111111111",
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "skipped": False,
    }
    return row | changes


def account(minute: int = 0, **changes: Any) -> dict[str, Any]:
    """A row of an account data export."""
    row = {"endTime": f"2024-05-05 10:{minute:02d}", "artistName": "Kala", "trackName": "Night River", "msPlayed": 200_000}
    return row | changes


def item(second: int = 0, millisecond: int = 123, **changes: Any) -> dict[str, Any]:
    """An item of a recently-played answer."""
    track = {
        "id": "1111111111111111111111",
        "name": "Night River",
        "type": "track",
        "uri": "spotify:track:1111111111111111111111",
        "duration_ms": 200_000,
        "artists": [{"id": "2222222222222222222222", "name": "Kala"}],
        "album": {"name": "First Light"},
    }
    when = f"2024-05-05T10:{second // 60:02d}:{second % 60:02d}.{millisecond:03d}Z"
    return {"played_at": when, "track": track, "context": None} | changes


def answer(*items: dict[str, Any]) -> dict[str, Any]:
    """A recently-played answer."""
    return {"items": list(items), "next": None, "cursors": None, "limit": 50}


def artist(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An artist as newer apps get one: no key that other objects have not."""
    return _entity("artist", number, "Kala") | {"images": [{"url": "https://i/1", "height": 640, "width": 640}]} | changes


def album(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A full album of one track."""
    own = {
        "album_type": "album",
        "artists": [_entity("artist", 1, "Kala")],
        "copyrights": [{"text": "Kala", "type": "C"}],
        "external_ids": {"upc": "00602435"},
        "images": [],
        "release_date": "2020-02-29",
        "release_date_precision": "day",
        "total_tracks": 1,
        "tracks": page(_simple_track(1), next=None),
    }
    return _entity("album", number, "First Light") | own | changes


def track(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A full track, the key `type` last, as the API writes it."""
    own = {"album": _entity("album", 1, "First Light"), "external_ids": {"isrc": "DEA371700001"}, "popularity": 51}
    return own | _simple_track(number) | changes


def audio_features(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Audio features of a track."""
    names = ("acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness", "valence")
    own = dict.fromkeys(names, 0.25) | {"loudness": -5.883, "tempo": 118, "key": 2, "mode": 1, "time_signature": 4}
    return own | {"type": "audio_features", "id": f"t{number:021d}", "duration_ms": 200_000} | changes


def page(*items: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    """A page of the Web API."""
    return {"href": "https://x/v1", "items": list(items), "limit": 50, "next": "n", "offset": 0, "total": 9} | changes


def _simple_track(number: int) -> dict[str, Any]:
    own = {"artists": [_entity("artist", 1, "Kala")], "disc_number": 1, "duration_ms": 200_000, "explicit": False}
    return own | {"is_local": False, "track_number": number} | _entity("track", number, "Night River")


def _entity(type_: str, number: int, name: str) -> dict[str, Any]:
    id_ = f"{type_[0]}{number:021d}"
    urls = {"external_urls": {"spotify": f"https://x/{type_}/{id_}"}, "href": f"https://x/v1/{type_}s/{id_}"}
    return urls | {"id": id_, "name": name, "uri": f"spotify:{type_}:{id_}", "type": type_}


def drop(landing: Path, key: str, content: Any) -> Path:
    """Put a document (or bytes) into a landing zone that is a folder."""
    path = landing / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path
