"""What the assets of all layers share: specs from contracts, and results from steps."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.silver_told import CATALOGUE, ENTITIES
from spotify_platform.quality.demands import checks_of
from spotify_platform.resources import PlatformResource

if TYPE_CHECKING:
    from spotify_platform.lakehouse.commit import Turn
    from spotify_platform.pipeline.platform import Platform

OWNERS = ["team:spotify-platform"]
KINDS = {"duckdb", "deltalake"}
"""Of assets that are tables; `made_by` names the engine that it is."""
POOL = "lake"
"""One step at a time writes the lake. It only saves wasted work: what makes writing safe is Delta's own transactions."""


def made_by(engine: str, assets: Sequence[dg.AssetsDefinition | dg.AssetSpec]) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """The same assets, said to be made by this engine."""

    def named(spec: dg.AssetSpec) -> dg.AssetSpec:
        return spec.replace_attributes(kinds=spec.kinds - {"duckdb"} | {engine}) if "duckdb" in spec.kinds else spec

    return list(dg.map_asset_specs(named, assets))


def table_asset(table: Table, deps: Sequence[dg.AssetKey | Sequence[str]]) -> dg.AssetsDefinition:
    """The asset of one table: its step, then its checks."""

    @dg.multi_asset(
        name=f"{table.layer}__{table.name}",
        specs=[spec(table, deps)],
        check_specs=check_specs(table),
        pool=POOL,
    )
    def asset(platform: PlatformResource) -> Iterator[dg.MaterializeResult]:
        from spotify_platform.pipeline.refresh import steps  # noqa: PLC0415 - engines are for runs

        with platform.in_run() as lake:
            yield from outcome(lake, table, steps()[table.path](lake))

    return asset


def spec(table: Table, deps: Sequence[dg.AssetKey | Sequence[str]]) -> dg.AssetSpec:
    """Spec of an asset that is a table of a contract."""
    return dg.AssetSpec(
        key=key(table),
        deps=deps,
        description=f"{table.grain[0].upper()}{table.grain[1:]}.",
        group_name=table.layer,
        kinds=KINDS,
        owners=OWNERS,
        tags=entity_tags(table.entity),
        metadata={
            "dagster/table_name": f"{table.layer}.{table.name}",
            "dagster/column_schema": column_schema(table),
            "grain": table.grain,
            "key": ", ".join(table.key),
        },
    )


def entity_tags(entity: str) -> dict[str, str]:
    """Tags of an asset that tells of an entity: the entity, and a label for each graph the asset belongs to.

    What answers of the catalogue told lies side by side in one table, and is of the graphs of artists, albums and tracks.
    """
    return {"entity": entity, **dict.fromkeys(ENTITIES if entity == CATALOGUE else (entity,), "")}


def key(table: Table) -> dg.AssetKey:
    """Asset key of a table: [layer, table]."""
    return dg.AssetKey([table.layer, table.name])


def column_schema(table: Table) -> dg.TableSchema:
    """Columns of a contract as Dagster shows them."""
    columns = []
    for column in table.columns:
        bounds = [f">= {column.low}"] if column.low is not None else []
        bounds += [f"<= {column.high}"] if column.high is not None else []
        bounds += [f"one of {', '.join(column.accepted)}"] if column.accepted else []
        constraints = dg.TableColumnConstraints(nullable=not column.required, unique=table.key == (column.name,), other=bounds)
        columns.append(dg.TableColumn(column.name, column.type, column.meaning, constraints))
    return dg.TableSchema(columns=columns)


def check_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """All checks of a table; each blocks what comes after it."""
    return [dg.AssetCheckSpec(name, asset=key(table), description=says, blocking=True) for name, says in checks_of(table).items()]


def outcome(platform: "Platform", table: Table, turn: "Turn") -> Iterator[dg.MaterializeResult]:
    """The result of a step: row count, versions, what it counted, and the outcome of every check."""
    from spotify_platform.pipeline.checks import check  # noqa: PLC0415 - engines are for runs

    results = [
        dg.AssetCheckResult(
            passed=found.passed,
            check_name=found.name,
            asset_key=key(table),
            metadata={"wrong": sum(found.found.values()), **{k: n for k, n in found.found.items() if n}},
        )
        for found in check(platform, table)
    ]
    yield dg.MaterializeResult(
        asset_key=key(table),
        metadata={
            "dagster/row_count": platform.engine.rows_in(turn.snapshot),
            "delta_version": turn.snapshot.version,
            "lake_version": turn.snapshot.holds,
            "batches": len(turn.batches),
        },
        data_version=dg.DataVersion(str(turn.snapshot.holds)),
        check_results=results,
    )
