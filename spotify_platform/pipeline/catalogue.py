"""Silver's catalogue: what answers told, versions of each entity, and what ids and names mean now.

Observations and versions follow the change. What ids and names mean rests on all entities at once; it is worked out anew
where one of them changed, and written where it came out otherwise.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import ibis.expr.types as ir

from spotify_platform.contracts import bronze_catalogue
from spotify_platform.contracts.bronze import RECENTLY_PLAYED
from spotify_platform.contracts.model import Table
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.contracts.silver_catalogue import (
    ALBUM_ARTISTS,
    ALBUMS,
    ARTISTS,
    HEARD_TRACKS,
    MADE_OF,
    PLAYED_TRACKS,
    RECORDINGS,
    TRACK_ALIASES,
    TRACK_ARTISTS,
    TRACKS,
)
from spotify_platform.contracts.silver_told import AUDIO_FEATURES, HISTORIES, OBSERVATIONS
from spotify_platform.lakehouse.commit import Append, Change, Overwrite, Put, Step, Turn, advance
from spotify_platform.lakehouse.engine import NOTHING, Engine, Part, Snapshot
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, Slice, predicate_of
from spotify_platform.pipeline.differences import replaced_where_other
from spotify_platform.pipeline.parts import are_many, bucket_parts
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.silver import changed_slices
from spotify_platform.transforms.albums import albums
from spotify_platform.transforms.artists import artists
from spotify_platform.transforms.audio_features import features_told, latest_features
from spotify_platform.transforms.credits import credits_of
from spotify_platform.transforms.histories import advanced, days_since, history, touched
from spotify_platform.transforms.observations import merged, observed
from spotify_platform.transforms.played_tracks import heard_tracks, played_tracks
from spotify_platform.transforms.recordings import recordings
from spotify_platform.transforms.slices import slices_by
from spotify_platform.transforms.track_aliases import track_aliases
from spotify_platform.transforms.tracks import tracks

TOLD_BY = (RECENTLY_PLAYED.table, bronze_catalogue.TRACKS.table, bronze_catalogue.ALBUMS.table, bronze_catalogue.ARTISTS.table)
"""Bronze tables whose rows tell of artists, albums and tracks."""


TRANSFORMS: Mapping[Table, tuple[Callable[..., ir.Table], Mapping[str, Any]]] = {
    HEARD_TRACKS: (heard_tracks, {}),
    TRACK_ALIASES: (track_aliases, {}),
    TRACKS: (tracks, {}),
    RECORDINGS: (recordings, {}),
    ALBUMS: (albums, {}),
    TRACK_ARTISTS: (credits_of, {"entity": "track"}),
    ALBUM_ARTISTS: (credits_of, {"entity": "album"}),
    ARTISTS: (artists, {}),
}
"""Tables that are pure functions of others, all of them, with the arguments."""


def advance_observations(platform: Platform) -> Turn:
    """Merge what new answers told into the months in which they were given."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        if step.is_anew:
            return Overwrite(all_observations(platform, step.inputs, step.top))
        told = told_between(engine, step.inputs, step.last, step.top)
        if told is None:
            return Append(None)
        fresh = engine.cache(engine.derive(merged, told))
        months: list[Slice] = engine.fetch(engine.derive(slices_by, fresh, cut=["month"])).to_pylist()
        if not months:
            return Append(None)
        there = engine.read(step.own, predicate_of(months))
        return replaced_where_other(engine, step.own, engine.derive(merged, there, fresh), months)

    return advance(engine, OBSERVATIONS, TOLD_BY, compute)


def all_observations(platform: Platform, bronze: Mapping[str, Snapshot], top: int) -> ir.Table:
    """`silver/observations` from all of Bronze, up to and with batch `top`."""
    told = told_between(platform.engine, bronze, NOTHING, top)
    nothing = platform.engine.values([], OBSERVATIONS.types)
    return nothing if told is None else platform.engine.derive(merged, told)


def told_between(engine: Engine, bronze: Mapping[str, Snapshot], last: int, top: int) -> ir.Table | None:
    """What answers of the batches after `last`, up to and with `top`, told; not yet merged. None where there are none."""
    new = [table for table in TOLD_BY if bronze[table.name].holds > last]
    if not new:
        return None
    parts = [part for table in new for part in _answers(engine, bronze[table.name], last, top)]
    return engine.derive(observed, *parts, tables=[table.name for table in new])


def _answers(engine: Engine, bronze: Snapshot, last: int, top: int) -> tuple[ir.Table, ir.Table]:
    """Headers of the objects of some batches, and rows that have their contents, in whatever batch those were loaded."""
    batches = f"_batch > {last} and _batch <= {top}"
    headers = f"_part = 'object' and _status in ('loaded', 'repeat') and {batches}"
    earlier = _loaded_earlier(engine, bronze, batches) if last else []
    few = len(earlier) <= MOST_IN_ONE_PREDICATE
    contents = f"{batches} or {predicate_of(earlier)}" if few else f"_batch <= {top}"
    return engine.read(bronze, headers), engine.read(bronze, f"_part = 'row' and ({contents})")


def _loaded_earlier(engine: Engine, bronze: Snapshot, batches: str) -> list[Slice]:
    """Batches in which the contents were loaded that objects of these batches repeat.

    The batch finds their rows in few files; a content's hash would be looked for in all.
    """
    repeated = engine.look_up(bronze, ["_sha256"], f"_part = 'object' and _status = 'repeat' and {batches}")
    among = ("_sha256", [row["_sha256"] for row in repeated])
    return list(engine.look_up(bronze, ["_batch"], "_part = 'object' and _status = 'loaded'", among=among))


