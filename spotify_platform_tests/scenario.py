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


def drop(landing: Path, key: str, content: Any) -> Path:
    """Put a document (or bytes) into a landing zone that is a folder."""
    path = landing / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path
