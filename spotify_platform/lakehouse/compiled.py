"""Transforms as SQL, compiled once a content and kept on disk, as dbt keeps its manifest.

To build and compile an Ibis expression takes ten times as long as to run it over fifty rows. A transform is pure, so its
SQL follows from the code, the schemas of its inputs and its arguments; what differs from run to run must be in the inputs.
"""

import hashlib
import inspect
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

TRANSFORMS = "transforms"
INPUT = "input_{}"
"""What a compiled transform calls its inputs."""

Transform = Callable[..., ir.Table]


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL that reads `input_0`, `input_1` …, and the schema of what it gives.

    `ctes` are common table expressions that it reads as well, some of them several times: names, and SQL that may read those
    before them.
    """

    sql: str
    schema: ibis.Schema
    ctes: Sequence[tuple[str, str]] = ()


class CompiledTransforms:
    """Compiled transforms in a folder, one file each; several processes may share it."""

    def __init__(self, folder: Path, dialect: str) -> None:
        self._folder = folder / fingerprint()
        self._dialect = dialect

    def to_sql(self, rows: ir.Table) -> str:
        """An expression in the engine's SQL."""
        return str(ibis.to_sql(rows, dialect=self._dialect, pretty=False))

    def taken_apart(self, rows: ir.Table) -> tuple[str, list[tuple[str, str]]]:
        """An expression in the engine's SQL, and its common table expressions for an engine that has them apart."""
        return self.to_sql(rows), []

    def of(self, transform: Transform, inputs: Sequence[ibis.Schema], arguments: Mapping[str, Any]) -> Compiled:
        """A transform for inputs of these schemas; compiled at the first call for a content, found at the next."""
        if "<" in transform.__qualname__:
            raise ValueError(f"{transform.__qualname__} is no function of a module, and its name does not say what it does.")
        called = [
            self._dialect,
            transform.__module__,
            transform.__qualname__,
            *map(_spelled, inputs),
            *map(_named, arguments.items()),
        ]
        path = self._folder / f"{hashlib.sha256(repr(called).encode()).hexdigest()}.json"
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            kept = self._compile(transform, inputs, arguments)
            _write(path, json.dumps(kept))
        return Compiled(kept["sql"], ibis.schema(kept["schema"]), [(name, sql) for name, sql in kept["ctes"]])

    def _compile(self, transform: Transform, inputs: Sequence[ibis.Schema], arguments: Mapping[str, Any]) -> dict[str, Any]:
        tables = [ibis.table(schema, name=INPUT.format(number)) for number, schema in enumerate(inputs)]
        made = transform(*tables, **arguments)
        sql, ctes = self.taken_apart(made)
        return {"sql": sql, "schema": {name: str(type_) for name, type_ in made.schema().items()}, "ctes": ctes}


def _spelled(schema: ibis.Schema) -> list[tuple[str, str]]:
    return [(name, str(type_)) for name, type_ in schema.items()]


def _named(argument: tuple[str, Any]) -> tuple[str, str]:
    """An argument as text that is the same in every process: a function is its name."""
    name, value = argument
    return name, f"{value.__module__}.{value.__qualname__}" if inspect.isroutine(value) else repr(value)


def _write(path: Path, text: str) -> None:
    """Whole or not at all, whoever else writes the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        file.write(text)
    Path(file.name).replace(path)


@cache
def fingerprint() -> str:
    """Of the code of this package, and of the libraries that make SQL of it."""
    digest = hashlib.sha256(" ".join(version(name) for name in ("ibis-framework", "sqlglot", "duckdb")).encode())
    root = Path(__file__).parents[1]
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
