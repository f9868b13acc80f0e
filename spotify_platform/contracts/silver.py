"""Silver: conformed records and the plays they make. Columns that begin with `_` are bookkeeping."""

from spotify_platform.contracts.model import TIMESTAMP, Column, Table
from spotify_platform.contracts.ranges import WEEK_MS

CONTENT_TYPES = ("track", "episode", "audiobook", "unknown")
SOURCES = ("account", "api", "extended")
RULES = {
    "R0": "rows of account data of one minute, names and length are as many plays as one file has of them at most",
    "R1": "rows of the extended export that end in one second, of one content and length, are one",
    "R2": "items of recently-played with one time and track are one",
    "R3": "account data and the extended export tell of one title and length in one minute, or in two beside each other",
    "R4": "the API and the extended export tell of one track or title, and the ends are seconds apart",
    "R5": "the API and account data tell of one title in one minute, or in two beside each other",
    "R6": "the same track or title minutes apart: one play or two, nobody can tell; the API's does not count",
}
"""Which records are one play, in words."""

_WHO = (
    Column(name="user_id", type="string", required=True, meaning="Whose it is"),
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
    Column(name="skipped", type="boolean", meaning="The listener skipped on; a play's rests on reason_end where no source says"),
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
            low=1,
            high=WEEK_MS,
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
            meaning="Where ms_played is unknown: the track's length, but no more than there was since the play before; "
            "an upper bound",
        ),
        Column(
            name="is_counted",
            type="boolean",
            required=True,
            meaning="Music heard for 30 seconds or more; an API play without ms_played counts, unless an export may tell of it",
        ),
        Column(name="is_excluded", type="boolean", required=True, meaning="Left out of Gold, as the user's profile wants it"),
        *_HOW,
        Column(
            name="skipped_is_derived",
            type="boolean",
            required=True,
            meaning="No source says whether it was skipped; reason_end tells",
        ),
        Column(name="device_type", type="string", meaning="Kind of device, from platform"),
        Column(name="country", type="string", meaning="Country of the connection"),
        Column(name="context_uri", type="string", meaning="What it was played from"),
        Column(name="time_zone", type="string", required=True, meaning="IANA zone in which the user was then"),
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
        Column(
            name="ambiguous_with",
            type="array<string>",
            required=True,
            meaning="Plays that may be this one, sorted; empty unless match is ambiguous",
        ),
        Column(name="_batch", type="int64", required=True, low=1, meaning="The last batch that touched one of its records"),
    ),
)

MATCH_REPORT = Table(
    layer="silver",
    name="match_report",
    grain="one user, month (UTC) and source: its records and what became of them, those of plays left out of Gold left out",
    entity="user",
    key=("user_id", "month_start", "source"),
    partition_by=("user_bucket", "year"),
    columns=(
        *_WHO[:2],
        Column(name="year", type="int32", required=True, low=1970, high=9999, meaning="Year of month_start"),
        Column(name="month_start", type="date", required=True, meaning="First day of the month, UTC"),
        Column(name="source", type="string", required=True, accepted=SOURCES, meaning="Where the records come from"),
        *(
            Column(name=name, type="int64", required=True, low=0, meaning=meaning)
            for name, meaning in (
                ("records", "Distinct records; matched + ambiguous + unmatched_in_overlap + alone"),
                ("matched", "Records of plays that several sources tell of"),
                ("matched_r3", f"Of these, by R3: {RULES['R3']}"),
                ("matched_r4", f"Of these, by R4: {RULES['R4']}"),
                ("matched_r5", f"Of these, by R5: {RULES['R5']}"),
                ("ambiguous", "Records of plays that may be another one, by R6"),
                ("unmatched_in_overlap", "Records that another source, which tells of times before and after, should have"),
                ("alone", "Records of times of which no other source tells"),
            )
        ),
    ),
)

API_ANSWERS = Table(
    layer="silver",
    name="api_answers",
    grain="one answer of recently-played that landed, with the time it covers",
    entity="play",
    key=("user_id", "answer_id", "page"),
    partition_by=("user_bucket",),
    found_by=("_batch",),
    columns=(
        *_WHO[:2],
        Column(name="answer_id", type="string", required=True, meaning="SHA-256 of the landed object"),
        Column(name="page", type="int64", required=True, low=0, meaning="Number of the answer in the object, from 0"),
        Column(name="item_count", type="int64", required=True, low=1, meaning="Items in it, unreadable ones too"),
        Column(name="oldest_at", type=TIMESTAMP, required=True, meaning="End of the oldest play in it, UTC"),
        Column(name="newest_at", type=TIMESTAMP, required=True, meaning="End of the newest play in it, UTC"),
        Column(name="_batch", type="int64", required=True, low=1, meaning="The batch that loaded it"),
    ),
)
