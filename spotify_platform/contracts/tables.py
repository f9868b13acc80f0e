"""Every table but Gold's, in the order in which a refresh makes them. Gold's are dbt's."""

from spotify_platform.contracts.bronze import QUARANTINE, SOURCES
from spotify_platform.contracts.ops import ACCOUNTING, LEDGER, PUBLISHED
from spotify_platform.contracts.silver import API_ANSWERS, MATCH_REPORT, PLAY_RECORDS, PLAYS
from spotify_platform.contracts.silver_catalogue import CATALOGUE

CHECKED = (
    LEDGER,
    *(source.table for source in SOURCES),
    QUARANTINE,
    PLAY_RECORDS,
    ACCOUNTING,
    PLAYS,
    API_ANSWERS,
    MATCH_REPORT,
    *CATALOGUE,
)
"""Tables between landing and Gold: each is checked before the next is made."""

SILVER = tuple(table for table in CHECKED if table.layer == "silver")

TABLES = (*CHECKED, PUBLISHED)
