"""What a listing finds: all of it, or the recent days and all that was dropped by hand; what is still moving is left."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from obstore.store import LocalStore

from spotify_platform.errors import WrongCall
from spotify_platform.landing.arrivals import is_litter, look, recent, settled, sweep

Land = Callable[..., LocalStore]
OLD = "api/anna/2024/12/29/20241229T235959Z-00000001.json"
WITHIN = "api/anna/2024/12/30/20241230T000000Z-00000002.json"
NEW = "api/anna/2025/01/02/20250102T120000Z-00000003.json"
LAST_DAY = {"api/anna": date(2025, 1, 1)}


@pytest.fixture
def land(tmp_path: Path) -> Land:
    """Writes files by key; the store that lists them."""

    def made(*keys: str, content: str = "[]") -> LocalStore:
        for key in keys:
            path = tmp_path / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return LocalStore(tmp_path)

    return made


def test_a_sweep_finds_everything_in_the_order_of_the_keys(land: Land) -> None:
    keys = ["z.json", OLD, "inbox/anna/endsong.json", "inbox/anna/deep/er/still/file.zip", NEW]
    assert [arrival.key for arrival in sweep(land(*keys))] == sorted(keys)


def test_an_arrival_tells_size_and_a_mark_that_changes_with_the_content(land: Land) -> None:
    [before] = sweep(land("a.json", content="[]"))
    [after] = sweep(land("a.json", content="[1]"))
    assert (before.size, after.size) == (2, 3)
    assert before.etag != after.etag


@pytest.mark.parametrize(
    "key",
    [
        ".DS_Store",
        "inbox/anna/.hidden.json",
        "inbox/anna/~$book.json",
        "inbox/anna/Thumbs.db",
        "inbox/anna/desktop.ini",
        "inbox/anna/my_data.zip.crdownload",
        "inbox/anna/my_data.zip.part",
        "inbox/anna/my_data.tmp",
    ],
)
def test_litter_is_not_listed(land: Land, key: str) -> None:
    assert is_litter(key)
    store = land(key, "inbox/anna/endsong.json")
    assert [arrival.key for arrival in sweep(store)] == ["inbox/anna/endsong.json"]
    assert [arrival.key for arrival in recent(store, {})] == ["inbox/anna/endsong.json"]
    assert look(store, key) is None


@pytest.mark.parametrize("key", ["inbox/anna/part.json", "inbox/an.na/a.b.json", "inbox/anna/download", "tmp/anna/a.json"])
def test_what_only_looks_like_litter_is_kept(key: str) -> None:
    assert not is_litter(key)


def test_recent_looks_two_days_back_over_the_turn_of_a_year(land: Land) -> None:
    assert [arrival.key for arrival in recent(land(OLD, WITHIN, NEW), LAST_DAY)] == [WITHIN, NEW]


def test_a_root_that_is_not_known_is_listed_whole(land: Land) -> None:
    other = OLD.replace("anna", "bert")
    assert [arrival.key for arrival in recent(land(OLD, NEW, other), LAST_DAY)] == [NEW, other]


@pytest.mark.parametrize(
    "key",
    [
        "top.json",
        "api/loose.json",
        "api/anna/by-hand.json",
        "api/anna/2024/by-hand.json",
        "api/anna/2024/12/by-hand.json",
        "api/anna/old stuff/endsong.json",
        "api/anna/20/endsong.json",
        "api/anna/2024/summer/endsong.json",
    ],
)
def test_recent_finds_what_was_dropped_by_hand_wherever_it_lies(land: Land, key: str) -> None:
    assert {arrival.key for arrival in recent(land(OLD, NEW, key), LAST_DAY)} == {NEW, key}


@pytest.mark.parametrize("name", ["my\tplays.json", "my\nplays.json", "my\x01plays.json", b"\xff.json"])
def test_a_name_that_no_store_takes_is_told(land: Land, tmp_path: Path, name: str | bytes) -> None:
    store = land("inbox/anna/good.json")
    (tmp_path / "inbox" / "anna" / os.fsdecode(name)).touch()
    for listed in (lambda: sweep(store), lambda: recent(store, {})):
        with pytest.raises(WrongCall, match=r"inbox/anna/.*has a name that no store takes. Rename it"):
            listed()


def test_recent_does_not_open_days_before(land: Land) -> None:
    store = land(OLD, WITHIN, NEW, "api/anna/2023/12/31/by-hand-in-an-old-day.json")
    assert [arrival.key for arrival in recent(store, LAST_DAY)] == [WITHIN, NEW]


class TestSettled:
    """A file dropped by hand is taken once it is the same at two looks."""

    def test_what_rests_is_taken(self, land: Land) -> None:
        store = land("inbox/anna/endsong.json", NEW)
        arrivals = sweep(store)
        assert settled(store, arrivals, 0) == arrivals

    def test_what_grew_since_it_was_listed_is_left(self, land: Land) -> None:
        store = land("inbox/anna/endsong.json", "inbox/anna/other.json")
        arrivals = sweep(store)
        land("inbox/anna/endsong.json", content="[{")
        assert [arrival.key for arrival in settled(store, arrivals, 0)] == ["inbox/anna/other.json"]

    def test_what_was_written_anew_at_the_same_size_is_left(self, land: Land, tmp_path: Path) -> None:
        store = land("inbox/anna/endsong.json")
        arrivals = sweep(store)
        later = (tmp_path / "inbox/anna/endsong.json").stat().st_mtime_ns + 1_000_000
        os.utime(tmp_path / "inbox/anna/endsong.json", ns=(later, later))
        assert settled(store, arrivals, 0) == []

    def test_what_is_gone_is_left(self, land: Land, tmp_path: Path) -> None:
        store = land("inbox/anna/endsong.json")
        arrivals = sweep(store)
        (tmp_path / "inbox/anna/endsong.json").unlink()
        assert settled(store, arrivals, 0) == []
        assert look(store, "inbox/anna/endsong.json") is None

    def test_what_the_platform_wrote_needs_no_second_look(self, land: Land) -> None:
        store = land(NEW)
        arrivals = sweep(store)
        land(NEW, content="[1]")
        assert settled(store, arrivals, 0) == arrivals
