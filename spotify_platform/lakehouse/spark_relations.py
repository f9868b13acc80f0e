"""Relations of a Spark session by name: Ibis sees a name and a schema, Spark a temporary view.

Spark puts a common table expression wherever it is read. One that is read twice is worked out twice, and a transform of
twenty of them is a plan that no driver holds, even if each is cached: Spark looks for what it has only when the
whole plan is there. So what is read several times, and is more than a choice of rows and columns, is worked out at once and
its plan forgotten. It lies with the executors, in memory or on their disks, for as long as somebody here knows it.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import ibis
import ibis.backends.sql.compilers as sc
import ibis.expr.operations as ops
import ibis.expr.types as ir
from pyspark import StorageLevel

from spotify_platform.lakehouse.compiled import INPUT, CompiledTransforms, Transform

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# A query of one relation without these takes no work worth sparing.
_IS_WORK = re.compile(r"\b(JOIN|GROUP BY|OVER|UNION|DISTINCT|EXPLODE|POSEXPLODE|INLINE)\b", re.IGNORECASE)


class SparkTransforms(CompiledTransforms):
    """Transforms as Spark's SQL, with their common table expressions apart."""

    def taken_apart(self, rows: ir.Table) -> tuple[str, list[tuple[str, str]]]:
        """An expression, and its common table expressions; see `CompiledTransforms.taken_apart`."""
        compiler = sc.pyspark.compiler
        query = compiler.to_sqlglot(rows)
        named = query.args.pop("with_", None)
        ctes = [(cte.alias, cte.this.sql(dialect=compiler.dialect)) for cte in named.expressions] if named else []
        return query.sql(dialect=compiler.dialect), ctes


class SparkRelations:
    """Temporary views of one step in one session."""

    def __init__(self, session: "SparkSession", compiled: CompiledTransforms) -> None:
        self._session = session
        self._compiled = compiled
        self._frames: dict[str, DataFrame] = {}
        self._transformed: set[str] = set()
        self._kept: set[str] = set()
        self._names = 0
        self._mark = uuid4().hex[:8]  # others may have views in this session

    def clear(self) -> None:
        """Forget them all."""
        for name in self._frames:
            self._session.catalog.dropTempView(name)
        self._frames.clear()
        self._transformed.clear()
        self._kept.clear()

    def viewed(self, what: str, frame: "DataFrame", schema: ibis.Schema, *, keep: bool = False) -> ir.Table:
        """A relation that is this frame; one to be kept is worked out now."""
        self._names += 1
        name = f"{what}_{self._mark}_{self._names}"
        self._frames[name] = frame
        if keep:
            self._keep(name)
        else:
            frame.createOrReplaceTempView(name)
        return ibis.table(schema, name=name)

    def query(self, what: str, sql: str, schema: ibis.Schema) -> ir.Table:
        """A relation that is this SQL."""
        return self.viewed(what, self._session.sql(sql), schema)

    def frame(self, rows: ir.Table) -> "DataFrame":
        """An expression over relations, as Spark's own."""
        name = _name(rows)
        return self._frames[name] if name in self._frames else self._session.sql(self._compiled.to_sql(rows))

    def derived(self, transform: Transform, inputs: Sequence[ir.Table], arguments: Mapping[str, Any]) -> ir.Table:
        """What a transform makes of relations."""
        made = self._compiled.of(transform, [rows.schema() for rows in inputs], arguments)
        names = {INPUT.format(number): self._named(rows) for number, rows in enumerate(inputs)}
        self._keep_what_is_read_twice(names, [*(sql for _, sql in made.ctes), made.sql])
        for cte, sql in made.ctes:
            frame = self._session.sql(_reading(sql, names))
            is_work = bool(_IS_WORK.search(sql))
            names[cte] = self.viewed("cte", frame, ibis.schema({}), keep=is_work).get_name()
        rows = self.query("derived", _reading(made.sql, names), made.schema)
        self._transformed.add(rows.get_name())
        return rows

    def _keep_what_is_read_twice(self, names: Mapping[str, str], queries: Sequence[str]) -> None:
        """Work out what other transforms made, where these queries read it more than once."""
        for asked, name in names.items():
            if name in self._transformed and sum(sql.count(f"`{asked}`") for sql in queries) > 1:
                self._keep(name)

    def _named(self, rows: ir.Table) -> str:
        return _name(rows) or self.viewed("chosen", self.frame(rows), rows.schema()).get_name()

    def _keep(self, name: str) -> None:
        if name not in self._kept:
            self._kept.add(name)
            # As bytes: rows as objects would take the heap from what works on them.
            self._frames[name] = self._frames[name].localCheckpoint(storageLevel=StorageLevel.MEMORY_AND_DISK)
            self._frames[name].createOrReplaceTempView(name)


def _name(rows: ir.Table) -> str | None:
    operation = rows.op()
    return operation.name if isinstance(operation, ops.UnboundTable) else None


def _reading(sql: str, names: Mapping[str, str]) -> str:
    """A query with the names that stand in it meaning others."""
    read = [f"`{asked}` as (select * from {name})" for asked, name in names.items() if f"`{asked}`" in sql]
    return f"with {', '.join(read)} {sql}" if read else sql


@lru_cache(maxsize=1)
def know_spark() -> None:
    """Have Ibis load its backend: without it, it does not know how Spark takes a number that is none."""
    _ = ibis.pyspark
