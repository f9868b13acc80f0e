"""`silver/observations`: what each answer told of artists, albums and tracks, and when.

Merging is a union: of equal tellings of one month the first time on each UTC day is kept, with the first batch that
brought it. So order, repetition and splitting of the answers cannot show.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.model import TIMESTAMP, Column
from spotify_platform.contracts.silver_told import ALL_ATTRIBUTES, ATTRIBUTES, OBSERVATIONS, UNDATED
from spotify_platform.transforms.arrays import first_of, last_of
from spotify_platform.transforms.bounds import within

_TYPES = OBSERVATIONS.types
_WHEN = ("month", "_days")
_SAID = ["entity", "entity_id", "month", *[column.name for column in ALL_ATTRIBUTES]]
# The platform and `import` write the time of an answer into its key.
_TIME = r"/\d{4}/\d{2}/\d{2}/(\d{8}T\d{6})(\d{0,6})Z-[0-9a-f]{8}(?:[./]|\z)"


def observed(*parts: ir.Table, tables: Sequence[str]) -> ir.Table:
    """Observations of good Bronze rows, not yet merged.

    An object that repeats another has no rows of its own, and tells the same again at its own time.

    Args:
        parts: of some Bronze tables the headers of loaded and repeated objects, and the good rows of these contents.
        tables: their names: recently_played, tracks, albums, artists.
    """
    pairs = zip(parts[::2], parts[1::2], tables, strict=True)
    return ibis.union(*[part for headers, good, name in pairs for part in TOLD[name](told_by(headers, good))])


def told_by(headers: ir.Table, rows: ir.Table) -> ir.Table:
    """Rows with the time (`at`) and the batch of each object that holds them."""
    content = ["_user", "_sha256"]
    return rows.drop("_object", "_batch").join(headers.select(*content, "_batch", at=answered_at(headers)), content)


def merged(*parts: ir.Table) -> ir.Table:
    """One row an entity, month and telling."""
    together = ibis.union(*[part.select(*_SAID, "_days") for part in parts])
    each = together.group_by(_SAID).aggregate(all_days=together["_days"].collect().flatten().sort())
    days = each.all_days
    kept = each.mutate(_days=days.filter(lambda day, i: (i == 0) | (day["at"].date() != _before(days, i)["at"].date())))
    days = kept["_days"]
    complete = kept.mutate(
        first_told_at=first_of(days)["at"],
        last_told_at=last_of(days)["at"],
        day_count=days.length(),
        _batch=days.map(lambda day: day["batch"]).maxs(),
    )
    return complete.select(*OBSERVATIONS.column_names).cast(_TYPES)


def _before(array: ir.ArrayValue, i: ir.IntegerValue) -> ir.Value:
    """The element before the i-th."""
    return array[ibis.greatest(i - 1, 0)]


def _recently_played(rows: ir.Table) -> list[ir.Table]:
    music = rows.filter(rows.track["type"].fill_null("track") == "track")
    dated = music.mutate(at=ibis.coalesce(music["at"], music.played_at))
    return _full_tracks(_opened(dated, "track", "at", "_batch"))


def _full_tracks(rows: ir.Table) -> list[ir.Table]:
    tracks = _told(rows, "track", asked=rows.linked_from["id"])
    return [*_tracks(tracks), _relinked(tracks)]


def _relinked(tracks: ir.Table) -> ir.Table:
    """Tracks in whose place another was given: the rest of the answer is of that one, not of the one that was asked for."""
    others = tracks.filter(tracks.asked != tracks["id"]).select(*_WHEN, "id", "asked")
    return _observation(others, "track", entity_id=others.asked, relinked_to=others["id"])


def _albums(rows: ir.Table) -> list[ir.Table]:
    albums = _told(rows, "album", tracks=rows.tracks["items"])
    listed = albums.select(*_WHEN, album_id=albums["id"], track=albums.tracks.unnest())
    tracks = _opened(listed, "track", *_WHEN, "album_id")
    return [
        _observation(albums, "album"),
        _artists_of(albums),
        _observation(tracks, "track", album_id=tracks.album_id),
        _relinked(tracks.mutate(asked=tracks.linked_from["id"])),
        _artists_of(tracks),
    ]


def _artists(rows: ir.Table) -> list[ir.Table]:
    return [_observation(_told(rows, "artist"), "artist")]


TOLD: Mapping[str, Callable[[ir.Table], list[ir.Table]]] = {
    "recently_played": _recently_played,
    "tracks": _full_tracks,
    "albums": _albums,
    "artists": _artists,
}


def answered_at(objects: ir.Table) -> ir.TimestampValue:
    """Time of an answer, as it is written into its key; null where none is."""
    digits, fraction = objects["_object"].re_extract(_TIME, 1), objects["_object"].re_extract(_TIME, 2)
    parts = [digits[:4], "-", digits[4:6], "-", digits[6:8], " ", digits[9:11], ":", digits[11:13], ":", digits[13:15]]
    text = ibis.literal("").join([*parts, ibis.ifelse(fraction == "", "", ibis.literal(".") + fraction)])
    return ibis.ifelse(digits == "", None, text).try_cast(TIMESTAMP)


def _told(objects: ir.Table, entity: str, **more: ir.Value) -> ir.Table:
    """Objects with the same fields once a month, with the days on which they were told.

    What is told every day is put together here, before it is taken apart into artists, albums and tracks.
    """
    fields = [name for name in ("id", *_FIELDS_OF[entity]) if name in objects.columns]
    at = objects["at"]
    day = ibis.array([ibis.struct({"at": at, "batch": objects["_batch"]})])
    dated = objects.select(*fields, **more, month=ibis.coalesce(at.year() * 100 + at.month(), UNDATED), _days=day)
    return dated.group_by([*fields, *more, "month"]).aggregate(_days=dated["_days"].collect().flatten())


def _opened(rows: ir.Table, name: str, *kept: str) -> ir.Table:
    """Objects that are nested in a column, their fields as columns."""
    nested = rows[name]
    return rows.select(*kept, **{field: nested[field] for field in nested.type().names})


def _tracks(tracks: ir.Table) -> list[ir.Table]:
    """Tracks, and the albums and artists that are told with them."""
    albums = _opened(tracks, "album", *_WHEN)
    return [
        _observation(tracks, "track", album_id=tracks.album["id"]),
        _observation(albums, "album"),
        _artists_of(tracks),
        _artists_of(albums),
    ]


def _artists_of(objects: ir.Table) -> ir.Table:
    """Artists of a list of credits."""
    return _observation(_opened(objects.select(*_WHEN, artist=objects.artists.unnest()), "artist", *_WHEN), "artist")


def _observation(objects: ir.Table, entity: str, entity_id: ir.Value | None = None, **own: ir.Value) -> ir.Table:
    """Objects with an id in the columns of the table; what they do not have at all is null, and so is what cannot be.

    Of what Spotify has taken away it tells with an empty name, and of all else with zeros: only that the id exists. Numbers
    that are nested in an item of recently-played are out of bounds here first: Bronze does not quarantine a play for the
    popularity of its track.
    """
    attributes = {column.name: column for column in ATTRIBUTES[entity]}
    told = {name: field(objects) for name, field in FIELDS.items() if name in attributes and _has(objects, name)} | own
    values = {name: _possible(value, attributes[name]) for name, value in told.items()}
    if _has(objects, "name"):
        is_gone = (objects["name"] == "").fill_null(False)  # noqa: FBT003 - a literal
        values = {name: ibis.ifelse(is_gone, None, value) for name, value in values.items()}
    nothing = {column.name: ibis.null(column.type) for column in ALL_ATTRIBUTES if column.name not in values}
    said = objects.select(
        *_WHEN,
        entity=ibis.literal(entity),
        entity_id=(objects["id"] if entity_id is None else entity_id).nullif(""),
        **values,
        **nothing,
    )
    return said.filter(said.entity_id.notnull()).select(*_SAID, "_days").cast({name: _TYPES[name] for name in (*_SAID, "_days")})


def _possible(value: ir.Value, attribute: Column) -> ir.Value:
    return value.nullif("") if value.type().is_string() else within(value, attribute.low, attribute.high)


def _has(objects: ir.Table, name: str) -> bool:
    return _IN.get(name, name) in objects.columns


def _credited(objects: ir.Table) -> ir.Value:
    named = objects.artists.map(lambda artist: ibis.struct({name: artist[name].nullif("") for name in ("id", "name")}))
    return ibis.ifelse(named.length() > 0, named, None)


def _date(objects: ir.Table) -> ir.Value:
    """Of a date that Spotify does not know it says 0000."""
    return ibis.ifelse(objects.release_date.startswith("0000"), None, objects.release_date)


def _precision(objects: ir.Table) -> ir.Value:
    """Of no date there is none: it would be that of the date that was told before."""
    return ibis.ifelse(_date(objects).nullif("").notnull(), objects.release_date_precision, None)


def _widest(objects: ir.Table) -> ir.Value:
    """The API gives the widest image first."""
    return first_of(objects.images)["url"]


_IN = {"image_url": "images", "isrc": "external_ids", "upc": "external_ids", "follower_count": "followers"}
"""Attributes that are a part of another field."""

_PLAIN = (
    *("name", "album_type", "label", "popularity", "total_tracks"),
    *("duration_ms", "explicit", "disc_number", "track_number"),
)

FIELDS: Mapping[str, Callable[[ir.Table], ir.Value]] = {
    **{name: itemgetter(name) for name in _PLAIN},
    "release_date": _date,
    "release_date_precision": _precision,
    "artists": _credited,
    "genres": lambda objects: objects.genres.filter(lambda genre: genre != "").sort(),
    "image_url": _widest,
    "isrc": lambda objects: objects.external_ids["isrc"],
    "upc": lambda objects: objects.external_ids["upc"],
    "follower_count": lambda objects: objects.followers["total"],
}

_FIELDS_OF = {
    "track": (
        *("name", "album", "artists", "duration_ms", "explicit", "disc_number", "track_number", "popularity"),
        "external_ids",
    ),
    "album": (
        *("name", "artists", "album_type", "release_date", "release_date_precision", "total_tracks", "label", "popularity"),
        *("external_ids", "images"),
    ),
    "artist": ("name", "genres", "popularity", "followers", "images"),
}
"""Fields of objects that are read; the others stay in Bronze."""
