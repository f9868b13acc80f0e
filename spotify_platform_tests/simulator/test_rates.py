"""Each quirk of real data is there, about as often as in real data (rates counted on 16 real histories)."""

from collections import Counter
from collections.abc import Callable

import pytest

from spotify_platform.simulator import History, Play, account_rows, extended_rows
from spotify_platform.simulator.catalogue import Track
from spotify_platform.simulator.clock import utc_second


def track_of(play: Play) -> Track:
    assert play.track is not None
    return play.track


SHARES_OF_PLAYS: dict[str, tuple[float, Callable[[Play], bool], float]] = {
    "below 30 s": (0.13, lambda play: play.ms_played < 30_000, 0.5),
    "no time at all": (0.01, lambda play: play.ms_played == 0, 0.03),
    "skipped": (0.05, lambda play: bool(play.skipped), 0.73),
    "unknown whether skipped": (0.3, lambda play: play.skipped is None, 0.67),
    "an episode": (0.005, lambda play: play.content_type == "episode", 0.025),
    "an audiobook": (0.0001, lambda play: play.content_type == "audiobook", 0.002),
    "nothing known": (0.0005, lambda play: play.content_type == "unknown", 0.003),
    "a local file": (0.001, lambda play: play.track is not None and play.track.track_id is None, 0.01),
    "a music video": (0.0005, lambda play: play.is_video and play.track is not None, 0.005),
    "country unknown": (0.001, lambda play: play.session.country == "ZZ", 0.01),
    "private": (0.005, lambda play: play.session.incognito, 0.04),
    "offline": (0.02, lambda play: play.session.offline, 0.08),
    "uploaded later": (0.005, lambda play: play.reported_at_ms != play.ended_at_ms, 0.04),
    "hours long": (0.00005, lambda play: play.ms_played > 5 * 3_600_000, 0.001),
}
SHARES_IN_API: dict[str, tuple[float, Callable[[Play], bool], float]] = {
    "within 5 s": (0.97, lambda play: abs((play.played_at_ms or 0) - play.reported_at_ms // 1000 * 1000) <= 5_000, 0.982),
    "within 600 s": (1.0, lambda play: abs((play.played_at_ms or 0) - play.reported_at_ms // 1000 * 1000) <= 600_000, 1.0),
    "to the second": (0.014, lambda play: (play.played_at_ms or 0) % 1000 == 0, 0.02),
    "hours late": (0.01, lambda play: play.lag_s >= 3_600, 0.04),
    "another id": (0.09, lambda play: track_of(play).api_id != track_of(play).track_id, 0.13),
    "another first artist": (0.01, lambda play: track_of(play).artists[0] != track_of(play).album.artist, 0.12),
    "renamed": (0.001, lambda play: track_of(play).later_name is not None, 0.03),
}


@pytest.mark.parametrize("what", SHARES_OF_PLAYS)
def test_shares_of_all_plays(history: History, what: str) -> None:
    low, holds, high = SHARES_OF_PLAYS[what]
    assert low <= sum(map(holds, history.plays)) / len(history.plays) <= high


@pytest.mark.parametrize("what", SHARES_IN_API)
def test_shares_of_plays_in_the_api(history: History, what: str) -> None:
    low, holds, high = SHARES_IN_API[what]
    told = [play for play in history.plays if play.in_api]
    assert low <= sum(map(holds, told)) / len(told) <= high


def test_the_api_omits_a_seventh_of_what_it_could_tell(history: History) -> None:
    told = [play for play in history.plays if play.in_api]
    assert all(track_of(play).track_id and play.ms_played >= 30_000 and not play.session.incognito for play in told)
    assert 0.12 < 1 - len(told) / sum(play.api_could_tell for play in history.plays) < 0.16


def test_one_second_holds_many_plays_some_told_alike(history: History) -> None:
    rows = [row for row in extended_rows(history) if row["spotify_track_uri"]]
    assert 20 < max(Counter(row["ts"] for row in rows).values()) <= 42
    places = Counter((row["ts"], row["spotify_track_uri"]) for row in rows)
    records = Counter((row["ts"], row["spotify_track_uri"], row["ms_played"]) for row in rows)
    assert 0.002 < (len(records) - len(places)) / len(rows) < 0.027
    assert max(records.values()) > 1
    assert len(rows) - len(records) < 0.003 * len(rows)


def test_one_instant_of_the_api_is_shared_by_two_tracks(history: History) -> None:
    shared: dict[int, set[str | None]] = {}
    for play in history.plays:
        if play.played_at_ms is not None:
            shared.setdefault(play.played_at_ms, set()).add(track_of(play).api_id)
    assert any(len(ids) > 1 for ids in shared.values())


def test_exports_spell_their_oddities(history: History) -> None:
    plays = history.plays
    kinds = {"null" if play.offline_timestamp is None else len(str(play.offline_timestamp)) for play in plays}
    assert kinds == {"null", 1, 3, 10, 13}
    assert {None, "", "persisted", "nextbtn", "click-row", "unknown", "endplay"} <= {
        reason for play in plays for reason in (play.reason_start, play.reason_end)
    }
    assert {play.skipped for play in plays} == {None, True, False}
    assert 9 <= len({play.session.country for play in plays}) <= 23
    text = "".join({play.content.name for play in plays if play.content})
    assert {"\x07", "서", "Đ", "ü", "🌙", '"', "\\"} <= set(text)


def test_devices_have_names_until_october_2023(history: History) -> None:
    named = {play.session.platform for play in history.plays if utc_second(play.reported_at_ms // 1000) < "2023-10-18"}
    plain = {play.session.platform for play in history.plays if utc_second(play.ended_at_ms // 1000) > "2023-10-20"}
    assert 30 < len(named) <= 132
    assert any("SM-G97" in name for name in named)
    assert any("chrome 8" in name for name in named)
    assert plain == {"android", "ios", "windows", "linux", "not_applicable"}


def test_account_data_repeat_legitimately(history: History) -> None:
    rows = list(account_rows(history))
    kinds = Counter((row["endTime"], row.get("trackName")) for row in rows)
    assert 0.01 < 1 - len(kinds) / len(rows) < 0.14
    assert any(row.get("trackName") == "Unknown Track" and row["artistName"] == "Unknown Artist" for row in rows)
    assert 0 < sum(row["msPlayed"] == 0 for row in rows) < 0.04 * len(rows)
