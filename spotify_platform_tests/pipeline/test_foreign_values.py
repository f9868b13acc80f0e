"""Numbers that cannot be, of every kind, at every place where answers tell them: none stops a refresh, and none is counted.

A lake of all of them at once: each number that `silver/observations` and `silver/audio_features` have, by their contracts.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from spotify_platform.contracts.bronze import RECENTLY_PLAYED
from spotify_platform.contracts.bronze_catalogue import ALBUMS, ARTISTS, TRACKS
from spotify_platform.contracts.bronze_catalogue import AUDIO_FEATURES as FEATURES
from spotify_platform.contracts.model import Column, Table
from spotify_platform.contracts.ops import PUBLISHED
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.contracts.silver_told import ATTRIBUTES, AUDIO_FEATURES, OBSERVATIONS
from spotify_platform.contracts.tables import CHECKED
from spotify_platform.pipeline.checks import check
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import load_settings
from spotify_platform_tests.scenario import answer, drop, item
from spotify_platform_tests.tables import rows_of

Row = dict[str, Any]
LARGEST = 2**63 - 1
OF_ANOTHER_KIND = ("1.5", "1e3", '"7"', '"long"', "true", "[]", "{}", str(2**63), "1e999", "-1e999")
TAKEN_AWAY = "0"
"""So Spotify tells of what it has taken away: Bronze takes it as it is, and where it cannot be Silver knows nothing."""
AT = {"follower_count": ("followers", "total")}
"""Where the API has an attribute, if not below its name."""


def bare(type_: str, number: int, **more: Any) -> Row:
    return {"id": f"{type_}-{number}", "name": "x", "type": type_, "uri": f"spotify:{type_}:{number}"} | more


def heard(number: int, **more: Any) -> Row:
    return item(number, track=bare("track", 10_000 + number, artists=[], album={}) | more)


def album_of(number: int, **more: Any) -> Row:
    return bare("album", 10_000 + number, **more)


def track_of(number: int, **more: Any) -> Row:
    return bare("track", 10_000 + number, **more)


# Where an object may be told: the table of Bronze, the record around it, and where it is in there.
PLACES: Mapping[str, tuple[tuple[Table, Callable[[int, Row], Row], str], ...]] = {
    "track": (
        (TRACKS.table, lambda _, told: told, ""),
        (ALBUMS.table, lambda n, told: album_of(n, tracks={"items": [None, told]}), "tracks.items[*]."),
        (RECENTLY_PLAYED.table, lambda n, told: heard(n, **told), ""),
    ),
    "album": (
        (ALBUMS.table, lambda _, told: told, ""),
        (TRACKS.table, lambda n, told: track_of(n, album=told), "album."),
        (RECENTLY_PLAYED.table, lambda n, told: heard(n, album=told), ""),
    ),
    "artist": (
        (ARTISTS.table, lambda _, told: told, ""),
        (TRACKS.table, lambda n, told: track_of(n, artists=[told]), "artists[*]."),
        (
            ALBUMS.table,
            lambda n, told: album_of(n, tracks={"items": [track_of(n, artists=[told])]}),
            "tracks.items[*].artists[*].",
        ),
        (RECENTLY_PLAYED.table, lambda n, told: heard(n, artists=[told]), ""),
    ),
}


@dataclass(frozen=True)
class Case:
    """One number, as it is written, in the record `row` of a table's answer; `name` is where Bronze says it is."""

    number: int
    entity: str
    column: str
    written: str
    is_possible: bool
    table: Table
    row: int
    name: str

    @property
    def entity_id(self) -> str:
        return f"{self.entity}-{self.number}"

    @property
    def is_own(self) -> bool:
        """It is told of the record itself, not of what is nested in it."""
        return self.table.name == f"{self.entity}s"

    @property
    def is_read(self) -> bool:
        """Simplified albums and tracks of albums have no popularity that Bronze knows, simplified artists no number at all."""
        is_whole = self.is_own or (self.entity, self.table) == ("track", RECENTLY_PLAYED.table)
        return is_whole or (self.entity != "artist" and self.column != "popularity")

    def __str__(self) -> str:
        return f"{self.entity}.{self.column} {self.written} in {self.table.name}"


@dataclass
class Told:
    """All cases, and the records that tell them, by table."""

    cases: list[Case] = field(default_factory=list)
    records: dict[Table, list[Row]] = field(default_factory=dict)

    def add(self, entity: str, column: Column, written: str, *, is_possible: bool) -> None:
        for table, around, where in PLACES[entity]:
            path = AT.get(column.name, (column.name,))
            number, rows = len(self.cases), self.records.setdefault(table, [])
            told: Any = f"@{number}@"
            for name in reversed(path):
                told = {name: told}
            case = Case(number, entity, column.name, written, is_possible, table, len(rows), where + ".".join(path))
            rows.append(around(number, bare(entity, number, **told)))
            self.cases.append(case)

    def document(self, table: Table) -> bytes:
        rows = self.records[table]
        text = json.dumps(answer(*rows) if table is RECENTLY_PLAYED.table else rows)
        for case in self.cases:
            text = text.replace(f'"@{case.number}@"', case.written)
        return text.encode()


