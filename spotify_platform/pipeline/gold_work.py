"""What of Gold is to be made: which slices of which marts show something else since they were published last."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

import ibis.expr.types as ir

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.silver import API_ANSWERS, MATCH_REPORT, PLAYS
from spotify_platform.contracts.silver_catalogue import (
    ALBUM_ARTISTS,
    ALBUMS,
    ARTISTS,
    PLAYED_TRACKS,
    RECORDINGS,
    TRACK_ALIASES,
    TRACK_ARTISTS,
    TRACKS,
)
from spotify_platform.lakehouse import dbt_project
from spotify_platform.lakehouse.engine import Engine, Snapshot
from spotify_platform.lakehouse.ledger import tail
from spotify_platform.lakehouse.publishing import Pins
from spotify_platform.lakehouse.slices import Slice, of_buckets
from spotify_platform.pipeline.parts import are_many, few, told_slices
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.users import restated
from spotify_platform.transforms.fold import FACTS, MODELS, SHOWN, buckets_to_restate, gone, slices_to_restate
from spotify_platform.transforms.slices import ALL_TIME, local_years

BUCKET, YEAR = "user_bucket", "year"
Year: TypeAlias = tuple[int, int | None]
"""Bucket and local year; None is all of the bucket."""
OF_USERS = (PLAYS, API_ANSWERS, MATCH_REPORT)
"""Tables of Silver that are cut by users: of these Gold reads the buckets that are built."""
OF_CATALOGUE = (TRACK_ALIASES, TRACKS, RECORDINGS, ALBUMS, ARTISTS, TRACK_ARTISTS, ALBUM_ARTISTS)
INPUTS = (*OF_USERS, *OF_CATALOGUE, PLAYED_TRACKS)
"""Tables of Silver that Gold is made of."""


@dataclass(frozen=True, slots=True)
class Work:
    """Slices of each mart of users, by its name: of years, or whole buckets where those would be too many.

    `whole_lake`: names of the marts that are nobody's own and are to be made as well. `only_grows`: since the publication no
    play went or came to mean another track, so first and last plays are those that were published or among the new ones.
    """

    slices: Mapping[str, Sequence[Slice]]
    whole_lake: frozenset[str]
    only_grows: bool

    @property
    def buckets(self) -> list[int]:
        """Buckets in which something is to be made."""
        return sorted({s[BUCKET] for slices in self.slices.values() for s in slices})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a turn of Gold saw: tables of Silver by name, the ledger, what is published, and the batch to bring Gold to."""

    inputs: Mapping[str, Snapshot]
    ledger: Snapshot
    pins: Pins
    top: int

    def moved(self, engine: Engine, tables: Iterable[Table]) -> set[str]:
        """Names of those of these tables of which rows changed since the publication."""
        return {table.name for table in tables if engine.changed_since(self.inputs[table.name], self.pins.batch)}


def work(platform: Platform, tables: Sequence[Table], seen: Seen) -> Work | None:
    """What is to be made of these marts; None for all of Gold."""
    engine = platform.engine
    newest = tail(engine, seen.ledger, seen.pins.batch)
    if newest.orders(seen.pins.batch, seen.top, "rebuild", "rebuild_gold"):
        return None
    restated_users = newest.restated(seen.pins.batch, seen.top)
    found: dict[str, set[Year]] = defaultdict(set)
    heard, told = seen.moved(engine, OF_USERS), seen.moved(engine, OF_CATALOGUE)
    if heard or restated_users:
        years = _heard_anew(platform, seen, restated_users)
        found |= {table.name: set(years) for table in tables if BUCKET in table.partition_by}
    folded = _folded(engine, seen) if told else []
    if folded is None:
        return None
    for model, years in _years_of(folded).items():
        found[model] |= years
    slices = {model: _as_slices(years) for model, years in found.items() if years}
    only_grows = not restated_users and not any(row["was_known"] for row in folded) and _only_added(engine, seen)
    return Work(slices, _of_whole_lake(platform, tables, told, slices), only_grows)


