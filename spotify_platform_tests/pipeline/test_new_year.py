"""A play that ends at midnight on New Year's Eve lies in one year for one source, and in the other for another."""

from dataclasses import replace
from operator import itemgetter

import pytest

from spotify_platform.contracts.silver import MATCH_REPORT, PLAYS
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.transforms.rules import Rules
from spotify_platform_tests.scenario import account, answer, drop, extended, item
from spotify_platform_tests.tables import rows_of

OLD_YEAR = {
    "account": ("old/StreamingHistory0.json", [account(endTime="2024-12-31 23:59")]),
    "api": ("old/poll.json", answer(item(0) | {"played_at": "2024-12-31T23:59:57Z"})),
}
NEW_YEAR = ("new/endsong.json", [extended(ts="2025-01-01T00:00:02Z")])
LATER = ("later/endsong.json", [extended(ts="2025-06-01T10:00:00Z")])


def land(platform: Platform, name: str, content: object) -> None:
    drop(platform.settings.home / "landing", f"inbox/anna/{name}", content)


def plays(platform: Platform) -> list[tuple[int, list[str]]]:
    rows = sorted(rows_of(platform, PLAYS), key=itemgetter("ended_at"))
    return [(row["year"], row["sources"]) for row in rows]


@pytest.mark.parametrize("source", OLD_YEAR)
@pytest.mark.parametrize("order", ["old first", "new first", "at once"])
def test_it_is_one_play_and_passes_its_checks(source: str, order: str, platform: Platform) -> None:
    documents = [OLD_YEAR[source], NEW_YEAR]
    for document in documents if order == "old first" else documents[::-1]:
        land(platform, *document)
        if order != "at once":
            refresh(platform)
    refresh(platform)
    assert plays(platform) == [(2025, sorted([source, "extended"]))]
    assert all(one.is_equal for one in verify(platform))


def test_it_stays_one_play_when_its_years_are_made_anew(platform: Platform) -> None:
    land(platform, *OLD_YEAR["api"])
    land(platform, *NEW_YEAR)
    refresh(platform)
    land(platform, *LATER)
    refresh(platform)
    land(platform, "poll.json", answer(item(0) | {"played_at": "2024-03-01T10:00:00Z"}))
    refresh(platform)
    assert [sources for _, sources in plays(platform)] == [["api"], ["api", "extended"], ["extended"]]
    assert all(one.is_equal for one in verify(platform))


def test_what_other_rules_join_leaves_no_line_behind(platform: Platform) -> None:
    """The API's play of the old year was alone there; then it is one with the export's of the new one."""
    land(platform, "poll.json", answer(item(0) | {"played_at": "2024-12-31T23:59:54Z"}))
    land(platform, *NEW_YEAR)
    refresh(platform)
    assert [year for year, _ in plays(platform)] == [2024, 2025]
    wider = replace(platform, rules=Rules(match_ms=10_000))
    refresh(wider)
    assert plays(platform) == [(2025, ["api", "extended"])]
    assert {row["year"] for row in rows_of(platform, MATCH_REPORT)} == {2025}
    assert all(one.is_equal for one in verify(wider))
