"""What is published of plays and top lists is what plain SQL, written apart from the marts, says of Silver."""

import duckdb
import pytest

from spotify_platform_tests.gold.apart import ENTITIES, HEARD, PERIODS


def test_facts_are_what_plain_sql_says(con: duckdb.DuckDBPyConnection) -> None:
    added = {
        "year": "year(local_date)",
        "track_key": "track",
        "listening_ms": "ms",
        "estimated_ms": "guess",
        "play_count": "is_counted::int",
        "all_play_count": "told",
    }
    columns = [row[0] for row in con.sql("describe gold.fct_plays").fetchall()]
    expected = ", ".join(f"{added.get(column, column)} as {column}" for column in columns)
    assert con.sql("select * from gold.fct_plays order by play_id").fetchall() == (
        con.sql(f"with heard as ({HEARD}) select {expected} from heard order by play_id").fetchall()
    )


def test_days_are_what_plain_sql_says(con: duckdb.DuckDBPyConnection) -> None:
    expected = con.sql(f"""
        with heard as ({HEARD})
        select user_id, user_bucket, year(local_date) as year, local_date, count_if(is_counted), count(*), sum(ms)::bigint,
            if(sum(ms) = 0, 0, sum(guess)::double / sum(ms)),
            count(distinct if(is_counted, track, null)), count(distinct if(is_counted, artist, null)),
            sum(if(is_counted, ms, null))::double / nullif(count_if(is_counted), 0),
            count(*) filter (skipped), min(ended_at), max(ended_at)
        from heard where told = 1 group by user_id, user_bucket, local_date order by user_id, local_date""").fetchall()
    found = con.sql("select * from gold.daily_user_stats order by user_id, local_date").fetchall()
    assert found == expected
    assert len(found) > 500


@pytest.mark.parametrize("table", ENTITIES)
def test_tops_are_what_plain_sql_says(con: duckdb.DuckDBPyConnection, table: str) -> None:
    counted_for, named, counts = ENTITIES[table]
    counted = "".join(f", {sql} as n{number}" for number, sql in enumerate(counts))
    more = "".join(f"a.n{number}, " for number in range(len(counts)))
    expected = con.sql(f"""
        with plays as (from ({HEARD}) join ({counted_for}) using (track) where told = 1),
        periods as ({PERIODS}),
        added as (
            select user_id, user_bucket, period, start, before, entity, count_if(is_counted) as plays,
                count(*) as all_plays, sum(ms)::bigint as ms, if(sum(ms) = 0, 0, sum(guess)::double / sum(ms)) as guessed,
                min(ended_at) as first, max(ended_at) as last {counted}
            from periods group by user_id, user_bucket, period, start, before, entity
        ),
        ranked as (
            select a.*, 1 + (
                select count(*) from added b
                where (b.user_id, b.period, b.start) = (a.user_id, a.period, a.start)
                    and (-b.plays, -b.ms, b.entity) < (-a.plays, -a.ms, a.entity)
            ) as rank
            from added a
        )
        select a.user_id, a.user_bucket, year(a.start) as year, a.period, a.start, a.entity, named.* exclude entity, a.rank,
            b.rank, a.plays, a.all_plays, {more} a.ms, a.guessed, a.first, a.last
        from ranked a join ({named}) named on named.entity = a.entity left join ranked b
            on b.user_id = a.user_id and b.entity = a.entity and b.period = a.period and b.start = a.before
        order by a.user_id, a.period, a.start, a.rank""").fetchall()
    found = con.sql(f"select * from gold.{table} order by user_id, period, period_start, rank").fetchall()
    assert found == expected
    assert len(found) > 1_000


@pytest.mark.parametrize("entity", ["track", "album", "artist"])
def test_dimensions_are_what_plain_sql_says(con: duckdb.DuckDBPyConnection, entity: str) -> None:
    """Each entity of Silver once, whether heard or not, with its first and last play of anybody."""
    counted_for, *_ = ENTITIES[f"top_{entity}s"]
    columns = f"e.{entity}_key, e.{entity}_id, e.name, is_in_catalogue, changed_at, min(ended_at), max(ended_at)"
    expected = con.sql(f"""
        with plays as (from ({HEARD}) join ({counted_for}) using (track) where told = 1)
        select {columns} from silver.{entity}s e left join plays p on p.entity = e.{entity}_key
        group by all order by 1""").fetchall()
    named = f"{entity}_key, {entity}_id, {entity}_name, is_in_catalogue, changed_at, first_played_at, last_played_at"
    assert con.sql(f"select {named} from gold.dim_{entity}s order by 1").fetchall() == expected
    assert len(expected) > 50


def test_what_dimensions_tell_of_each_other(con: duckdb.DuckDBPyConnection) -> None:
    lengths = "['Short', 'Medium', 'Long'][1 + (duration_ms >= 180000)::int + (duration_ms > 300000)::int]"
    flags = "['Low', 'Medium', 'High'][1 + (duration_ms >= 150000)::int + (duration_ms > 300000)::int]"
    first = "(select artist_key from silver.track_artists c where c.track_key = t.track_key and position = 1)"
    expected = con.sql(f"""
        select track_key, {first}, recording_key, duration_ms / 60000, {lengths}, {flags}, a.total_tracks, a.image_url,
            a.release_date, a.release_date_precision
        from silver.tracks t join silver.recordings r using (track_key) left join silver.albums a using (album_key)
        order by track_key""").fetchall()
    columns = "track_key, artist_key, recording_key, duration_minutes, length_category, duration_flag, album_track_count"
    found = con.sql(
        f"select {columns}, image_url, release_date, release_date_precision from gold.dim_tracks order by track_key"
    ).fetchall()
    assert found == expected
    assert {row[4] for row in found} == {None, "Short", "Medium", "Long"}
