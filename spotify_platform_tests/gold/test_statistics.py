"""Statistics of a catalogue small enough to be worked out by hand, and when they are made anew."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spotify_platform.contracts.ops import PUBLISHED
from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse import dbt_project
from spotify_platform.lakehouse.engine import Engine, Snapshot
from spotify_platform.pipeline.gold import advance_gold
from spotify_platform.pipeline.gold_build import GoldNotPublished
from spotify_platform.pipeline.maintenance import maintain
from spotify_platform.pipeline.plan import order_rebuild
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh, steps
from spotify_platform.pipeline.statistics import advance_statistics, made_statistics, statistics_tables
from spotify_platform.settings import load_settings
from spotify_platform_tests.homes import begun_again
from spotify_platform_tests.scenario import album, answer, artist, audio_features, drop, extended, item, page, track

NONE_TOLD = page(next=None)
KALA, MIRA = ({"id": f"a{number:021d}", "name": name} for number, name in ((1, "Kala"), (2, "Mira")))
NIGHT, BLUE, LONG, LIVE = (f"t{number:021d}" for number in (1, 2, 3, 4))


def on_album(number: int, name: str) -> dict[str, Any]:
    return {"id": f"a{number:021d}", "name": name, "type": "album"}


def played(second: int, id_: str, name: str, album_name: str, **more: Any) -> dict[str, Any]:
    names = {"master_metadata_track_name": name, "master_metadata_album_album_name": album_name}
    return extended(second, spotify_track_uri=f"spotify:track:{id_}", **names, **more)


ARTISTS = [artist(1, **KALA, genres=["dub", "pop"], popularity=60), artist(2, **MIRA, genres=["pop"], popularity=10)]
ALBUMS = [  # an album, its later edition with one track more, and another artist's single
    album(11, name="First Light", artists=[KALA], release_date="2020-02-29", total_tracks=2, tracks=NONE_TOLD),
    album(
        12,
        name="First Light",
        artists=[KALA],
        release_date="2022",
        release_date_precision="year",
        total_tracks=3,
        tracks=NONE_TOLD,
    ),
    album(
        13,
        name="Moon",
        artists=[MIRA],
        album_type="single",
        release_date="2022-05",
        release_date_precision="month",
        tracks=NONE_TOLD,
    ),
]
TRACKS = [
    track(1, name="Night River", artists=[KALA], album=on_album(11, "First Light"), duration_ms=179_999, popularity=10),
    track(2, name="Blue Hour", artists=[KALA, MIRA], album=on_album(11, "First Light"), duration_ms=180_000, explicit=True,
          popularity=40, external_ids={"isrc": "DEA371700002"}),
    track(3, name="Long One", artists=[KALA], album=on_album(12, "First Light"), duration_ms=300_001, popularity=70,
          external_ids={"isrc": "DEA371700003"}),
    track(4, name="Live", artists=[MIRA], album=on_album(13, "Moon"), duration_ms=300_000, popularity=0,
          external_ids={"isrc": "DEA371700004"}),
]  # fmt: skip
FEATURES = [
    audio_features(1, energy=0.0, valence=1.0, tempo=120.0, loudness=-5.0),
    audio_features(2, energy=0.3, valence=0.95, tempo=119.9, loudness=-5.1),
    audio_features(4, energy=0.7, valence=0.0, tempo=0.0, loudness=0.0),
]
PLAYS = {
    "anna": [
        played(1, NIGHT, "Night River", "First Light"),
        played(300, BLUE, "Blue Hour", "First Light", ms_played=100_000),
        played(500, LIVE, "Live", "Moon", ms_played=50_000),
    ],
    "bert": [
        played(2, NIGHT, "Night River", "First Light", ms_played=90_000),
        played(400, BLUE, "Blue Hour", "First Light", ms_played=9),
    ],
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, warm_home: Path) -> Iterator[Platform]:
    """Two listeners and a catalogue of two artists, refreshed."""
    home = tmp_path_factory.mktemp("statistics")
    (home / "cache").symlink_to(warm_home / "cache")
    for user, rows in PLAYS.items():
        drop(home / "landing", f"inbox/{user}/endsong.json", rows)
    told_at = "api/me/2024/06/01/20240601T100000Z-00000000"
    for name, found in (("artists", ARTISTS), ("albums", ALBUMS), ("tracks", TRACKS), ("features", FEATURES)):
        drop(home / "landing", f"{told_at[:-1]}{len(name)}.{name}.json", found)
    with opened(load_settings(home=home, settle_seconds=0, buckets=4)) as platform:
        refresh(platform)
        yield platform


@pytest.fixture(scope="module")
def con(lake: Platform) -> Iterator[duckdb.DuckDBPyConnection]:
    with reading_connection(lake.settings) as found:
        yield found


def test_album_stats(con: duckdb.DuckDBPyConnection) -> None:
    """The editions of an artist and a title are one row."""
    columns = (
        "artist_name, album_name, album_key, edition_count, album_track_count, track_count, recording_count, heard_track_count, "
        "average_popularity, maximum_popularity, average_duration_ms, short_track_count, medium_track_count, long_track_count, "
        "first_release_date, first_release_precision, last_release_date, last_release_precision"
    )
    assert con.sql(f"select {columns} from gold.album_stats order by artist_key").fetchall() == [
        (
            "Kala", "First Light", f"a{11:021d}", 2, 3, 3, 3, 2, 40, 70, 660_000 / 3, 1, 1, 1,
            date(2020, 2, 29), "day", date(2022, 1, 1), "year",
        ),
        (
            "Mira", "Moon", f"a{13:021d}", 1, 1, 1, 1, 1, 0, 0, 300_000, 0, 1, 0,
            date(2022, 5, 1), "month", date(2022, 5, 1), "month",
        ),
    ]  # fmt: skip


def test_artist_stats(con: duckdb.DuckDBPyConnection) -> None:
    columns = (
        "artist_name, popularity, track_count, heard_track_count, album_count, average_popularity, minimum_popularity, "
        "maximum_popularity, average_duration_ms, short_track_count, medium_track_count, long_track_count, explicit_share, "
        "first_release_date, first_release_precision, last_release_date, last_release_precision, play_count"
    )
    assert con.sql(f"select {columns} from gold.artist_stats order by artist_key").fetchall() == [
        (
            "Kala", 60, 3, 2, 2, 40, 10, 70, 660_000 / 3, 1, 1, 1, 1 / 3,
            date(2020, 2, 29), "day", date(2022, 1, 1), "year", 3,
        ),
        (
            "Mira", 10, 2, 2, 1, 20, 0, 40, 240_000, 0, 2, 0, 0.5,
            date(2022, 5, 1), "month", date(2022, 5, 1), "month", 2,  # Blue Hour is both's
        ),
    ]  # fmt: skip


def test_release_trends(con: duckdb.DuckDBPyConnection) -> None:
    columns = (
        "release_year, album_type, album_count, track_count, average_duration_ms, explicit_share, average_popularity, "
        "play_count, all_play_count, listening_ms, estimated_share"
    )
    assert con.sql(f"select {columns} from gold.release_trends order by all").fetchall() == [
        (2020, "album", 1, 2, 179_999.5, 0.5, 25, 3, 4, 390_009, 0),
        (2022, "album", 1, 1, 300_001, 0, 70, 0, 0, 0, 0),
        (2022, "single", 1, 1, 300_000, 0, 0, 1, 1, 50_000, 0),
    ]


def test_what_nobody_has_thought_of_yet_stops_no_statistics(platform: Platform) -> None:
    """A type of album that is new, and audio features that no music has."""
    landing = platform.settings.home / "landing"
    drop(landing, "inbox/me/recent.json", answer(item(1, track=track(1, album=album(1, album_type="ep")))))
    drop(landing, "inbox/me/albums.json", [album(2, album_type=""), album(3, album_type="single"), album(4, album_type=None)])
    features = json.dumps([audio_features(1, tempo=1e12), audio_features(2, tempo="1e999"), audio_features(3, valence=1.5)])
    drop(landing, "inbox/me/features.json", features.replace('"1e999"', "1e999").encode())
    assert refresh(platform).statistics.top == 1
    with reading_connection(platform.settings) as con:
        types = con.sql("select album_type, album_count from gold.release_trends order by all").fetchall()
        spans = con.sql("select count(*) from gold.audio_feature_distributions").fetchall()
        reasons = con.sql("select reason from bronze.quarantine order by row").fetchall()
    assert types == [("other", 1), ("single", 1), ("unknown", 2)]
    assert spans == [(0,)]
    assert reasons == [
        (f"{name}: not between 0 and {most}",) for name, most in (("tempo", 1000), ("tempo", 1000), ("valence", 1))
    ]


def test_audio_feature_distributions(con: duckdb.DuckDBPyConnection) -> None:
    """A value on the edge is in the span that begins there; 1 is in the last span of 0 to 1."""
    found = con.sql("select * from gold.audio_feature_distributions order by feature, bucket").fetchall()
    of = {name: [row[1:] for row in found if row[0] == name] for name in ("energy", "valence", "tempo", "loudness")}
    assert of["energy"] == [(0, 0.0, 0.1, 1, 1, 2), (3, 0.3, 0.4, 1, 1, 1), (7, 0.7, 0.8, 1, 1, 1)]
    assert of["valence"] == [(0, 0.0, 0.1, 1, 1, 1), (9, 0.9, 1.0, 2, 2, 3)]
    assert of["tempo"] == [(0, 0, 20, 1, 1, 1), (5, 100, 120, 1, 1, 1), (6, 120, 140, 1, 1, 2)]
    assert of["loudness"] == [(-2, -10, -5, 1, 1, 1), (-1, -5, 0, 1, 1, 2), (0, 0, 5, 1, 1, 1)]
    assert len({row[0] for row in found}) == 9


def test_genre_stats(con: duckdb.DuckDBPyConnection) -> None:
    """Genres are those of the first artist: Mira's part in Blue Hour brings nothing of hers."""
    assert con.sql("from gold.genre_stats order by user_id, rank").fetchall() == [
        ("anna", "pop", 1, 2, 3, 3, 3, 350_000, 0),
        ("anna", "dub", 2, 1, 2, 2, 2, 300_000, 0),
        ("bert", "dub", 1, 1, 2, 1, 2, 90_009, 0),
        ("bert", "pop", 2, 1, 2, 1, 2, 90_009, 0),
    ]


