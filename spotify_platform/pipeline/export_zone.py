"""The CSV zone: every table as a file, for people who want files, beside a description of every column.

Each file is replaced whole or not at all, the description last. A file whose table has the rows that it shows, and that is
still the one that was written, is left as it is.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import obstore
from obstore.store import ObjectStore

from spotify_platform.contracts.model import Table
from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse.engine import Engine, Snapshot
from spotify_platform.pipeline.answers import write_file
from spotify_platform.pipeline.datapackage import NAME, PACKAGE_FILE, SCHEMA_FILE, Resource, package, resource, schema_csv
from spotify_platform.pipeline.export_columns import PART, all_columns, order_of, raw_columns
from spotify_platform.pipeline.exporting import columns_there, label, rows_sql
from spotify_platform.pipeline.readers import NOTHING_YET, Reading, reading
from spotify_platform.pipeline.statistics import every_table
from spotify_platform.settings import Settings

LAYERS = {"raw": "bronze", "processed": "silver", "gold": "gold"}
"""Folders of the zone, and the layer that each shows."""
SHAPE = 3
"""Raise it when files come to look different though no contract has changed."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to: paths of files written, left as they were, and removed; and rows of each file there is."""

    written: list[str]
    kept: list[str]
    removed: list[str]
    rows: Mapping[str, int]


def export_zone(
    settings: Settings, folders: Collection[str] = tuple(LAYERS), told: Callable[[str], object] = lambda _: None
) -> Exported:
    """Bring folders of the CSV zone up to what the lake shows, Gold as it is published.

    Args:
        settings: where the lake and the zone are.
        folders: of `LAYERS`; the others are left as they are.
        told: is told of each file before its turn.

    Raises:
        WrongCall: nothing is processed yet, or the description of something else lies where the zone is to be.
    """
    with reading(settings) as lake:
        if not lake.versions:
            raise WrongCall(NOTHING_YET)
        store = settings.exports_location.store()
        before = _described(store, settings)
        others = {path: of for path, of in before.items() if _folder(path) not in folders}
        after: dict[str, Resource] = {}
        for path, table in _tables(lake, folders).items():
            told(path)
            after[path] = _up_to_date(lake, store, path, table, before.get(path))
        removed = sorted(before.keys() - others.keys() - after.keys())
        for path in removed:
            obstore.delete(store, path)
        _describe(store, others | after)
    kept = [path for path in after if after[path] is before.get(path)]
    return Exported(sorted(after.keys() - kept), kept, removed, {path: of["rowCount"] for path, of in after.items()})


def _tables(lake: Reading, folders: Collection[str]) -> dict[str, Table]:
    """Tables that have a file in these folders, by its path, in order."""
    there = [table for table in every_table(lake.platform) if table.path in lake.versions]
    return {path_of(table): table for table in sorted(there, key=path_of) if _folder(path_of(table)) in folders}


def _folder(path: str) -> str:
    return path.partition("/")[0]


def path_of(table: Table) -> str:
    """Where the file of a table lies in the zone; empty for a table that has none there."""
    folder = next((name for name, layer in LAYERS.items() if layer == table.layer), "")
    return f"{folder}/{table.name}.csv" if folder else ""


def _up_to_date(lake: Reading, store: ObjectStore, path: str, table: Table, before: Resource | None) -> Resource:
    """A file that shows the table as it is now: the one there is, or else a new one."""
    engine = lake.platform.engine
    snapshot = engine.open(table, version=lake.versions[table.path])
    shows = _shows(engine, snapshot)
    if before and before.items() >= shows.items():
        is_same = before["deltaVersion"] == snapshot.version
        # A batch that does not concern a table moves its version, and so does putting its files together.
        if is_same or not engine.changed_since(snapshot, before["lakeVersion"]):
            return before
    return _write(lake, store, path, table, {**shows, "deltaVersion": snapshot.version, "lakeVersion": snapshot.holds})


def _shows(engine: Engine, snapshot: Snapshot) -> dict[str, Any]:
    """What a file shows: while this is the same, and no row has changed since its lake version, there is nothing to write."""
    return {
        "deltaTable": snapshot.table.path,
        "deltaId": engine.identity(snapshot),
        "contract": hashlib.sha256(repr((SHAPE, snapshot.table)).encode()).hexdigest()[:16],
    }


def _write(lake: Reading, store: ObjectStore, path: str, table: Table, shows: Mapping[str, Any]) -> dict[str, Any]:
    """Write a file, and say what it is."""
    there = columns_there(lake, table)
    columns = (raw_columns if table.layer == "bronze" else all_columns)(table, there)
    where = f"{PART} = 'row'" if PART in there else None
    aside = lake.platform.work / "export.csv"
    write_file(lake.con.sql(rows_sql(table, columns, order_of(table, there), where)), "csv", aside)
    [counted] = lake.con.sql(f"select count(*) from {label(table)}{f' where {where}' if where else ''}").fetchall()
    with aside.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    written = {"bytes": aside.stat().st_size, "hash": f"sha256:{sha256}", "rowCount": counted[0]}
    put = obstore.put(store, path, aside)
    aside.unlink()
    return resource(path, table, columns, {**written, "etag": put["e_tag"]}, shows)


def _described(store: ObjectStore, settings: Settings) -> dict[str, Resource]:
    """Files of the zone that are as they were written, by path."""
    try:
        found = json.loads(bytes(obstore.get(store, PACKAGE_FILE).bytes()))
    except FileNotFoundError:
        return {}
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("name") != NAME:
        place = settings.exports_location.join(PACKAGE_FILE)
        raise WrongCall(f"{place} describes something else. Move it away, or set SPOTIFY_PLATFORM_EXPORTS to another place.")
    there = {meta["path"]: meta["e_tag"] for folder in LAYERS for batch in obstore.list(store, folder) for meta in batch}
    return {of["path"]: of for of in found["resources"] if there.get(of["path"]) == of["etag"]}


def _describe(store: ObjectStore, files: Mapping[str, Resource]) -> None:
    """Write the descriptions, unless they say that already."""
    described = package(files.values())
    for name, text in (
        (SCHEMA_FILE, schema_csv(described["resources"])),
        (PACKAGE_FILE, json.dumps(described, indent=2, ensure_ascii=False).encode() + b"\n"),
    ):
        if _read(store, name) != text:
            obstore.put(store, name, text)


def _read(store: ObjectStore, name: str) -> bytes | None:
    try:
        return bytes(obstore.get(store, name).bytes())
    except FileNotFoundError:
        return None
