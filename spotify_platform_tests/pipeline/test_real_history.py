"""A real export of known totals, chosen by `--real-history FOLDER`."""

from pathlib import Path

import pytest

from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.pipeline.importing import import_paths
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.tables import rows_of


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
def test_every_row_becomes_a_play(real_history: Path, make_settings: MakeSettings, times: int) -> None:
    settings = make_settings()
    for _ in range(times):
        receipt = import_paths(settings, [real_history], "me")
        assert sum(part.rows for part in receipt.parts) == 1_057
        assert not receipt.missing
    with opened(settings) as platform:
        refresh(platform)
        accounts = rows_of(platform, ACCOUNTING)
        assert all(one.is_equal for one in verify(platform))
    assert sum(row["rows_new"] for row in accounts) == 1_057
    assert [row["status"] for row in accounts].count("repeat") == 2 * (times - 1)
    with reading_connection(settings) as con:
        totals = con.sql(
            "select count(*), count(*) filter (content_type = 'track'), count(*) filter (content_type = 'episode'), "
            "sum(play_count)::bigint, sum(listening_ms)::bigint from gold.fct_plays"
        ).fetchone()
    assert totals == (1_057, 1_023, 34, 855, 218_254_752)
