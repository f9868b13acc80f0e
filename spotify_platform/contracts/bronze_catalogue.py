"""Bronze of the catalogue: artists, albums, tracks and audio features as the Web API describes them, one row an object.

Columns bear the API's own names. Only `id` and `name` are demanded: apps get unequal sets of fields, and what is absent is
unknown, never 0 or false. An object that has a number out of range anywhere, or an id or name that is no text, is
quarantined as a whole: nothing waits for it, an answer comes again, and its reason is seen, where a null would not be.
"""

from spotify_platform.contracts import ranges
from spotify_platform.contracts.bronze_parts import (
    ALBUM_SHAPE,
    ARTISTS_SHAPE,
    IMAGES_SHAPE,
    LINK_SHAPE,
    URLS_SHAPE,
    bronze_table,
    flag,
    inside,
    milliseconds,
    text,
    whole,
)
from spotify_platform.contracts.model import Field, Source

SOURCE = "catalogue_api"

_IDS = "struct<isrc: string, ean: string, upc: string>"
_RESTRICTIONS = "struct<reason: string>"
_ALBUM_TRACK = (
    "struct<id: string, name: string, type: string, uri: string, href: string, duration_ms: int64, explicit: boolean, "
    "disc_number: int64, track_number: int64, is_local: boolean, is_playable: boolean, preview_url: string, "
    f"available_markets: array<string>, external_urls: {URLS_SHAPE}, artists: {ARTISTS_SHAPE}, linked_from: {LINK_SHAPE}, "
    f"restrictions: {_RESTRICTIONS}>"
)
_ALBUM_TRACKS = (
    "struct<href: string, limit: int64, next: string, offset: int64, previous: string, total: int64, "
    f"items: array<{_ALBUM_TRACK}>>"
)


def _object(column: str, type_: str, meaning: str) -> Field:
    return Field(column=column, path=column, kind="json", type=type_, meaning=meaning)


def _list(column: str, type_: str, meaning: str) -> Field:
    return Field(column=column, path=column, kind="array", type=type_, meaning=meaning)


def _number(column: str, meaning: str) -> Field:
    low, high = ranges.AUDIO_FEATURES[column]
    return Field(column=column, path=column, kind="number", type="float64", meaning=meaning, low=low, high=high)


def _class(column: str, meaning: str) -> Field:
    low, high = ranges.AUDIO_FEATURES[column]
    return whole(column, meaning, low=low, high=high)


def _named(what: str) -> tuple[Field, ...]:
    """What every track, album and artist has."""
    return (
        text("id", f"Spotify id of the {what}", required=True),
        text("name", f"Name of the {what}", required=True),
        text("type", f"{what}, where it is said", accepted=(what,)),
        text("uri", f"spotify:{what}:…"),
        text("href", "Address at the Web API"),
        _object("external_urls", URLS_SHAPE, "Addresses for people"),
    )


def _popularity() -> Field:
    return whole("popularity", "Popularity when it was asked, 0 to 100", low=0, high=100)


_MARKETS = _list("available_markets", "array<string>", "Countries it can be played in, ISO 3166 codes")
_EXTERNAL_IDS = _object("external_ids", _IDS, "ISRC, EAN, UPC")
_PLAYABLE = flag("is_playable", "It can be played in the market that was asked for")
_RESTRICTED = _object("restrictions", _RESTRICTIONS, "Why it cannot be played")
_GENRES = _list("genres", "array<string>", "Genres")
_PICTURES = _list("images", IMAGES_SHAPE, "Images, widest first")

_TRACKS = (
    *_named("track"),
    milliseconds("duration_ms", "Length in milliseconds"),
    flag("explicit", "Explicit lyrics; false also where that is unknown to Spotify"),
    # What Spotify has taken away it tells with zeros.
    whole("disc_number", "Disc, from 1; 0 where it is not told", low=0),
    whole("track_number", "Place on the disc, from 1; 0 where it is not told", low=0),
    _popularity(),
    flag("is_local", "From a local file"),
    _PLAYABLE,
    text("preview_url", "Address of 30 seconds of it"),
    _object("album", ALBUM_SHAPE, "The album, simplified"),
    _list("artists", ARTISTS_SHAPE, "Credited artists in their order, simplified"),
    _EXTERNAL_IDS,
    _object("linked_from", LINK_SHAPE, "The track that was asked for, where another was given in its place"),
    _RESTRICTED,
    _MARKETS,
)

