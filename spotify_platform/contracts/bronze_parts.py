"""What Bronze contracts share: the bookkeeping beside every record, the builder of their tables, common fields and shapes."""

from spotify_platform.contracts.model import TIMESTAMP, Column, Field, InnerField, Kind, Table
from spotify_platform.contracts.ranges import WEEK_MS

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
    Column(
        name="_offset",
        type="int64",
        low=0,
        meaning="Quarantined rows: first byte in the object; null in CSV and Parquet",
    ),
    Column(name="_length", type="int64", low=0, meaning="Quarantined rows: bytes of the record; null in CSV and Parquet"),
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


def bronze_table(name: str, grain: str, entity: str, fields: tuple[Field, ...]) -> Table:
    """The table that takes records of these fields."""
    own = tuple(
        Column(name=f.column, type=f.type, meaning=f.meaning, low=f.low, high=f.high, accepted=f.accepted) for f in fields
    )
    return Table(
        layer="bronze",
        name=name,
        grain=grain,
        entity=entity,
        columns=own + BOOKKEEPING,
        partition_by=("_part",),
        found_by=("_batch", "_user", "_status", "_reason", "_sha256"),
    )


def text(column: str, meaning: str, path: str | None = None, *, required: bool = False, accepted: tuple[str, ...] = ()) -> Field:
    """A field of text."""
    return Field(
        column=column, path=path or column, kind="string", type="string", meaning=meaning, required=required, accepted=accepted
    )


def flag(column: str, meaning: str) -> Field:
    """A field that is true or false."""
    return Field(column=column, path=column, kind="boolean", type="boolean", meaning=meaning)


def whole(column: str, meaning: str, *, low: int | None = None, high: int | None = None) -> Field:
    """A field of whole numbers."""
    return Field(column=column, path=column, kind="integer", type="int64", meaning=meaning, low=low, high=high)


def milliseconds(column: str, meaning: str, path: str | None = None, *, required: bool = False) -> Field:
    """A field of milliseconds, 0 to a week."""
    return Field(
        column=column, path=path or column, kind="integer", type="int64", meaning=meaning, required=required, low=0, high=WEEK_MS
    )


def inside(kind: Kind, *paths: str, low: int | None = None, high: int | None = None) -> tuple[InnerField, ...]:
    """Values inside nested fields, all of one kind."""
    return tuple(InnerField(path=path, kind=kind, low=low, high=high) for path in paths)


# Shapes that the Web API nests, spelled as Ibis spells types.
IMAGES_SHAPE = "array<struct<url: string, height: int64, width: int64>>"
URLS_SHAPE = "struct<spotify: string>"
LINK_SHAPE = f"struct<id: string, uri: string, type: string, href: string, external_urls: {URLS_SHAPE}>"
ARTISTS_SHAPE = f"array<struct<id: string, name: string, type: string, uri: string, href: string, external_urls: {URLS_SHAPE}>>"
ALBUM_SHAPE = (
    "struct<id: string, name: string, type: string, uri: string, href: string, album_type: string, album_group: string, "
    "release_date: string, release_date_precision: string, total_tracks: int64, is_playable: boolean, "
    f"available_markets: array<string>, images: {IMAGES_SHAPE}, external_urls: {URLS_SHAPE}, artists: {ARTISTS_SHAPE}>"
)
