"""Gold in slices is Gold at once; and both are what plain SQL, written apart from the marts, says of Silver."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spotify_platform.lakehouse import dbt
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import load_settings
from spotify_platform.simulator import extended_rows, simulate

USERS = ("anna", "bert", "cleo")
PIECES = 4

PERIODS = """
    select *, 'all' as period, date '1970-01-01' as start, null::date as before from plays
    union all
    select *, 'year', date_trunc('year', day)::date, (date_trunc('year', day) - interval 1 year)::date from plays
    union all
    select *, 'month', date_trunc('month', day)::date, (date_trunc('month', day) - interval 1 month)::date from plays
"""
ENTITIES = {
    "top_tracks": ("track_key", "coalesce(track_id, 'name:' || sha256(artist_name || chr(31) || track_name)[:22])"),
    "top_artists": ("artist_key", "'name:' || sha256(artist_name)[:22]"),
}


@pytest.fixture(scope="module")
def piecemeal(tmp_path_factory: pytest.TempPathFactory, dbt_home: Path) -> Iterator[Platform]:
    """Four years of three listeners, two of them in one bucket, landed in pieces out of order and refreshed after each."""
    home = tmp_path_factory.mktemp("slices")
    (home / "dbt").symlink_to(dbt_home / "dbt")
    settings = load_settings(home=home, settle_seconds=0, buckets=2, timezone="America/New_York")
    order = random.Random(7)  # noqa: S311 - which piece lands when is no secret
    for piece in range(PIECES):
        for number, user in enumerate(USERS):
            rows = list(extended_rows(simulate(seed=number, plays=600, years=4.0)))
            order_of_user = random.Random(number)  # noqa: S311
            order_of_user.shuffle(rows)
            if order.random() < 0.8 or piece == PIECES - 1:
                folder = home / "landing" / "inbox" / user
                folder.mkdir(parents=True, exist_ok=True)
                share = rows[: len(rows) * (piece + 1) // PIECES][-len(rows) // PIECES :]
                (folder / f"{piece}.json").write_text(json.dumps(share))
        with opened(settings) as platform:
            refresh(platform)
    with opened(settings) as platform:
        yield platform


@pytest.fixture(scope="module")
def con(piecemeal: Platform) -> Iterator[duckdb.DuckDBPyConnection]:
    with reading_connection(piecemeal.settings) as found:
        yield found


def test_slice_by_slice_is_all_at_once(piecemeal: Platform) -> None:
    found = verify(piecemeal)
    assert len(found) == 7
    assert [one for one in found if not one.is_equal] == []


def test_days_are_what_plain_sql_says(con: duckdb.DuckDBPyConnection) -> None:
    expected = con.sql("""
        select user_id, local_date, count(*) filter (is_counted), count(*), sum(ms_played)::bigint,
            count(distinct coalesce(track_id, artist_name || '/' || track_name)) filter (is_counted), min(ended_at), max(ended_at)
        from silver.plays group by all order by all""").fetchall()
    found = con.sql("""
        select user_id, local_date, play_count, all_play_count, listening_ms, unique_tracks, first_played_at, last_played_at
        from gold.daily_user_stats order by all""").fetchall()
    assert found == expected
    assert len(found) > 500


@pytest.mark.parametrize("table", ENTITIES)
def test_tops_are_what_plain_sql_says(con: duckdb.DuckDBPyConnection, table: str) -> None:
    key, entity = ENTITIES[table]
    expected = con.sql(f"""
        with plays as (select *, local_date as day, {entity} as entity from silver.plays where content_type = 'track'),
        periods as ({PERIODS}),
        ranked as (
            select user_id, period, start, any_value(before) as before, entity, count(*) filter (is_counted) as plays,
                sum(ms_played)::bigint as ms,
                rank() over (
                    partition by user_id, period, start
                    order by count(*) filter (is_counted) desc, sum(ms_played) desc, entity asc
                ) as rank
            from periods group by user_id, period, start, entity
        )
        select a.user_id, a.period, a.start, a.rank, b.rank, a.entity, a.plays, a.ms
        from ranked a left join ranked b
            on b.user_id = a.user_id and b.entity = a.entity and b.period = a.period and b.start = a.before
        order by all""").fetchall()
    columns = f"user_id, period, period_start, rank, previous_rank, {key}, play_count, listening_ms"
    found = con.sql(f"select {columns} from gold.{table} order by all").fetchall()
    assert found == expected
    assert len(found) > 1_000
    assert any(row[4] for row in found)


def test_the_yml_says_what_is_published(piecemeal: Platform, con: duckdb.DuckDBPyConnection) -> None:
    manifest = json.loads((dbt.manifest_dir(piecemeal.settings.home) / dbt.PARSED).read_text())
    models: dict[str, Any] = {n["name"]: n for n in manifest["nodes"].values() if n["resource_type"] == "model"}
    assert {name for name, node in models.items() if node["config"]["materialized"] == "table"} == {
        "fct_plays", "dim_dates", "daily_user_stats", "top_tracks", "top_artists",
    }  # fmt: skip
    for name, node in models.items():
        assert all(column["description"] for column in node["columns"].values()), name
        if node["config"]["materialized"] == "table":
            described = {column["name"]: column["data_type"].lower() for column in node["columns"].values()}
            published = {row[0]: row[1].lower() for row in con.sql(f"describe gold.{name}").fetchall()}
            assert published == described, name