_ALBUMS = (
    *_named("album"),
    text("album_type", "album, single, compilation, or what else is told"),
    text("album_group", "How the artist asked for takes part: album, single, compilation, appears_on"),
    text("release_date", "yyyy, yyyy-mm or yyyy-mm-dd"),
    text("release_date_precision", "year, month or day"),
    whole("total_tracks", "Tracks on it", low=0),
    text("label", "Label"),
    _popularity(),
    _PLAYABLE,
    _list("artists", ARTISTS_SHAPE, "Artists of the album in their order, simplified"),
    _PICTURES,
    _GENRES,
    _EXTERNAL_IDS,
    _list("copyrights", "array<struct<text: string, type: string>>", "Copyright lines; type C: work, P: recording"),
    _object("tracks", _ALBUM_TRACKS, "First page of its tracks, simplified"),
    _RESTRICTED,
    _MARKETS,
)

_ARTISTS = (
    *_named("artist"),
    _popularity(),
    _GENRES,
    _PICTURES,
    _object("followers", "struct<href: string, total: int64>", "Followers when it was asked"),
)

_AUDIO_FEATURES = (
    text("id", "Spotify id of the track", required=True),
    text("type", "audio_features, where it is said", accepted=("audio_features",)),
    text("uri", "spotify:track:…"),
    text("track_href", "Address of the track at the Web API"),
    text("analysis_url", "Address of its audio analysis"),
    _number("acousticness", "0 to 1: sure that it is acoustic"),
    _number("danceability", "0 to 1"),
    _number("energy", "0 to 1"),
    _number("instrumentalness", "0 to 1: likely without vocals"),
    _number("liveness", "0 to 1: likely performed live"),
    _number("loudness", "Decibels, about -60 to 0"),
    _number("speechiness", "0 to 1: spoken words"),
    _number("tempo", "Beats per minute"),
    _number("valence", "0 to 1: sad to happy"),
    _class("key", "Pitch class, 0 = C to 11 = B, -1 where none was found"),
    _class("mode", "1 major, 0 minor"),
    _class("time_signature", "Beats in a bar"),
    milliseconds("duration_ms", "Length in milliseconds"),
)


def _credits(at: str) -> tuple[str, ...]:
    return f"{at}[*].id", f"{at}[*].name"


TRACKS = Source(
    source=SOURCE,
    description="Tracks of the Web API, full or simplified: one object, a list, a page of them, or `tracks` of several.",
    table=bronze_table("tracks", "one track of an answer of the Web API's catalogue", "track", _TRACKS),
    fields=_TRACKS,
    record_type="track",
    record_keys=tuple(("duration_ms", "artists", more) for more in ("track_number", "album", "explicit")),
    file_names=r"tracks?([-_. ].*)?\.json",
    rows_at=("tracks", "items"),
    inner_fields=(
        *inside("string", "album.id", "album.name", "external_ids.isrc", "linked_from.id"),
        *inside("array", "album.artists"),
        *inside("string", *_credits("artists"), *_credits("album.artists")),
        *inside("integer", "album.total_tracks", low=0),
    ),
)
ALBUMS = Source(
    source=SOURCE,
    description="Albums of the Web API, full or simplified: one object, a list, a page of them, or `albums` of several.",
    table=bronze_table("albums", "one album of an answer of the Web API's catalogue", "album", _ALBUMS),
    fields=_ALBUMS,
    record_type="album",
    record_keys=(("album_type",), ("release_date", "total_tracks")),
    file_names=r"albums?([-_. ].*)?\.json",
    rows_at=("albums", "items"),
    inner_fields=(
        *inside("array", "tracks.items"),
        *inside("string", "external_ids.upc", *_credits("artists")),
        *inside("string", *_credits("tracks.items"), "tracks.items[*].linked_from.id", *_credits("tracks.items[*].artists")),
        *inside("integer", "tracks.items[*].duration_ms", low=0, high=ranges.WEEK_MS),
        *inside("integer", "tracks.items[*].disc_number", "tracks.items[*].track_number", low=0),
    ),
)
ARTISTS = Source(
    source=SOURCE,
    description="Artists of the Web API, full or simplified: one object, a list, a page of them, or `artists` of several.",
    table=bronze_table("artists", "one artist of an answer of the Web API's catalogue", "artist", _ARTISTS),
    fields=_ARTISTS,
    record_type="artist",
    record_keys=(("genres", "images"), ("followers", "images", "popularity")),
    file_names=r"artists?([-_. ].*)?\.json",
    rows_at=("artists", "items"),
    inner_fields=inside("integer", "followers.total", low=0),
)
AUDIO_FEATURES = Source(
    source=SOURCE,
    description="Audio features of the Web API, which newer apps cannot ask for: one object, or `audio_features` of several.",
    table=bronze_table("audio_features", "the audio features of one track, as the Web API gave them", "track", _AUDIO_FEATURES),
    fields=_AUDIO_FEATURES,
    record_type="audio_features",
    record_keys=(("danceability", "energy"),),
    file_names=r"audio[-_ ]?features?([-_. ].*)?\.json",
    rows_at=("audio_features",),
)

CATALOGUE_SOURCES = (ARTISTS, ALBUMS, TRACKS, AUDIO_FEATURES)
