"""Bronze: what has landed, typed and otherwise as it came, one table a kind of record.

Each table is partitioned by `_part`: `row` (good rows), `bad` (quarantined rows, with the columns that could be read),
`object` (one header row a landed object).
"""

from spotify_platform.contracts.bronze_catalogue import CATALOGUE_SOURCES
from spotify_platform.contracts.bronze_parts import (
    ALBUM_SHAPE,
    ARTISTS_SHAPE,
    LINK_SHAPE,
    URLS_SHAPE,
    bronze_table,
    flag,
    inside,
    milliseconds,
    text,
    whole,
)
from spotify_platform.contracts.model import TIMESTAMP, Column, Field, Source, Table

# Keys that never pass into a table, an event or an error, alone or as a word of a longer key, in any spelling of case and
# punctuation (law 8).
PRIVATE_KEYS = frozenset(
    {
        *("ip", "ipv4", "ipv6", "ipaddr", "ipaddrdecrypted", "ipaddress", "useragent", "useragentdecrypted", "deviceid"),
        *("user", "userid", "username", "displayname", "owner", "createdby", "addedby", "facebookuid"),
        *("email", "phone", "mobilenumber", "birthdate", "address", "postalcode"),
        *("city", "region", "metrocode", "geo", "coordinates", "latitude", "longitude", "lat", "lon"),
    }
)


_EXTENDED = (
    Field(
        column="ts",
        path="ts",
        kind="string",
        type=TIMESTAMP,
        required=True,
        meaning="When the stream ended, UTC, exact to the second",
    ),
    text("platform", "Device or program, as Spotify wrote it"),
    milliseconds("ms_played", "Milliseconds heard", required=True),
    text("conn_country", "Country of the connection, ISO 3166 code or ZZ"),
    text("master_metadata_track_name", "Title of the track"),
    text("master_metadata_album_artist_name", "First artist of the album"),
    text("master_metadata_album_album_name", "Title of the album"),
    text("spotify_track_uri", "spotify:track:…"),
    text("episode_name", "Title of the podcast episode"),
    text("episode_show_name", "Name of the show"),
    text("spotify_episode_uri", "spotify:episode:…"),
    text("audiobook_title", "Title of the audiobook"),
    text("audiobook_uri", "spotify:show:… of the audiobook"),
    text("audiobook_chapter_uri", "spotify:episode:… of the chapter"),
    text("audiobook_chapter_title", "Title of the chapter"),
    text("reason_start", "Why the stream began (trackdone, clickrow, fwdbtn …)"),
    text("reason_end", "Why the stream ended (trackdone, fwdbtn, endplay …)"),
    flag("shuffle", "Shuffle was on"),
    flag("skipped", "The listener skipped on; null in many older exports"),
    flag("offline", "The device was offline"),
    whole("offline_timestamp", "0, seconds or milliseconds since 1970; never a key"),
    flag("incognito_mode", "A private session"),
)

_ACCOUNT = (
    Field(
        column="end_time",
        path="endTime",
        kind="string",
        type=TIMESTAMP,
        required=True,
        meaning="When the stream ended, UTC, exact to the minute",
    ),
    text("artist_name", "Artist of the track", "artistName"),
    text("track_name", "Title of the track", "trackName"),
    text("podcast_name", "Name of the show", "podcastName"),
    text("episode_name", "Title of the episode", "episodeName"),
    text("audiobook_name", "Title of the audiobook", "audiobookName"),
    text("chapter_name", "Title of the chapter", "chapterName"),
    text("author_name", "Author of the audiobook", "authorName"),
    milliseconds("ms_played", "Milliseconds heard", "msPlayed", required=True),
)

