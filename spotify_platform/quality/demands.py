"""What each contract demands, in names and words. No engine here: definitions are loaded without one."""

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.model import Column, Table
from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.contracts.silver import MATCH_REPORT, PLAYS
from spotify_platform.contracts.silver_catalogue import ARTISTS
from spotify_platform.contracts.silver_told import OBSERVATIONS

CONTRACT = "contract"
ROWS_ARE_ALL_THERE = "rows_are_all_there"
ADDS_UP = "adds_up"
EVERY_PLAY_HAS_ITS_RECORDS = "every_play_has_its_records"

EVERY_RECORD_IS_COUNTED = "every_record_is_counted"
EVERY_ANSWER_IS_OBSERVED = "every_answer_is_observed"
REFERENCES_ARE_THERE = "references_are_there"

RECONCILED = {
    MATCH_REPORT.path: {
        EVERY_RECORD_IS_COUNTED: "records = matched + ambiguous + unmatched_in_overlap + alone, and as many as plays have"
    },
    OBSERVATIONS.path: {
        EVERY_ANSWER_IS_OBSERVED: "what each new answer told of an artist, album or track is merged in, on its day"
    },
    ARTISTS.path: {
        REFERENCES_ARE_THERE: "every track that is played has its alias, every alias its track, every track its recording, "
        "and every album and artist that tracks and albums name is there"
    },
    ACCOUNTING.path: {ADDS_UP: "rows_in = rows_new + rows_repeat + rows_quarantined, for every object"},
    PLAYS.path: {EVERY_PLAY_HAS_ITS_RECORDS: "every record is in exactly one play, and every play's records are there"},
} | {
    source.table.path: {ROWS_ARE_ALL_THERE: "rows the reader counted = good rows + quarantined rows, for every object"}
    for source in SOURCES
}


def checks_of(table: Table) -> dict[str, str]:
    """Names of all checks of a table, with what each says."""
    return {CONTRACT: "; ".join(demanded(table))} | RECONCILED.get(table.path, {})


def demanded(table: Table) -> list[str]:
    """What the contract of a table demands, in words."""
    said = [f"({', '.join(table.key)}) is unique"] if table.key else []
    if names := [c.name for c in table.columns if c.required]:
        said.append(f"never null: {', '.join(names)}")
    said += [_range(c) for c in table.columns if has_range(c)]
    return said + [f"{c.name} is one of {', '.join(c.accepted)}" for c in table.columns if c.accepted]


def has_range(column: Column) -> bool:
    """Whether a column's values are bounded."""
    return column.low is not None or column.high is not None


def _range(column: Column) -> str:
    if column.low is None:
        return f"{column.name} at most {column.high}"
    if column.high is None:
        return f"{column.name} at least {column.low}"
    return f"{column.name} {column.low} to {column.high}"
