"""Recently-played answers: fifty at most, late arrivals, omissions, hours nobody asked, and fields that come and go."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from spotify_platform.simulator import Document, History, api_documents, poll_documents, write_polls
from spotify_platform.simulator.api_objects import item_of
from spotify_platform_tests.simulator.recount import answers


@pytest.fixture(scope="module")
def polled(history: History) -> list[Document]:
    """Two years of answers."""
    return list(api_documents(history, every_minutes=60, last_days=730))


def asked_at(document: Document) -> datetime:
    return datetime.strptime(Path(document.name).name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def test_answers_are_written_as_they_land(history: History, tmp_path: Path) -> None:
    written = write_polls(history, tmp_path, every_minutes=60, last_days=20)
    found = answers(tmp_path)
    items = [item for _, answer in found for item in answer["items"]]
    assert (written.documents, written.rows) == (len(found), len(items))
    known: set[tuple[str, str]] = set()
    for path, answer in found:
        when = datetime.strptime(path.name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert path.parent.relative_to(tmp_path).as_posix() == f"{when:%Y/%m/%d}"
        times = [datetime.fromisoformat(item["played_at"]) for item in answer["items"]]
        assert 0 < len(times) <= 50
        assert times == sorted(times, reverse=True)
        assert times[0] < when
        seen = {(item["played_at"], item["track"]["id"]) for item in answer["items"]}
        assert seen - known, "an answer that brings nothing new is not written"
        known |= seen


def test_polls_can_be_asked_for_as_objects(history: History, tmp_path: Path) -> None:
    write_polls(history, tmp_path)
    assert [answer for _, answer in poll_documents(history)] == [answer for _, answer in answers(tmp_path)]
    assert all(
        f"{when:%Y%m%dT%H%M%SZ}" in path.name
        for (when, _), (path, _) in zip(poll_documents(history), answers(tmp_path), strict=True)
    )


def test_what_was_played_late_or_long_ago_is_not_told(history: History, polled: list[Document]) -> None:
    for document in polled:
        plays = [history.plays[index] for index in document.plays]
        assert len(plays) <= 50
        assert all(play.in_api and play.visible_at_ms < asked_at(document).timestamp() * 1000 for play in plays)


def test_a_music_video_is_a_track_like_others(history: History, polled: list[Document]) -> None:
    told = [history.plays[index] for document in polled for index in document.plays]
    assert any(play.is_video for play in told)
    assert all(play.content_type == "track" for play in told)


def test_some_plays_arrive_after_newer_ones(history: History, polled: list[Document]) -> None:
    late = 0
    for before, after in pairwise(polled):
        newest = max(history.plays[index].played_at_ms or 0 for index in before.plays)
        late += sum((history.plays[index].played_at_ms or 0) < newest for index in set(after.plays) - set(before.plays))
    assert late > 10


def test_nobody_asks_for_days_and_plays_are_lost(history: History, polled: list[Document]) -> None:
    gaps = [after - before for before, after in pairwise(map(asked_at, polled))]
    assert any(gap > timedelta(days=2) for gap in gaps)
    lost = [not set(before.plays) & set(after.plays) for before, after in pairwise(polled)]
    assert any(lost), "more than fifty plays between two answers"
    always = list(api_documents(history, every_minutes=60, last_days=730, outages=False))
    told, could = ({index for document in some for index in document.plays} for some in (polled, always))
    assert told < could


def test_asked_for_what_came_after_most_answers_are_empty(history: History) -> None:
    told = list(api_documents(history, every_minutes=60, last_days=200, asks="after"))
    empty = [document for document in told if not document.plays]
    assert 0.6 < len(empty) / len(told) < 0.95
    assert all(document.around and document.around["cursors"] is None for document in empty)
    times = [[history.plays[index].played_at_ms or 0 for index in document.plays] for document in told if document.plays]
    assert all(min(after) > max(before) for before, after in pairwise(times))


def test_polls_end_when_they_are_to_end(history: History) -> None:
    until = datetime(2024, 2, 3, tzinfo=UTC)
    told = list(api_documents(history, every_minutes=30, last_days=10, until=until))
    assert until - timedelta(days=10) <= asked_at(told[0]) < asked_at(told[-1]) <= until


def fields_of(history: History, day: date) -> tuple[set[str], set[str], Mapping[str, Any]]:
    play = next(play for play in history.plays if play.in_api)
    item = item_of(play, day, is_renamed=False)
    return set(item["track"]), set(item["track"]["album"]), item["track"]


def test_fields_come_and_go_over_the_years(history: History) -> None:
    always = {"album", "artists", "disc_number", "duration_ms", "explicit", "external_urls", "href", "id", "is_local", "name"}
    always |= {"track_number", "type", "uri"}
    passing = {"available_markets", "popularity", "preview_url", "external_ids"}
    track, album, found = fields_of(history, date(2023, 1, 1))
    assert track == always | passing
    assert {"album_group", "available_markets"} <= album
    assert found["preview_url"]
    assert fields_of(history, date(2025, 1, 1))[2]["preview_url"] is None
    assert "album_group" not in fields_of(history, date(2025, 1, 1))[1]
    assert "available_markets" not in fields_of(history, date(2022, 5, 1))[0]
    assert "popularity" not in fields_of(history, date(2023, 11, 1))[0]
    assert fields_of(history, date(2026, 3, 1))[0] == always
    assert fields_of(history, date(2026, 4, 1))[0] == always | {"external_ids"}


def test_the_popularity_of_half_the_tracks_changes(history: History) -> None:
    tracks = {play.track.track_id: play for play in history.plays[:9_000] if play.in_api and play.track}
    days = [date(2024, month, 1) for month in range(1, 13)]
    moving = [len({item_of(play, day, is_renamed=False)["track"]["popularity"] for day in days}) > 1 for play in tracks.values()]
    assert 0.5 < sum(moving) / len(moving) < 0.6


def test_catalogue_values_vary(polled: list[Document]) -> None:
    names: dict[str, set[str]] = {}
    contexts, precisions, spellings = set(), set(), set()
    for document in polled[::3]:
        for row, _ in document.rows:
            track = row["track"]
            names.setdefault(track["id"], set()).add(track["name"])
            contexts.add(row["context"] and row["context"]["type"])
            precisions.add(track["album"]["release_date_precision"])
            spellings.add(len(row["played_at"]))
    assert contexts == {None, "album", "artist", "playlist", "collection"}
    assert precisions == {"year", "month", "day"}
    assert spellings == {len("2024-01-02T03:04:05Z"), len("2024-01-02T03:04:05.678Z")}
    assert any(len(found) == 2 for found in names.values())


def test_contexts_are_unknown_for_months(polled: list[Document]) -> None:
    by_month: dict[str, list[bool]] = {}
    for document in polled:
        row, _ = next(document.rows)
        by_month.setdefault(row["played_at"][:7], []).append(row["context"] is None)
    assert {all(unknown) for unknown in by_month.values()} == {True, False}


def test_a_play_that_the_api_does_not_tell_of(history: History) -> None:
    with pytest.raises(ValueError, match="does not tell"):
        item_of(next(play for play in history.plays if not play.in_api), date(2025, 1, 1), is_renamed=False)
