"""Gold built aside: in one database, or in several where there is more than memory holds."""

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ibis.expr.types as ir

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.errors import DataFailedCheck
from spotify_platform.lakehouse import dbt, dbt_project
from spotify_platform.lakehouse.engine import Scratch, Snapshot
from spotify_platform.lakehouse.slices import Slice, of_buckets, predicate_of
from spotify_platform.pipeline.gold_given import Given, named, nothing_of
from spotify_platform.pipeline.gold_work import BUCKET, YEAR, Work
from spotify_platform.pipeline.parts import bucket_parts
from spotify_platform.pipeline.platform import Platform
from spotify_platform.transforms.fold import FACTS
from spotify_platform.transforms.slices import ALL_TIME, of_all_time, together

SCRATCH = "scratch.duckdb"  # dbt bakes the stem into its manifest as the database's name
SPANS = {"top_tracks": "dim_tracks", "top_albums": "dim_albums", "top_artists": "dim_artists"}
"""Marts of users from which a dimension takes the first and last play of an entity."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be built of what: `todo` is None for all of Gold, `own` are the marts as they are published."""

    platform: Platform
    given: Given
    tables: Sequence[Table]
    todo: Work | None
    own: Mapping[str, Snapshot]

    @property
    def whole_lake(self) -> set[str]:
        """Names of the marts to build that are nobody's own; constant ones are built with all of Gold."""
        return {table.name for table in self.tables if not is_users(table)} if self.todo is None else set(self.todo.whole_lake)

    @property
    def constant(self) -> set[str]:
        """Names of the marts that follow from the project alone, and that others read."""
        return dbt_project.constant_tables(self.platform.manifest)

    def slices_in(self, part: Sequence[Slice]) -> dict[str, list[Slice]]:
        """Slices of each mart of users in these buckets."""
        buckets = {s[BUCKET] for s in part}
        of_all = {table.name: part if self.todo is None else self.todo.slices.get(table.name, ()) for table in self.tables}
        return {t.name: [s for s in of_all[t.name] if s[BUCKET] in buckets] for t in self.tables if is_users(t)}


@dataclass(slots=True)
class Built:
    """dbt's database files; by mart of users the slices that are in each; the marts that were made.

    `results` are dbt's, each model and test once: of several databases the last one's, since one that fails ends it all.
    """

    areas: list[Path] = field(default_factory=list)
    slices: dict[str, list[Sequence[Slice]]] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    results: list[dbt.DbtResult] = field(default_factory=list)
    is_all: bool = False

    def rows(self, scratch: Scratch, table: Table) -> list[ir.Table]:
        """A mart as it was built, database by database; what is nobody's own is whole in the last."""
        of_areas = scratch.tables(named(table), table)
        return of_areas[: len(self.slices[table.name])] if is_users(table) else of_areas[-1:]


class GoldNotPublished(DataFailedCheck):
    """The audit failed; what is published is unchanged. `results` are dbt's."""

    def __init__(self, message: str, results: Sequence[dbt.DbtResult]) -> None:
        super().__init__(message)
        self.results = results


def gold_tables(platform: Platform) -> list[Table]:
    """Contracts of the marts that are published together, read from dbt's own files."""
    return dbt_project.gold_tables(platform.manifest)


def is_users(table: Table) -> bool:
    """Whether a mart is of users, each with rows of their own; the others are of the whole lake."""
    return BUCKET in table.column_names


def build_aside(platform: Platform, given: Given) -> Built:
    """Build and audit all of Gold; each of dbt's databases has some of the buckets.

    Raises:
        GoldNotPublished: a test of severity error failed.
    """
    return build(Order(platform, given, gold_tables(platform), None, {}))


def build(order: Order) -> Built:
    """Build and audit aside what is ordered, as many buckets at once as memory holds, whatever the lake holds.

    Raises:
        GoldNotPublished: a test of severity error failed.
    """
    platform, todo = order.platform, order.todo
    concerned = None if todo is None else predicate_of(of_buckets(todo.buckets))
    parts = bucket_parts(platform.engine, order.given.rows(platform.engine, PLAYS.name, concerned))
    built = Built(is_all=todo is None)
    with_each = order.whole_lake if len(parts) == 1 else order.constant if todo is None else set()
    for part in parts:
        _build_part(order, built, part, with_each)
    if len(parts) > 1 and order.whole_lake:
        _build_whole_lake(order, built)
    return built