def test_they_are_a_function_of_bronze(lake: Platform) -> None:
    compared = {one.table: one for one in verify(lake)}
    assert {table.path for table in statistics_tables(lake)} <= compared.keys()
    assert [one for one in compared.values() if not one.is_equal] == []
    assert {table.path for table in statistics_tables(lake)} <= maintain(lake).keys()
    assert [one for one in verify(lake) if not one.is_equal] == []


def land(platform: Platform, name: str, *rows: object) -> None:
    drop(platform.settings.home / "landing", f"inbox/me/{name}.json", list(rows))


def test_last_loaded_is_when_something_new_was_loaded(platform: Platform) -> None:
    """Files that were dropped by hand tell no time of their own; a copy brings nothing."""
    found = []
    for name, number, label in (("a", 1, "Tall"), ("other", 2, "Tall"), ("copy", 1, "Tall"), ("b", 1, "Small")):
        land(platform, name, album(number, label=label, tracks=NONE_TOLD, name=f"Album {number}"))
        refresh(platform)
        with reading_connection(platform.settings) as con:
            found.append(con.sql("select last_loaded_at from gold.album_stats where album_name = 'Album 1'").fetchone())
            loaded = con.sql("select distinct _loaded_at from bronze.albums where _part = 'object' order by 1").fetchall()
    assert found == [loaded[0], loaded[0], loaded[0], loaded[3]]


