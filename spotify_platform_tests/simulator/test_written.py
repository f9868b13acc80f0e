"""What is written has the form of the real thing, and the truth is what a plain count of the files finds."""

import json
import re
import zipfile
from dataclasses import asdict, replace
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from spotify_platform.simulator import (
    History,
    account_rows,
    extended_rows,
    simulate,
    truth,
    write_account_zip,
    write_extended_zip,
    write_polls,
    write_truth,
)
from spotify_platform_tests.simulator.recount import (
    account_records,
    answers,
    api_records,
    documents,
    extended_records,
    rows_of,
)

KEYS = [
    "ts",
    "platform",
    "ms_played",
    "conn_country",
    "ip_addr",
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "spotify_track_uri",
    "episode_name",
    "episode_show_name",
    "spotify_episode_uri",
    "audiobook_title",
    "audiobook_uri",
    "audiobook_chapter_uri",
    "audiobook_chapter_title",
    "reason_start",
    "reason_end",
    "shuffle",
    "skipped",
    "offline",
    "offline_timestamp",
    "incognito_mode",
]
ENDSONG_KEYS = [
    "ts",
    "username",
    "platform",
    "ms_played",
    "conn_country",
    "ip_addr_decrypted",
    "user_agent_decrypted",
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "spotify_track_uri",
    "episode_name",
    "episode_show_name",
    "spotify_episode_uri",
    "reason_start",
    "reason_end",
    "shuffle",
    "skipped",
    "offline",
    "offline_timestamp",
    "incognito_mode",
]


@pytest.fixture(scope="module")
def history() -> History:
    return simulate(seed=5, plays=36_000, years=2.5)


def test_extended_export(history: History, tmp_path: Path) -> None:
    written = write_extended_zip(history, tmp_path / "e.zip", repeats=0.02)
    files = documents(tmp_path / "e.zip")
    rows, expected = rows_of(files), truth(history, repeats=0.02)
    assert written.documents == len(files) == 4
    assert written.rows == len(rows) == expected.extended_rows
    assert written.repeats == len(rows) - len({json.dumps(row) for row in rows}) == len(rows) - expected.plays
    assert 0.01 * expected.plays < written.repeats < 0.03 * expected.plays
    assert extended_records(rows) == expected.extended_records
    assert sum(row["ms_played"] for row in extended_rows(history)) == expected.ms
    assert {tuple(row) for row in rows} == {tuple(KEYS)}
    assert all(ip_address(row["ip_addr"]) in ip_network("203.0.113.0/24") for row in rows)
    for name, part in files.items():
        years = re.fullmatch(
            r"Spotify Extended Streaming History/Streaming_History_(?:Audio_([\d-]+)_\d|Video_([\d-]+))\.json", name
        )
        times = [row["ts"] for row in part]
        assert years is not None
        assert times == sorted(times)
        assert (years[1] or years[2]) in {times[0][:4], f"{times[0][:4]}-{times[-1][:4]}"}
        assert len(part) <= 16_000


def test_documents_are_spelled_as_json_with_an_indent(history: History, tmp_path: Path) -> None:
    some = replace(history, plays=history.plays[:3_000])
    write_extended_zip(some, tmp_path / "e.zip", repeats=0)
    with zipfile.ZipFile(tmp_path / "e.zip") as archive:
        for name, rows in documents(tmp_path / "e.zip").items():
            assert archive.read(name).decode() == json.dumps(rows, indent=2, ensure_ascii=False)
    assert sorted(map(json.dumps, rows_of(documents(tmp_path / "e.zip")))) == sorted(map(json.dumps, extended_rows(some)))


def test_endsong_export(history: History, tmp_path: Path) -> None:
    written = write_extended_zip(history, tmp_path / "e.zip", naming="endsong", repeats=0)
    files = documents(tmp_path / "e.zip")
    assert list(files) == [f"MyData/endsong_{number}.json" for number in range(3)]
    assert {tuple(row) for row in rows_of(files)} == {tuple(ENDSONG_KEYS)}
    assert (written.rows, written.repeats) == (len(rows_of(files)), 0)
    assert extended_records(rows_of(files)) == truth(history).extended_records
    for part in files.values():
        times = [row["ts"] for row in part]
        assert times != sorted(times)
        assert {time[:4] for time in times} >= {"2023", "2024", "2025"}


