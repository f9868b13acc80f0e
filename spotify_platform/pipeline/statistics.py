"""Statistics of the catalogue: marts of the whole lake that are made of published Gold, beside it and after it.

A publication waits for none of them, and none is pinned: each table is committed by itself, and read as it was committed
last. They are made for a publication and hold its lake version.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import ibis.expr.types as ir

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.silver_catalogue import ALBUM_ARTISTS, TRACK_ALIASES, TRACK_ARTISTS
from spotify_platform.contracts.silver_told import AUDIO_FEATURES, OBSERVATIONS
from spotify_platform.contracts.tables import TABLES
from spotify_platform.errors import Conflict
from spotify_platform.lakehouse import dbt_project
from spotify_platform.lakehouse.commit import Append, Change, Overwrite, commit
from spotify_platform.lakehouse.engine import Engine, Scratch, Snapshot
from spotify_platform.lakehouse.publishing import Pins, published
from spotify_platform.lakehouse.tries import until_committed
from spotify_platform.pipeline.catalogue import TOLD_BY
from spotify_platform.pipeline.gold import GoldBuild
from spotify_platform.pipeline.gold_build import audited, fresh_area, gold_tables
from spotify_platform.pipeline.gold_given import named
from spotify_platform.pipeline.gold_work import YEAR
from spotify_platform.pipeline.platform import Platform
from spotify_platform.transforms.bronze_rows import batches
from spotify_platform.transforms.slices import ALL_TIME

OF_SILVER = (TRACK_ALIASES, TRACK_ARTISTS, ALBUM_ARTISTS, AUDIO_FEATURES, OBSERVATIONS)
OF_GOLD = ("dim_albums", "dim_artists", "dim_tracks", "top_artists", "top_tracks")


LEFT = "The statistics are as they were"


def statistics_tables(platform: Platform) -> list[Table]:
    """Contracts of the statistics, read from dbt's own files."""
    return dbt_project.gold_tables(platform.manifest, statistics=True)


def every_table(platform: Platform) -> list[Table]:
    """Contracts of all tables there may be."""
    return [*TABLES, *gold_tables(platform), *statistics_tables(platform)]


def advance_statistics(platform: Platform) -> GoldBuild:
    """Bring the statistics up to what is published, if all that they are made of is there.

    Raises:
        GoldNotPublished: a test of severity error failed; nothing is committed.
    """
    return until_committed("gold/*_stats", partial(_advance_once, platform, statistics_tables(platform)))


def _advance_once(platform: Platform, tables: Sequence[Table]) -> GoldBuild:
    """One try: own handles first, then the inputs. Raises `Conflict`."""
    engine = platform.engine
    own = [engine.open(table) for table in tables]
    last, pins = min(snapshot.holds for snapshot in own), published(engine)
    if pins is None or pins.batch <= last:
        return GoldBuild(last, last)
    if any(snapshot.holds > pins.batch for snapshot in own):
        raise Conflict("gold: another writer is ahead of what was read")
    inputs = _inputs(platform, pins)
    # What is behind or ahead is another run's at this moment; the statistics follow it.
    if any(snapshot.holds != pins.batch for snapshot in inputs.values() if snapshot.table.layer == "silver"):
        return GoldBuild(last, last)
    behind = [snapshot for snapshot in own if snapshot.holds < pins.batch]
    if last and not any(engine.changed_since(snapshot, last) for snapshot in inputs.values()):
        for snapshot in behind:
            commit(engine, snapshot, Append(None), pins.batch)
        return GoldBuild(last, pins.batch)
    area = fresh_area(platform, "statistics")
    give(platform, area, inputs)
    results = audited(platform, area, {table.name for table in tables}, left=LEFT)
    with engine.scratch(area) as scratch:
        for snapshot in behind:
            commit(engine, snapshot, _change(engine, scratch, snapshot), pins.batch)
    return GoldBuild(last, pins.batch, results)


def _inputs(platform: Platform, pins: Pins) -> dict[str, Snapshot]:
    """What statistics are made of, by path: at the version that Gold pins; what it does not pin, as it is now."""
    tables = [*OF_SILVER, *(table for table in gold_tables(platform) if table.name in OF_GOLD)]
    return {table.path: platform.engine.open(table, version=pins.versions.get(table.path)) for table in tables}


def give(platform: Platform, area: Path, inputs: Mapping[str, Snapshot | ir.Table]) -> None:
    """Put what statistics are made of where dbt reads it.

    Args:
        platform: where.
        area: a database file.
        inputs: by path, tables of the lake, or built aside.
    """
    engine = platform.engine
    headers = [engine.read(engine.open(table), "_part = 'object'") for table in TOLD_BY]
    with engine.scratch(area) as scratch:
        scratch.put("silver.batches", engine.derive(batches, *headers))
        for path, found in inputs.items():
            if isinstance(found, Snapshot):
                is_cut = YEAR in found.table.partition_by
                scratch.lend(named(found.table), found, f"{YEAR} = {ALL_TIME}" if is_cut else None)
            else:
                scratch.put(path.replace("/", "."), found)


def _change(engine: Engine, scratch: Scratch, own: Snapshot) -> Change:
    """What was built of a table, unless it has exactly that."""
    [rows] = scratch.tables(named(own.table), own.table)
    is_same = own.holds and engine.difference(engine.read(own), rows) == (0, 0)
    return Append(None) if is_same else Overwrite(rows)


def statistics_aside(platform: Platform, inputs: Mapping[str, ir.Table]) -> Path:
    """Build and audit all statistics of tables built aside, by path; dbt's database file.

    Raises:
        GoldNotPublished: a test of severity error failed.
    """
    area = fresh_area(platform, "statistics")
    give(platform, area, inputs)
    audited(platform, area, {table.name for table in statistics_tables(platform)}, left=LEFT)
    return area


def made_statistics(platform: Platform) -> Iterator[Snapshot]:
    """Statistics that were ever made, as they are now."""
    for table in statistics_tables(platform):
        if platform.engine.exists(table) and (snapshot := platform.engine.open(table)).holds:
            yield snapshot
