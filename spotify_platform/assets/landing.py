"""Landing: what lies outside and arrives by itself, and the ledger that decides on it."""

from collections.abc import Iterator

import dagster as dg

from spotify_platform.assets.parts import OWNERS, POOL, check_specs, outcome, spec
from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.resources import PlatformResource

LANDED = {
    "extended": "Extended streaming history exports, as Spotify sends them: zips, folders or single files.",
    "account": "Account data exports (the last year of listening), as Spotify sends them.",
    "api": "Answers of the Web API's recently-played endpoint, one object an answer.",
}

landed_objects = [
    dg.AssetSpec(
        key=["landing", source.table.name],
        description=LANDED[source.source],
        group_name="landing",
        kinds={"json"},
        owners=OWNERS,
        tags={"entity": "play"},
    )
    for source in SOURCES
]


class RefreshConfig(dg.Config):
    """Configuration of a refresh: `full` looks through the whole landing zone instead of its recent days."""

    full: bool = False


@dg.multi_asset(
    name="ops__ledger",
    specs=[spec(LEDGER, deps=[landed.key for landed in landed_objects])],
    check_specs=check_specs(LEDGER),
    pool=POOL,
)
def ledger(config: RefreshConfig, platform: PlatformResource) -> Iterator[dg.MaterializeResult]:
    """Finish what is pending, then decide on every object that is new."""
    from spotify_platform.pipeline.bronze import load_pending  # noqa: PLC0415 - engines are for runs
    from spotify_platform.pipeline.plan import plan  # noqa: PLC0415

    with platform.opened() as lake:
        for source in SOURCES:
            load_pending(lake, source)
        batches = plan(lake, full=config.full)
        yield from outcome(lake, LEDGER, lake.engine.open(LEDGER), {"batches_planned": len(batches)})
