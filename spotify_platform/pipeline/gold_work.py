"""What of Gold is to be made: which slices of which marts show something else since they were published last."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.silver import API_ANSWERS, MATCH_REPORT, PLAYS
from spotify_platform.contracts.silver_catalogue import (
    ALBUM_ARTISTS,
    ALBUMS,
    ARTISTS,
    PLAYED_TRACKS,
    RECORDINGS,
    TRACK_ALIASES,
    TRACK_ARTISTS,
    TRACKS,
)
from spotify_platform.lakehouse.engine import Engine, Snapshot
from spotify_platform.lakehouse.ledger import tail
from spotify_platform.lakehouse.publishing import Pins
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, Slice, of_buckets
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.users import restated
from spotify_platform.transforms.fold import FACTS, SHOWN, shown, slices_to_restate
from spotify_platform.transforms.slices import ALL_TIME, local_years

BUCKET, YEAR = "user_bucket", "year"
OF_USERS = (PLAYS, API_ANSWERS, MATCH_REPORT)
"""Tables of Silver that are cut by users: of these Gold reads the buckets that are built."""
OF_CATALOGUE = (TRACK_ALIASES, TRACKS, RECORDINGS, ALBUMS, ARTISTS, TRACK_ARTISTS, ALBUM_ARTISTS)
INPUTS = (*OF_USERS, *OF_CATALOGUE, PLAYED_TRACKS)
"""Tables of Silver that Gold is made of."""


@dataclass(frozen=True, slots=True)
class Work:
    """Slices of each mart of users, by its name: of years, or whole buckets where those would be too many.

    `whole_lake`: marts that are nobody's own are to be made as well.
    """

    slices: Mapping[str, Sequence[Slice]]
    whole_lake: bool

    @property
    def buckets(self) -> list[int]:
        """Buckets in which something is to be made."""
        return sorted({s[BUCKET] for slices in self.slices.values() for s in slices})


def work(
    platform: Platform, tables: Sequence[Table], inputs: Mapping[str, Snapshot], ledger: Snapshot, pins: Pins | None, top: int
) -> Work | None:
    """What is to be made of these marts; None for all of Gold.

    Args:
        platform: where.
        tables: the marts.
        inputs: tables of Silver, as they are opened.
        ledger: as it is opened.
        pins: what is published.
        top: the batch that Gold is brought to.
    """
    engine = platform.engine
    newest = tail(engine, ledger, pins.batch if pins else 0)
    if pins is None or newest.orders(pins.batch, top, "rebuild", "rebuild_gold"):
        return None
    moved = engine_moved = {t.name for t in (*OF_USERS, *OF_CATALOGUE) if engine.changed_since(inputs[t.name], pins.batch)}
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    if moved & {t.name for t in OF_USERS} or newest.restated(pins.batch, top):
        heard = _heard_anew(platform, inputs[PLAYS.name], ledger, pins.batch, top)
        for table in tables:
            if BUCKET in table.partition_by:
                found[table.name] |= heard
    if engine_moved & set(SHOWN):
        for model, years in _folded(engine, inputs, pins).items():
            found[model] |= years
    slices = {model: _as_slices(years) for model, years in found.items() if years}
    return Work(slices, whole_lake=bool(moved))


def _heard_anew(platform: Platform, plays: Snapshot, ledger: Snapshot, last: int, top: int) -> set[tuple[int, int]]:
    """Buckets and years in which plays changed.

    They are cut by the local year. A year's previous ranks are those of the year before, so a change shows in the next
    year too, and in all time.
    """
    engine = platform.engine
    moved = restated(platform, ledger, tail(engine, ledger, last).restated(last, top), last, top)
    where = " or ".join([*(one.predicate for one in moved), f"_batch > {last}"])
    years = engine.fetch(engine.derive(local_years, engine.read(plays, where))).to_pylist()
    # A zone shows in the days of gaps as well, in which there is no play.
    return _with_what_follows((row[BUCKET], row[YEAR]) for row in years) | {(m.user_bucket, ALL_TIME) for m in moved}


def _folded(engine: Engine, inputs: Mapping[str, Snapshot], pins: Pins) -> dict[str, set[tuple[int, int]]]:
    """Buckets and years, by mart, in which a track was played of which the mart shows something else now."""
    now = [inputs[name] for name in SHOWN]
    if any(snapshot.table.path not in pins.versions for snapshot in now):
        before = [engine.values([], {c.name: c.type for c in snapshot.table.columns}) for snapshot in now]
    else:
        before = [engine.read(engine.open(s.table, version=pins.versions[s.table.path])) for s in now]
    said = [engine.derive(shown, *tables) for tables in (before, map(engine.read, now))]
    rows = engine.fetch(engine.derive(slices_to_restate, *said, engine.read(inputs[PLAYED_TRACKS.name]))).to_pylist()
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for row in rows:
        found[row["model"]].add((row[BUCKET], row[YEAR]))
    for model in (
        [*found] if FACTS not in found else ["top_tracks", "top_recordings", "top_albums", "top_artists", "daily_user_stats"]
    ):
        found[model] |= found.get(FACTS, set())
    return {model: _with_what_follows(years) for model, years in found.items()}


def _with_what_follows(years: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    found = set(years)
    return found | {(bucket, year + 1) for bucket, year in found} | {(bucket, ALL_TIME) for bucket, _ in found}


def _as_slices(years: set[tuple[int, int]]) -> list[Slice]:
    if len(years) > MOST_IN_ONE_PREDICATE:
        return of_buckets(bucket for bucket, _ in years)
    return [{BUCKET: bucket, YEAR: year} for bucket, year in sorted(years)]
