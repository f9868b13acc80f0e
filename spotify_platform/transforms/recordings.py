"""`silver/recordings`: which tracks are one recording, on whatever single, album or regional edition they are."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_catalogue import RECORDINGS
from spotify_platform.transforms.keys import entity_bucket
from spotify_platform.transforms.text import upper

SAME_LENGTH_MS = 2_000
_NAMES = ["artist_name", "name"]


def recordings(tracks: ir.Table) -> ir.Table:
    """One row a track.

    Args:
        tracks: rows of `silver/tracks`, all of them.
    """
    clustered = clusters(tracks)
    known = clustered.join(tracks.select("track_key", "is_in_catalogue", is_told=_is_told(tracks)), "track_key")
    of_one = ibis.window(group_by="recording_key")
    first = ibis.window(group_by="recording_key", order_by=[known.is_in_catalogue.desc(), known.track_key])
    complete = known.mutate(
        confidence=ibis.cases((known.rule == "isrc", "certain"), (known.is_told, "likely"), else_="guess"),
        main_track_key=known.track_key.first().over(first),
        track_count=known.count().over(of_one),
        entity_bucket=entity_bucket(known.track_key),
    )
    return complete.select(*RECORDINGS.column_names).cast(RECORDINGS.types)


def clusters(tracks: ir.Table) -> ir.Table:
    """track_key, recording_key, rule, length_difference_ms.

    A track without an ISRC is that of a track with one, if artist and title are the same and the lengths are at most two
    seconds apart (the nearest, then the smallest ISRC); among themselves such tracks are one along a chain of such steps.

    Args:
        tracks: track_key, artist_name, name, isrc, duration_ms.
    """
    told = tracks.select("track_key", *_NAMES, "duration_ms", isrc=upper(tracks.isrc).replace("-", "").nullif(""))
    coded, bare = told.filter(told.isrc.notnull()), told.filter(told.isrc.isnull())
    is_told = _is_told(bare)
    joined = _joined(bare.filter(is_told), coded)
    left = bare.filter(is_told).anti_join(joined, "track_key")
    return ibis.union(
        _clustered(coded, "isrc:" + coded.isrc, "isrc"),
        joined,
        _chained(left),
        _clustered(bare.filter(~is_told), "track:" + bare.track_key, "alone"),
    )


def _is_told(tracks: ir.Table) -> ir.BooleanValue:
    """Whether all is known by which a track without an ISRC is told from others."""
    return tracks.duration_ms.notnull() & tracks.name.notnull() & tracks.artist_name.notnull()


def _clustered(rows: ir.Table, key: ir.Value, rule: ir.Value | str, difference: ir.Value | None = None) -> ir.Table:
    nothing = ibis.null("int64")
    said = {"rule": ibis.literal(rule) if isinstance(rule, str) else rule}
    return rows.select("track_key", recording_key=key, **said, length_difference_ms=nothing if difference is None else difference)


def _joined(bare: ir.Table, coded: ir.Table) -> ir.Table:
    """Tracks without an ISRC with the nearest one of their names that has one."""
    pairs = bare.join(coded.drop("track_key"), _NAMES, rname="{name}_coded")
    apart = pairs.mutate(delta_ms=(pairs.duration_ms - pairs.duration_ms_coded).abs())
    near = apart.filter(apart.delta_ms <= SAME_LENGTH_MS)
    order = ibis.window(group_by="track_key", order_by=[near.delta_ms, near.isrc_coded])
    best = near.mutate(place=ibis.row_number().over(order)).filter(ibis._.place == 0)
    return _clustered(best, "isrc:" + best.isrc_coded, "names and length", best.delta_ms)


def _chained(bare: ir.Table) -> ir.Table:
    """Tracks without an ISRC, in chains of lengths that are near each other."""
    order = ibis.window(group_by=_NAMES, order_by=["duration_ms", "track_key"])
    gapped = bare.mutate(gap=bare.duration_ms - bare.duration_ms.lag().over(order))
    begins = (gapped.gap.isnull() | (gapped.gap > SAME_LENGTH_MS)).cast("int64")
    so_far = ibis.window(group_by=_NAMES, order_by=["duration_ms", "track_key"], preceding=None, following=0)
    chained = gapped.mutate(chain=begins.sum().over(so_far))
    of_chain = ibis.window(group_by=[*_NAMES, "chain"])
    in_order = ibis.window(group_by=[*_NAMES, "chain"], order_by=["duration_ms", "track_key"])
    sized = chained.mutate(
        smallest=chained.track_key.min().over(of_chain),
        size=chained.count().over(of_chain),
        before=chained.duration_ms - chained.duration_ms.lag().over(in_order),
        after=chained.duration_ms.lead().over(in_order) - chained.duration_ms,
    )
    nearest = ibis.least(sized.before.fill_null(sized.after), sized.after.fill_null(sized.before))
    rule = ibis.ifelse(sized["size"] > 1, "names and length", "alone")
    return _clustered(sized, "track:" + sized.smallest, rule, nearest)
