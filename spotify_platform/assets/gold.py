"""Gold: dbt's models as assets. They are shown as materialised after they are published, not when dbt has built them.

The marts are brought up by every refresh; the statistics, by their condition, after one that changed what they are made of.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets

from spotify_platform.assets import silver
from spotify_platform.assets.parts import KINDS, OWNERS, POOL, entity_tags
from spotify_platform.lakehouse.dbt import manifest_dir
from spotify_platform.lakehouse.dbt_project import STATISTICS, project_dir
from spotify_platform.resources import PlatformResource

if TYPE_CHECKING:
    from spotify_platform.lakehouse.dbt import DbtResult
    from spotify_platform.pipeline.gold import GoldBuild
    from spotify_platform.pipeline.platform import Platform

UNIQUE_ID = "dagster_dbt/unique_id"
VERDICTS = {"pass", "fail", "warn", "error"}
CHANGED = dg.AutomationCondition.data_version_changed() | dg.AutomationCondition.will_be_requested()
WHEN_INPUTS_CHANGE = (
    dg.AutomationCondition.eager().replace("any_deps_updated", dg.AutomationCondition.any_deps_match(CHANGED))
    & dg.AutomationCondition.all_deps_blocking_checks_passed()
)
"""Eager, but for the hourly refresh that finds nothing: it materialises all tables as they were."""


class GoldTranslator(DagsterDbtTranslator):
    """Names dbt's models as the rest of the graph names its tables: [layer, table]."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """Spec of a model or of a source of dbt."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if unique_id.startswith("source."):
            return spec  # sources.yml says which table each is a view of
        node = manifest["nodes"][unique_id]
        layer = "gold" if node["config"]["schema"] == "gold" else "staging"
        named = {dep.asset_key for dep in spec.deps}
        # Statistics read sources alone as well, but those are marts that are published: they wait for nothing else.
        is_first = STATISTICS not in node["tags"] and not any(above.startswith("model.") for above in node["depends_on"]["nodes"])
        # Gold is published at a version that all of Silver has: a run of a few marts must wait for the rest of it too.
        waits_for = [table for table in silver.ENDS if table not in named] if is_first else []
        return spec.replace_attributes(
            key=dg.AssetKey([layer, node["name"]]), group_name="gold", kinds=KINDS | {"dbt"}, owners=OWNERS,
            description=node["description"], deps=[*spec.deps, *waits_for],
            tags=entity_tags(node["config"]["meta"]["entity"]) | dict.fromkeys(node["tags"], ""),
            metadata={**spec.metadata, "dagster/table_name": f"{layer}.{node['name']}"},
            automation_condition=WHEN_INPUTS_CHANGE if STATISTICS in node["tags"] else None,
        )  # fmt: skip

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """Spec of a test of dbt, with what the test itself says: dagster-dbt only looks for a description under `meta`."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        node = manifest["nodes"][unique_id]
        return spec._replace(description=node.get("description") or _demanded(node)) if spec else None


def _demanded(test: Mapping[str, Any]) -> str:
    """What a generic test of dbt demands, from its name and arguments."""
    given = test.get("test_metadata", {"name": test["name"], "kwargs": {}})
    words = {name: value for name, value in given["kwargs"].items() if name != "model"}
    said = "; ".join(f"{name}: {', '.join(value) if isinstance(value, list) else value}" for name, value in words.items())
    return f"{given['name'].replace('_', ' ')} ({said})" if said else given["name"]


def gold_assets(home: Path) -> list[dg.AssetsDefinition]:
    """The assets of every model of the dbt project, parsed once a content under `home`: the marts, and the statistics."""
    tag = f"tag:{STATISTICS}"
    return [_models(home, "gold", _publish, exclude=tag), _models(home, STATISTICS, _bring_up_statistics, select=tag)]


def _publish(lake: "Platform") -> "GoldBuild":
    from spotify_platform.pipeline.checks import stop_at_bad_data  # noqa: PLC0415 - engines are for runs
    from spotify_platform.pipeline.gold import advance_gold  # noqa: PLC0415

    stop_at_bad_data(lake)  # the run may be of Gold alone: what failed its check earlier stays unpublished
    return advance_gold(lake)


def _bring_up_statistics(lake: "Platform") -> "GoldBuild":
    from spotify_platform.pipeline.statistics import advance_statistics  # noqa: PLC0415 - engines are for runs

    return advance_statistics(lake)


def _models(
    home: Path, name: str, advance: "Callable[[Platform], GoldBuild]", *, select: str = "fqn:*", exclude: str = ""
) -> dg.AssetsDefinition:
    """Models that are made in one step. Whichever of them a run selects, all are made: the run shows those it selected."""
    folder = manifest_dir(home, "duckdb")  # the graph is the same on all engines, and this one needs no Spark to be read

    @dbt_assets(
        manifest=folder / "manifest.json",
        project=DbtProject(project_dir=project_dir(), target_path=folder),
        dagster_dbt_translator=GoldTranslator(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)),
        name=name,
        pool=POOL,
        select=select,
        exclude=f"resource_type:unit_test {exclude}",
    )
    def models(context: dg.AssetExecutionContext, platform: PlatformResource) -> Iterator[Any]:
        from spotify_platform.pipeline.gold_build import GoldNotPublished  # noqa: PLC0415 - engines are for runs

        specs = {spec.metadata[UNIQUE_ID]: spec for spec in context.assets_def.specs if spec.key in context.selected_asset_keys}
        selected = context.selected_asset_check_keys
        checks = {spec.metadata[UNIQUE_ID]: spec for spec in context.assets_def.check_specs if spec.key in selected}
        with platform.in_run() as lake:
            try:
                build = advance(lake)
            except GoldNotPublished as refused:
                yield from _verdicts(refused.results, checks)
                raise
            yield from _results(build, _row_counts(lake), specs, checks)

    return models


def _row_counts(lake: "Platform") -> dict[str, int]:
    """Rows that each table of Gold has now, by name: whether or not this run had something to build of it."""
    from spotify_platform.pipeline.statistics import every_table  # noqa: PLC0415 - engines are for runs

    there = (table for table in every_table(lake) if table.layer == "gold" and lake.engine.exists(table))
    return {table.name: lake.engine.rows_in(lake.engine.open(table)) for table in there}


def _results(
    build: "GoldBuild", rows: Mapping[str, int], specs: Mapping[str, dg.AssetSpec], checks: Mapping[str, dg.AssetCheckSpec]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Materialisations, each after those it is made from, as Dagster demands; then the verdicts."""
    by_key = {spec.key: spec for spec in specs.values()}
    sorter = TopologicalSorter({k: {dep.asset_key for dep in by_key[k].deps} & set(by_key) for k in sorted(by_key)})
    for spec in (by_key[k] for k in sorter.static_order()):
        name = spec.key.path[-1]
        metadata = {"dagster/row_count": rows[name], "lake_version": build.top} if name in rows else {}
        yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata, data_version=dg.DataVersion(str(build.top)))
    yield from _verdicts(build.results, checks)
    for unique_id in checks.keys() - {result.unique_id for result in build.results}:
        yield _verdict(checks[unique_id], passed=True)  # of what was not made anew: it is as it passed


def _verdicts(results: "Sequence[DbtResult]", checks: Mapping[str, dg.AssetCheckSpec]) -> Iterator[dg.AssetCheckResult]:
    for result in results:
        if result.unique_id in checks and result.status in VERDICTS:
            found = {"failed_rows": result.failures or 0, "seconds": result.seconds}
            yield _verdict(checks[result.unique_id], passed=result.status == "pass", warns=result.status == "warn", found=found)


def _verdict(
    spec: dg.AssetCheckSpec, *, passed: bool, warns: bool = False, found: Mapping[str, float] | None = None
) -> dg.AssetCheckResult:
    severity = dg.AssetCheckSeverity.WARN if warns else dg.AssetCheckSeverity.ERROR
    return dg.AssetCheckResult(
        passed=passed, asset_key=spec.asset_key, check_name=spec.name, severity=severity, metadata=found or {}
    )