def _only_added(engine: Engine, seen: Seen) -> bool:
    """Whether all plays of the publication are there as they were; without its files nobody knows what anything was."""
    if not seen.pins.are_kept or PLAYS.path not in seen.pins.versions:
        return False
    if not seen.moved(engine, [PLAYS]):
        return True
    changes = engine.changes(seen.inputs[PLAYS.name], seen.pins.versions[PLAYS.path])
    return engine.count(engine.derive(gone, *changes)) == 0


def _of_whole_lake(platform: Platform, tables: Sequence[Table], told: set[str], slices: Collection[str]) -> frozenset[str]:
    """Marts of the whole lake that read a table of the catalogue that changed, or spans of a mart that is made anew."""
    reads = dbt_project.sources_of(platform.manifest)
    changed = {f"silver.{name}" for name in told} | {f"published.{name}_elsewhere" for name in slices}
    return frozenset(table.name for table in tables if BUCKET not in table.column_names and reads[table.name] & changed)


def _heard_anew(platform: Platform, seen: Seen, restated_users: Sequence[str]) -> set[Year]:
    """Buckets and years in which plays changed.

    They are cut by the local year. A year's previous ranks are those of the year before, so a change shows in the next
    year too, and in all time.
    """
    engine, last = platform.engine, seen.pins.batch
    moved = restated(platform, seen.ledger, restated_users, last, seen.top)
    where = " or ".join([*(one.predicate for one in moved), f"_batch > {last}"])
    years = told_slices(engine, engine.derive(local_years, engine.read(seen.inputs[PLAYS.name], where)))
    # A zone shows in the days of gaps as well, in which there is no play.
    return _with_what_follows((row[BUCKET], row.get(YEAR)) for row in years) | {(m.user_bucket, ALL_TIME) for m in moved}


def _folded(engine: Engine, seen: Seen) -> list[dict[str, Any]] | None:
    """Buckets and years, by mart, in which a track was played of which the mart shows something else now.

    Whole buckets where those are too many, and None where even these are.
    """
    shown = [rows for name in SHOWN for rows in (*_changes(engine, seen, name), engine.read(seen.inputs[name]))]
    played = engine.read(seen.inputs[PLAYED_TRACKS.name])
    slices = engine.derive(slices_to_restate, *shown, played)
    found = few(engine, slices)
    return few(engine, engine.derive(buckets_to_restate, slices)) if found is None else found


def _years_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, set[Year]]:
    found: dict[str, set[Year]] = defaultdict(set)
    for row in rows:
        # What a play's own row shows of its track, all marts that tell tracks apart show.
        for model in MODELS if row["model"] == FACTS else (row["model"],):
            found[model].add((row[BUCKET], row.get(YEAR)))
    return {model: _with_what_follows(years) for model, years in found.items()}


def _changes(engine: Engine, seen: Seen, name: str) -> tuple[ir.Table, ir.Table]:
    """Rows that changed since the publication, before and after; all of them where its files may be gone."""
    snapshot = seen.inputs[name]
    version = seen.pins.versions.get(snapshot.table.path)
    if version is not None and seen.pins.are_kept:
        return engine.changes(snapshot, version)
    return engine.values([], snapshot.table.types), engine.read(snapshot)


def _with_what_follows(years: Iterable[Year]) -> set[Year]:
    found = set(years)
    return (
        found | {(bucket, year + 1) for bucket, year in found if year is not None} | {(bucket, ALL_TIME) for bucket, _ in found}
    )


def _as_slices(years: set[Year]) -> list[Slice]:
    slices: list[Slice] = [{BUCKET: bucket, YEAR: year} for bucket, year in years if year is not None]
    if len(slices) < len(years) or are_many(slices):
        return of_buckets(bucket for bucket, _ in years)
    return sorted(slices, key=itemgetter(BUCKET, YEAR))
