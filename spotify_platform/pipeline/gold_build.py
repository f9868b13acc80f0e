"""Gold built aside: what dbt is given, database by database, and what it makes of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ibis.expr.types as ir

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.lakehouse import dbt
from spotify_platform.lakehouse.engine import Engine, Scratch, Snapshot
from spotify_platform.lakehouse.slices import Slice, of_buckets, predicate_of
from spotify_platform.pipeline.auditing import audited, fresh_area
from spotify_platform.pipeline.gold_work import BUCKET, INPUTS, OF_CATALOGUE, OF_USERS, YEAR, Work
from spotify_platform.pipeline.parts import bucket_parts, rows_of
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.tables import gold_tables
from spotify_platform.pipeline.users import zones_of
from spotify_platform.transforms.fold import FACTS
from spotify_platform.transforms.slices import ALL_TIME, all_years, of_all_time, of_every_model, together

BUILT_SLICES = {BUCKET: "int32", YEAR: "int32", "model": "string"}
SPANS = ("top_tracks", "top_albums", "top_artists")
"""Marts of users from which the dimensions take the first and last play of an entity."""


@dataclass(frozen=True, slots=True)
class Given:
    """What Gold is made of, by table name: tables of Silver, in the lake or built aside; and the zones of the users."""

    silver: Mapping[str, Snapshot | ir.Table]
    zones: ir.Table

    @classmethod
    def of_nobody(cls, platform: Platform) -> "Given":
        """No plays at all: of them Gold has its columns, and a build of it costs what dbt costs whatever it is given."""
        empty = {t.name: platform.engine.values([], {c.name: c.type for c in t.columns}) for t in INPUTS}
        return cls(empty, zones_of(platform, {}))

    def rows(self, engine: Engine, name: str, where: str | None = None) -> ir.Table:
        """Rows of a table; a condition is for tables of the lake."""
        found = self.silver[name]
        return engine.read(found, where) if isinstance(found, Snapshot) else found

    def give(self, engine: Engine, scratch: Scratch, part: Sequence[Slice]) -> None:
        """Put what these buckets need where dbt reads it."""
        for table in (*OF_USERS, *OF_CATALOGUE):
            found, name = self.silver[table.name], named(table)
            is_cut = table in OF_USERS
            if isinstance(found, Snapshot):
                scratch.lend(name, found, predicate_of(part) if is_cut else None)
            else:
                scratch.put(name, rows_of(engine, found, list(part)) if is_cut else found)
        scratch.put("silver.zones", self.zones)


@dataclass(slots=True)
class Built:
    """dbt's database files; by mart of users the slices that are in each; the marts that were made.

    `results` are dbt's of the last database, since one that fails ends it all.
    """

    areas: list[Path] = field(default_factory=list)
    slices: dict[str, list[Sequence[Slice]]] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    results: list[dbt.DbtResult] = field(default_factory=list)
    is_all: bool = False


def is_users(table: Table) -> bool:
    """Whether a mart is of users, each with rows of their own; the others are of the whole lake."""
    return BUCKET in table.column_names


def marts(built: Scratch, table: Table) -> list[ir.Table]:
    """A mart as it was built, database by database; what is nobody's own is whole in the last."""
    return built.tables(named(table), table)


def build_aside(platform: Platform, given: Given) -> list[Path]:
    """Build and audit all of Gold; dbt's database files, each with some of the buckets.

    Raises:
        GoldNotPublished: a test of severity error failed.
    """
    return build(platform, given, None, {}).areas


def build(platform: Platform, given: Given, todo: Work | None, own: Mapping[str, Snapshot]) -> Built:
    """Build and audit this work aside, or all of Gold; what is not to be made is taken as it was published.

    Args:
        platform: where.
        given: what Gold is made of.
        todo: which slices of which marts; None for all.
        own: the published marts.
    """
    tables = gold_tables(platform)
    concerned = None if todo is None else predicate_of(of_buckets(todo.buckets))
    parts = bucket_parts(platform.engine, given.rows(platform.engine, PLAYS.name, concerned))
    built = Built(is_all=todo is None)
    for part in parts:
        _build_part(platform, given, tables, todo, part, own, built, with_lake=len(parts) == 1)
    if len(parts) > 1 and (todo is None or todo.whole_lake):
        _build_whole_lake(platform, given, tables, own, built)
    return built


def _build_part(
    platform: Platform,
    given: Given,
    tables: Sequence[Table],
    todo: Work | None,
    part: Sequence[Slice],
    own: Mapping[str, Snapshot],
    built: Built,
    *,
    with_lake: bool,
) -> None:
    """Build marts of users for some buckets; where that is all there is to do, those of the whole lake with them."""
    buckets = {s[BUCKET] for s in part}
    slices = {t.name: _in_buckets(part if todo is None else todo.slices.get(t.name, ()), buckets) for t in tables if is_users(t)}
    models = {name for name, mine in slices.items() if mine or todo is None}
    if with_lake and (todo is None or todo.whole_lake):
        models |= {t.name for t in tables if not is_users(t)} - (set() if todo is None else _constant(platform))
    area = fresh_area(platform, str(len(built.areas)))
    with platform.engine.scratch(area) as scratch:
        given.give(platform.engine, scratch, part)
        _give_slices(platform, given, scratch, part, None if todo is None else slices)
        _give_published(platform, scratch, part, slices, own)
        _lend_unbuilt(platform, scratch, tables, models, own)
    for name, mine in slices.items():
        built.slices.setdefault(name, []).append(mine)
    built.models |= models
    built.areas.append(area)
    built.results += audited(platform, area, models)