def advance_history(platform: Platform, entity: str) -> Turn:
    """Bring on the versions of those entities of which something new was told."""
    engine, table = platform.engine, HISTORIES[entity]

    def compute(step: Step) -> Change:
        told = step.inputs[OBSERVATIONS.name]
        if step.is_anew:
            return Overwrite(engine.derive(history, engine.read(told), entity=entity))
        if not step.changed(engine):
            return Append(None)
        new, old = (engine.read(told, f"_batch {sign} {step.last}") for sign in (">", "<="))
        since = engine.values([{"batch": step.last}], {"batch": "int64"})
        days = engine.cache(engine.derive(days_since, new, since, entity=entity))
        ids = engine.cache(engine.derive(touched, days, old, engine.read(step.own), entity=entity))
        buckets: list[Slice] = engine.fetch(engine.derive(slices_by, ids, cut=["entity_bucket"])).to_pylist()
        if not buckets:
            return Append(None)
        there = engine.read(step.own, predicate_of(buckets))
        anew = engine.derive(advanced, days, engine.read(told), there, ids, entity=entity)
        return replaced_where_other(engine, step.own, anew, buckets)

    return advance(engine, table, [OBSERVATIONS], compute)


def advance_audio_features(platform: Platform) -> Turn:
    """Keep of each track what was told last."""
    engine, source = platform.engine, bronze_catalogue.AUDIO_FEATURES.table

    def compute(step: Step) -> Change:
        if step.is_anew:
            return Overwrite(all_features(platform, step.inputs, step.top))
        if not step.changed(engine):
            return Append(None)
        new = engine.cache(_features(engine, step.inputs[source.name], step.last, step.top))
        buckets: list[Slice] = engine.fetch(engine.derive(slices_by, new, cut=["entity_bucket"])).to_pylist()
        if not buckets:
            return Append(None)
        there = engine.read(step.own, predicate_of(buckets))
        return replaced_where_other(engine, step.own, engine.derive(latest_features, there, new), buckets)

    return advance(engine, AUDIO_FEATURES, [source], compute)


def all_features(platform: Platform, bronze: Mapping[str, Snapshot], top: int) -> ir.Table:
    """`silver/audio_features` from all of Bronze, up to and with batch `top`."""
    return _features(platform.engine, bronze[bronze_catalogue.AUDIO_FEATURES.table.name], 0, top)


def _features(engine: Engine, bronze: Snapshot, last: int, top: int) -> ir.Table:
    return engine.derive(latest_features, engine.derive(features_told, *_answers(engine, bronze, last, top)))


def advance_played_tracks(platform: Platform) -> Turn:
    """Look anew which tracks are heard in the slices that changed plays touch."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        plays = step.inputs[PLAYS.name]
        slices = None if step.is_anew else changed_slices(platform, plays, step)
        if slices is None or are_many(slices):
            return Put(_all_played(engine, plays), whole=True)
        if not slices:
            return Append(None)
        anew = engine.derive(played_tracks, engine.read(plays, predicate_of(slices)))
        return replaced_where_other(engine, step.own, anew, slices)

    return advance(engine, PLAYED_TRACKS, [PLAYS], compute)


def _all_played(engine: Engine, plays: Snapshot) -> list[Part]:
    parts = bucket_parts(engine, engine.read(plays))
    return [Part(engine.derive(played_tracks, engine.read(plays, predicate_of(part))), part) for part in parts]


def advance_derived(platform: Platform, table: Table) -> Turn:
    """Work a table out anew if one of its inputs changed."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        if step.is_anew:
            return Overwrite(_derived(engine, table, step.inputs))
        if not step.changed(engine):
            return Append(None)
        return replaced_where_other(engine, step.own, _derived(engine, table, step.inputs))

    return advance(engine, table, MADE_OF[table], compute)


def _derived(engine: Engine, table: Table, inputs: Mapping[str, Snapshot | ir.Table]) -> ir.Table:
    """All rows of a table, from tables of the lake or from ones made aside."""
    transform, arguments = TRANSFORMS[table]
    given = (inputs[input_.name] for input_ in MADE_OF[table])
    read = [engine.read(found) if isinstance(found, Snapshot) else found for found in given]
    return engine.derive(transform, *read, **arguments)


def all_of_catalogue(platform: Platform, bronze: Mapping[str, Snapshot], plays: ir.Table, top: int) -> dict[Table, ir.Table]:
    """Every table of the catalogue from all of Bronze and these plays, up to and with batch `top`."""
    engine = platform.engine
    told = engine.cache(all_observations(platform, bronze, top))
    made = {OBSERVATIONS: told, AUDIO_FEATURES: engine.cache(all_features(platform, bronze, top))}
    made |= {table: engine.cache(engine.derive(history, told, entity=entity)) for entity, table in HISTORIES.items()}
    made[PLAYED_TRACKS] = engine.cache(engine.derive(played_tracks, plays))
    for table in TRANSFORMS:
        made[table] = engine.cache(_derived(engine, table, {other.name: rows for other, rows in made.items()}))
    return made


def catalogue_steps() -> dict[str, Callable[[Platform], Turn]]:
    """What brings each table of the catalogue up to date, by its path, in their order."""
    return {
        OBSERVATIONS.path: advance_observations,
        **{table.path: partial(advance_history, entity=entity) for entity, table in HISTORIES.items()},
        AUDIO_FEATURES.path: advance_audio_features,
        PLAYED_TRACKS.path: advance_played_tracks,
        **{table.path: partial(advance_derived, table=table) for table in TRANSFORMS},
    }
