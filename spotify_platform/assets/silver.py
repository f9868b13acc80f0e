"""Silver: distinct records, the accounting of every object over them, and the plays they make."""

from collections.abc import Iterator

import dagster as dg

from spotify_platform.assets.parts import POOL, check_specs, key, outcome, spec
from spotify_platform.contracts.bronze import QUARANTINE, SOURCES
from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.resources import PlatformResource

BRONZE = [key(source.table) for source in SOURCES]


@dg.multi_asset(
    name="silver__play_records",
    specs=[spec(PLAY_RECORDS, deps=BRONZE)],
    check_specs=check_specs(PLAY_RECORDS),
    pool=POOL,
)
def play_records(platform: PlatformResource) -> Iterator[dg.MaterializeResult]:
    """Merge what is new in Bronze."""
    from spotify_platform.pipeline.silver import advance_play_records  # noqa: PLC0415 - engines are for runs

    with platform.opened() as lake:
        yield from outcome(lake, PLAY_RECORDS, advance_play_records(lake).snapshot)


@dg.multi_asset(
    name="ops__accounting",
    specs=[spec(ACCOUNTING, deps=[*BRONZE, key(QUARANTINE), key(PLAY_RECORDS)])],
    check_specs=check_specs(ACCOUNTING),
    pool=POOL,
)
def accounting(platform: PlatformResource) -> Iterator[dg.MaterializeResult]:
    """Account for every row of every object."""
    from spotify_platform.pipeline.accounting import advance_accounting  # noqa: PLC0415 - engines are for runs

    with platform.opened() as lake:
        yield from outcome(lake, ACCOUNTING, advance_accounting(lake).snapshot)


@dg.multi_asset(
    name="silver__plays",
    # Accounting is upstream for its check: no plays are made from rows that do not add up.
    specs=[spec(PLAYS, deps=[key(PLAY_RECORDS), key(ACCOUNTING)])],
    check_specs=check_specs(PLAYS),
    pool=POOL,
)
def plays(platform: PlatformResource) -> Iterator[dg.MaterializeResult]:
    """Resolve anew the slices that a change touches."""
    from spotify_platform.pipeline.silver import advance_plays  # noqa: PLC0415 - engines are for runs

    with platform.opened() as lake:
        yield from outcome(lake, PLAYS, advance_plays(lake).snapshot)
