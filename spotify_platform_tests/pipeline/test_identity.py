"""Rows that differ stay apart, also where their names hold what identities are built with."""

from operator import itemgetter

import pytest

from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh, steps
from spotify_platform_tests.scenario import account, drop, extended
from spotify_platform_tests.tables import rows_of

NAMES = ("master_metadata_track_name", "master_metadata_album_artist_name", "master_metadata_album_album_name")


def named(*names: str) -> dict[str, object]:
    return extended(1, spotify_track_uri=None, **dict(zip(NAMES, names, strict=True)))


@pytest.mark.parametrize(
    ("file", "rows"),
    [
        ("endsong.json", [named("a\x1fb", "c", ""), named("a", "b\x1fc", ""), named("a", "b", "c"), named("a\x1e1b", "c", "")]),
        ("StreamingHistory0.json", [account(1, trackName=None), account(1, trackName="")]),
    ],
)
def test_rows_that_differ_are_records_of_their_own(file: str, rows: list[object], platform: Platform) -> None:
    drop(platform.settings.home / "landing", f"inbox/me/{file}", rows)
    for step in steps().values():
        step(platform)
    assert platform.engine.rows_in(platform.engine.open(PLAY_RECORDS)) == len(rows)


def test_a_copy_that_lands_later_shows_in_the_play(platform: Platform) -> None:
    """Whoever reads what changed since a batch must see a record again when another object holds it too."""
    landing = platform.settings.home / "landing"
    drop(landing, "inbox/me/one/endsong.json", [extended(1), extended(2)])
    refresh(platform)
    drop(landing, "inbox/me/two/endsong.json", [extended(2), extended(3)])
    refresh(platform)
    rows = sorted(rows_of(platform, PLAYS), key=itemgetter("ended_at"))
    assert [row["match"] for row in rows] == ["single", "repeated", "single"]
    assert all(one.is_equal for one in verify(platform))
