"""Gold in slices is Gold at once; and both are what plain SQL, written apart from the marts, says of Silver."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from spotify_platform.lakehouse import dbt
from spotify_platform.pipeline import parts
from spotify_platform.pipeline.plan import order_rebuild
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import load_settings
from spotify_platform.simulator import account_rows, extended_rows, poll_documents, simulate
from spotify_platform_tests.scenario import drop, extended

USERS = ("anna", "bert", "cleo")
LANDINGS = (
    ("anna/0", "bert/0"),
    ("cleo/0", "anna/1", "bert/poll"),
    ("cleo/polls", "bert/1", "cleo/1", "anna/account", "cleo/account"),
    ("anna/late",),
)
NEWEST = 120  # plays that no extended export holds yet: the account data has their names, a poll their ids

HEARD = """
    select
        *, if(match = 'ambiguous' and sources = ['api'], 0, 1) as told,
        if(told = 1, coalesce(ms_played, ms_played_estimate, 0), 0) as ms,
        if(told = 1 and ms_played is null, coalesce(ms_played_estimate, 0), 0) as guess,
        coalesce(track_id, 'name:' || sha256(artist_name || chr(31) || track_name)[:22]) as track,
        'name:' || sha256(artist_name)[:22] as artist
    from silver.plays where not (incognito is true and user_id = 'anna')
"""
# Rows of `plays` in each of their periods.
PERIODS = """
    select *, 'all' as period, date '1970-01-01' as start, null::date as before from plays
    union all
    select *, 'year', make_date(year(local_date), 1, 1), make_date(year(local_date) - 1, 1, 1) from plays
    union all
    select *, 'month', local_date - day(local_date)::int + 1, (local_date - day(local_date)::int + 1 - interval 1 month)::date
    from plays
