"""Law 1, in the hand of the owner: build Silver and Gold aside from all of Bronze and compare with what is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from spotify_platform.contracts.bronze import RECENTLY_PLAYED, SOURCES
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.contracts.silver import API_ANSWERS, MATCH_REPORT, PLAY_RECORDS, PLAYS
from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.lakehouse.publishing import published
from spotify_platform.pipeline.catalogue import all_of_catalogue
from spotify_platform.pipeline.coverage import all_answers
from spotify_platform.pipeline.gold_build import build_aside, gold_tables
from spotify_platform.pipeline.gold_given import Given, named
from spotify_platform.pipeline.gold_work import INPUTS
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.silver import all_plays, all_records
from spotify_platform.pipeline.statistics import OF_GOLD, OF_SILVER, made_statistics, statistics_aside
from spotify_platform.pipeline.users import stated_as_of, zones_of
from spotify_platform.transforms.match_report import match_report
from spotify_platform.transforms.slices import together


@dataclass(frozen=True, slots=True)
class Comparison:
    """One table: its rows, and how many are only in the lake or only in what was built aside."""

    table: str
    rows: int
    only_in_lake: int
    only_rebuilt: int

    @property
    def is_equal(self) -> bool:
        """Whether both hold the same rows."""
        return not self.only_in_lake and not self.only_rebuilt


def verify(platform: Platform) -> list[Comparison]:
    """Compare every table of Silver, published Gold and the statistics with one built aside from all of Bronze.

    Raises:
        WrongCall: there is nothing to compare, or something is still to be processed.
    """
    engine = platform.engine
    pins = published(engine)
    ledger = engine.open(LEDGER)
    if not ledger.holds:
        raise WrongCall(
            "There is nothing to compare yet. Begin with: spotify-platform import PATH, then spotify-platform refresh"
        )
    statistics = list(made_statistics(platform))
    if pins is None or any(holds != ledger.holds for holds in (pins.batch, *(own.holds for own in statistics))):
        raise WrongCall("What has landed is not all processed yet. Run: spotify-platform refresh")
    bronze = {source.table.name: engine.open(source.table) for source in SOURCES}
    records = engine.cache(all_records(platform, bronze, ledger, ledger.holds))
    plays = engine.cache(all_plays(platform, records, ledger, ledger.holds))
    answers = engine.cache(all_answers(platform, bronze[RECENTLY_PLAYED.table.name], ledger, ledger.holds))
    report = engine.cache(engine.derive(match_report, plays))
    rebuilt = {PLAY_RECORDS: records, PLAYS: plays, API_ANSWERS: answers, MATCH_REPORT: report}
    rebuilt |= all_of_catalogue(platform, bronze, plays, ledger.holds)
    found = [_compared(platform, t.path, engine.read(engine.open(t)), rows) for t, rows in rebuilt.items()]
    zones = zones_of(platform, stated_as_of(platform, ledger, ledger.holds))
    given = Given({table.name: rebuilt[table] for table in INPUTS}, zones)
    built, gold = build_aside(platform, given), dict[str, ir.Table]()
    with engine.scratch(*built.areas) as scratch:
        for table in gold_tables(platform):
            there = engine.read(engine.open(table, version=pins.versions[table.path]))
            rows = engine.derive(together, *built.rows(scratch, table))
            found.append(_compared(platform, table.path, there, rows))
            if table.name in OF_GOLD:
                gold[table.path] = engine.cache(rows)
    return found + _compared_statistics(platform, statistics, gold | {table.path: rebuilt[table] for table in OF_SILVER})


def _compared_statistics(platform: Platform, statistics: Sequence[Snapshot], made_of: Mapping[str, ir.Table]) -> list[Comparison]:
    """Compare statistics with those that tables built aside, by path, make."""
    engine = platform.engine
    with engine.scratch(statistics_aside(platform, made_of)) as scratch:
        rebuilt = {own.table.path: scratch.tables(named(own.table), own.table)[0] for own in statistics}
        return [_compared(platform, own.table.path, engine.read(own), rebuilt[own.table.path]) for own in statistics]


def _compared(platform: Platform, path: str, there: ir.Table, rebuilt: ir.Table) -> Comparison:
    only_there, only_rebuilt = platform.engine.difference(there, rebuilt)
    return Comparison(path, platform.engine.count(there), only_there, only_rebuilt)
