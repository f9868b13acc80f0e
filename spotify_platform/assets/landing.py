"""Landing: what lies outside and arrives by itself, and the ledger that decides on it."""

import dagster as dg

from spotify_platform.assets.parts import OWNERS, entity_tags, table_asset
from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.ops import LEDGER

objects = [
    dg.AssetSpec(
        key=["landing", source.table.name],
        description=source.description,
        group_name="landing",
        kinds={"json"},
        owners=OWNERS,
        tags=entity_tags(source.table.entity),
    )
    for source in SOURCES
]
ledger = table_asset(LEDGER, deps=[landed.key for landed in objects])

assets: list[dg.AssetSpec | dg.AssetsDefinition] = [*objects, ledger]
