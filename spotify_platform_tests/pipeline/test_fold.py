"""The fold: an answer of the catalogue makes anew what shows it, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spotify_platform.lakehouse.publishing import published
from spotify_platform.pipeline import parts
from spotify_platform.pipeline.gold_build import gold_tables
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import copied
from spotify_platform_tests.scenario import account, drop, extended

NIGHT, OTHER = "1111111111111111111111", "3333333333333333333333"
KALA, BO = {"id": "artist-kala", "name": "Kala"}, {"id": "artist-bo", "name": "Bo"}
ALBUM = {"id": "album-first", "name": "First Light", "artists": [KALA], "release_date": "2020-05", "total_tracks": 9}

GONE = ALBUM | {"name": "", "artists": [], "release_date": "0000", "release_date_precision": "year", "total_tracks": 0}


def track(**changes: Any) -> dict[str, Any]:
    told = {"id": NIGHT, "name": "Night River", "type": "track", "duration_ms": 200_000, "artists": [KALA], "album": ALBUM}
    return told | changes


def artist(**changes: Any) -> dict[str, Any]:
    return KALA | {"type": "artist", "followers": {"total": 5}, "genres": [], "images": [], "popularity": 40} | changes


@pytest.fixture(scope="module")
def told(make_shared: MakeSettings) -> Settings:
    """Anna heard the track in 2022 and 2024, bert another one in 2024; the catalogue has told of the track and its artist."""
    settings = make_shared("told", buckets=64)
    landing = settings.home / "landing"
    rows = [extended(ts="2022-03-01T10:00:00Z"), extended(ts="2024-03-01T10:00:00Z")]
    drop(landing, "inbox/anna/endsong.json", [*rows, extended(ts="2023-01-01T10:00:00Z", **other())])
    drop(landing, "inbox/bert/endsong.json", [extended(ts="2024-04-01T10:00:00Z", **other())])
    with opened(settings) as platform:
        tell(platform, 1, {"tracks": [track()]})
        tell(platform, 2, {"artists": [artist()]})
    return settings


@pytest.fixture
def lake(told: Settings, tmp_path: Path) -> Iterator[Platform]:
    """A lake of one's own with that in it."""
    with opened(copied(told, tmp_path)) as platform:
        yield platform


def other() -> dict[str, str]:
    names = {"master_metadata_track_name": "Other", "master_metadata_album_artist_name": "Zed"}
    return names | {"spotify_track_uri": f"spotify:track:{OTHER}", "master_metadata_album_album_name": "Elsewhere"}


def tell(platform: Platform, day: int, document: Any) -> None:
    """Land an answer of a day, and refresh."""
    drop(
        platform.settings.home / "landing",
        f"catalogue_api/me/2025/01/{day:02d}/202501{day:02d}T000000Z-0000000{day}.json",
        document,
    )
    refresh(platform)


def made_anew(platform: Platform, day: int, document: Any) -> set[str]:
    """Published marts that an answer changes, by what is pinned."""
    before = published(platform.engine)
    tell(platform, day, document)
    after = published(platform.engine)
    assert before
    assert after
    assert [found for found in verify(platform) if not found.is_equal] == []
    names = {table.path: table.name for table in gold_tables(platform)}
    return {name for path, name in names.items() if before.versions[path] != after.versions[path]}


@pytest.mark.parametrize(
    ("what", "document", "marts"),
    [
        ("a follower count", {"artists": [artist(followers={"total": 6})]}, {"dim_artists"}),
        ("a popularity", {"tracks": [track(popularity=70)]}, {"dim_tracks"}),
        ("a title", {"tracks": [track(name="Night River (Remastered)")]}, {"dim_tracks"}),
        ("nothing", {"tracks": [track()]}, set()),
        (
            "that the track was taken away",
            {"tracks": [track(name="", duration_ms=0, popularity=0, artists=[KALA | {"name": ""}], album=GONE)]},
            set(),
        ),
        (
            "a track that nobody heard",
            {"tracks": [track(id="5" * 22, name="Unheard", artists=[BO])]},
            {"dim_tracks", "dim_artists"},
        ),
    ],
)
def test_what_no_row_of_a_user_shows_is_in_the_dimension_alone(lake: Platform, what: str, document: Any, marts: set[str]) -> None:
    assert made_anew(lake, 3, document) == marts, what


@pytest.mark.parametrize(
    ("what", "document", "marts"),
    [
        ("a second artist", {"tracks": [track(artists=[KALA, BO])]}, {"top_artists", "dim_artists", "dim_tracks"}),
        (
            "another first artist",
            {"tracks": [track(artists=[BO, KALA])]},
            {"top_artists", "top_tracks", "top_recordings", "daily_user_stats", "dim_artists", "dim_tracks"},
        ),
        ("a renamed artist", {"artists": [artist(name="Kala K.")]}, {"top_artists", "dim_artists"}),
        (
            "the artist of a track on an album that plays alone name",
            {"tracks": [track(id=OTHER, name="Other", artists=[BO], album=None)]},
            {"top_artists", "top_tracks", "top_recordings", "daily_user_stats", "dim_artists", "dim_tracks"},
        ),
        ("an ISRC", {"tracks": [track(external_ids={"isrc": "DE1"})]}, {"top_recordings", "dim_tracks"}),
        (
            "another title of the album",
            {"albums": [ALBUM | {"type": "album", "name": "First Light (Deluxe)", "album_type": "album"}]},
            {"top_albums", "dim_albums", "dim_tracks"},
        ),
    ],
)
def test_what_a_mart_shows_is_made_anew_in_that_mart(lake: Platform, what: str, document: Any, marts: set[str]) -> None:
    assert made_anew(lake, 3, document) == marts, what


@pytest.mark.parametrize(("most", "tracks_too"), [(1, False), (0, True)], ids=["whole buckets", "all of Gold"])
def test_more_slices_than_a_process_is_told(lake: Platform, most: int, tracks_too: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_TOLD", most)
    marts = made_anew(lake, 3, {"tracks": [track(artists=[KALA, BO])]})
    assert {"top_artists", "dim_artists", "dim_tracks"} <= marts
    assert ("top_tracks" in marts) == tracks_too


def test_only_years_in_which_a_track_was_heard_are_made_anew(lake: Platform) -> None:
    folder = lake.settings.home / "lake" / "gold" / "top_artists"

    def files() -> set[Path]:
        return set(folder.rglob("*.parquet"))

    before = files()
    tell(lake, 3, {"tracks": [track(artists=[KALA, BO])]})
    new = {path.parent.name for path in files() - before}
    # All time, the years themselves, and the ones after, whose ranks look back; bert's 2024 is another bucket's.
    assert new == {"year=1970", "year=2022", "year=2023", "year=2024"}
    assert len({path.parent.parent.name for path in files() - before}) == 1


def test_names_join_the_id_once_it_is_known(lake: Platform) -> None:
    landing = lake.settings.home / "landing"
    drop(landing, "inbox/carl/account.json", [account(1, trackName="Solo", artistName="Bo", endTime="2021-05-05 10:01")])
    refresh(lake)
    changed = made_anew(lake, 3, {"tracks": [track(id="6" * 22, name="Solo", artists=[BO])]})
    assert {"fct_plays", "top_tracks", "top_artists", "daily_user_stats"} <= changed
    facts = next(table for table in gold_tables(lake) if table.name == "fct_plays")
    rows = lake.engine.read(lake.engine.open(facts))
    solo = lake.engine.fetch(rows.filter(rows.track_name == "Solo").select("track_key")).to_pylist()
    assert solo == [{"track_key": "6" * 22}]
