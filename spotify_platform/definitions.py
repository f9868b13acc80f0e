"""The whole graph on one page. Loading it opens no lake and imports no engine."""

import dagster as dg

from spotify_platform import automation
from spotify_platform.assets import bronze, exports, gold, landing, parts, silver
from spotify_platform.resources import PlatformResource


def build_defs(*, platform: PlatformResource | None = None, **resources: object) -> dg.Definitions:
    """All assets, checks, jobs, sensors and schedules; `resources` replaces those of the environment, by name."""
    platform = platform or PlatformResource()
    settings = platform.settings()
    models = gold.gold_assets(settings.home)
    in_gold = sorted(key for asset in models for key in asset.keys if key.path[0] == "gold")
    assets = [
        *landing.assets,
        *bronze.assets,
        *silver.assets,
        *models,
        *exports.exports_assets(in_gold, daily=settings.exports_daily),
    ]
    return dg.Definitions(
        assets=parts.made_by(settings.engine, assets),
        jobs=[automation.refresh_job, *automation.entity_jobs, automation.rebuild, automation.maintain],
        sensors=[automation.landing_sensor, automation.automation],
        schedules=[automation.hourly_sweep, automation.nightly_upkeep],
        executor=dg.in_process_executor,
        resources={"platform": platform, **resources},
    )


defs = build_defs()