def test_features_are_of_the_track_that_an_id_means(platform: Platform) -> None:
    land(platform, "plays", played(1, NIGHT, "Night River", "First Light"))
    land(platform, "given", track(2, linked_from={"id": NIGHT}))
    land(platform, "features", audio_features(1, energy=0.3))
    refresh(platform)
    with reading_connection(platform.settings) as con:
        columns = "lower, track_count, heard_track_count, play_count"
        [energy] = con.sql(f"select {columns} from gold.audio_feature_distributions where feature = 'energy'").fetchall()
    assert energy == (0.3, 1, 1, 1)


def versions(platform: Platform) -> dict[str, tuple[int, int]]:
    """Delta version and lake version of each table of statistics."""
    return {s.table.name: (s.version, s.holds) for s in made_statistics(platform)}


def test_only_what_changed_is_written(platform: Platform) -> None:
    land(platform, "a", extended(1))
    refresh(platform)
    first = versions(platform)
    assert {holds for _, holds in first.values()} == {1}
    refresh(platform)
    assert versions(platform) == first
    changed = platform.engine.changed_since
    land(platform, "b", extended(300))
    refresh(platform)
    tables = {table.name: platform.engine.open(table) for table in statistics_tables(platform)}
    assert {name for name, snapshot in tables.items() if changed(snapshot, 1)} == {"artist_stats"}  # one play more
    assert {snapshot.holds for snapshot in tables.values()} == {2}
    land(platform, "again", extended(1))  # a repeat: no row of anything is another
    refresh(platform)
    done = advance_statistics(platform)
    assert (done.top, done.results) == (3, ())
    assert {holds for _, holds in versions(platform).values()} == {3}