def _build_part(order: Order, built: Built, part: Sequence[Slice], with_them: Collection[str]) -> None:
    """Build marts of users for some buckets; where that is all there is to do, those of the whole lake with them."""
    slices = order.slices_in(part)
    models = {name for name, mine in slices.items() if mine or order.todo is None} | set(with_them)
    area = fresh_area(order.platform, str(len(built.areas)))
    with order.platform.engine.scratch(area) as scratch:
        order.given.give(order.platform.engine, scratch, part)
        order.given.give_slices(order.platform.engine, scratch, None if order.todo is None else slices)
        _give_published(order, scratch, part, slices)
        _stand_in(order, scratch, order.tables, models)
    for name, mine in slices.items():
        built.slices.setdefault(name, []).append(mine)
    _audit(order.platform, built, area, models)


def _build_whole_lake(order: Order, built: Built) -> None:
    """Build the marts that are nobody's own, after those of users were built in several databases."""
    engine, by_name = order.platform.engine, {table.name: table for table in order.tables}
    area = fresh_area(order.platform, str(len(built.areas)))
    with engine.scratch(area, *built.areas) as scratch:
        order.given.give(engine, scratch, [])
        order.given.give_slices(engine, scratch, {})
        slices = {name: [s for of_part in built.slices[name] for s in of_part] for name in (FACTS, *SPANS)}
        _give_published(order, scratch, [], slices)
        for name in SPANS:
            table = by_name[name]
            of_parts = zip(scratch.tables(named(table), table)[1:], built.slices[name], strict=True)
            made = [engine.derive(of_all_time, rows) for rows, of_part in of_parts if of_part]
            scratch.put(named(table), engine.derive(together, *made) if made else nothing_of(engine, table))
        _stand_in(order, scratch, [table for table in order.tables if table.name not in SPANS], order.whole_lake)
    _audit(order.platform, built, area, order.whole_lake)


def _give_published(order: Order, scratch: Scratch, part: Sequence[Slice], slices: Mapping[str, Sequence[Slice]]) -> None:
    """Give what is published and stays: facts of other years, and what of all time is of other buckets."""
    engine, by_name = order.platform.engine, {table.name: table for table in order.tables}
    if order.todo is None:
        for name, table in (("silver.facts_kept", by_name[FACTS]), *((f"published.{n}", by_name[n]) for n in SPANS)):
            scratch.put(name, nothing_of(engine, table))
        return
    scratch.lend("silver.facts_kept", order.own[FACTS], f"({predicate_of(part)}) and not ({predicate_of(slices[FACTS])})")
    for name, dimension in SPANS.items():
        if order.todo.only_grows:  # then the dimension knows of all buckets what does not come anew
            scratch.lend(f"published.{name}", order.own[dimension], "first_played_at is not null")
        else:
            anew = predicate_of(of_buckets(s[BUCKET] for s in slices[name]))
            scratch.lend(f"published.{name}", order.own[name], f"{YEAR} = {ALL_TIME} and not ({anew})")


def _stand_in(order: Order, scratch: Scratch, tables: Sequence[Table], models: Collection[str]) -> None:
    """Put something in the place of marts that are not built and that others read: all rows, of marts of users none."""
    for table in tables:
        if table.name not in models and is_users(table):
            scratch.put(named(table), nothing_of(order.platform.engine, table))
        elif table.name not in models and table.name in order.own:
            scratch.lend(named(table), order.own[table.name])


def fresh_area(platform: Platform, name: str) -> Path:
    """Where a new database file may be."""
    (platform.work / "gold").mkdir(exist_ok=True)
    return Path(tempfile.mkdtemp(dir=platform.work / "gold", prefix=name)) / SCRATCH


def _audit(platform: Platform, built: Built, area: Path, models: Collection[str]) -> None:
    """Let dbt build and test marts in a database that is given all they need."""
    results = audited(platform, area, models, left="Gold is as it was")
    built.results = list({result.unique_id: result for result in (*built.results, *results)}.values())
    built.models |= set(models)
    built.areas.append(area)


def audited(platform: Platform, area: Path, models: Collection[str], *, left: str) -> list[dbt.DbtResult]:
    """What dbt says of models that it builds and tests; `left` tells what a failure leaves.

    Raises:
        GoldNotPublished: a test of severity error failed.
    """
    settings = platform.settings
    target = dbt.Target(platform.engine.dbt_target, area, settings.memory_limit, settings.threads)
    results = dbt.build(target, platform.manifest, models)
    if failed := [result for result in results if result.status in ("error", "fail")]:
        names = "; ".join(f"{result.name}: {result.message}" for result in failed)
        raise GoldNotPublished(f"{left}, because the audit failed. {names}", results)
    return results
