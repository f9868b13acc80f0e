"""Relations by name: Ibis sees a name and a schema, DuckDB what stands behind it, and that only when it is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from spotify_platform.lakehouse.compiled import INPUT, CompiledTransforms, Transform


@dataclass(frozen=True, slots=True)
class _Text:
    """SQL that is put where its relation is read, and the relations that it reads itself."""

    sql: str
    reads: tuple[str, ...]


class Relations:
    """Relations of one step on one connection. A relation is a temporary object of DuckDB, or text."""

    def __init__(self, compiled: CompiledTransforms) -> None:
        self._compiled = compiled
        self._texts: dict[str, _Text] = {}
        self._names = 0

    def clear(self) -> None:
        """Forget them all."""
        self._texts.clear()

    def named(self, what: str) -> str:
        """A name that no other relation has."""
        self._names += 1
        return f"{what}_{self._names}"

    def text(self, what: str, sql: str, schema: ibis.Schema, reads: Iterable[str] = ()) -> ir.Table:
        """A relation that is this SQL."""
        name = self.named(what)
        self._texts[name] = _Text(sql, tuple(reads))
        return ibis.table(schema, name=name)

    def derived(self, transform: Transform, inputs: Sequence[ir.Table], arguments: Mapping[str, Any]) -> ir.Table:
        """What a transform makes of relations."""
        made = self._compiled.of(transform, [rows.schema() for rows in inputs], arguments)
        given = ", ".join(f"{INPUT.format(n)} as not materialized ({self._read(rows)})" for n, rows in enumerate(inputs))
        reads = [name for rows in inputs for name in _names(rows)]
        return self.text("derived", f"with {given} select * from ({made.sql})", made.schema, reads)

    def sql(self, rows: ir.Table) -> str:
        """An expression over relations as one query."""
        needed = set(_names(rows))
        ordered = []
        for name, text in reversed(self._texts.items()):  # each reads only such as were made before it
            if name in needed:
                needed.update(text.reads)
                ordered.append(f"{name} as ({text.sql})")
        return f"with {', '.join(reversed(ordered))} {self._read(rows)}" if ordered else self._read(rows)

    def _read(self, rows: ir.Table) -> str:
        operation = rows.op()
        if isinstance(operation, ops.UnboundTable):
            return f"select * from {operation.name}"
        return f"select * from ({self._compiled.to_sql(rows)})"


def _names(rows: ir.Table) -> list[str]:
    return [table.name for table in rows.op().find(ops.UnboundTable)]