def test_they_wait_for_a_table_that_is_another_runs(platform: Platform) -> None:
    land(platform, "a", extended(1))
    refresh(platform)
    land(platform, "t", track(1))
    for step in steps().values():
        step(platform)  # a refresh that has come as far as Gold
    assert advance_statistics(platform).top == 1
    advance_gold(platform)
    assert advance_statistics(platform).top == 2


def test_a_failed_audit_commits_nothing(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    land(platform, "a", extended(1))
    refresh(platform)
    before = versions(platform)
    project = tmp_path / "project"
    shutil.copytree(dbt_project.project_dir(), project)
    model = project / "models" / "statistics" / "artist_stats.sql"
    twice = "cross join (select 1 union all select 2) as twice\nleft join plays on"
    model.write_text(model.read_text().replace("left join plays on", twice))
    monkeypatch.setattr(dbt_project, "project_dir", lambda: project)
    land(platform, "b", extended(300))
    with (
        begun_again(platform) as newer,
        pytest.raises(GoldNotPublished, match=r"The statistics are as they were.*artist_stats_contract"),
    ):
        refresh(newer)
    monkeypatch.undo()
    with begun_again(platform) as again:
        assert versions(again) == before
        assert again.engine.open(PUBLISHED).holds == 2
        refresh(again)
        assert [one for one in verify(again) if not one.is_equal] == []


class KilledError(BaseException):
    """As if the process ended here: nothing catches it."""


@pytest.mark.parametrize("survives", [0, 2])
def test_a_run_killed_between_two_tables_is_made_good(platform: Platform, monkeypatch: pytest.MonkeyPatch, survives: int) -> None:
    land(platform, "a", extended(1))
    refresh(platform)
    land(platform, "t", track(1))
    names = {table.name for table in statistics_tables(platform)}
    left = survives
    engine_class: Any = type(platform.engine)
    committed = engine_class._commit  # noqa: SLF001 - where a process may die

    def counted(engine: Engine, snapshot: Snapshot, *given: Any, **how: Any) -> Snapshot:
        nonlocal left
        left -= snapshot.table.name in names
        if left < 0:
            raise KilledError
        return committed(engine, snapshot, *given, **how)

    with monkeypatch.context() as watch:
        watch.setattr(engine_class, "_commit", counted)
        with pytest.raises(KilledError):
            refresh(platform)
    with begun_again(platform) as again:
        with pytest.raises(WrongCall, match="not all processed"):
            verify(again)
        refresh(again)
        assert [one for one in verify(again) if not one.is_equal] == []


def test_a_rebuild_makes_them_anew(platform: Platform) -> None:
    land(platform, "a", extended(1))
    land(platform, "t", track(1))
    refresh(platform)
    table = next(table for table in statistics_tables(platform) if table.name == "artist_stats")
    shutil.rmtree(platform.settings.home / "lake" / table.path)
    with begun_again(platform) as again:
        refresh(again)
        assert [one for one in verify(again) if not one.is_equal] == []
        order_rebuild(again)
        refresh(again)
        assert {holds for _, holds in versions(again).values()} == {again.engine.open(PUBLISHED).holds}
        assert [one for one in verify(again) if not one.is_equal] == []
