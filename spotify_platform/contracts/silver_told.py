"""Silver: what answers of the catalogue told of artists, albums and tracks, and the versions that come of it.

Whatever the catalogue does not say is null: absent is unknown, never 0 or false.
"""

from spotify_platform.contracts import ranges
from spotify_platform.contracts.model import TIMESTAMP, Column, Table

ENTITIES = ("artist", "album", "track")
CATALOGUE = "catalogue"
"""What a table is of that tells of all of them."""
CREDITED = "array<struct<id: string, name: string>>"
DAYS = f"array<struct<at: {TIMESTAMP}, batch: int64>>"
UNDATED = 0
"""The month of observations of which nobody knows when they were made; they come before all others."""
ENTITY_BUCKETS = 16
"""Tables of entities are cut by the first hexadecimal digit of the key's sha256."""

_NAME = Column(name="name", type="string", meaning="Name, or title")
_POPULARITY = Column(name="popularity", type="int64", low=0, high=100, meaning="0 to 100, as Spotify told it")
_IMAGE = Column(name="image_url", type="string", meaning="Address of the first image, which is the widest")
_CREDITS = Column(name="artists", type=CREDITED, meaning="Credited artists in their order, with the ids that are told")

ARTIST_ATTRIBUTES = (
    _NAME,
    Column(name="genres", type="array<string>", meaning="Genres, sorted; empty where Spotify names none"),
    _POPULARITY,
    Column(name="follower_count", type="int64", low=0, meaning="Followers"),
    _IMAGE,
)
ALBUM_ATTRIBUTES = (
    _NAME,
    _CREDITS,
    Column(name="album_type", type="string", meaning="album, single, compilation, or what else is told"),
    Column(name="release_date", type="string", meaning="Day, month or year, as exact as it is told"),
    Column(name="release_date_precision", type="string", meaning="day, month or year"),
    Column(name="total_tracks", type="int64", low=1, meaning="Tracks on the album"),
    Column(name="label", type="string", meaning="Label"),
    Column(name="upc", type="string", meaning="Universal product code"),
    _POPULARITY,
    _IMAGE,
)
TRACK_ATTRIBUTES = (
    _NAME,
    _CREDITS,
    Column(name="album_id", type="string", meaning="Spotify id of the album"),
    Column(name="duration_ms", type="int64", low=1, high=ranges.WEEK_MS, meaning="Length in milliseconds"),
    Column(name="explicit", type="boolean", meaning="Has explicit lyrics"),
    Column(name="disc_number", type="int64", low=1, meaning="Disc"),
    Column(name="track_number", type="int64", low=1, meaning="Place on the disc"),
    Column(name="isrc", type="string", meaning="International standard recording code"),
    _POPULARITY,
    Column(name="relinked_to", type="string", meaning="Track that Spotify gave last when it was asked for this one"),
)
ATTRIBUTES = {"artist": ARTIST_ATTRIBUTES, "album": ALBUM_ATTRIBUTES, "track": TRACK_ATTRIBUTES}
ALL_ATTRIBUTES = tuple({column.name: column for columns in ATTRIBUTES.values() for column in columns}.values())

OBSERVATIONS = Table(
    layer="silver",
    name="observations",
    grain="one artist, album or track with what an answer told of it, and the days of a month on which one told exactly that",
    entity=CATALOGUE,
    partition_by=("month",),
    sort_by=("entity_id",),
    found_by=("_batch",),
    columns=(
        Column(name="entity", type="string", required=True, accepted=ENTITIES, meaning="artist, album or track"),
        Column(name="entity_id", type="string", required=True, meaning="Spotify id"),
        Column(name="month", type="int32", required=True, low=UNDATED, meaning="Year and month (UTC), 202411; 0: undated"),
        *ALL_ATTRIBUTES,
        Column(name="first_told_at", type=TIMESTAMP, meaning="When it was told first in that month (UTC)"),
        Column(name="last_told_at", type=TIMESTAMP, meaning="On the last day on which it was told, the first time"),
        Column(name="day_count", type="int64", required=True, low=1, high=31, meaning="Days on which it was told"),
        Column(
            name="_days",
            type=DAYS,
            required=True,
            meaning="The first time on each UTC day, and the first batch that brought it; sorted",
        ),
        Column(name="_batch", type="int64", required=True, low=1, meaning="The last batch that told something new here"),
    ),
)

BUCKET = Column(
    name="entity_bucket",
    type="int32",
    required=True,
    low=0,
    high=ENTITY_BUCKETS - 1,
    meaning="Bucket of the key, from its sha256",
)


def _feature(name: str, meaning: str, type_: str = "float64") -> Column:
    low, high = ranges.AUDIO_FEATURES[name]
    return Column(name=name, type=type_, low=low, high=high, meaning=meaning)


AUDIO_FEATURES = Table(
    layer="silver",
    name="audio_features",
    grain="one track with what Spotify once measured of its sound (apps of today are not given it)",
    entity="track",
    key=("track_id",),
    partition_by=("entity_bucket",),
    sort_by=("track_id",),
    columns=(
        Column(name="track_id", type="string", required=True, meaning="Spotify id"),
        Column(name="told_at", type=TIMESTAMP, meaning="When it was told (UTC); null: nobody knows when"),
        _feature("acousticness", "0 to 1: how surely it is acoustic"),
        _feature("danceability", "0 to 1"),
        _feature("energy", "0 to 1"),
        _feature("instrumentalness", "0 to 1: how surely there are no vocals"),
        _feature("liveness", "0 to 1: how surely there is an audience"),
        _feature("loudness", "Decibels, -60 to 0"),
        _feature("speechiness", "0 to 1: share of spoken words"),
        _feature("tempo", "Beats a minute"),
        _feature("valence", "0 to 1: how positive it sounds"),
        _feature("key", "Pitch class, 0 is C; -1 unknown", "int64"),
        _feature("mode", "1 major, 0 minor", "int64"),
        _feature("time_signature", "Beats a bar", "int64"),
        BUCKET,
    ),
)


def _history(entity: str) -> Table:
    identity = f"{entity}_id"
    return Table(
        layer="silver",
        name=f"{entity}s_history",
        grain=f"one {entity} for as long as it was told to be the same",
        entity=entity,
        key=(identity, "version"),
        partition_by=("entity_bucket",),
        sort_by=(identity,),
        columns=(
            Column(name=identity, type="string", required=True, meaning="Spotify id"),
            Column(name="version", type="int64", required=True, low=1, meaning="1 is the oldest"),
            *ATTRIBUTES[entity],
            Column(name="valid_from", type=TIMESTAMP, meaning="First told then (UTC); null: nobody knows when"),
            Column(name="valid_to", type=TIMESTAMP, meaning="Told otherwise from then on; null: still so"),
            Column(name="is_current", type="boolean", required=True, meaning="The last version"),
            BUCKET,
        ),
    )


ARTISTS_HISTORY, ALBUMS_HISTORY, TRACKS_HISTORY = map(_history, ENTITIES)
HISTORIES = {"artist": ARTISTS_HISTORY, "album": ALBUMS_HISTORY, "track": TRACKS_HISTORY}
