"""Why a play is what it is: the answer names its records, rules, rows, objects and versions, and finds it by few digits."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spotify_platform.contracts.silver import PLAYS
from spotify_platform.errors import WrongCall
from spotify_platform.pipeline.explaining import explain
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import load_settings
from spotify_platform_tests.scenario import account, answer, drop, extended, item
from spotify_platform_tests.tables import rows_of

LATE = {"ts": "2024-05-05T12:05:00Z"}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, warm_home: Path) -> Iterator[Platform]:
    """One play that three sources tell of, one of them twice; and two plays that may be one."""
    home = tmp_path_factory.mktemp("explained")
    (home / "cache").symlink_to(warm_home / "cache")
    landing = home / "landing"
    drop(landing, "inbox/anna/one/endsong.json", [extended(5), extended(**LATE)])
    drop(landing, "inbox/anna/two/endsong.json", [extended(5, platform="ios")])
    drop(landing, "inbox/anna/StreamingHistory0.json", [account(0)])
    drop(landing, "inbox/bert/StreamingHistory0.json", [account(0)])  # the same bytes, another's
    drop(landing, "inbox/anna/poll.json", answer(item(7), {**item(), "played_at": "2024-05-05T12:08:00.5Z"}))
    with opened(load_settings(home=home, settle_seconds=0, buckets=4)) as found:
        refresh(found)
        yield found


def plays(platform: Platform) -> dict[str, dict[str, Any]]:
    """Plays by what their sources are."""
    return {"+".join(row["sources"]): row for row in rows_of(platform, PLAYS) if row["user_id"] == "anna"}


def test_a_play_of_three_sources(platform: Platform) -> None:
    play = plays(platform)["account+api+extended"]
    found = explain(platform, play["play_id"])
    assert found["play"]["match"] == "matched"
    told = {record["source"]: record for record in found["records"]}
    assert [(r["source"], r["is_kept"], r["rule"]) for r in found["records"]] == [
        ("extended", True, None),
        ("account", False, "R3"),
        ("api", False, "R4"),
    ]
    assert (told["account"]["apart_ms"], told["api"]["apart_ms"]) == (-5_000, 2_123)
    assert {(row["object"], row["row"]) for row in told["extended"]["rows"]} == {
        ("inbox/anna/one/endsong.json", 0),
        ("inbox/anna/two/endsong.json", 0),
    }
    assert [row["object"] for row in told["account"]["rows"]] == ["inbox/anna/StreamingHistory0.json"]
    assert told["api"]["rows"][0]["object"] == "inbox/anna/poll.json"
    assert found["versions"]["lake"] == 1
    expected = {"silver/plays", "silver/play_records", "bronze/recently_played", "bronze/account_history", "gold/fct_plays"}
    assert expected < set(found["versions"])


def test_plays_that_may_be_one_name_each_other(platform: Platform) -> None:
    api, export = plays(platform)["api"], plays(platform)["extended"]
    found = explain(platform, api["play_id"])
    assert (found["play"]["is_counted"], found["play"]["match"]) == (False, "ambiguous")
    assert [(rival["play_id"], rival["apart_ms"]) for rival in found["rivals"]] == [(export["play_id"], -180_500)]
    assert explain(platform, export["play_id"])["rivals"][0]["play_id"] == api["play_id"]


def test_some_digits_and_any_of_its_records_find_a_play(platform: Platform) -> None:
    play = plays(platform)["account+api+extended"]
    for record_id in play["record_ids"]:
        assert explain(platform, record_id[:12])["play"]["play_id"] == play["play_id"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("0" * 64, "no play or record 0000"),
        ("abc", "six or more"),
        ("' or true --", "no play_id"),
        ("A" * 64, "no play or record aaaa"),
    ],
)
def test_what_cannot_be_found_is_said(platform: Platform, wanted: str, said: str) -> None:
    with pytest.raises(WrongCall, match=said):
        explain(platform, wanted)