def test_account_export(history: History, tmp_path: Path) -> None:
    written = write_account_zip(history, tmp_path / "a.zip")
    files, expected = documents(tmp_path / "a.zip"), truth(history)
    rows = rows_of(files)
    assert [name.rsplit("_", 2)[1:] for name in files] == [["music", "0.json"], ["music", "1.json"], ["podcast", "0.json"]]
    assert written.rows == len(rows) == expected.account_rows < expected.plays
    assert written.documents == len(files)
    assert account_records(files) == expected.account_records
    assert rows == list(account_rows(history))
    assert {tuple(row) for row in rows} == {
        ("endTime", "artistName", "trackName", "msPlayed"),
        ("endTime", "podcastName", "episodeName", "msPlayed"),
    }
    assert len(rows) > len({json.dumps(row) for row in rows}), "a minute repeats legitimately"
    assert min(row["endTime"] for row in rows) >= "2024-06-30"


def test_repeated_minutes_are_as_many_as_the_fullest_file_has(history: History) -> None:
    one = next(play for play in history.plays if play.track)
    expected = truth(History(seed=1, time_zone="UTC", plays=[one] * 10_003))
    assert (expected.account_rows, expected.account_records) == (10_003, 10_000)


def test_polls(history: History, tmp_path: Path) -> None:
    written = write_polls(history, tmp_path, every_minutes=60, last_days=20)
    found, expected = answers(tmp_path), truth(history, every_minutes=60, last_days=20)
    items = [item for _, answer in found for item in answer["items"]]
    assert (written.documents, written.rows) == (len(found), len(items))
    assert len(items) == expected.api_items
    assert api_records(found) == expected.api_records == len(items) - written.repeats
    known: set[tuple[str, str]] = set()
    for path, answer in found:
        when = datetime.strptime(path.name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert path.parent.relative_to(tmp_path).as_posix() == f"{when:%Y/%m/%d}"
        times = [item["played_at"] for item in answer["items"]]
        assert 0 < len(times) <= 50
        assert times == sorted(times, reverse=True)
        assert datetime.fromisoformat(times[0]) < when
        seen = {(item["played_at"], item["track"]["id"]) for item in answer["items"]}
        assert seen - known, "an answer that brings nothing new is not written"
        known |= seen


def test_recently_played_is_close_to_the_end_of_plays_that_count(history: History, tmp_path: Path) -> None:
    write_polls(history, tmp_path)
    ends: dict[str, list[int]] = {}
    for play in history.plays:
        if play.track and play.track.track_id and play.ms_played >= 30_000:
            ends.setdefault(play.track.track_id, []).append(play.ended_at_ms)
    items = [item for _, answer in answers(tmp_path) for item in answer["items"]]
    for item in items:
        played_at = datetime.fromisoformat(item["played_at"]).timestamp() * 1000
        assert min(abs(end - played_at) for end in ends[item["track"]["id"]]) <= 2_501
    assert {item["context"] and item["context"]["type"] for item in items} == {None, "album", "artist", "playlist", "collection"}
    assert {len(item["track"]["artists"]) for item in items} == {1, 2}


def test_truth_is_written_as_it_is(history: History, tmp_path: Path) -> None:
    write_truth(history, tmp_path / "truth.json")
    assert json.loads((tmp_path / "truth.json").read_text()) == asdict(truth(history))


def test_a_history_without_plays_is_written_too(tmp_path: Path) -> None:
    nothing = simulate(seed=1, plays=0)
    assert write_extended_zip(nothing, tmp_path / "e.zip").rows == 0
    assert write_account_zip(nothing, tmp_path / "a.zip").rows == 0
    assert write_polls(nothing, tmp_path / "polls").documents == 0
    assert truth(nothing).extended_records == 0


@pytest.mark.parametrize("repeats", [-0.1, 1.1])
def test_a_share_of_repeats_that_is_none(history: History, tmp_path: Path, repeats: float) -> None:
    with pytest.raises(ValueError, match="share"):
        write_extended_zip(history, tmp_path / "e.zip", repeats=repeats)
