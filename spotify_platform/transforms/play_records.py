"""`silver/play_records`: each source's rows in one shape, one row a distinct record (rules R0, R1, R2).

Merging is a union that picks by content: where copies of a record differ, the one with the fewest nulls is kept, then
the one with the smallest canonical text. Arrival never decides, so order, repetition and splitting cannot show.
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver import PLAY_RECORDS
from spotify_platform.transforms.arrays import first_of
from spotify_platform.transforms.bounds import within
from spotify_platform.transforms.text import after

_UNIT = "\x1f"
_ESCAPE = "\x1e"
"""Between the parts of an identity: a character that no name holds, so that parts cannot run into each other."""

_IDENTITY = frozenset({"record_id", "user_id", "user_bucket", "year", "source", "ended_at", "origins", "_batch"})
_TYPES = PLAY_RECORDS.types
_DURATION = next(column for column in PLAY_RECORDS.columns if column.name == "duration_ms")
VALUES = tuple(name for name in PLAY_RECORDS.column_names if name not in _IDENTITY)


def conform(source: str, rows: ir.Table, users: ir.Table) -> ir.Table:
    """Good Bronze rows of one source as play records, not yet distinct.

    Args:
        source: extended, account or api.
        rows: rows of the source's Bronze table.
        users: user_id, user_bucket.
    """
    shaped = SHAPES[source](rows)
    placed = shaped.mutate(
        record_id=_joined("record", source, shaped.user_id, shaped.identity).hexdigest("sha256"),
        source=ibis.literal(source),
        year=shaped.ended_at.year().cast("int32"),
    )
    return placed.join(users.select("user_id", "user_bucket"), "user_id").select(*PLAY_RECORDS.column_names).cast(_TYPES)


def conform_all(users: ir.Table, *rows: ir.Table, sources: Sequence[str]) -> ir.Table:
    """What `conform` makes of the rows of some sources, in their order."""
    parts = [conform(source, good, users) for source, good in zip(sources, rows, strict=True)]
    return ibis.union(*parts)


def distinct(*parts: ir.Table) -> ir.Table:
    """One row a record_id: values chosen by content, origins united, the latest batch."""
    records = ibis.union(*parts)
    counted = records.mutate(copies=records.count().over(ibis.window(group_by="record_id")))
    single = counted.filter(counted.copies == 1).drop("copies")
    several = counted.filter(counted.copies > 1).drop("copies")
    nulls = sum((several[name].isnull().cast("int64") for name in VALUES), ibis.literal(0))
    text = _joined(*[several[name].cast("string") for name in VALUES])
    place = ibis.row_number().over(ibis.window(group_by="record_id", order_by=[nulls, text]))
    best = several.mutate(place=place).filter(ibis._.place == 0).drop("place", "origins", "_batch")
    lineage = several.group_by("record_id").aggregate(
        origins=several.origins.collect().flatten().unique().sort(), _batch=several["_batch"].max()
    )
    united = best.join(lineage, "record_id").select(*PLAY_RECORDS.column_names)
    return single.select(*PLAY_RECORDS.column_names).union(united)


def _extended(rows: ir.Table) -> ir.Table:
    """R1: user, end to the second, content, milliseconds."""
    chapter = ibis.coalesce(rows.audiobook_chapter_uri, rows.audiobook_uri)
    kind = ibis.cases(
        (rows.spotify_track_uri.notnull(), "track"),
        (chapter.notnull(), "audiobook"),
        (rows.spotify_episode_uri.notnull(), "episode"),
        (rows.master_metadata_track_name.notnull(), "track"),
        (rows.audiobook_chapter_title.notnull() | rows.audiobook_title.notnull(), "audiobook"),
        (rows.episode_name.notnull() | rows.episode_show_name.notnull(), "episode"),
        else_="unknown",
    )
    ended_at = rows.ts.truncate("s")
    names = {
        "track_name": ibis.coalesce(rows.master_metadata_track_name, rows.episode_name, rows.audiobook_chapter_title),
        "artist_name": rows.master_metadata_album_artist_name,
        "album_name": rows.master_metadata_album_album_name,
        "show_name": ibis.coalesce(rows.episode_show_name, rows.audiobook_title),
    }
    uri = ibis.coalesce(rows.spotify_track_uri, rows.spotify_episode_uri, chapter)
    content = ibis.coalesce(uri, _joined("names", *names.values()))
    return _shaped(
        rows,
        identity=_joined(_second(ended_at), content, rows.ms_played.cast("string")),
        ended_at=ended_at,
        ms_played=rows.ms_played,
        content_type=kind,
        content_uri=uri,
        track_id=after(rows.spotify_track_uri, "spotify:track:"),
        **names,
        **{name: rows[name] for name in ("reason_start", "reason_end", "shuffle", "skipped", "offline", "platform")},
        incognito=rows.incognito_mode,
        country=rows.conn_country,
    )


def _account(rows: ir.Table) -> ir.Table:
    """R0: user, minute, names, milliseconds, and the how-many-th such row of its file: minutes repeat legitimately."""
    # So account data call what they cannot name; the extended export leaves the names out.
    is_nothing = ((rows.track_name == "Unknown Track") & rows.artist_name.isin(["Unknown Artist", "Unknown"])).fill_null(False)  # noqa: FBT003
    rows = rows.mutate(**{name: ibis.ifelse(is_nothing, None, rows[name]) for name in ("track_name", "artist_name")})
    kind = ibis.cases(
        (rows.track_name.notnull() | rows.artist_name.notnull(), "track"),
        (rows.episode_name.notnull() | rows.podcast_name.notnull(), "episode"),
        (rows.chapter_name.notnull() | rows.audiobook_name.notnull(), "audiobook"),
        else_="unknown",
    )
    ended_at = rows.end_time.truncate("m")
    names = {
        "track_name": ibis.coalesce(rows.track_name, rows.episode_name, rows.chapter_name),
        "artist_name": ibis.coalesce(rows.artist_name, rows.author_name),
        "show_name": ibis.coalesce(rows.podcast_name, rows.audiobook_name),
    }
    same = ibis.window(
        group_by=[rows["_sha256"], rows["_user"], ended_at, *[n.fill_null("") for n in names.values()], rows.ms_played],
        order_by=rows["_row"],
    )
    occurrence = ibis.row_number().over(same).cast("string")
    return _shaped(
        rows,
        identity=_joined(_second(ended_at), *names.values(), rows.ms_played.cast("string"), occurrence),
        ended_at=ended_at,
        ms_played=rows.ms_played,
        content_type=kind,
        **names,
    )


def _recent(rows: ir.Table) -> ir.Table:
    """R2: user, played_at to the millisecond, track id (for a local file without one its URI, else its names)."""
    track = rows.track
    kind = track["type"].fill_null("track")
    ended_at = rows.played_at.truncate("ms")
    # A track that Spotify has taken away has empty names and no length: a copy that knows them is to win.
    names = {
        "track_name": track["name"].nullif(""),
        "artist_name": first_of(track["artists"])["name"].nullif(""),
        "album_name": track["album"]["name"].nullif(""),
    }
    content = ibis.coalesce(track["id"], track["uri"], _joined("names", *names.values()))
    return _shaped(
        rows,
        identity=_joined(ended_at.strftime("%Y-%m-%d %H:%M:%S.%f"), content),
        ended_at=ended_at,
        content_type=ibis.ifelse(kind.isin(["track", "episode"]), kind, "unknown"),
        content_uri=track["uri"],
        track_id=ibis.ifelse(kind == "track", track["id"], None),
        **names,
        duration_ms=within(track["duration_ms"], _DURATION.low, _DURATION.high),
        context_uri=rows.context["uri"],
    )


SHAPES = {"extended": _extended, "account": _account, "api": _recent}


def _shaped(rows: ir.Table, *, identity: ir.StringValue, **columns: ir.Value) -> ir.Table:
    """The columns of a record that its source tells, null for those it does not, and where the row came from."""
    missing = {name: ibis.null(_TYPES[name]) for name in VALUES if name not in columns}
    origin = rows["_sha256"][:16] + "#" + rows["_row"].cast("string")
    return rows.select("_batch", user_id=rows["_user"], identity=identity, origins=ibis.array([origin]), **columns, **missing)


def _joined(*parts: ir.Value | str) -> ir.StringValue:
    """Parts of an identity as one text; null is written as nothing, as the rules compare it."""
    texts = [ibis.literal(part) if isinstance(part, str) else part.fill_null("") for part in parts]
    # A name may hold the separator itself; then it must not look like two.
    return ibis.literal(_UNIT).join([text.replace(_ESCAPE, f"{_ESCAPE}0").replace(_UNIT, f"{_ESCAPE}1") for text in texts])


def _second(instant: ir.TimestampValue) -> ir.StringValue:
    """An instant to the second as text, spelled the same on both engines."""
    return instant.strftime("%Y-%m-%d %H:%M:%S")
