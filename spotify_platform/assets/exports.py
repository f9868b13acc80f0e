"""Exports: the folders of the CSV zone, for people who want files. Nothing in the lake is made from them."""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from spotify_platform.assets.parts import OWNERS, POOL, entity_tags, key
from spotify_platform.contracts.tables import TABLES
from spotify_platform.lakehouse.dbt_project import STATISTICS
from spotify_platform.resources import PlatformResource, refused

NIGHTLY = "0 4 * * *"  # after the upkeep: a table whose files it has put together has a new version
DESCRIPTIONS = {
    "raw": "Good rows of each Bronze table as CSV, with the object and row they come from.",
    "processed": "Each Silver table as CSV.",
    "gold": "Each Gold table as CSV, in the versions that are published together.",
}


def exports_assets(gold: Sequence[dg.AssetKey], *, daily: bool) -> list[dg.AssetsDefinition]:
    """The folders of the CSV zone.

    Args:
        gold: the tables of Gold.
        daily: write them every night, once what they are made of is made and has passed its checks.
    """
    deps: Mapping[str, Sequence[dg.AssetKey]] = {
        "raw": [key(table) for table in TABLES if table.layer == "bronze"],
        "processed": [key(table) for table in TABLES if table.layer == "silver"],
        "gold": gold,
    }
    at_night = dg.AutomationCondition.on_cron(NIGHTLY) & dg.AutomationCondition.all_deps_blocking_checks_passed()
    # Statistics are not made in a night that changes nothing. Where they are about to be, the files wait for them.
    settled = ~dg.AutomationCondition.any_deps_in_progress() & ~dg.AutomationCondition.any_deps_match(
        dg.AutomationCondition.will_be_requested()
    )
    condition = at_night.ignore(dg.AssetSelection.tag(STATISTICS, "")) & settled
    return [_folder(name, deps[name], condition if daily else None) for name in DESCRIPTIONS]


def _folder(name: str, deps: Sequence[dg.AssetKey], condition: dg.AutomationCondition | None) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"exports__{name}",
        specs=[
            dg.AssetSpec(
                key=["exports", name],
                deps=deps,
                description=DESCRIPTIONS[name],
                group_name="exports",
                kinds={"csv"},
                owners=OWNERS,
                tags=entity_tags("object"),
                automation_condition=condition,
            )
        ],
        pool=POOL,  # all of them write one description of the zone
    )
    def asset(platform: PlatformResource) -> Iterator[dg.MaterializeResult]:
        from spotify_platform.pipeline.export_zone import export_zone  # noqa: PLC0415 - engines are for runs

        with refused():
            done = export_zone(platform.settings(), [name])
        yield dg.MaterializeResult(
            asset_key=["exports", name],
            metadata={
                "dagster/row_count": sum(done.rows.values()),
                "files": len(done.rows),
                "files_written": len(done.written),
                "path": platform.settings().exports_location.join(name),
            },
        )

    return asset
