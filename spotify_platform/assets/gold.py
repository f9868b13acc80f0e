"""Gold: dbt's models as assets. They are shown as materialised after they are published, not when dbt has built them."""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets

from spotify_platform.assets.parts import KINDS, OWNERS, POOL
from spotify_platform.errors import DataFailedCheck
from spotify_platform.lakehouse.dbt import manifest_dir, project_dir
from spotify_platform.resources import PlatformResource

if TYPE_CHECKING:
    from spotify_platform.lakehouse.dbt import DbtResult
    from spotify_platform.pipeline.gold import GoldBuild

UNIQUE_ID = "dagster_dbt/unique_id"
VERDICTS = {"pass", "fail", "warn", "error"}


class GoldTranslator(DagsterDbtTranslator):
    """Names dbt's models as the rest of the graph names its tables: [layer, table]."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """Spec of a model or of a source of dbt."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if unique_id.startswith("source."):
            return spec  # sources.yml says which table each is a view of
        is_mart = manifest["nodes"][unique_id]["config"]["materialized"] == "table"
        name, layer = unique_id.rpartition(".")[2], "gold" if is_mart else "staging"
        return spec.replace_attributes(
            key=dg.AssetKey([layer, name]), group_name="gold", kinds=KINDS | {"dbt"}, owners=OWNERS,
            description=manifest["nodes"][unique_id]["description"],
            tags={"entity": manifest["nodes"][unique_id]["config"]["meta"]["entity"]},
            metadata={**spec.metadata, "dagster/table_name": f"{layer}.{name}"},
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


def gold_assets(home: Path) -> dg.AssetsDefinition:
    """The assets of every model of the dbt project, parsed once a content under `home`."""
    folder = manifest_dir(home)
    project = DbtProject(project_dir=project_dir(), target_path=folder)

    @dbt_assets(
        manifest=folder / "manifest.json",
        project=project,
        dagster_dbt_translator=GoldTranslator(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)),
        name="gold",
        pool=POOL,
        exclude="resource_type:unit_test",
    )
    def gold(context: dg.AssetExecutionContext, platform: PlatformResource) -> Iterator[Any]:
        from spotify_platform.pipeline.checks import stop_at_bad_data  # noqa: PLC0415 - engines are for runs
        from spotify_platform.pipeline.gold import advance_gold  # noqa: PLC0415
        from spotify_platform.pipeline.gold_build import GoldNotPublished  # noqa: PLC0415

        specs = {spec.metadata[UNIQUE_ID]: spec for spec in context.assets_def.specs if spec.key in context.selected_asset_keys}
        checks = {spec.metadata[UNIQUE_ID]: spec for spec in context.assets_def.check_specs}
        with platform.opened() as lake:
            try:
                stop_at_bad_data(lake)  # the run may be of Gold alone: what failed its check earlier stays unpublished
                build = advance_gold(lake)
            except GoldNotPublished as refused:
                yield from _verdicts(refused.results, checks)
                raise dg.Failure(str(refused), allow_retries=False) from None
            except DataFailedCheck as refused:
                raise dg.Failure(str(refused), allow_retries=False) from None
            yield from _results(build, specs, checks)

    return gold


def _results(
    build: "GoldBuild", specs: Mapping[str, dg.AssetSpec], checks: Mapping[str, dg.AssetCheckSpec]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Materialisations, each after those it is made from, as Dagster demands; then the verdicts."""
    by_key = {spec.key: spec for spec in specs.values()}
    sorter = TopologicalSorter({k: {dep.asset_key for dep in by_key[k].deps} & set(by_key) for k in sorted(by_key)})
    for spec in (by_key[k] for k in sorter.static_order()):
        name = spec.key.path[-1]
        metadata = {"dagster/row_count": build.rows[name], "lake_version": build.top} if name in build.rows else {}
        yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata, data_version=dg.DataVersion(str(build.top)))
    yield from _verdicts(build.results, checks)


def _verdicts(results: "Sequence[DbtResult]", checks: Mapping[str, dg.AssetCheckSpec]) -> Iterator[dg.AssetCheckResult]:
    for result in results:
        if result.unique_id in checks and result.status in VERDICTS:
            spec = checks[result.unique_id]
            severity = dg.AssetCheckSeverity.WARN if result.status == "warn" else dg.AssetCheckSeverity.ERROR
            yield dg.AssetCheckResult(
                passed=result.status == "pass", asset_key=spec.asset_key, check_name=spec.name, severity=severity,
                metadata={"failed_rows": result.failures or 0, "seconds": result.seconds},
            )  # fmt: skip
