"""Gold in slices is Gold at once."""

import duckdb
import pytest

from spotify_platform.contracts.tables import SILVER
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.pipeline.gold_build import gold_tables
from spotify_platform.pipeline.plan import order_rebuild
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform_tests.gold.conftest import Node

MAY_BE_EMPTY = {"silver/audio_features", "gold/audio_feature_distributions", "gold/genre_stats"}  # nobody tells of these there


def test_the_history_holds_what_is_tricky(con: duckdb.DuckDBPyConnection) -> None:
    """Or the tests below would compare nothing with nothing."""
    kinds = """
        select count(*), count_if(ms_played is null), count_if(track_id is null and content_type = 'track'),
            count_if(content_type = 'episode'), count_if(content_type = 'track' and not is_counted),
            count_if(year <> year(local_date)), count_if(skipped_is_derived and skipped), count_if(is_excluded),
            count_if(match = 'matched'), count_if(match = 'ambiguous' and sources = ['api']),
            count_if(len(sources) = 3), count_if(platform is null), count(distinct device_type),
            (select count(*) from gold.listening_coverage where has_open_gap),
            (select count(*) from gold.listening_coverage where has_feed_gap and not has_open_gap),
            (select count(*) from silver.track_aliases where rule = 'relinked'),
            (select count(*) from silver.track_aliases where track_name is not null and alias_key <> track_key),
            (select count(*) from silver.track_artists where position = 2),
            (select count(*) from gold.top_artists where primary_play_count < play_count),
            (select count(*) from gold.top_recordings where unique_tracks > 1),
            (select count(*) from gold.dim_tracks where track_id is null),
            (select count(*) from gold.dim_tracks where not is_in_catalogue),
            (select count(*) from gold.dim_tracks where last_played_at is null)
        from silver.plays
    """
    found = con.sql(kinds).fetchone()
    assert found
    assert found[0] > 4_000
    assert 0 not in found, str(found)


def test_slice_by_slice_is_all_at_once(piecemeal: Platform) -> None:
    found = verify(piecemeal)
    assert {table.path for table in (*SILVER, *gold_tables(piecemeal))} <= {one.table for one in found}
    assert [one for one in found if not one.is_equal] == []
    assert {one.table for one in found if not one.rows} <= MAY_BE_EMPTY


def test_the_yml_says_what_is_published(marts: dict[str, Node], con: duckdb.DuckDBPyConnection) -> None:
    published = con.sql("select view_name from duckdb_views() where schema_name = 'gold' and not internal").fetchall()
    assert {name for (name,) in published} == set(marts)
    for name, node in marts.items():
        columns = {column["name"]: column["data_type"] for column in node["columns"].values()}
        assert {row[0]: row[1].lower() for row in con.sql(f"describe gold.{name}").fetchall()} == columns, name


def test_all_at_once_may_be_many_parts(piecemeal: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large lake is built some buckets at a time, which does not show."""
    monkeypatch.setattr(DuckDbDelta, "rows_at_once", 1)
    assert [one for one in verify(piecemeal) if not one.is_equal] == []
    order_rebuild(piecemeal)
    refresh(piecemeal)
    monkeypatch.undo()
    assert [one for one in verify(piecemeal) if not one.is_equal] == []
