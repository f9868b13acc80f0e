"""Silver: records, the accounting of every object, the plays they make; artists, albums and tracks, now and over time."""

from spotify_platform.assets.parts import key, table_asset
from spotify_platform.contracts import bronze_catalogue
from spotify_platform.contracts.bronze import PLAY_SOURCES, QUARANTINE, RECENTLY_PLAYED, SOURCES
from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.contracts.silver import API_ANSWERS, MATCH_REPORT, PLAY_RECORDS, PLAYS
from spotify_platform.contracts.silver_catalogue import CATALOGUE, MADE_OF, PLAYED_TRACKS
from spotify_platform.contracts.silver_told import AUDIO_FEATURES, OBSERVATIONS

_BRONZE = [key(source.table) for source in SOURCES]

play_records = table_asset(PLAY_RECORDS, deps=[key(source.table) for source in PLAY_SOURCES])
accounting = table_asset(ACCOUNTING, deps=[*_BRONZE, key(QUARANTINE), key(PLAY_RECORDS)])
# Accounting is upstream for its check: no plays are made from rows that do not add up.
plays = table_asset(PLAYS, deps=[key(PLAY_RECORDS), key(ACCOUNTING)])
api_answers = table_asset(API_ANSWERS, deps=[key(RECENTLY_PLAYED.table), key(ACCOUNTING)])
match_report = table_asset(MATCH_REPORT, deps=[key(PLAYS)])

_TELLING = [RECENTLY_PLAYED.table, bronze_catalogue.TRACKS.table, bronze_catalogue.ALBUMS.table, bronze_catalogue.ARTISTS.table]
_DEPS = {
    OBSERVATIONS: [*map(key, _TELLING), key(ACCOUNTING)],
    AUDIO_FEATURES: [key(bronze_catalogue.AUDIO_FEATURES.table), key(ACCOUNTING)],
    PLAYED_TRACKS: [key(PLAYS)],
    **{table: [*map(key, inputs)] for table, inputs in MADE_OF.items()},
}
catalogue = [table_asset(table, deps=_DEPS[table]) for table in CATALOGUE]

assets = [play_records, accounting, plays, api_answers, match_report, *catalogue]

ENDS = sorted({one.key for one in assets} - {dep.asset_key for one in assets for spec in one.specs for dep in spec.deps})
"""Tables of which no other of Silver is made: who waits for them waits for all of it."""
