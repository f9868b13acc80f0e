"""Delta tables by delta-rs: how a contract becomes one, how one follows its contract, how one is kept tidy."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import ibis
from deltalake import DeltaTable, PostCommitHookProperties, Schema, WriterProperties
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.schema import ArrayType, StructType

from spotify_platform.contracts.model import Table

# What any reader and both engines can open: nothing above reader 1 and writer 2.
PROPERTIES = {
    "delta.enableDeletionVectors": "false",
    "delta.columnMapping.mode": "none",
    "delta.checkpointPolicy": "classic",
    "delta.checkpointInterval": "10",
}
# Small batches and row groups keep the writer's memory bounded; a year of one user is in a few row groups.
WRITER = WriterProperties(compression="ZSTD", max_row_group_size=32_768)
KEPT_HOURS = 7 * 24
_HOLDS, _TOUCHES_ROWS = "lake", "touches_rows"
_SAME_ROWS = {"OPTIMIZE", "SET TBLPROPERTIES", "VACUUM START", "VACUUM END", "ADD COLUMN"}
_LOOK_BACK = 10


@lru_cache(maxsize=64)
def schema_of(table: Table) -> ibis.Schema:
    """A contract's columns as an Ibis schema."""
    return ibis.schema(table.types)


def open_or_create(table: Table, url: str, options: Mapping[str, str], before_commit: Callable[[], None]) -> DeltaTable:
    """A handle on the table as it is now; it is made if it is not there, and gets columns that it lacks.

    `before_commit` is called where columns are to be added. Making a table needs no leave: it is this library that makes it,
    whichever the engine, and of two the store takes one.
    """
    try:
        return _with_all_columns(DeltaTable(url, storage_options=dict(options)), table, before_commit)
    except TableNotFoundError:
        pass
    try:
        return DeltaTable.create(
            url,
            schema=_delta_schema(table),
            partition_by=list(table.partition_by),
            configuration=_properties(table),
            description=table.grain,
            storage_options=dict(options),
        )
    except (DeltaError, OSError):  # another process made it first; if not, opening says what is wrong
        return DeltaTable(url, storage_options=dict(options))


def _properties(table: Table) -> dict[str, str]:
    if bounded := (*table.found_by, *table.sort_by):
        return PROPERTIES | {"delta.dataSkippingStatsColumns": ",".join(bounded)}
    return PROPERTIES | {"delta.dataSkippingNumIndexedCols": "0"}


def _with_all_columns(handle: DeltaTable, table: Table, before_commit: Callable[[], None]) -> DeltaTable:
    """Add columns, and fields inside them, that the contract has come to know since; rows from before are null there."""
    there = _paths(handle.schema())
    if new := [field for field in _delta_schema(table).fields if not _paths(StructType([field])) <= there]:
        before_commit()
        handle.alter.add_columns(new)
    return handle


def _paths(type_: object) -> set[str]:
    """Names of all fields that a type has inside, each after those it is inside of; their order is a table's own."""
    if isinstance(type_, ArrayType):
        return _paths(type_.element_type)
    fields = type_.fields if isinstance(type_, StructType) else []
    return {path for field in fields for path in (field.name, *(f"{field.name}.{inner}" for inner in _paths(field.type)))}


def _delta_schema(table: Table) -> Schema:
    return Schema.from_arrow(schema_of(table).to_pyarrow())


def said_of_commit(holds: int, *, touches_rows: bool) -> dict[str, str]:
    """What a commit says of itself beside Delta's own words: the lake version, and whether it is about rows at all."""
    return {_HOLDS: str(holds), _TOUCHES_ROWS: str(touches_rows).lower()}


def changed_since(handle: DeltaTable, version: int, holds: int) -> bool:
    """Whether a commit up to `version`, after the table held batch `holds`, touched rows; true where the log does not reach back.

    The transaction alone does not tell: a table that a batch does not concern holds it too.
    """
    for logged in handle.history(_LOOK_BACK + handle.version() - version):
        commit = logged | _said_to_spark(logged)
        if commit["version"] > version or commit["operation"] in _SAME_ROWS:
            continue
        if int(commit.get(_HOLDS, 0)) <= holds:
            return _HOLDS not in commit
        if commit[_TOUCHES_ROWS] == "true":
            return True
    return True


def _said_to_spark(commit: Mapping[str, Any]) -> dict[str, Any]:
    """The same words, where Spark wrote them: it has one text for all."""
    said = commit.get("userMetadata") or "{}"
    found: dict[str, Any] = json.loads(said) if said.startswith("{") else {}
    return found


def set_properties(handle: DeltaTable, table: Table) -> None:
    """Give a table that was made by an older version the properties of this one."""
    there, wanted = handle.metadata().configuration, _properties(table)
    if new := {name: value for name, value in wanted.items() if there.get(name) != value}:
        handle.alter.set_table_properties(new)


def tidied(handle: DeltaTable, table: Table, published: int | None) -> tuple[int, int, int]:
    """Put small files together, delete old ones: files before and after, and files deleted.

    The version that is published stays readable, however long ago that was: its files, and the log up to it.
    """
    if published in {None, handle.version()}:
        handle.create_checkpoint()
        handle.cleanup_metadata()
    set_properties(handle, table)
    before = len(handle.file_uris())
    hooks = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
    handle.optimize.compact(writer_properties=WRITER, post_commithook_properties=hooks)
    deleted = handle.vacuum(
        retention_hours=KEPT_HOURS,
        dry_run=False,
        full=True,  # else it sees what was replaced since the last checkpoint, and nothing that a killed writer left
        keep_versions=None if published is None else [published],
        post_commithook_properties=hooks,
    )
    return before, len(handle.file_uris()), len(deleted)
