"""The listener is like real ones, and keeps to the calendar."""

from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from spotify_platform.simulator import History, Play, simulate

END = date(2025, 6, 30)


@pytest.fixture(scope="module")
def history() -> History:
    return simulate(seed=4, plays=20_000)


def local_time(play: Play, zone: str) -> datetime:
    return datetime.fromtimestamp(play.started_at_ms // 1000, UTC).astimezone(ZoneInfo(zone))


def share(history: History, of: list[bool]) -> float:
    return sum(of) / len(history.plays)


def test_rates_are_those_of_real_histories(history: History) -> None:
    plays = history.plays
    assert 0.13 < share(history, [play.ms_played < 30_000 for play in plays]) < 0.5
    assert 0.01 < share(history, [play.ms_played == 0 for play in plays]) < 0.03
    assert 0.01 < share(history, [play.content_type == "episode" for play in plays]) < 0.02
    assert 0 < share(history, [play.content_type == "unknown" for play in plays]) < 0.003
    assert 0 < share(history, [play.track is not None and play.track.track_id is None for play in plays]) < 0.01
    assert 0.001 < share(history, [play.country == "ZZ" for play in plays]) < 0.01
    assert 0.1 < share(history, [bool(play.skipped) for play in plays]) < 0.73
    assert 0.5 < share(history, [play.in_api for play in plays]) < 0.86


def test_exports_spell_their_oddities(history: History) -> None:
    plays = history.plays
    kinds = {"null" if p.offline_timestamp is None else len(str(p.offline_timestamp)) for p in plays}
    assert kinds == {"null", 1, 10, 13}
    assert {None, "", "persisted", "nextbtn"} <= {play.reason_start for play in plays}
    assert {play.skipped for play in plays} == {None, True, False}
    assert {play.platform for play in plays if play.ended_at_ms >= 1_704_067_200_000} == {
        "android", "ios", "windows", "linux", "not_applicable"
    }  # fmt: skip
    assert any("SM-G973F" in play.platform for play in plays)


def test_few_tracks_are_heard_often_and_one_again_and_again(history: History) -> None:
    heard = Counter(play.track.track_id for play in history.plays if play.track)
    assert sum(count for _, count in heard.most_common(len(heard) // 10)) > 0.4 * sum(heard.values())
    again = [a.track is not None and a.track == b.track for a, b in pairwise(history.plays)]
    assert 0.02 < sum(again) / len(again) < 0.15
    assert any(all(again[place : place + 4]) for place in range(len(again)))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
def test_habits_follow_the_clocks_on_the_wall(zone: str) -> None:
    plays = simulate(seed=6, plays=6_000, time_zone=zone).plays
    times = [local_time(play, zone) for play in plays]
    for months in ((12, 1, 2), (6, 7, 8)):
        hours = Counter(time.hour for time in times if time.month in months and time.weekday() < 5)
        assert sum(hours[hour] for hour in (17, 18, 19)) > 4 * sum(hours[hour] for hour in (3, 4, 5))
    days = Counter(time.weekday() for time in times)
    assert days[4] > days[6]


def test_plays_do_not_overlap_and_are_as_many_as_asked(history: History) -> None:
    assert len(history.plays) == 20_000
    assert all(a.ended_at_ms <= b.started_at_ms for a, b in pairwise(history.plays))
    assert all(play.ended_at_ms - play.started_at_ms >= play.ms_played >= 0 for play in history.plays)


def test_a_crowded_history_begins_earlier_and_ends_in_time() -> None:
    plays = simulate(seed=9, plays=5_000, end=END, years=0.02, time_zone="America/New_York").plays
    assert len(plays) == 5_000
    assert all(a.ended_at_ms <= b.started_at_ms for a, b in pairwise(plays))
    assert plays[-1].ended_at_ms <= datetime(2025, 7, 1, 4, tzinfo=UTC).timestamp() * 1000
    assert local_time(plays[0], "America/New_York").date() < date(2025, 6, 24)


@pytest.mark.parametrize("plays", [0, 1])
def test_hardly_any_plays(plays: int) -> None:
    assert len(simulate(seed=1, plays=plays).plays) == plays


@pytest.mark.parametrize(("plays", "years"), [(-1, 1.0), (1, 0.0)])
def test_wrong_arguments(plays: int, years: float) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        simulate(seed=1, plays=plays, years=years)
