"""The listener is like real ones, and keeps to the calendar."""

from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from spotify_platform.simulator import History, Play, simulate

END = date(2025, 6, 30)


def local_time(play: Play, zone: str) -> datetime:
    return datetime.fromtimestamp(play.started_at_ms // 1000, UTC).astimezone(ZoneInfo(zone))


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
    assert len(history.plays) == 30_000
    assert all(a.ended_at_ms <= b.started_at_ms for a, b in pairwise(history.plays))
    assert all(play.ended_at_ms - play.started_at_ms >= play.ms_played >= 0 for play in history.plays)
    assert all(play.reported_at_ms >= play.ended_at_ms for play in history.plays)


def test_a_crowded_history_begins_earlier_and_ends_in_time() -> None:
    plays = simulate(seed=9, plays=5_000, end=END, years=0.02, time_zone="America/New_York").plays
    assert len(plays) == 5_000
    assert all(a.ended_at_ms <= b.started_at_ms for a, b in pairwise(plays))
    assert max(play.reported_at_ms for play in plays) <= datetime(2025, 7, 1, 4, tzinfo=UTC).timestamp() * 1000
    assert local_time(plays[0], "America/New_York").date() < date(2025, 6, 24)


def test_new_year_by_the_export_is_not_new_year_by_the_api(history: History) -> None:
    pairs = [(play.reported_at_ms, play.played_at_ms) for play in history.plays if play.played_at_ms is not None]
    years = [[datetime.fromtimestamp(ms / 1000, UTC).year for ms in pair] for pair in pairs if abs(pair[0] - pair[1]) < 5_000]
    assert {after - before for before, after in years} == {-1, 0, 1}


@pytest.mark.parametrize(("zone", "most"), [("Europe/Berlin", 99), ("Asia/Kolkata", 0)])
def test_the_hour_that_a_night_in_autumn_shows_twice(zone: str, most: int) -> None:
    plays = simulate(seed=11, plays=20_000, time_zone=zone).plays
    times = [datetime.fromtimestamp(play.ended_at_ms / 1000, ZoneInfo(zone)) for play in plays]
    hours = [{time.replace(minute=0, second=0, microsecond=0) for time in times if time.fold == fold} for fold in (0, 1)]
    in_both = {hour.replace(fold=0) for hour in hours[1]} & hours[0]
    assert min(most, 2) <= len(in_both) <= most


@pytest.mark.parametrize("plays", [0, 1, 2, 1_001])
def test_any_number_of_plays(plays: int) -> None:
    assert len(simulate(seed=1, plays=plays).plays) == plays


@pytest.mark.parametrize(("plays", "years"), [(-1, 1.0), (1, 0.0)])
def test_wrong_arguments(plays: int, years: float) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        simulate(seed=1, plays=plays, years=years)


def test_a_share_of_skips_that_is_none() -> None:
    with pytest.raises(ValueError, match="share"):
        simulate(seed=1, plays=10, skips=1.5)