def whole_numbers(column: Column) -> Iterator[tuple[str, bool]]:
    """Numbers as they may be written for a column, and whether it can be so."""
    assert column.low is not None, f"{column.name}: how small may it be?"
    high = LARGEST if column.high is None else column.high
    yield from ((str(number), True) for number in (column.low, high))
    yield from ((str(number), False) for number in (column.low - 1, high + 1))
    yield from ((written, False) for written in OF_ANOTHER_KIND)


def everything() -> Told:
    told = Told()
    for entity, columns in ATTRIBUTES.items():
        for column in columns:
            if column.type not in ("string", "boolean") and not column.type.startswith("array"):
                for written, is_possible in whole_numbers(column):
                    told.add(entity, column, written, is_possible=is_possible)
    return told


def features() -> list[tuple[str, str, bool]]:
    """Audio feature, value as it is written, and whether it can be so."""
    measured = [
        column for column in AUDIO_FEATURES.columns if column.name in FEATURES.table.column_names and column.name[0] != "_"
    ]
    assert len(measured) == 12
    found = []
    for column in measured:
        assert column.low is not None
        assert column.high is not None
        found += [(column.name, str(value), True) for value in (column.low, column.high)]
        beyond = (column.low - 1, column.high + 1, "1e12", "-1e12", "1e999", "-1e999", '"1"', "true")
        found += [(column.name, str(value), False) for value in beyond]
        found.append((column.name, "0.5", column.type == "float64"))
    return found


TOLD, MEASURED = everything(), features()


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, warm_home: Path) -> Iterator[Platform]:
    """All of it, refreshed, and then one more play."""
    home = tmp_path_factory.mktemp("foreign")
    (home / "cache").symlink_to(warm_home / "cache")
    for table in TOLD.records:
        drop(home / "landing", f"inbox/me/{table.name}.json", TOLD.document(table))
    rows = [f'{{"type": "audio_features", "id": "f-{n}", "{name}": {value}}}' for n, (name, value, _) in enumerate(MEASURED)]
    drop(home / "landing", "inbox/me/features.json", f"[{', '.join(rows)}]".encode())
    with opened(load_settings(home=home, settle_seconds=0, buckets=4)) as platform:
        refresh(platform)
        drop(home / "landing", "inbox/me/later.json", answer(later()))
        refresh(platform)
        yield platform


def later() -> Row:
    return item(0, track=bare("track", 0) | {"name": "Later", "artists": [], "album": {}}, played_at="2025-01-01T10:00:00Z")


@pytest.fixture(scope="module")
def reasons(lake: Platform) -> dict[tuple[str, int], str]:
    """Why rows are quarantined, by table and row."""
    tables = (*TOLD.records, FEATURES.table)
    return {(table.name, row["_row"]): row["_reason"] for table in tables for row in rows_of(lake, table, "_part = 'bad'")}


@pytest.fixture(scope="module")
def observed(lake: Platform) -> dict[tuple[str, str], Row]:
    """What was told of each entity."""
    return {(row["entity"], row["entity_id"]): row for row in rows_of(lake, OBSERVATIONS)}


def test_a_refresh_goes_through_and_later_plays_are_counted(lake: Platform) -> None:
    assert [one for table in CHECKED for one in check(lake, table) if not one.passed] == []
    assert lake.engine.open(PUBLISHED).holds == 2
    plays = rows_of(lake, PLAYS)
    assert len(plays) == 1 + len(TOLD.records[RECENTLY_PLAYED.table])
    assert {play["track_name"] for play in plays} == {"x", "Later"}


def test_no_play_is_quarantined(reasons: dict[tuple[str, int], str]) -> None:
    assert [row for row in reasons if row[0] == RECENTLY_PLAYED.table.name] == []


@pytest.mark.parametrize("case", TOLD.cases, ids=str)
def test_a_number_that_cannot_be_is_quarantined_with_its_reason_or_unknown(
    case: Case, reasons: dict[tuple[str, int], str], observed: dict[tuple[str, str], Row]
) -> None:
    reason, told = reasons.get((case.table.name, case.row)), observed.get((case.entity, case.entity_id))
    if case.is_possible or case.written == TAKEN_AWAY:
        assert reason is None
    elif case.is_own:
        assert reason
    if reason:
        assert reason.startswith((f"{case.name}: ", f"{case.name.rpartition('.')[0]}: "))
        assert told is None
    else:
        assert told
        assert told["name"] == "x"
        assert told[case.column] == (int(case.written) if case.is_possible and case.is_read else None)


@pytest.mark.parametrize("n", range(len(MEASURED)), ids=lambda n: " ".join(MEASURED[n][:2]))
def test_audio_features_out_of_bounds_are_quarantined(n: int, reasons: dict[tuple[str, int], str]) -> None:
    name, _, is_possible = MEASURED[n]
    reason = reasons.get((FEATURES.table.name, n))
    assert reason is None if is_possible else str(reason).startswith(f"{name}: not ")


def test_statistics_are_made_of_the_others(lake: Platform) -> None:
    with reading_connection(lake.settings) as con:
        found = con.sql("select count(*), min(lower), max(upper) from gold.audio_feature_distributions").fetchone()
        told = con.sql("select count(*) from silver.audio_features").fetchone()
    assert found == (9 * 2 + 8, -100, 1020)
    assert told == (sum(is_possible for _, _, is_possible in MEASURED),)


def test_they_are_nowhere_after_a_rebuild_either(lake: Platform) -> None:
    assert [one for one in verify(lake) if not one.is_equal] == []
