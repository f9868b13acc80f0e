"""`silver/track_aliases`: which track an id, a relinked id or a pair of names means, and how sure that is.

Ids come from the catalogue and from plays. Names count only where plays tell nothing else (account data): they mean the
track that is known by exactly these names, whether the catalogue tells them or plays that have the id too.
"""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_catalogue import TRACK_ALIASES
from spotify_platform.transforms.keys import entity_bucket
from spotify_platform.transforms.recordings import clusters

_ROUNDS = 3
"""Ids that are relinked in a chain are found to be one over so many links on each side."""


def track_aliases(versions: ir.Table, played: ir.Table) -> ir.Table:
    """One row an id or pair of names.

    Args:
        versions: rows of `silver/tracks_history`, all of them: a track is known by its former names too.
        played: rows of `silver/played_tracks`, all of them.
    """
    heard = played.filter(played.track_id.notnull()).select("track_id")
    ids = versions.select("track_id").union(heard, distinct=True)
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
    aliases = of_ids.union(_of_names(played, _known_names(versions, played, by_id), _recordings(versions)))
    placed = aliases.mutate(entity_bucket=entity_bucket(aliases.alias_key))
    return placed.select(*TRACK_ALIASES.column_names).cast({column.name: column.type for column in TRACK_ALIASES.columns})


def _relinked(current: ir.Table) -> ir.Table:
    """Ids that are relinked to each other: track_id, target (the one that is not relinked itself, else the smallest)."""
    links = current.filter(current.relinked_to.notnull()).select("track_id", other="relinked_to")
    both = links.union(links.select(track_id="other", other="track_id"), distinct=True)
    labels = both.select("track_id").distinct().mutate(label=ibis._.track_id)
    for _ in range(_ROUNDS):
        reached = both.join(labels.rename(other="track_id"), "other").select("track_id", "label")
        labels = labels.union(reached).group_by("track_id").aggregate(label=ibis._.label.min())
    placed = labels.left_join(links.select("track_id").distinct(), "track_id")
    own = placed.mutate(candidate=ibis.ifelse(placed.track_id_right.isnull(), placed.track_id, None))
    of_group = ibis.window(group_by="label")
    return own.select("track_id", target=own.candidate.min().over(of_group).fill_null(own.track_id.min().over(of_group)))


def _known_names(versions: ir.Table, played: ir.Table, by_id: ir.Table) -> ir.Table:
    """Names by which tracks are known: artist_name, track_name, track_key, is_heard."""
    credited = versions.select("track_id", track_name="name", artist=versions.artists.unnest())
    told = credited.select("track_id", "track_name", artist_name=credited.artist["name"], is_heard=ibis.literal(0, "int64"))
    heard = played.filter(played.track_id.notnull())
    heard = heard.select("track_id", "track_name", "artist_name", is_heard=ibis.literal(1, "int64"))
    known = told.union(heard).join(by_id, "track_id")
    return known.group_by("artist_name", "track_name", "track_key").aggregate(is_heard=known.is_heard.max())


def _recordings(versions: ir.Table) -> ir.Table:
    current = versions.filter(versions.is_current)
    return clusters(current.mutate(track_key=current.track_id, artist_name=current.artists[0]["name"]))


def _of_names(played: ir.Table, known: ir.Table, recordings: ir.Table) -> ir.Table:
    """Names that plays tell without an id, with the track that they mean."""
    names = played.filter(played.track_id.isnull()).select("alias_key", "artist_name", "track_name").distinct()
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
