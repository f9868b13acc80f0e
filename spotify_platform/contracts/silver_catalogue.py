"""Silver: artists, albums and tracks as they are now, and what a play's id or names resolve to.

An entity is known by its Spotify id, or, as long as none is known, by a key made of its names.
"""

from spotify_platform.contracts.model import TIMESTAMP, Column, Table
from spotify_platform.contracts.silver_told import (
    ALBUM_ATTRIBUTES,
    ALBUMS_HISTORY,
    ARTIST_ATTRIBUTES,
    ARTISTS_HISTORY,
    AUDIO_FEATURES,
    BUCKET,
    HISTORIES,
    OBSERVATIONS,
    TRACK_ATTRIBUTES,
    TRACKS_HISTORY,
)

PLAYED_TRACKS = Table(
    layer="silver",
    name="played_tracks",
    grain="one track as plays of a bucket's users tell of it in a year",
    entity="track",
    partition_by=("user_bucket", "year"),
    columns=(
        Column(name="user_bucket", type="int32", required=True, low=0, meaning="Bucket of the users"),
        Column(name="year", type="int32", required=True, low=1970, high=9999, meaning="Year of ended_at, UTC"),
        Column(name="local_year", type="int32", required=True, low=1970, high=9999, meaning="Year where the user was"),
        Column(name="alias_key", type="string", required=True, meaning="Spotify id, or name: and a hash of artist and title"),
        Column(name="track_id", type="string", meaning="Spotify id; null where plays tell names alone"),
        Column(name="track_name", type="string", meaning="Title"),
        Column(name="artist_name", type="string", meaning="First artist (album artist in exports)"),
        Column(name="album_name", type="string", meaning="Title of the album"),
    ),
)

HEARD_TRACKS = Table(
    layer="silver",
    name="heard_tracks",
    grain="one id, or pair of names, with names by which plays of anybody call it",
    entity="track",
    partition_by=("entity_bucket",),
    sort_by=("alias_key",),
    columns=(
        Column(name="alias_key", type="string", required=True, meaning="Spotify id, or name: and a hash of artist and title"),
        Column(name="track_id", type="string", meaning="Spotify id; null where plays tell names alone"),
        Column(name="track_name", type="string", meaning="Title"),
        Column(name="artist_name", type="string", meaning="First artist (album artist in exports)"),
        Column(name="album_name", type="string", meaning="Title of the album"),
        Column(name="newest_year", type="int32", required=True, low=1970, high=9999, meaning="Year of the last play, local"),
        BUCKET,
    ),
)

ALIAS_RULES = {
    "own id": "the id is the track's own",
    "relinked": "asked for this id Spotify gives the other track",
    "names": "one recording is known by these names",
    "shared names": "several recordings are known by these names; the smallest id of those that were played",
    "names alone": "no id is known by these names",
}
SURE = ("certain", "likely", "guess")

TRACK_ALIASES = Table(
    layer="silver",
    name="track_aliases",
    grain="one id or pair of names by which a track is called",
    entity="track",
    key=("alias_key",),
    partition_by=("entity_bucket",),
    sort_by=("alias_key",),
    columns=(
        Column(name="alias_key", type="string", required=True, meaning="Spotify id, or name: and a hash of artist and title"),
        Column(name="track_id", type="string", meaning="The id, where the alias is one"),
        Column(name="track_name", type="string", meaning="Title, where the alias is a pair of names"),
        Column(name="artist_name", type="string", meaning="Artist, where the alias is a pair of names"),
        Column(name="track_key", type="string", required=True, meaning="The track it means: key of silver/tracks"),
        Column(name="rule", type="string", required=True, accepted=tuple(ALIAS_RULES), meaning="Why it means that track"),
        Column(name="confidence", type="string", required=True, accepted=SURE, meaning="How sure that is"),
        Column(name="candidate_count", type="int64", required=True, low=1, meaning="Recordings that it may mean"),
        BUCKET,
    ),
)

TRACKS = Table(
    layer="silver",
    name="tracks",
    grain="one track as it is now",
    entity="track",
    key=("track_key",),
    partition_by=("entity_bucket",),
    sort_by=("track_key",),
    columns=(
        Column(name="track_key", type="string", required=True, meaning="Spotify id, or name: and a hash of artist and title"),
        Column(name="track_id", type="string", meaning="Spotify id; null as long as only names are known"),
        *TRACK_ATTRIBUTES[:-1],
        Column(name="artist_name", type="string", meaning="First credited artist; until credits are known the album's artist"),
        Column(name="album_key", type="string", meaning="Key of silver/albums"),
        Column(name="album_name", type="string", meaning="Title of the album"),
        Column(name="heard_name", type="string", meaning="Title as plays tell it, in the newest year"),
        Column(name="heard_album_name", type="string", meaning="Album as plays tell it"),
        Column(name="heard_album_artist_name", type="string", meaning="Whom plays name with it; in exports the album's artist"),
        Column(name="is_in_catalogue", type="boolean", required=True, meaning="The catalogue tells of it, not plays alone"),
        Column(name="changed_at", type=TIMESTAMP, meaning="When the catalogue first told what it tells now"),
        BUCKET,
    ),
)

RECORDING_RULES = {
    "isrc": "its ISRC",
    "names and length": "same artist and title, and lengths at most 2 s apart",
    "alone": "nothing says that it is another's",
}

