"""Exports have the form of the real thing: names, folders, keys, order, repeats, and what they hold when."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from itertools import chain, pairwise
from pathlib import Path

import pytest

from spotify_platform.simulator import (
    History,
    account_documents,
    account_rows,
    extended_documents,
    extended_rows,
    write_account_zip,
    write_extended_zip,
)
from spotify_platform_tests.simulator.recount import documents, rows_of

TODAY = [
    *("ts", "platform", "ms_played", "conn_country", "ip_addr"),
    *("master_metadata_track_name", "master_metadata_album_artist_name", "master_metadata_album_album_name"),
    *("spotify_track_uri", "episode_name", "episode_show_name", "spotify_episode_uri"),
    *("audiobook_title", "audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title"),
    *("reason_start", "reason_end", "shuffle", "skipped", "offline", "offline_timestamp", "incognito_mode"),
]
ENDSONG = [
    *("ts", "username", "platform", "ms_played", "conn_country", "ip_addr_decrypted", "user_agent_decrypted"),
    *TODAY[5:12],
    *TODAY[16:],
]
WITHOUT_AUDIOBOOKS = [key for key in TODAY if not key.startswith("audiobook")]
KEYS = {
    "streaming_history": TODAY,
    "without_ip": [key for key in TODAY if key != "ip_addr"],
    "endsong": ENDSONG,
    "mixed": ["ts", "username", *WITHOUT_AUDIOBOOKS[1:]],
    "late_2024": WITHOUT_AUDIOBOOKS,
    "endsong_bare": [key for key in ENDSONG if not key.endswith("_decrypted")],
}


def test_extended_export_of_today(history: History, tmp_path: Path) -> None:
    written = write_extended_zip(history, tmp_path / "e.zip", repeats=0.02)
    files = documents(tmp_path / "e.zip")
    assert written.documents == len(files) == 3
    assert written.rows == len(rows_of(files)) == len(history.plays) + written.repeats
    assert 0.015 * written.rows < written.repeats < 0.029 * written.rows
    for name, part in files.items():
        years = re.fullmatch(
            r"Spotify Extended Streaming History/Streaming_History_(?:Audio_([\d-]+)_\d|Video_([\d-]+))\.json", name
        )
        times = [row["ts"] for row in part]
        assert years is not None
        assert times == sorted(times)
        assert (years[1] or years[2]) in {times[0][:4], f"{times[0][:4]}-{times[-1][:4]}"}


@pytest.mark.parametrize("edition", KEYS)
def test_keys_of_each_edition(small: History, edition: str) -> None:
    told = list(extended_documents(small, edition=edition))
    rows = [row for document in told for row, _ in document.rows]
    assert [len(keys) for keys in KEYS.values()] == [23, 22, 21, 20, 19, 19]
    assert {tuple(row) for row in rows} == {tuple(KEYS[edition])}
    addresses = {row[key] for row in rows for key in ("ip_addr", "ip_addr_decrypted") if key in row}
    assert all(ip_address(address) in ip_network("203.0.113.0/24") for address in addresses)
    folder = "Spotify Extended Streaming History" if edition in {"streaming_history", "without_ip"} else "MyData"
    assert {document.name.partition("/")[0] for document in told} == {folder}


def test_endsong_files_are_in_no_order_and_each_spans_all_years(history: History) -> None:
    told = list(extended_documents(history, edition="endsong", repeats=0.02, rows_a_file=9_000))
    assert [document.name for document in told] == [*(f"MyData/endsong_{n}.json" for n in range(4)), "MyData/endvideo.json"]
    for document in told:
        times = [row["ts"] for row, _ in document.rows]
        assert times != sorted(times)
        assert {time[:4] for time in times} >= {"2018", "2019", "2020", "2021", "2022", "2023", "2024", "2025"}
    assert next(extended_documents(history, edition="endsong_bare", rows_a_file=99_999)).name == "MyData/endsong.json"


@pytest.mark.parametrize("edition", ["streaming_history", "endsong"])
def test_some_repeats_are_in_another_file(history: History, edition: str) -> None:
    told = list(extended_documents(history, edition=edition, repeats=0.005, rows_a_file=2_000))
    assert sum(len(set(document.plays)) for document in told) > len({index for d in told for index in d.plays})
    once = list(extended_documents(history, edition=edition, repeats=0, rows_a_file=2_000))
    assert max(Counter(chain.from_iterable(document.plays for document in once)).values()) == 1


def test_names_of_files_of_one_year_and_of_many(history: History) -> None:
    names = [document.name.rpartition("/")[2] for document in extended_documents(history, rows_a_file=2_500)]
    assert any(re.fullmatch(r"Streaming_History_Audio_20\d\d_\d+\.json", name) for name in names)
    assert any(re.fullmatch(r"Streaming_History_Audio_20\d\d-20\d\d_\d+\.json", name) for name in names)
    assert re.fullmatch(r"Streaming_History_Video_20\d\d-20\d\d\.json", names[-1])


def test_video_files_hold_music_videos_and_podcasts(history: History) -> None:
    *_, video = extended_documents(history)
    kinds = Counter("track" if row["spotify_track_uri"] else "episode" for row, _ in video.rows)
    assert set(kinds) == {"track", "episode"}


def test_audiobooks_local_files_and_rows_with_nothing(history: History) -> None:
    rows = list(extended_rows(history))
    books = [row for row in rows if row["audiobook_uri"]]
    assert all(row["audiobook_uri"].startswith("spotify:show:") for row in books)
    assert all(row["audiobook_chapter_uri"].startswith("spotify:episode:") for row in books)
    assert all(row["spotify_track_uri"] is row["spotify_episode_uri"] is None for row in books)
    without_uri = [row for row in rows if not (row["spotify_track_uri"] or row["spotify_episode_uri"] or row["audiobook_uri"])]
    assert any(row["master_metadata_track_name"] for row in without_uri)
    assert any(all(row[key] is None for key in TODAY[5:16]) for row in without_uri)


def test_an_export_holds_what_was_reported_before_it_was_requested(history: History) -> None:
    until = datetime(2023, 5, 6, 7, 8, 9, tzinfo=UTC)
    for edition in ("streaming_history", "late_2024"):
        early = {index for document in extended_documents(history, edition=edition, until=until) for index in document.plays}
        late = {index for document in extended_documents(history, edition=edition) for index in document.plays}
        assert early == {index for index in late if history.plays[index].reported_at_ms < until.timestamp() * 1000}
        assert 1_000 < len(early) < len(late)


def test_a_request_without_a_time_zone(small: History) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        next(extended_documents(small, until=datetime(2023, 5, 6)))  # noqa: DTZ001 - which is wrong


def test_account_export_of_today(history: History, tmp_path: Path) -> None:
    written = write_account_zip(history, tmp_path / "a.zip")
    files = documents(tmp_path / "a.zip")
    rows = rows_of(files)
    assert [name.rpartition("/")[2] for name in files] == [
        "StreamingHistory_music_0.json",
        "StreamingHistory_podcast_0.json",
        "StreamingHistory_audiobook_0.json",
    ]
    assert (written.documents, written.rows) == (len(files), len(rows))
    assert rows == list(account_rows(history))
    assert {tuple(row) for row in rows} == {
        ("endTime", "artistName", "trackName", "msPlayed"),
        ("endTime", "podcastName", "episodeName", "msPlayed"),
        ("endTime", "chapterName", "audiobookName", "authorName", "msPlayed"),
    }
    assert len(rows) > len({json.dumps(row) for row in rows}), "a minute repeats legitimately"
    assert min(row["endTime"] for row in rows) >= "2024-06-30"


def test_account_exports_of_former_times(history: History) -> None:
    numbered = list(account_documents(history, edition="numbered", rows_a_file=1_000))
    assert [document.name for document in numbered] == [f"MyData/StreamingHistory{n}.json" for n in range(len(numbered))]
    single = list(account_documents(history, edition="single", rows_a_file=1_000))
    assert [document.name for document in single] == ["MyData/StreamingHistory.json"]
    assert [*chain.from_iterable(document.plays for document in numbered)] == [*single[0].plays]
    assert all(row["trackName"] for document in numbered for row, _ in document.rows)


def test_a_file_boundary_falls_inside_a_minute(history: History) -> None:
    parts = [[row["endTime"] for row, _ in d.rows] for d in account_documents(history, edition="numbered", rows_a_file=900)]
    assert len(parts) > 3
    assert any(before[-1] == after[0] for before, after in pairwise(parts))
    assert all(len(part) <= 900 for part in parts)


def test_account_data_hold_the_year_before_they_were_requested(history: History) -> None:
    until = datetime(2022, 3, 4, tzinfo=UTC)
    told = {index for document in account_documents(history, until=until) for index in document.plays}
    since_ms, until_ms = (datetime(year, 3, 4, tzinfo=UTC).timestamp() * 1000 for year in (2021, 2022))
    assert told == {index for index, play in enumerate(history.plays) if since_ms <= play.reported_at_ms < until_ms}


@pytest.mark.parametrize("repeats", [-0.1, 1.1])
def test_a_share_of_repeats_that_is_none(history: History, tmp_path: Path, repeats: float) -> None:
    with pytest.raises(ValueError, match="share"):
        write_extended_zip(history, tmp_path / "e.zip", repeats=repeats)


def test_an_edition_that_is_none(history: History) -> None:
    with pytest.raises(ValueError, match="streaming_history, without_ip"):
        next(extended_documents(history, edition="today"))
    with pytest.raises(ValueError, match="music, numbered, single"):
        next(account_documents(history, edition="today"))
