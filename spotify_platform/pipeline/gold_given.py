"""What dbt is given of Silver: the rows of some buckets, the catalogue, and which slices of which marts it is to build."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.lakehouse.engine import Engine, Scratch, Snapshot
from spotify_platform.lakehouse.slices import Slice, predicate_of
from spotify_platform.pipeline.gold_work import BUCKET, INPUTS, OF_CATALOGUE, OF_USERS, YEAR
from spotify_platform.pipeline.parts import rows_of
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.users import zones_of
from spotify_platform.transforms.fold import FACTS
from spotify_platform.transforms.slices import ALL_TIME, all_years, of_every_model, with_whole_buckets

BUILT_SLICES = {BUCKET: "int32", YEAR: "int32", "model": "string"}
BUILT_BUCKETS = {BUCKET: "int32", "model": "string"}


@dataclass(frozen=True, slots=True)
class Given:
    """What Gold is made of, by table name: tables of Silver, in the lake or built aside; and the zones of the users."""

    silver: Mapping[str, Snapshot | ir.Table]
    zones: ir.Table

    @classmethod
    def of_nobody(cls, platform: Platform) -> "Given":
        """No plays at all: of them Gold has its columns, and a build of it costs what dbt costs whatever it is given."""
        empty = {table.name: nothing_of(platform.engine, table) for table in INPUTS}
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

    def give_slices(self, engine: Engine, scratch: Scratch, slices: Mapping[str, Sequence[Slice]] | None) -> None:
        """Tell which years of which marts are built, and give the plays of these and of the years around; None: all there are."""
        by_bucket = slices is None or any(YEAR not in s for mine in slices.values() for s in mine)
        years = engine.cache(engine.derive(all_years, *scratch.tables(named(PLAYS), PLAYS))) if by_bucket else None
        plays = self.silver[PLAYS.name]
        if slices is None or years is not None or not isinstance(plays, Snapshot):
            scratch.alias("silver.plays_nearby", named(PLAYS))
        else:
            scratch.lend("silver.plays_nearby", plays, predicate_of(_around(slices.get(FACTS, ()))))
        if slices is None and years is not None:
            scratch.put("silver.slices", engine.derive(of_every_model, years))
            return
        told = [{**s, "model": model} for model, mine in (slices or {}).items() for s in mine]
        built = engine.values([s for s in told if YEAR in s], BUILT_SLICES)
        if years is not None:
            buckets = engine.values([s for s in told if YEAR not in s], BUILT_BUCKETS)
            built = engine.derive(with_whole_buckets, built, buckets, years)
        scratch.put("silver.slices", built)


def named(table: Table) -> str:
    """What a table is called where dbt builds."""
    return table.path.replace("/", ".")


def nothing_of(engine: Engine, table: Table) -> ir.Table:
    """A table without rows."""
    return engine.values([], table.types)


def _around(slices: Sequence[Slice]) -> list[Slice]:
    """Years (UTC) in which plays of these local years may lie."""
    near = {(s[BUCKET], s[YEAR] + n) for s in slices if s[YEAR] != ALL_TIME for n in (-1, 0, 1)}
    return [{BUCKET: bucket, YEAR: year} for bucket, year in sorted(near)]
