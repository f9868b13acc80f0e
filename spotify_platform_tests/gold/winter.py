"""A history small enough to be worked out by hand, and what the catalogue tells of it: one listener in Berlin, one winter."""

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import duckdb

from spotify_platform_tests.scenario import account, album, answer, extended, item, page, track

NIGHT_RIVER = "1111111111111111111111"  # Kala, 200 s
BLUE_HOUR = "2222222222222222222222"
ALIKE = ("3000000000000000000000", "3000000000000000000001")  # equal in plays and milliseconds
OLD_SONG = (
    "name:" + sha256(b"Kala\x1fOld Song").hexdigest()[:22]
)  # of the account data: names and no id, and the catalogue knows none
KALA, MIRA = "2222222222222222222222", "6666666666666666666666"
LIGHT, TWIN = "7777777777777777777777", "8888888888888888888888"  # an album, and a single
RELINKED = "9999999999999999999999"  # asked for this id, Spotify gives Night River
ISRC = "DEA37000000"


def played(ts: str, id_: str, name: str, artist: str, ms: int, **more: Any) -> dict[str, Any]:
    names = {"master_metadata_track_name": name, "master_metadata_album_artist_name": artist}
    return extended(ts=ts, ms_played=ms, spotify_track_uri=f"spotify:track:{id_}", **names, **more)


EXTENDED = [
    played("2023-12-30T12:00:00Z", ALIKE[1], "Twin", "Mira", 40_000),
    played("2023-12-30T12:05:00Z", ALIKE[0], "Twin", "Mira", 40_000),
    extended(ts="2023-12-31T22:30:00Z"),  # 23:30 in Berlin: still 2023
    extended(ts="2023-12-31T23:30:00Z"),  # 00:30 in Berlin: 2024 already
    played("2024-01-05T10:00:00Z", BLUE_HOUR, "Blue Hour", "Mira", 20_000, skipped=True),  # too short to count
    played("2024-01-05T10:05:00Z", BLUE_HOUR, "Blue Hour", "Mira", 30_000),  # just long enough
    extended(
        ts="2024-02-01T11:00:00Z", ms_played=1_800_000, spotify_track_uri=None, master_metadata_track_name=None,
        master_metadata_album_artist_name=None, master_metadata_album_album_name=None,
        episode_name="One", episode_show_name="Talk", spotify_episode_uri="spotify:episode:4444444444444444444444",
    ),
    extended(ts="2024-03-10T10:00:00Z", ms_played=100_000, skipped=None, reason_end="fwdbtn"),  # skipped, by its reason
]  # fmt: skip
ACCOUNT = [
    account(endTime="2024-01-06 10:00", trackName="Old Song", msPlayed=60_000),
    account(endTime="2024-03-11 10:00", trackName="Old Song", msPlayed=60_000),
]
# Nothing tells how long: the track's 200 s are an estimate.
POLL = answer(
    item(played_at="2024-02-01T10:00:00.123Z", track=item()["track"] | {"id": RELINKED, "uri": f"spotify:track:{RELINKED}"})
)


def _told(id_: str, name: str, artists: dict[str, str], album_id: str, **more: Any) -> dict[str, Any]:
    """A track of the catalogue."""
    credited = [{"id": artist_id, "name": artist} for artist_id, artist in artists.items()]
    on = {"id": album_id, "name": {LIGHT: "First Light", TWIN: "Twin"}[album_id], "artists": credited[:1], "type": "album"}
    return track() | {"id": id_, "name": name, "artists": credited, "album": on, "uri": f"spotify:track:{id_}", **more}


TRACKS = {
    "tracks": [
        _told(NIGHT_RIVER, "Night River", {KALA: "Kala"}, LIGHT, linked_from={"id": RELINKED}, external_ids={"isrc": f"{ISRC}1"}),
        _told(
            BLUE_HOUR, "Blue Hour", {MIRA: "Mira", KALA: "Kala"}, LIGHT, duration_ms=179_999, external_ids={"isrc": f"{ISRC}2"}
        ),
        _told(ALIKE[0], "Twin", {MIRA: "Mira"}, TWIN, duration_ms=300_000, external_ids={"isrc": f"{ISRC}3"}),
        _told(ALIKE[1], "Twin", {MIRA: "Mira"}, LIGHT, duration_ms=300_001, external_ids={"isrc": f"{ISRC}3"}),
    ]
}
ALBUM = album(
    id=LIGHT,
    artists=[{"id": KALA, "name": "Kala"}],
    tracks=page(),
    total_tracks=9,
    release_date="2020-02",
    release_date_precision="month",
)


DOCUMENTS = {
    "inbox/me/extended.json": EXTENDED,
    "inbox/me/account.json": ACCOUNT,
    "inbox/me/poll.json": POLL,
    "catalogue_api/me/2024/04/01/20240401T000000Z-00000001.json": TRACKS,
    "catalogue_api/me/2024/04/01/20240401T000001Z-00000002.json": ALBUM,
}
"""All that lands, by its key."""


def utc(*parts: int) -> datetime:
    """An instant."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


def lists(gold: duckdb.DuckDBPyConnection, table: str, columns: str) -> dict[tuple[str, date], list[tuple[Any, ...]]]:
    """Rows of a mart in each period."""
    found: dict[tuple[str, date], list[tuple[Any, ...]]] = {}
    for period, start, *row in gold.sql(f"select period, period_start, {columns} from gold.{table} order by all").fetchall():
        found.setdefault((period, start), []).append(tuple(row))
    return found