_TRACK = (
    "struct<id: string, name: string, type: string, uri: string, href: string, duration_ms: int64, explicit: boolean, "
    "disc_number: int64, track_number: int64, popularity: int64, is_local: boolean, is_playable: boolean, preview_url: string, "
    "available_markets: array<string>, external_ids: struct<isrc: string, ean: string, upc: string>, "
    f"external_urls: {URLS_SHAPE}, album: {ALBUM_SHAPE}, artists: {ARTISTS_SHAPE}, linked_from: {LINK_SHAPE}>"
)

_RECENT = (
    Field(
        column="played_at",
        path="played_at",
        kind="string",
        type=TIMESTAMP,
        required=True,
        meaning="When the play ended, UTC, exact to the millisecond",
    ),
    Field(
        column="track",
        path="track",
        kind="json",
        type=_TRACK,
        required=True,
        meaning="The track as the API describes it, nested",
    ),
    Field(
        column="context",
        path="context",
        kind="json",
        type=f"struct<type: string, uri: string, href: string, external_urls: {URLS_SHAPE}>",
        meaning="What it was played from: album, playlist …; user names masked",
    ),
)

EXTENDED_HISTORY = Source(
    source="extended",
    description="Extended streaming history exports, as Spotify sends them: zips, folders or single files.",
    table=bronze_table("extended_history", "one row of an extended streaming history export", "play", _EXTENDED),
    fields=_EXTENDED,
    signatures=(("ts", "ms_played"),),
    file_names=r"(streaming_history_(audio|video)_.*|endsong.*|endvideo.*)\.json",
)
ACCOUNT_HISTORY = Source(
    source="account",
    description="Account data exports (the last year of listening), as Spotify sends them.",
    table=bronze_table("account_history", "one row of an account data export's streaming history", "play", _ACCOUNT),
    fields=_ACCOUNT,
    signatures=(("endTime", "msPlayed"),),
    file_names=r"streaminghistory.*\.json",
)
RECENTLY_PLAYED = Source(
    source="api",
    description="Answers of the Web API's recently-played endpoint, one object an answer.",
    table=bronze_table("recently_played", "one item of a recently-played answer", "play", _RECENT),
    fields=_RECENT,
    signatures=(("played_at", "track"), ("items", "cursors")),
    file_names=r"recently[-_]played.*\.json",
    rows_at=("items",),
    # What a play is told apart by. All else that is told of the track is read as null where it cannot be so: a play is
    # worth more than the popularity of its track.
    inner_fields=(
        *inside("string", "track.id", "track.name", "track.uri"),
        *inside("array", "track.artists"),
        *inside("json", "track.album"),
    ),
)

PLAY_SOURCES = (EXTENDED_HISTORY, ACCOUNT_HISTORY, RECENTLY_PLAYED)
SOURCES = (*PLAY_SOURCES, *CATALOGUE_SOURCES)
BY_TABLE = {source.table.name: source for source in SOURCES}

QUARANTINE = Table(
    layer="bronze",
    name="quarantine",
    grain="one record that could not be loaded, with its reason",
    entity="play",
    key=("object", "batch", "row"),
    found_by=("batch",),
    columns=(
        Column(name="source", type="string", required=True, meaning="Source of the record"),
        Column(name="user_id", type="string", required=True, meaning="Owner of the object"),
        Column(name="object", type="string", required=True, meaning="Key of the landed object"),
        Column(name="sha256", type="string", meaning="SHA-256 of the object's bytes"),
        Column(
            name="row",
            type="int64",
            required=True,
            low=0,
            meaning="Position in the object, from 0; misfits in CSV are last",
        ),
        Column(name="offset", type="int64", low=0, meaning="First byte of the record in its object; null in CSV and Parquet"),
        Column(name="length", type="int64", low=0, meaning="Bytes of the record; null in CSV and Parquet"),
        Column(
            name="text_sha256",
            type="string",
            meaning="SHA-256 of the record's bytes; the text itself stays in the landing zone",
        ),
        Column(name="reason", type="string", required=True, meaning="What is wrong with it"),
        Column(name="batch", type="int64", required=True, low=1, meaning="The ledger's batch that met it"),
    ),
)
