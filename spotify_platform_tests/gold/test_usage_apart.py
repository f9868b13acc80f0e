"""What is published of devices, hours, coverage and matches is what plain SQL, written apart from the marts, says of Silver."""

import duckdb

from spotify_platform_tests.gold.apart import HEARD, PERIODS


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
