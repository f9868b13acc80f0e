"""`silver/track_aliases`: which track an id, a relinked id or a pair of names means, and how sure that is.

Ids come from the catalogue and from plays. Names count only where plays tell nothing else (account data): they mean the
track that is known by exactly these names, whether the catalogue tells them or plays that have the id too.
"""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_catalogue import TRACK_ALIASES
from spotify_platform.transforms.arrays import first_of
from spotify_platform.transforms.keys import entity_bucket
from spotify_platform.transforms.recordings import clusters

_DOUBLINGS = 4
"""Chains and circles of relinked ids are followed over 2 to the power of it links."""


def track_aliases(versions: ir.Table, heard: ir.Table) -> ir.Table:
    """One row an id or pair of names.

    Args:
        versions: rows of `silver/tracks_history`, all of them: a track is known by its former names too.
        heard: rows of `silver/heard_tracks`, all of them.
    """
    with_id = heard.filter(heard.track_id.notnull())
    ids = versions.select("track_id").union(with_id.select("track_id"), distinct=True)
    resolved = ids.left_join(_relinked(versions.filter(versions.is_current)), "track_id").drop("track_id_right")
    by_id = resolved.select("track_id", track_key=resolved.target.fill_null(resolved.track_id))
    of_ids = by_id.select(
        alias_key=by_id.track_id,
        track_id=by_id.track_id,
        track_name=ibis.null("string"),
        artist_name=ibis.null("string"),
        track_key=by_id.track_key,
        rule=ibis.ifelse(by_id.track_id == by_id.track_key, "own id", "relinked"),
        confidence=ibis.literal("certain"),
        candidate_count=ibis.literal(1, "int64"),
    )
    aliases = of_ids.union(_of_names(heard, _known_names(versions, with_id, by_id), _recordings(versions, by_id)))
    placed = aliases.mutate(entity_bucket=entity_bucket(aliases.alias_key))
    return placed.select(*TRACK_ALIASES.column_names).cast(TRACK_ALIASES.types)


def _relinked(current: ir.Table) -> ir.Table:
    """Ids that are relinked, or that others are: track_id, target (where the links end; of a circle its smallest id)."""
    links = current.filter(current.relinked_to.notnull()).select("track_id", after="relinked_to")
    ends = links.select(track_id="after").distinct().anti_join(links, "track_id")
    linked = links.union(ends.mutate(after=ends.track_id))
    # After so many links, and the smallest id on the way.
    steps = linked.mutate(least=ibis.least(linked.track_id, linked.after))
    for _ in range(_DOUBLINGS):
        further = steps.join(steps.rename(after="track_id", later="after", least_later="least"), "after")
        steps = further.select("track_id", after="later", least=ibis.least(further.least, further.least_later))
    return steps.join(steps.select(after="track_id", target="least"), "after").select("track_id", "target")


def _known_names(versions: ir.Table, heard: ir.Table, by_id: ir.Table) -> ir.Table:
    """Names by which tracks are known: artist_name, track_name, track_key, is_heard."""
    credited = versions.select("track_id", track_name="name", artist=versions.artists.unnest())
    told = credited.select("track_id", "track_name", artist_name=credited.artist["name"], is_heard=ibis.literal(0, "int64"))
    played = heard.select("track_id", "track_name", "artist_name", is_heard=ibis.literal(1, "int64"))
    known = told.union(played).join(by_id, "track_id")
    return known.group_by("artist_name", "track_name", "track_key").aggregate(is_heard=known.is_heard.max())


def _recordings(versions: ir.Table, by_id: ir.Table) -> ir.Table:
    """Recordings of the tracks that ids mean, as in `silver/recordings`."""
    current = versions.filter(versions.is_current).semi_join(by_id, [versions.track_id == by_id.track_key])
    return clusters(current.mutate(track_key=current.track_id, artist_name=first_of(current.artists)["name"]))


def _of_names(heard: ir.Table, known: ir.Table, recordings: ir.Table) -> ir.Table:
    """Names that plays tell without an id, with the track that they mean."""
    bare = heard.filter(heard.track_id.isnull())
    # Of names that hold the key's separator two pairs may have one key.
    names = bare.group_by("alias_key").aggregate(artist_name=bare.artist_name.max(), track_name=bare.track_name.max())
    told = known.left_join(recordings.select("track_key", "recording_key"), "track_key")
    candidates = names.join(told.drop("track_key_right"), ["artist_name", "track_name"])
    recording = candidates.recording_key.fill_null("track:" + candidates.track_key)
    best = ibis.window(group_by="alias_key", order_by=[candidates.is_heard.desc(), candidates.track_key])
    placed = candidates.mutate(place=ibis.row_number().over(best))
    counts = candidates.group_by("alias_key").aggregate(candidate_count=recording.nunique())
    chosen = placed.filter(placed.place == 0).select("alias_key", "track_key").join(counts, "alias_key")
    found = names.left_join(chosen, "alias_key").drop("alias_key_right")
    several, none = found.candidate_count > 1, found.track_key.isnull()
    return found.select(
        "alias_key",
        track_id=ibis.null("string"),
        track_name=found.track_name,
        artist_name=found.artist_name,
        track_key=found.track_key.fill_null(found.alias_key),
        rule=ibis.cases((none, "names alone"), (several, "shared names"), else_="names"),
        confidence=ibis.ifelse(several.fill_null(False), "guess", "likely"),  # noqa: FBT003 - a literal
        candidate_count=found.candidate_count.fill_null(1),
    )
