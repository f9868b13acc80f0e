"""Silver: distinct records, the accounting of every object over them, the plays they make, and how far they agree."""

from spotify_platform.assets.parts import key, table_asset
from spotify_platform.contracts.bronze import PLAY_SOURCES, QUARANTINE, RECENTLY_PLAYED, SOURCES
from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.contracts.silver import API_ANSWERS, MATCH_REPORT, PLAY_RECORDS, PLAYS

_BRONZE = [key(source.table) for source in SOURCES]

play_records = table_asset(PLAY_RECORDS, deps=[key(source.table) for source in PLAY_SOURCES])
accounting = table_asset(ACCOUNTING, deps=[*_BRONZE, key(QUARANTINE), key(PLAY_RECORDS)])
# Accounting is upstream for its check: no plays are made from rows that do not add up.
plays = table_asset(PLAYS, deps=[key(PLAY_RECORDS), key(ACCOUNTING)])
api_answers = table_asset(API_ANSWERS, deps=[key(RECENTLY_PLAYED.table), key(ACCOUNTING)])
match_report = table_asset(MATCH_REPORT, deps=[key(PLAYS)])

assets = [play_records, accounting, plays, api_answers, match_report]
