"""Each row is of one true play, and says what is true of it; documents are written as they are."""

import json
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from spotify_platform.simulator import (
    Document,
    History,
    Play,
    account_documents,
    api_documents,
    deliveries,
    extended_documents,
    write_folder,
    write_user,
    write_zip,
)
from spotify_platform.simulator.catalogue import Chapter, Episode, Track
from spotify_platform_tests.simulator.recount import documents


def instant(text: str) -> float:
    """Milliseconds since 1970."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000


def agrees_extended(row: Any, play: Play) -> bool:
    content = play.content
    heard = {
        Track: lambda track: (track.name, track.track_id and f"spotify:track:{track.track_id}"),
        Episode: lambda episode: (episode.name, f"spotify:episode:{episode.episode_id}"),
        Chapter: lambda chapter: (chapter.name, f"spotify:episode:{chapter.chapter_id}"),
        type(None): lambda _: (None, None),
    }[type(content)](content)
    names = (row["master_metadata_track_name"], row["episode_name"], row.get("audiobook_chapter_title"))
    uris = (row["spotify_track_uri"], row["spotify_episode_uri"], row.get("audiobook_chapter_uri"))
    told = (next(filter(None, names), None), next(filter(None, uris), None))
    times = (instant(row["ts"]), row["ms_played"]) == (play.reported_at_ms // 1000 * 1000, play.ms_played)
    return told == heard and times and row["skipped"] == play.skipped and row["platform"] == play.session.platform


def agrees_account(row: Any, play: Play) -> bool:
    name = row.get("trackName") or row.get("episodeName") or row.get("chapterName")
    late_ms = instant(row["endTime"]) - play.reported_at_ms // 60_000 * 60_000
    return (
        name == (play.content.name if play.content else "Unknown Track")
        and row["msPlayed"] == play.ms_played
        and late_ms in {0, 60_000}
    )


def agrees_api(row: Any, play: Play) -> bool:
    track = play.track
    return bool(
        track
        and instant(row["played_at"]) == play.played_at_ms
        and row["track"]["id"] == track.api_id
        and row["track"]["name"] in {track.name, track.later_name}
        and row["track"]["external_ids"]["isrc"] == track.isrc
        and (row["context"] is None or row["context"]["uri"] == play.session.context_uri)
    )


AGREES = {"extended": agrees_extended, "account": agrees_account, "api": agrees_api}


@pytest.mark.parametrize("edition", ["streaming_history", "without_ip", "late_2024", "mixed", "endsong", "endsong_bare"])
def test_extended_rows_are_true(small: History, edition: str) -> None:
    assert_true(small, list(extended_documents(small, edition=edition, repeats=0.02)))


@pytest.mark.parametrize("edition", ["music", "numbered", "single"])
def test_account_rows_are_true(small: History, edition: str) -> None:
    assert_true(small, list(account_documents(small, edition=edition)))


@pytest.mark.parametrize("asks", ["latest", "after"])
def test_items_are_true(small: History, asks: Any) -> None:
    assert_true(small, list(api_documents(small, every_minutes=60, asks=asks)))


def assert_true(history: History, told: list[Document]) -> None:
    assert told
    for document in told:
        assert all(AGREES[document.source](row, history.plays[index]) for row, index in document.rows)


def test_a_landed_row_finds_its_play(small: History, tmp_path: Path) -> None:
    """By the name of its document and its position: all that a reader of the written files knows."""
    handed_out = deliveries(small)
    write_user("me", small, tmp_path, handed_out)
    for delivery in handed_out:
        if delivery.source == "api":
            landed = {
                path.relative_to(tmp_path / delivery.name).as_posix(): json.loads(path.read_bytes())["items"]
                for path in (tmp_path / delivery.name).rglob("*.json")
            }
        else:
            landed = documents(tmp_path / delivery.name)
        told = {document.name: document.plays for document in delivery.documents()}
        assert landed.keys() == told.keys()
        for name, rows in landed.items():
            assert all(AGREES[delivery.source](row, small.plays[index]) for row, index in zip(rows, told[name], strict=True))


def test_rows_can_be_asked_for_again(small: History) -> None:
    document = next(iter(extended_documents(small)))
    first, again = (next(document.rows) for _ in range(2))
    assert first == again
    assert next(document.rows)[1] == document.plays[0]


def test_documents_are_spelled_as_spotify_spells_them(small: History) -> None:
    export = next(extended_documents(small, rows_a_file=300))
    assert "".join(export.text()) == json.dumps([row for row, _ in export.rows], indent=2, ensure_ascii=False)
    answer = next(api_documents(small))
    items = {"items": [row for row, _ in answer.rows], **(answer.around or {})}
    assert "".join(answer.text()) == json.dumps(items, ensure_ascii=False)


def test_zips_and_folders_hold_the_same(small: History, tmp_path: Path) -> None:
    def told() -> chain[Document]:
        some = extended_documents(small, until=datetime(2018, 3, 1, tzinfo=UTC)), account_documents(small)
        return chain(*some)

    assert write_zip(told(), tmp_path / "all.zip") == write_folder(told(), tmp_path / "all")
    for name, rows in documents(tmp_path / "all.zip").items():
        assert json.loads((tmp_path / "all" / name).read_bytes()) == rows
