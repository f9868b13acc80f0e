"""The order of the steps, from what has landed to published Gold, and the statistics after it.

Checks stand between them and stop what comes after.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from spotify_platform.contracts.bronze import QUARANTINE, SOURCES
from spotify_platform.contracts.ops import ACCOUNTING, LEDGER, PUBLISHED
from spotify_platform.contracts.silver import API_ANSWERS, MATCH_REPORT, PLAY_RECORDS, PLAYS
from spotify_platform.contracts.tables import CHECKED
from spotify_platform.lakehouse.commit import Turn
from spotify_platform.lakehouse.dbt import import_ahead
from spotify_platform.pipeline.accounting import advance_accounting, advance_quarantine
from spotify_platform.pipeline.bronze import load_pending
from spotify_platform.pipeline.catalogue import catalogue_steps
from spotify_platform.pipeline.checks import check
from spotify_platform.pipeline.coverage import advance_api_answers, advance_match_report
from spotify_platform.pipeline.gold import GoldBuild, advance_gold
from spotify_platform.pipeline.plan import plan
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.silver import advance_play_records, advance_plays
from spotify_platform.pipeline.statistics import advance_statistics
from spotify_platform.quality.outcome import stop_if_failed


@dataclass(slots=True)
class Refreshed:
    """What one refresh did: batches planned, Gold's build and that of the statistics."""

    planned: Sequence[int]
    gold: GoldBuild
    statistics: GoldBuild


def refresh(platform: Platform, *, full: bool = False, told: Callable[[str], None] = lambda _what: None) -> Refreshed:
    """Process all that has landed, through Gold and its statistics. What others left unfinished is finished first.

    Args:
        platform: where.
        full: look through the whole landing zone.
        told: is told of each table before its turn.

    Raises:
        DataFailedCheck: a blocking check failed; what comes after it is unchanged.
    """
    todo = steps(full=full)
    planned: Sequence[int] = ()
    for table in CHECKED:
        told(table.path)
        turn = todo[table.path](platform)
        if table is LEDGER:
            planned = turn.batches
            if turn.snapshot.holds > platform.engine.open(PUBLISHED).holds:
                import_ahead()
        stop_if_failed(check(platform, table))
    told("gold")
    gold = advance_gold(platform)
    told("statistics")
    return Refreshed(planned, gold, advance_statistics(platform))


def steps(*, full: bool = False) -> dict[str, Callable[[Platform], Turn]]:
    """What brings each table between landing and Gold up to date, by its path."""
    return {
        LEDGER.path: partial(advance_ledger, full=full),
        **{source.table.path: partial(load_pending, source=source) for source in SOURCES},
        QUARANTINE.path: advance_quarantine,
        PLAY_RECORDS.path: advance_play_records,
        ACCOUNTING.path: advance_accounting,
        PLAYS.path: advance_plays,
        API_ANSWERS.path: advance_api_answers,
        MATCH_REPORT.path: advance_match_report,
        **catalogue_steps(),
    }


def advance_ledger(platform: Platform, *, full: bool = False) -> Turn:
    """Finish what is pending, then decide on every object that is new."""
    for source in SOURCES:
        load_pending(platform, source)
    planned = plan(platform, full=full)
    return Turn(platform.engine.open(LEDGER), planned)