"""
# Table: its key and names, and what else it counts.
ENTITIES = {
    "top_tracks": ("track", ("track_id", "track_name", "artist_name", "album_name"), {}),
    "top_artists": (
        "artist",
        ("artist_name",),
        {"primary_play_count": "count_if(is_counted)", "unique_tracks": "count(distinct if(is_counted, track, null))"},
    ),
}


@pytest.fixture(scope="module")
def piecemeal(tmp_path_factory: pytest.TempPathFactory, warm_home: Path) -> Iterator[Platform]:
    """Four years of three listeners, two of them in one bucket, landed in pieces out of order and refreshed after each.

    The last piece is of one user and year, whose next year and all time must follow. She lives where New Year comes half a
    day before UTC's, and plays something then.
    """
    home = tmp_path_factory.mktemp("slices")
    (home / "cache").symlink_to(warm_home / "cache")
    settings = load_settings(home=home, settle_seconds=0, buckets=2, timezone="America/New_York")
    histories = {user: simulate(seed=number, plays=1_700, years=4.0) for number, user in enumerate(USERS)}
    order = random.Random(7)  # noqa: S311 - which piece lands when is no secret
    exports = {user: list(extended_rows(history))[:-NEWEST] for user, history in histories.items()}
    exports["anna"] += [extended(ts=f"{year}-12-31T11:30:00Z") for year in range(2020, 2025)]
    late = [row for row in exports["anna"] if "2023-03" <= row["ts"] < "2023-09"]
    exports["anna"] = [row for row in exports["anna"] if row not in late]
    for rows in exports.values():
        order.shuffle(rows)
    drop(home / "profile", "anna.toml", b'time_zone = "Pacific/Auckland"\nleave_out_incognito = true')
    documents = {f"{user}/{n}": rows[n::2] for user, rows in exports.items() for n in (0, 1)}
    documents["anna/account"] = list(account_rows(histories["anna"]))
    documents["cleo/account"] = list(account_rows(histories["cleo"]))
    # Polls too far apart leave gaps: cleo's exports fill hers, bert's export ends within his.
    polls = {user: [answer for _, answer in poll_documents(histories[user], last_days=500)] for user in ("bert", "cleo")}
    documents["bert/poll"], documents["cleo/polls"] = polls["bert"][-75::74], polls["cleo"][::70]
    documents["anna/late"] = late
    for landing in LANDINGS:
        for name in landing:
            drop(home / "landing", f"inbox/{name}.json", documents[name])
        with opened(settings) as platform:
            refresh(platform)
    with opened(settings) as platform:
        yield platform


@pytest.fixture(scope="module")
def con(piecemeal: Platform) -> Iterator[duckdb.DuckDBPyConnection]:
    with reading_connection(piecemeal.settings) as found:
        yield found


def test_the_history_holds_what_is_tricky(con: duckdb.DuckDBPyConnection) -> None:
    """Or the tests below would compare nothing with nothing."""
    kinds = """
        select count(*), count_if(ms_played is null), count_if(track_id is null and content_type = 'track'),
            count_if(content_type = 'episode'), count_if(content_type = 'track' and not is_counted),
            count_if(year <> year(local_date)), count_if(skipped_is_derived and skipped), count_if(is_excluded),
            count_if(match = 'matched'), count_if(match = 'ambiguous' and sources = ['api']),
            count_if(len(sources) = 3), count_if(platform is null), count(distinct device_type),
            (select count(*) from gold.listening_coverage where has_open_gap),
            (select count(*) from gold.listening_coverage where has_feed_gap and not has_open_gap)
        from silver.plays
    """
    found = con.sql(kinds).fetchone()
    assert found
    assert found[0] > 4_000
    assert 0 not in found, str(found)


def test_slice_by_slice_is_all_at_once(piecemeal: Platform) -> None:
    found = verify(piecemeal)
    assert len(found) == 13
    assert [one for one in found if not one.is_equal] == []


def test_facts_are_what_plain_sql_says(con: duckdb.DuckDBPyConnection) -> None:
    added = {
        "year": "year(local_date)",
        "track_key": "if(content_type = 'track', track, null)",
        "artist_key": "if(content_type = 'track', artist, null)",
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
    entity, names, counts = ENTITIES[table]
    latest = ", ".join(f"coalesce({name}, '') desc" for name in names)
    named = "".join(f", list({name} order by ended_at desc, {latest})[1] as {name}" for name in names)
    counted = "".join(f", {sql} as {name}" for name, sql in counts.items())
    shown = ", ".join(f"a.{name}" for name in (*names, "rank"))
    more = "".join(f"a.{name}, " for name in counts)
    expected = con.sql(f"""
        with plays as (from ({HEARD}) where content_type = 'track' and told = 1),
        periods as ({PERIODS}),
        added as (
            select user_id, user_bucket, period, start, before, {entity} as entity, count_if(is_counted) as plays,
                count(*) as all_plays, sum(ms)::bigint as ms, if(sum(ms) = 0, 0, sum(guess)::double / sum(ms)) as guessed,
                min(ended_at) as first, max(ended_at) as last {named} {counted}
            from periods group by user_id, user_bucket, period, start, before, {entity}
        ),
        ranked as (
            select a.*, 1 + (
                select count(*) from added b
                where (b.user_id, b.period, b.start) = (a.user_id, a.period, a.start)
                    and (-b.plays, -b.ms, b.entity) < (-a.plays, -a.ms, a.entity)
            ) as rank
            from added a
        )
        select a.user_id, a.user_bucket, year(a.start) as year, a.period, a.start, a.entity, {shown}, b.rank, a.plays,
            a.all_plays, {more} a.ms, a.guessed, a.first, a.last
        from ranked a left join ranked b
            on b.user_id = a.user_id and b.entity = a.entity and b.period = a.period and b.start = a.before
        order by a.user_id, a.period, a.start, a.rank""").fetchall()
    found = con.sql(f"select * from gold.{table} order by user_id, period, period_start, rank").fetchall()
    assert found == expected
    assert len(found) > 1_000


def test_devices_are_what_plain_sql_says(con: duckdb.DuckDBPyConnection) -> None:
    expected = con.sql(f"""
        with plays as (from ({HEARD}) where told = 1),
        periods as ({PERIODS}),
        of_all as (select user_id, period, start, count_if(is_counted) as plays from periods group by all),
        added as (
            select user_id, user_bucket, period, start, ifnull(device_type, 'unknown') as device,
                ifnull(platform, 'unknown') as program, count_if(is_counted) as plays, count(*) as all_plays,
                sum(ms)::bigint as ms, if(sum(ms) = 0, 0, sum(guess)::double / sum(ms)) as guessed,
                min(ended_at) as first, max(ended_at) as last
            from periods group by all
        )
        select a.user_id, a.user_bucket, year(a.start), a.period, a.start, a.device, a.program, a.plays, a.all_plays, a.ms,
            a.guessed, (20_000 * a.plays + o.plays) // nullif(2 * o.plays, 0) / 100, a.first, a.last
        from added a join of_all o using (user_id, period, start)
        order by a.user_id, a.period, a.start, a.device, a.program""").fetchall()
    order = "user_id, period, period_start, device_type, platform"
    assert con.sql(f"select * from gold.device_usage order by {order}").fetchall() == expected
    assert len(expected) > 200


def test_hours_are_what_plain_sql_says(con: duckdb.DuckDBPyConnection) -> None:
    expected = con.sql(f"""
        with plays as (from ({HEARD}) where told = 1),
        periods as ({PERIODS})
        select user_id, user_bucket, year(start), period, start, isodow(local_date) as day, local_hour, count_if(is_counted),
            count(*), sum(ms)::bigint, if(sum(ms) = 0, 0, sum(guess)::double / sum(ms))
        from periods group by all order by user_id, period, start, day, local_hour""").fetchall()
    order = "user_id, period, period_start, weekday, local_hour"
    assert con.sql(f"select * from gold.listening_clock order by {order}").fetchall() == expected
    assert len(expected) > 1_000


def test_coverage_is_what_plain_sql_says(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("set TimeZone = 'UTC'")
    zone = "if(user_id = 'anna', 'Pacific/Auckland', 'America/New_York')"
    expected = con.sql(f"""
        with days as (
            select user_id, user_bucket, local_date, count_if(is_counted) as counted, sum(told)::bigint as plays,
                sum(told) filter ('extended' in sources) as extended, sum(told) filter ('account' in sources) as account,
                count(*) filter ('api' in sources) as api, count_if(match = 'matched'), count_if(match = 'ambiguous')
            from ({HEARD}) group by all
        ),
        gaps as (
            select distinct user_id, unnest(generate_series(timezone({zone}, since)::date, timezone({zone}, oldest_at)::date,
                interval 1 day))::date as local_date
            from (
                select *, (select max(newest_at) from silver.api_answers b
                    where b.user_id = a.user_id and b.oldest_at < a.oldest_at) as since
                from silver.api_answers a
            )
            where since < oldest_at and item_count in (20, 50)
        ),
        all_days as (select user_id, local_date from days union select user_id, local_date from gaps)
        select user_id, (select any_value(user_bucket) from days d where d.user_id = a.user_id), local_date,
            days.* exclude (user_id, user_bucket, local_date),
            exists (from days d where d.user_id = a.user_id and d.local_date = a.local_date and (extended > 0 or account > 0))
            or (select min(local_date) from days d where d.user_id = a.user_id and d.local_date > a.local_date
                    and (extended > 0 or account > 0))
                - (select max(local_date) from days d where d.user_id = a.user_id and d.local_date < a.local_date
                    and (extended > 0 or account > 0)) <= 14,
            exists (from gaps g where g.user_id = a.user_id and g.local_date = a.local_date)
        from all_days a left join days using (user_id, local_date) order by user_id, local_date""").fetchall()
    found = con.sql("select * exclude has_open_gap from gold.listening_coverage order by user_id, local_date").fetchall()
    assert found == [tuple(0 if value is None else value for value in row) for row in expected]
    [(wrong,)] = con.sql(
        "select count(*) from gold.listening_coverage where has_open_gap <> (has_feed_gap and not is_exported)"
    ).fetchall()
    assert wrong == 0


def test_the_summary_counts_each_record_once(con: duckdb.DuckDBPyConnection) -> None:
    expected = con.sql("""
        select r.user_id, r.source, count(*), count_if(match = 'matched'), count_if(match = 'ambiguous'),
            count_if(match = 'matched' and 'extended' in sources and 'account' in sources and r.source <> 'api'),
            count_if(match = 'matched' and 'extended' in sources and 'api' in sources and r.source <> 'account'),
            count_if(match = 'matched' and sources = ['account', 'api'])
        from silver.play_records r join (
            select *, unnest(record_ids) as record_id from silver.plays where not is_excluded
        ) p using (record_id)
        group by all order by all""").fetchall()
    columns = "user_id, source, records, matched, ambiguous, matched_r3, matched_r4, matched_r5"
    for period in ("all", "year", "month"):
        sums = ", ".join(f"sum({name})::bigint" for name in columns.split(", ")[2:])
        found = con.sql(
            f"select user_id, source, {sums} from gold.match_summary where period = '{period}' group by all order by all"
        ).fetchall()
        assert found == expected


def test_the_yml_says_what_is_published(piecemeal: Platform, con: duckdb.DuckDBPyConnection) -> None:
    manifest = json.loads((dbt.manifest_dir(piecemeal.settings.home) / dbt.PARSED).read_text())
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    described = {
        node["name"]: {column["name"]: column["data_type"] for column in node["columns"].values()}
        for node in models
        if node["config"]["materialized"] == "table"
    }
    assert set(described) == {
        *("fct_plays", "dim_dates", "daily_user_stats", "top_tracks", "top_artists"),
        *("listening_coverage", "match_summary", "device_usage", "listening_clock"),
    }
    for name, columns in described.items():
        assert {row[0]: row[1].lower() for row in con.sql(f"describe gold.{name}").fetchall()} == columns, name


def test_all_at_once_may_be_many_parts(piecemeal: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large lake is built some buckets at a time, which does not show."""
    monkeypatch.setattr(parts, "ROWS_AT_ONCE", 1)
    assert [one for one in verify(piecemeal) if not one.is_equal] == []
    order_rebuild(piecemeal)
    refresh(piecemeal)
    monkeypatch.undo()
    assert [one for one in verify(piecemeal) if not one.is_equal] == []
