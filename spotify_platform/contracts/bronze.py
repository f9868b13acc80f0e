"""Bronze: what has landed, typed and otherwise as it came, one table a kind of record.

Each table is partitioned by `_part`: `row` (good rows), `bad` (quarantined rows, with the columns that could be read),
`object` (one header row a landed object).
"""

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

BOOKKEEPING = (
    Column(
        name="_part",
        type="string",
        required=True,
        accepted=("row", "bad", "object"),
        meaning="What this line is: a good row, a quarantined row, or the header of a landed object",
    ),
    Column(name="_batch", type="int64", required=True, low=1, meaning="Number of the ledger's batch that loaded it"),
    Column(
        name="_object",
        type="string",
        required=True,
        meaning="Key of the landed object, relative to the landing zone; members of a zip are written zip!member",
    ),
    Column(
        name="_sha256",
        type="string",
        meaning="SHA-256 of the object's bytes, hexadecimal; null for an object that was gone before it could be loaded",
    ),
    Column(name="_user", type="string", required=True, meaning="user_id the object belongs to"),
    Column(name="_row", type="int64", low=0, meaning="Position of the record in its object, from 0; null in headers"),
    Column(name="_loaded_at", type=TIMESTAMP, required=True, meaning="When the batch was loaded"),
    Column(
        name="_unknown",
        type="string",
        meaning="Keys that the contract does not know, as JSON text, private ones left out",
    ),
    Column(name="_reason", type="string", meaning="Why the row is quarantined or the object refused"),
    Column(name="_offset", type="int64", low=0, meaning="Quarantined rows: first byte of the record in its object"),
    Column(name="_length", type="int64", low=0, meaning="Quarantined rows: bytes of the record"),
    Column(
        name="_text_sha256",
        type="string",
        meaning="Quarantined rows: SHA-256 of the record's bytes, so that it can be told apart without being shown",
    ),
    Column(
        name="_status",
        type="string",
        accepted=("loaded", "repeat", "refused"),
        meaning="Headers: what became of the object",
    ),
    Column(
        name="_rows_in",
        type="int64",
        low=0,
        meaning="Headers: records the reader counted in the object, before any of them was parsed",
    ),
    Column(name="_bytes", type="int64", low=0, meaning="Headers: size of the object"),
)


def _table(name: str, grain: str, fields: tuple[Field, ...]) -> Table:
    own = tuple(Column(name=f.column, type=f.type, meaning=f.meaning, low=f.low, high=f.high) for f in fields)
    return Table(
        layer="bronze",
        name=name,
        grain=grain,
        entity="play",
        columns=own + BOOKKEEPING,
        partition_by=("_part",),
        found_by=("_batch", "_user", "_status", "_reason", "_sha256"),
    )


# The longest single play in 187,660 real rows was 5.5 hours; a day leaves room for sleep sounds and is still no error.
_MS = {"kind": "integer", "type": "int64", "low": 0, "high": 7 * 24 * 3_600_000}


def _text(column: str, meaning: str, path: str | None = None) -> Field:
    return Field(column=column, path=path or column, kind="string", type="string", meaning=meaning)


def _flag(column: str, meaning: str) -> Field:
    return Field(column=column, path=column, kind="boolean", type="boolean", meaning=meaning)


_EXTENDED = (
    Field(
        column="ts",
        path="ts",
        kind="string",
        type=TIMESTAMP,
        required=True,
        meaning="When the stream ended, UTC, exact to the second",
    ),
    _text("platform", "Device or program, as Spotify wrote it"),
    Field(column="ms_played", path="ms_played", required=True, meaning="Milliseconds heard", **_MS),  # type: ignore[arg-type]
    _text("conn_country", "Country of the connection, ISO 3166 code or ZZ"),
    _text("master_metadata_track_name", "Title of the track"),
    _text("master_metadata_album_artist_name", "First artist of the album"),
    _text("master_metadata_album_album_name", "Title of the album"),
    _text("spotify_track_uri", "spotify:track:…"),
    _text("episode_name", "Title of the podcast episode"),
    _text("episode_show_name", "Name of the show"),
    _text("spotify_episode_uri", "spotify:episode:…"),
    _text("audiobook_title", "Title of the audiobook"),
    _text("audiobook_uri", "spotify:show:… of the audiobook"),
    _text("audiobook_chapter_uri", "spotify:episode:… of the chapter"),
    _text("audiobook_chapter_title", "Title of the chapter"),
    _text("reason_start", "Why the stream began (trackdone, clickrow, fwdbtn …)"),
    _text("reason_end", "Why the stream ended (trackdone, fwdbtn, endplay …)"),
    _flag("shuffle", "Shuffle was on"),
    _flag("skipped", "The listener skipped on; null in many older exports"),
    _flag("offline", "The device was offline"),
    Field(
        column="offline_timestamp",
        path="offline_timestamp",
        kind="integer",
        type="int64",
        meaning="0, seconds or milliseconds since 1970; never a key",
    ),
    _flag("incognito_mode", "A private session"),
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
    _text("artist_name", "Artist of the track", "artistName"),
    _text("track_name", "Title of the track", "trackName"),
    _text("podcast_name", "Name of the show", "podcastName"),
    _text("episode_name", "Title of the episode", "episodeName"),
    _text("audiobook_name", "Title of the audiobook", "audiobookName"),
    _text("chapter_name", "Title of the chapter", "chapterName"),
    _text("author_name", "Author of the audiobook", "authorName"),
    Field(column="ms_played", path="msPlayed", required=True, meaning="Milliseconds heard", **_MS),  # type: ignore[arg-type]
)

