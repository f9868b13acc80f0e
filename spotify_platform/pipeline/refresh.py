"""The order of the steps, from what has landed to published Gold. Checks stand between them and stop what comes after."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from spotify_platform.contracts.bronze import QUARANTINE, SOURCES
from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import ACCOUNTING, LEDGER
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.pipeline.accounting import advance_accounting, advance_quarantine
from spotify_platform.pipeline.bronze import load_pending
from spotify_platform.pipeline.checks import check
from spotify_platform.pipeline.gold import GoldBuild, advance_gold
from spotify_platform.pipeline.plan import plan
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.silver import advance_play_records, advance_plays
from spotify_platform.quality.outcome import Outcome, stop_if_failed


@dataclass(slots=True)
class Refreshed:
    """What one refresh did: batches planned, every check's outcome, Gold's build."""

    planned: list[int] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    gold: GoldBuild | None = None


def refresh(platform: Platform, *, full: bool = False, told: Callable[[str], None] = lambda _what: None) -> Refreshed:
    """Process all that has landed, through Gold. What others left unfinished is finished first.

    Args:
        platform: where.
        full: look through the whole landing zone.
        told: is told of each table before its turn.

    Raises:
        DataFailedCheck: a blocking check failed; what is published is unchanged.
    """
    done = Refreshed()
    for source in SOURCES:
        load_pending(platform, source)
    told("landing")
    done.planned = plan(platform, full=full)
    for table, step in steps():
        told(table.path)
        step(platform)
        outcomes = check(platform, table)
        done.outcomes += outcomes
        stop_if_failed(outcomes)
    told("gold")
    done.gold = advance_gold(platform)
    return done


def steps() -> Iterator[tuple[Table, Callable[[Platform], object]]]:
    """Tables between landing and Gold in their order, each with what brings it up to date."""
    yield LEDGER, lambda _platform: None
    for source in SOURCES:
        yield source.table, partial(load_pending, source=source)
    yield QUARANTINE, advance_quarantine
    yield PLAY_RECORDS, advance_play_records
    yield ACCOUNTING, advance_accounting
    yield PLAYS, advance_plays
