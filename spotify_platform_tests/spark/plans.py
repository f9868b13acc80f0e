# ruff: noqa: SLF001 - where Spark is given something to do is nobody's business but the engine's and this recorder's
"""Plans of all that Spark works out in some steps, as text."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import dbt.adapters.spark.session
import pytest
from pyspark.sql import SparkSession

from spotify_platform.lakehouse.spark_delta import SparkDelta
from spotify_platform.lakehouse.spark_relations import SparkRelations
from spotify_platform.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from spotify_platform.lakehouse.engine import Snapshot

_MADE_BY_DBT = re.compile(r"create\s+(?:or\s+replace\s+)?table\s+(\S+).*?\bas\b(.*)", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"#\d+L?")
_WHOLE_PLANS = "spark.sql.maxMetadataStringLength"
"""A plan's text leaves out what is longer, as paths and filters are."""


@dataclass(frozen=True)
class Made:
    """A lake, and how Spark worked out what it did there last."""

    lake: Settings
    plans: "Plans"


@dataclass
class Plans:
    """Plans by the table that they were needed for: what was worked out on the way, and what was committed or built."""

    of: dict[str, list[str]] = field(default_factory=dict)
    _on_the_way: list[str] = field(default_factory=list)

    def add(self, frame: "DataFrame") -> None:
        """Note the plan of something that is worked out on the way."""
        self._on_the_way.append(_NUMBER.sub("", frame._jdf.queryExecution().executedPlan().toString()))

    def end(self, table: str, frame: "DataFrame") -> None:
        """Note the plan of what a table is given, and that all before it was needed for it."""
        self.add(frame)
        self.of.setdefault(table, []).extend(self._on_the_way)
        self._on_the_way.clear()

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Note all plans for as long as the context lasts."""
        session = SparkSession.builder.getOrCreate()
        before = session.conf.get(_WHOLE_PLANS)
        session.conf.set(_WHOLE_PLANS, "10000")
        keep, commit, execute = SparkRelations._keep, SparkDelta._commit, dbt.adapters.spark.session.Cursor.execute

        def noted_keep(relations: SparkRelations, name: str) -> None:
            if name not in relations._kept:
                self.add(relations._frames[name])
            keep(relations, name)

        def noted_commit(engine: SparkDelta, snapshot: "Snapshot", frame: "DataFrame", *given: Any, **how: Any) -> "Snapshot":
            self.end(snapshot.table.path, frame)
            return commit(engine, snapshot, frame, *given, **how)

        def noted_execute(cursor: Any, sql: str, *parameters: Any) -> None:
            if made := _MADE_BY_DBT.search(sql):
                self.end(f"dbt/{made[1].split('.')[-1].strip('`')}", SparkSession.builder.getOrCreate().sql(made[2]))
            execute(cursor, sql, *parameters)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SparkRelations, "_keep", noted_keep)
            patch.setattr(SparkDelta, "_commit", noted_commit)
            patch.setattr(dbt.adapters.spark.session.Cursor, "execute", noted_execute)
            yield
        session.conf.set(_WHOLE_PLANS, before)
