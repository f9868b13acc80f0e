"""Bronze: what has landed, typed and otherwise as it came, one asset a kind of record, and the quarantine."""

from collections.abc import Iterator

import dagster as dg

from spotify_platform.assets.parts import POOL, check_specs, key, outcome, spec
from spotify_platform.contracts.bronze import QUARANTINE, SOURCES
from spotify_platform.contracts.model import Source
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.resources import PlatformResource


def bronze_asset(source: Source) -> dg.AssetsDefinition:
    """The asset of one Bronze table."""

    @dg.multi_asset(
        name=f"bronze__{source.table.name}",
        specs=[spec(source.table, deps=[key(LEDGER), ["landing", source.table.name]])],
        check_specs=check_specs(source.table),
        pool=POOL,
    )
    def table(platform: PlatformResource) -> Iterator[dg.MaterializeResult]:
        from spotify_platform.pipeline.bronze import load_pending  # noqa: PLC0415 - engines are for runs

        with platform.opened() as lake:
            loaded = load_pending(lake, source)
            yield from outcome(lake, source.table, loaded.snapshot, {"batches_loaded": len(loaded.batches)})

    return table


bronze_tables = [bronze_asset(source) for source in SOURCES]


@dg.multi_asset(
    name="bronze__quarantine",
    specs=[spec(QUARANTINE, deps=[key(source.table) for source in SOURCES])],
    check_specs=check_specs(QUARANTINE),
    pool=POOL,
)
def quarantine(platform: PlatformResource) -> Iterator[dg.MaterializeResult]:
    """Rows that could not be loaded, each with its reason."""
    from spotify_platform.pipeline.accounting import advance_quarantine  # noqa: PLC0415 - engines are for runs

    with platform.opened() as lake:
        yield from outcome(lake, QUARANTINE, advance_quarantine(lake).snapshot)