_IMAGES = "array<struct<url: string, height: int64, width: int64>>"
_URLS = "struct<spotify: string>"
_ARTISTS = f"array<struct<id: string, name: string, type: string, uri: string, href: string, external_urls: {_URLS}>>"
_ALBUM = (
    "struct<id: string, name: string, type: string, uri: string, href: string, album_type: string, album_group: string, "
    "release_date: string, release_date_precision: string, total_tracks: int64, is_playable: boolean, "
    f"available_markets: array<string>, images: {_IMAGES}, external_urls: {_URLS}, artists: {_ARTISTS}>"
)
_TRACK = (
    "struct<id: string, name: string, type: string, uri: string, href: string, duration_ms: int64, explicit: boolean, "
    "disc_number: int64, track_number: int64, popularity: int64, is_local: boolean, is_playable: boolean, preview_url: string, "
    "available_markets: array<string>, external_ids: struct<isrc: string, ean: string, upc: string>, "
    f"external_urls: {_URLS}, album: {_ALBUM}, artists: {_ARTISTS}>"
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
        type=f"struct<type: string, uri: string, href: string, external_urls: {_URLS}>",
        meaning="What it was played from: album, playlist …; user names masked",
    ),
)

EXTENDED_HISTORY = Source(
    source="extended",
    description="Extended streaming history exports, as Spotify sends them: zips, folders or single files.",
    table=_table("extended_history", "one row of an extended streaming history export", _EXTENDED),
    fields=_EXTENDED,
    signatures=(("ts", "ms_played"),),
    file_names=r"(streaming_history_(audio|video)_.*|endsong.*|endvideo.*)\.json",
)
ACCOUNT_HISTORY = Source(
    source="account",
    description="Account data exports (the last year of listening), as Spotify sends them.",
    table=_table("account_history", "one row of an account data export's streaming history", _ACCOUNT),
    fields=_ACCOUNT,
    signatures=(("endTime", "msPlayed"),),
    file_names=r"streaminghistory.*\.json",
)
RECENTLY_PLAYED = Source(
    source="api",
    description="Answers of the Web API's recently-played endpoint, one object an answer.",
    table=_table("recently_played", "one item of a recently-played answer", _RECENT),
    fields=_RECENT,
    signatures=(("played_at", "track"), ("items", "cursors")),
    file_names=r"recently[-_]played.*\.json",
    rows_at="items",
    inner_kinds=(
        ("track.id", "string"),
        ("track.name", "string"),
        ("track.uri", "string"),
        ("track.duration_ms", "integer"),
        ("track.artists", "array"),
        ("track.album", "json"),
    ),
)

SOURCES = (EXTENDED_HISTORY, ACCOUNT_HISTORY, RECENTLY_PLAYED)
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
        Column(name="row", type="int64", required=True, low=0, meaning="Position of the record in its object, from 0"),
        Column(name="offset", type="int64", low=0, meaning="First byte of the record in its object"),
        Column(name="length", type="int64", low=0, meaning="Bytes of the record"),
        Column(
            name="text_sha256",
            type="string",
            meaning="SHA-256 of the record's bytes; the text itself stays in the landing zone",
        ),
        Column(name="reason", type="string", required=True, meaning="What is wrong with it"),
        Column(name="batch", type="int64", required=True, low=1, meaning="The ledger's batch that met it"),
    ),
)
