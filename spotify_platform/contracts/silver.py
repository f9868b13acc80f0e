"""Silver: conformed records and the plays they make. Columns that begin with `_` are bookkeeping."""

from spotify_platform.contracts.model import TIMESTAMP, Column, Table

CONTENT_TYPES = ("track", "episode", "audiobook", "unknown")
SOURCES = ("account", "api", "extended")

_WHO = (
    Column(name="user_id", type="string", required=True, meaning="Whose play it is"),
    Column(name="user_bucket", type="int32", required=True, low=0, meaning="Bucket of the user, from sha256(user_id)"),
    Column(name="year", type="int32", required=True, low=1970, high=9999, meaning="Year of ended_at, UTC"),
)

# What the play was of, and how it was heard: the same in records and in plays.
_WHAT = (
    Column(name="ended_at", type=TIMESTAMP, required=True, meaning="End of the play, UTC"),
    Column(name="ms_played", type="int64", low=0, meaning="Milliseconds heard; null when unknown (API)"),
    Column(
        name="content_type",
        type="string",
        required=True,
        accepted=CONTENT_TYPES,
        meaning="track, episode, audiobook, or unknown where the record says nothing",
    ),
    Column(name="content_uri", type="string", meaning="Spotify URI of the track, episode or chapter"),
    Column(name="track_id", type="string", meaning="Spotify id of the track; null when only names are known"),
    Column(name="track_name", type="string", meaning="Title of the track, episode or chapter"),
    Column(name="artist_name", type="string", meaning="First artist (album artist in exports), or author of the audiobook"),
    Column(name="album_name", type="string", meaning="Title of the album"),
    Column(name="show_name", type="string", meaning="Name of the show, or title of the audiobook"),
)
_HOW = (
    Column(name="reason_start", type="string", meaning="Why the stream began"),
    Column(name="reason_end", type="string", meaning="Why the stream ended"),
    Column(name="shuffle", type="boolean", meaning="Shuffle was on"),
    Column(name="skipped", type="boolean", meaning="The listener skipped on, as the source says"),
    Column(name="offline", type="boolean", meaning="The device was offline"),
    Column(name="incognito", type="boolean", meaning="A private session"),
    Column(name="platform", type="string", meaning="Device or program, as the source says"),
)

PLAY_RECORDS = Table(
    layer="silver",
    name="play_records",
    grain="one distinct record of a play, whatever the number of objects that hold it",
    entity="play",
    key=("record_id",),
    partition_by=("user_bucket", "year"),
    sort_by=("ended_at",),
    found_by=("_batch",),
    columns=(
        Column(
            name="record_id",
            type="string",
            required=True,
            meaning="SHA-256 of source, user and the record's identity (rules R0, R1, R2)",
        ),
        *_WHO,
        Column(name="source", type="string", required=True, accepted=SOURCES, meaning="Where the record comes from"),
        *_WHAT,
        Column(
            name="duration_ms",
            type="int64",
            low=0,
            meaning="Length of the track as the API tells it; an upper bound of what was heard",
        ),
        *_HOW,
        Column(name="country", type="string", meaning="Country of the connection"),
        Column(name="context_uri", type="string", meaning="What it was played from"),
        Column(
            name="origins",
            type="array<string>",
            required=True,
            meaning="Every row that holds the record: first 16 digits of the object's sha256, #, row; sorted",
        ),
        Column(name="_batch", type="int64", required=True, low=1, meaning="The last batch that touched the record"),
    ),
)

PLAYS = Table(
    layer="silver",
    name="plays",
    grain="one play",
    entity="play",
    key=("play_id",),
    partition_by=("user_bucket", "year"),
    sort_by=("ended_at",),
    found_by=("_batch",),
    columns=(
        Column(name="play_id", type="string", required=True, meaning="record_id of the record that is kept"),
        *_WHO,
        *_WHAT,
        Column(name="started_at", type=TIMESTAMP, meaning="Start of the play, UTC: end less what was heard"),
        Column(
            name="start_is_estimated",
            type="boolean",
            required=True,
            meaning="The start rests on an estimate (no ms_played, or an end known to the minute only)",
        ),
        Column(
            name="ms_played_estimate",
            type="int64",
            low=0,
            meaning="Where ms_played is unknown: the track's length, an upper bound",
        ),
        Column(
            name="is_counted",
            type="boolean",
            required=True,
            meaning="Music heard for 30 seconds or more (an API play without ms_played counts)",
        ),
        *_HOW,
        Column(name="device_type", type="string", meaning="Kind of device, from platform"),
        Column(name="country", type="string", meaning="Country of the connection"),
        Column(name="context_uri", type="string", meaning="What it was played from"),
        Column(name="time_zone", type="string", required=True, meaning="IANA zone of the user at that time"),
        Column(name="local_date", type="date", required=True, meaning="Day of ended_at in time_zone"),
        Column(name="local_hour", type="int32", required=True, low=0, high=23, meaning="Hour of ended_at in time_zone"),
        Column(
            name="time_of_day",
            type="string",
            required=True,
            accepted=("morning", "afternoon", "evening", "night"),
            meaning="6-11 morning, 12-17 afternoon, 18-23 evening, else night",
        ),
        Column(name="sources", type="array<string>", required=True, meaning="Sources that know the play, sorted"),
        Column(
            name="match",
            type="string",
            required=True,
            accepted=("single", "repeated", "matched", "ambiguous"),
            meaning="One record; several rows of one source; several sources; or not to be told",
        ),
        Column(name="record_ids", type="array<string>", required=True, meaning="The records that made it, sorted"),
        Column(name="_batch", type="int64", required=True, low=1, meaning="The last batch that touched the play"),
    ),
)
