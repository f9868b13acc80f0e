"""The description of the CSV zone: a Frictionless Data Package, and the same columns as one flat file.

A package is plain values as JSON holds them. Besides what the standard knows, each resource says which version of which
table it shows, so that the next export can tell whether there is anything to write.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ibis.expr.datatypes as dt

from spotify_platform.contracts.model import Table
from spotify_platform.pipeline.export_columns import FileColumn

NAME = "spotify-platform"
PACKAGE_FILE = "datapackage.json"
SCHEMA_FILE = "schema.csv"
SCHEMA_COLUMNS = ("file", "column", "type", "meaning", "position")

Resource = Mapping[str, Any]


def package(resources: Iterable[Resource]) -> dict[str, Any]:
    """The descriptor of the zone, its files in order."""
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "title": "Spotify listening history",
        "resources": sorted(resources, key=lambda resource: str(resource["path"])),
    }


def resource(
    path: str, table: Table, columns: Sequence[FileColumn], written: Mapping[str, Any], shows: Mapping[str, Any]
) -> dict[str, Any]:
    """The descriptor of one file.

    Args:
        path: of the file, below the zone.
        table: whose rows are in it.
        columns: of the file.
        written: bytes, hash, rowCount and etag of the file.
        shows: what it shows: the table, its version, its contract.
    """
    schema: dict[str, Any] = {"fields": [_field(c) for c in columns], "missingValues": [""]}
    if table.key and set(table.key) <= {c.name for c in columns}:
        schema["primaryKey"] = list(table.key)
    return {
        "name": path.removesuffix(".csv").replace("/", "."),
        "path": path,
        "profile": "tabular-data-resource",
        "description": f"{table.grain[0].upper()}{table.grain[1:]}.",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\n", "header": True},
        "schema": schema,
        **written,
        **shows,
    }


def schema_csv(resources: Iterable[Resource]) -> bytes:
    """Every column of every file, one a line; positions are from 1."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(SCHEMA_COLUMNS)
    for of in resources:
        for position, field in enumerate(of["schema"]["fields"], start=1):
            out.writerow([of["path"], field["name"], field["type"], field["description"], position])
    return text.getvalue().encode()


def _field(of: FileColumn) -> dict[str, str]:
    # The standard's default format of a datetime has no fractions of a second.
    format_ = "any" if isinstance(of.type, dt.Timestamp) else "default"
    return {"name": of.name, "type": _type(of.type), "format": format_, "description": of.meaning}


_TYPES: tuple[tuple[type[dt.DataType], str], ...] = (
    (dt.Boolean, "boolean"),
    (dt.Integer, "integer"),
    (dt.Floating, "number"),
    (dt.Decimal, "number"),
    (dt.Timestamp, "datetime"),
    (dt.Date, "date"),
    (dt.Array, "array"),
    (dt.Struct, "object"),
)


def _type(dtype: dt.DataType) -> str:
    """A type as the standard calls it; arrays and objects are JSON text in CSV.

    Example:
        >>> _type(dt.int32), _type(dt.Array(dt.string)), _type(dt.string)
        ('integer', 'array', 'string')
    """
    return next((name for kind, name in _TYPES if isinstance(dtype, kind)), "string")
