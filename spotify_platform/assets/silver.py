"""Silver: distinct records, the accounting of every object over them, and the plays they make."""

from spotify_platform.assets.parts import key, table_asset
from spotify_platform.contracts.bronze import QUARANTINE, SOURCES
from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS

_BRONZE = [key(source.table) for source in SOURCES]

play_records = table_asset(PLAY_RECORDS, deps=_BRONZE)
accounting = table_asset(ACCOUNTING, deps=[*_BRONZE, key(QUARANTINE), key(PLAY_RECORDS)])
# Accounting is upstream for its check: no plays are made from rows that do not add up.
plays = table_asset(PLAYS, deps=[key(PLAY_RECORDS), key(ACCOUNTING)])

assets = [play_records, accounting, plays]