def _in_buckets(slices: Sequence[Slice], buckets: Collection[int]) -> list[Slice]:
    return [s for s in slices if s[BUCKET] in buckets]


def _constant(platform: Platform) -> set[str]:
    return dbt.constant_tables(dbt.manifest_dir(platform.settings.home))


def _give_slices(
    platform: Platform, given: Given, scratch: Scratch, part: Sequence[Slice], slices: Mapping[str, Sequence[Slice]] | None
) -> None:
    """Tell which years are built, and give the plays of these and the years around; None for all there are."""
    engine, name = platform.engine, named(PLAYS)
    whole = slices is None or any(YEAR not in s for mine in slices.values() for s in mine)
    years = engine.cache(engine.derive(all_years, *scratch.tables(name, PLAYS))) if whole else None
    if slices is None or years is not None:
        scratch.alias("silver.plays_nearby", name)
    else:
        facts = {(s[BUCKET], s[YEAR] + n) for s in slices.get(FACTS, ()) if s[YEAR] != ALL_TIME for n in (-1, 0, 1)}
        near: list[Slice] = [{BUCKET: bucket, YEAR: year} for bucket, year in sorted(facts)]
        plays = given.silver[PLAYS.name]
        if isinstance(plays, Snapshot):
            scratch.lend("silver.plays_nearby", plays, predicate_of(near))
        else:
            scratch.alias("silver.plays_nearby", name)
    if slices is None and years is not None:
        scratch.put("silver.slices", engine.derive(of_every_model, years))
        return
    of_years = engine.fetch(years).to_pylist() if years is not None else []
    rows = [row for model, mine in (slices or {}).items() for row in _told(model, mine, of_years)]
    scratch.put("silver.slices", engine.values(rows, BUILT_SLICES))


def _told(model: str, slices: Sequence[Slice], years: Sequence[Slice]) -> list[dict[str, object]]:
    """Slices of a model as rows; those of whole buckets with all their years."""
    whole = {s[BUCKET] for s in slices if YEAR not in s}
    of_years = [*(s for s in slices if YEAR in s), *(s for s in years if s[BUCKET] in whole)]
    return [{**s, "model": model} for s in of_years]


def _give_published(
    platform: Platform,
    scratch: Scratch,
    part: Sequence[Slice],
    slices: Mapping[str, Sequence[Slice]],
    own: Mapping[str, Snapshot],
) -> None:
    """Give what is published and stays: facts of other years, and spans of other buckets."""
    tables = {table.name: table for table in gold_tables(platform)}
    if not own:
        for name, table in (("silver.facts_kept", tables[FACTS]), *((f"published.{n}", tables[n]) for n in SPANS)):
            scratch.put(name, _nothing(platform.engine, table))
        return
    scratch.lend("silver.facts_kept", own[FACTS], f"({predicate_of(part)}) and not ({predicate_of(slices[FACTS])})")
    for name in SPANS:
        anew = predicate_of(of_buckets(s[BUCKET] for s in slices[name]))
        scratch.lend(f"published.{name}", own[name], f"{YEAR} = {ALL_TIME} and not ({anew})")


def _lend_unbuilt(
    platform: Platform, scratch: Scratch, tables: Sequence[Table], models: Collection[str], own: Mapping[str, Snapshot]
) -> None:
    """Put something in the place of marts that are not built and that others read: of users nothing, all rows of the others."""
    for table in tables:
        if table.name not in models and is_users(table):
            scratch.put(named(table), _nothing(platform.engine, table))
        elif table.name not in models and table.name in own:
            scratch.lend(named(table), own[table.name])


def _build_whole_lake(
    platform: Platform, given: Given, tables: Sequence[Table], own: Mapping[str, Snapshot], built: Built
) -> None:
    """Build the marts that are nobody's own, after those of users were built in several databases."""
    engine, by_name = platform.engine, {table.name: table for table in tables}
    models = {table.name for table in tables if not is_users(table)} - (_constant(platform) if own else set())
    area = fresh_area(platform, str(len(built.areas)))
    with engine.scratch(area, *built.areas) as scratch:
        given.give(engine, scratch, [])
        _give_slices(platform, given, scratch, [], {})
        slices = {name: [s for of_area in built.slices[name] for s in of_area] for name in (FACTS, *SPANS)}
        _give_published(platform, scratch, [], slices, own)
        _lend_unbuilt(platform, scratch, [t for t in tables if t.name not in SPANS], models, own)
        for name in SPANS:
            made = [rows for rows, of_area in zip(marts(scratch, by_name[name])[1:], built.slices[name], strict=True) if of_area]
            rows = engine.derive(of_all_time, engine.derive(together, *made)) if made else _nothing(engine, by_name[name])
            scratch.put(named(by_name[name]), rows)
    built.areas.append(area)
    built.models |= models
    built.results += audited(platform, area, models)


def _nothing(engine: Engine, table: Table) -> ir.Table:
    return engine.values([], {column.name: column.type for column in table.columns})


def named(table: Table) -> str:
    """What a table is called in a database file."""
    return table.path.replace("/", ".")