RECORDINGS = Table(
    layer="silver",
    name="recordings",
    grain="one track with the recording that it is: single, album and regional ids of one recording share it",
    entity="track",
    key=("track_key",),
    partition_by=("entity_bucket",),
    sort_by=("track_key",),
    columns=(
        Column(name="track_key", type="string", required=True, meaning="Key of silver/tracks"),
        Column(name="recording_key", type="string", required=True, meaning="isrc: and the ISRC, or track: and the smallest key"),
        Column(name="rule", type="string", required=True, accepted=tuple(RECORDING_RULES), meaning="Why it is that recording"),
        Column(
            name="confidence",
            type="string",
            required=True,
            accepted=SURE,
            meaning="How sure that is: certain by ISRC, else likely, and a guess where a name or the length is not known",
        ),
        Column(name="main_track_key", type="string", required=True, meaning="The track that stands for the recording"),
        Column(
            name="length_difference_ms", type="int64", low=0, meaning="Names and length: from the track that it was matched with"
        ),
        Column(name="track_count", type="int64", required=True, low=1, meaning="Tracks that are this recording"),
        BUCKET,
    ),
)

ALBUMS = Table(
    layer="silver",
    name="albums",
    grain="one album as it is now",
    entity="album",
    key=("album_key",),
    partition_by=("entity_bucket",),
    sort_by=("album_key",),
    columns=(
        Column(name="album_key", type="string", required=True, meaning="Spotify id, or name: and a hash of artist and title"),
        Column(name="album_id", type="string", meaning="Spotify id; null as long as only names are known"),
        *ALBUM_ATTRIBUTES,
        Column(name="artist_name", type="string", meaning="First artist of the album"),
        Column(name="released_on", type="date", meaning="First day of what release_date says"),
        Column(name="is_in_catalogue", type="boolean", required=True, meaning="The catalogue tells of it, not plays alone"),
        Column(name="changed_at", type=TIMESTAMP, meaning="When the catalogue first told what it tells now"),
        BUCKET,
    ),
)

ARTISTS = Table(
    layer="silver",
    name="artists",
    grain="one artist as they are now",
    entity="artist",
    key=("artist_key",),
    partition_by=("entity_bucket",),
    sort_by=("artist_key",),
    columns=(
        Column(name="artist_key", type="string", required=True, meaning="Spotify id, or name: and a hash of the name"),
        Column(name="artist_id", type="string", meaning="Spotify id; null as long as only the name is known"),
        *ARTIST_ATTRIBUTES,
        Column(name="is_in_catalogue", type="boolean", required=True, meaning="The catalogue tells of them, not plays alone"),
        Column(name="changed_at", type=TIMESTAMP, meaning="When the catalogue first told what it tells now"),
        BUCKET,
    ),
)

CREDIT_RULES = {
    "id": "the catalogue says so, with the id",
    "name": "by name; one artist has it",
    "shared name": "by name; several artists have it, and this one has the most followers",
    "name alone": "by name; no id is known for it",
}


def _credits(entity: str) -> Table:
    return Table(
        layer="silver",
        name=f"{entity}_artists",
        grain=f"one artist credited on {'an' if entity == 'album' else 'a'} {entity}",
        entity="artist",
        key=(f"{entity}_key", "artist_key"),
        partition_by=("entity_bucket",),
        sort_by=(f"{entity}_key",),
        columns=(
            Column(name=f"{entity}_key", type="string", required=True, meaning=f"Key of silver/{entity}s"),
            Column(name="position", type="int64", required=True, low=1, meaning="1 is the first; without gaps"),
            Column(name="artist_key", type="string", required=True, meaning="Key of silver/artists"),
            Column(name="artist_name", type="string", meaning="Name as it is credited"),
            Column(name="rule", type="string", required=True, accepted=tuple(CREDIT_RULES), meaning="How the artist is known"),
            BUCKET,
        ),
    )


TRACK_ARTISTS, ALBUM_ARTISTS = _credits("track"), _credits("album")

MADE_OF: dict[Table, tuple[Table, ...]] = {
    **dict.fromkeys(HISTORIES.values(), (OBSERVATIONS,)),
    HEARD_TRACKS: (PLAYED_TRACKS,),
    TRACK_ALIASES: (TRACKS_HISTORY, HEARD_TRACKS),
    TRACKS: (TRACK_ALIASES, TRACKS_HISTORY, HEARD_TRACKS, ALBUMS_HISTORY),
    RECORDINGS: (TRACKS,),
    ALBUMS: (ALBUMS_HISTORY, TRACKS),
    TRACK_ARTISTS: (TRACKS, ARTISTS_HISTORY),
    ALBUM_ARTISTS: (ALBUMS, ARTISTS_HISTORY),
    ARTISTS: (ARTISTS_HISTORY, TRACK_ARTISTS, ALBUM_ARTISTS),
}
"""Tables of the catalogue that are made of others of it, in the order in which they are made, and of which."""

CATALOGUE = (
    OBSERVATIONS,
    *HISTORIES.values(),
    AUDIO_FEATURES,
    PLAYED_TRACKS,
    *[t for t in MADE_OF if t not in HISTORIES.values()],
)
"""In the order in which they are made."""
