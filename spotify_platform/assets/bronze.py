"""Bronze: what has landed, typed and otherwise as it came, one asset a kind of record, and the quarantine."""

from spotify_platform.assets.parts import key, table_asset
from spotify_platform.contracts.bronze import QUARANTINE, SOURCES
from spotify_platform.contracts.ops import LEDGER

tables = [table_asset(source.table, deps=[key(LEDGER), ["landing", source.table.name]]) for source in SOURCES]
quarantine = table_asset(QUARANTINE, deps=[key(source.table) for source in SOURCES])

assets = [*tables, quarantine]
