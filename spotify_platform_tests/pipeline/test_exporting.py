"""Tables as files: every value comes back, rows have a fixed order, and a file is replaced whole or not at all."""

import io
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import duckdb
import ibis
import pyarrow.parquet as pq
import pytest

from spotify_platform.contracts.silver import PLAYS
from spotify_platform.errors import Outside, WrongCall
from spotify_platform.pipeline.answers import write_file
from spotify_platform.pipeline.export_columns import FileColumn, all_columns, order_of
from spotify_platform.pipeline.exporting import columns_there, export_table, find_table, label, replacing, rows_sql
from spotify_platform.pipeline.readers import reading
from spotify_platform.pipeline.statistics import every_table
from spotify_platform.settings import Settings, load_settings
from spotify_platform_tests.pipeline.exported import ODD, fill, read


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, warm_home: Path) -> Settings:
    """Settings of a lake that is only read here."""
    home = tmp_path_factory.mktemp("home")
    (home / "cache").symlink_to(warm_home / "cache")
    made = load_settings(home=home, settle_seconds=0, buckets=4)
    fill(made)
    return made


def test_odd_values_come_back_through_python(settings: Settings, tmp_path: Path) -> None:
    export_table(settings, "extended_history", "csv", tmp_path / "x.csv")
    good = [row for row in read(tmp_path / "x.csv") if row["_part"] == "row" and row["_user"] == "me"]
    assert [row["master_metadata_track_name"] for row in good][: len(ODD)] == ODD
    assert [row["master_metadata_album_album_name"] for row in good][-2:] == ["", ""]
    assert {row["skipped"] for row in good} == {"false"}


def test_duckdb_tells_null_from_empty_text(settings: Settings, tmp_path: Path) -> None:
    """Python's reader and most others do not."""
    export_table(settings, "extended_history", "csv", tmp_path / "x.csv")
    given = f"read_csv('{tmp_path}/x.csv', all_varchar = true, allow_quoted_nulls = false)"
    albums = duckdb.sql(f"select master_metadata_album_album_name from {given} where _row in (9, 10) order by _row::int")
    assert albums.fetchall() == [("",), (None,)]
    titles = duckdb.sql(f"select master_metadata_track_name from {given} where _row::int < 9 and _user = 'me' order by _row::int")
    assert [title for (title,) in titles.fetchall()] == ODD


def test_times_are_utc_with_a_fraction_only_where_there_is_one(settings: Settings, tmp_path: Path) -> None:
    export_table(settings, "bronze.recently_played", "csv", tmp_path / "x.csv")
    rows = [row for row in read(tmp_path / "x.csv") if row["_part"] == "row"]
    assert [row["played_at"] for row in rows] == ["2024-05-05T10:10:00.123Z", "2024-05-05T10:11:40Z"]
    export_table(settings, "plays", "csv", tmp_path / "x.csv")
    assert {row["local_date"] for row in read(tmp_path / "x.csv")} == {"2024-05-05"}


def test_nested_values_are_json(settings: Settings, tmp_path: Path) -> None:
    export_table(settings, "recently_played", "csv", tmp_path / "x.csv")
    [first, *_] = [row for row in read(tmp_path / "x.csv") if row["_part"] == "row"]
    track = json.loads(first["track"])
    assert (track["name"], track["artists"][0]["name"], track["duration_ms"]) == ("Night River", "Kala", 200_000)
    assert first["context"] == ""
    export_table(settings, "plays", "csv", tmp_path / "x.csv")
    assert all(json.loads(row["record_ids"])[0] for row in read(tmp_path / "x.csv"))


def test_times_inside_nested_values_are_iso_too() -> None:
    nested = ibis.dtype("array<struct<at: timestamp('UTC', 6), days: array<date>>>")
    value = "[{'at': timestamptz '2024-05-05 10:00:00.5Z', 'days': [date '2024-05-05']}, null]"
    column = FileColumn("x", nested, "", "v")
    [(text,)] = duckdb.sql(f"select {column.csv_sql} from (select {value} as v)").fetchall()
    assert json.loads(text) == [{"at": "2024-05-05T10:00:00.5Z", "days": ["2024-05-05"]}, None]


def test_a_null_in_a_column_of_nested_values_is_empty() -> None:
    column = FileColumn("x", ibis.dtype("struct<at: timestamp('UTC', 6)>"), "", "v")
    [(text,)] = duckdb.sql(f'select {column.csv_sql} from (select null::struct("at" timestamptz) as v)').fetchall()
    assert text is None


def test_json_and_parquet_hold_the_same_rows(settings: Settings, tmp_path: Path) -> None:
    for format_ in ("csv", "json", "parquet"):
        export_table(settings, "silver.plays", format_, tmp_path / format_)
    ids = [row["play_id"] for row in read(tmp_path / "csv")]
    assert len(ids) > 10
    assert [row["play_id"] for row in json.loads((tmp_path / "json").read_text(encoding="utf-8"))] == ids
    assert pq.read_table(tmp_path / "parquet")["play_id"].to_pylist() == ids
    assert ids == sorted(ids)


def test_every_table_gives_all_its_rows_and_the_same_file_each_time(settings: Settings, tmp_path: Path) -> None:
    with reading(settings) as lake:
        tables = every_table(lake.platform)
        assert all(table.key for table in tables if table.layer == "gold")
        for table in tables:
            there = columns_there(lake, table)
            query = rows_sql(table, all_columns(table, there), order_of(table, there))
            for name in ("one", "two"):
                write_file(lake.con.sql(query), "csv", tmp_path / name)
            assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
            [(count,)] = lake.con.sql(f"select count(*) from {label(table)}").fetchall()
            assert len(read(tmp_path / "one")) == count, table.path


def test_one_user_alone(settings: Settings, tmp_path: Path) -> None:
    export_table(settings, "fct_plays", "csv", tmp_path / "x.csv", user="anna")
    assert [row["user_id"] for row in read(tmp_path / "x.csv")] == ["anna"]
    export_table(settings, "extended_history", "csv", tmp_path / "x.csv", user="anna")
    assert {row["_user"] for row in read(tmp_path / "x.csv")} == {"anna"}
    export_table(settings, "plays", "csv", tmp_path / "x.csv", user="o'nobody")
    assert read(tmp_path / "x.csv") == []
    with pytest.raises(WrongCall, match=r"gold\.dim_dates belong to no user"):
        export_table(settings, "dim_dates", "csv", tmp_path / "x.csv", user="anna")


@pytest.mark.parametrize(
    ("wanted", "format_", "says"),
    [
        ("silver.playz", "csv", r"no table silver\.playz\. Did you mean .*silver\.plays"),
        ("top_track", "csv", r"Did you mean gold\.top_tracks"),
        ("xxxxxxx", "csv", r"There are gold\."),
        ("plays", "xml", "one of csv, json, parquet"),
        ("plays", "table", "one of csv, json, parquet"),
    ],
)
def test_wrong_names(wanted: str, format_: str, says: str, settings: Settings) -> None:
    with pytest.raises(WrongCall, match=says):
        export_table(settings, wanted, format_, io.StringIO())


def test_a_name_of_two_layers_names_both() -> None:
    tables = [PLAYS, replace(PLAYS, layer="gold")]
    assert find_table(tables, "silver.plays") == PLAYS
    with pytest.raises(WrongCall, match=r"gold\.plays, silver\.plays\. Say which"):
        find_table(tables, "plays")


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    file, link = tmp_path / "x.csv", tmp_path / "link.csv"
    file.write_text("before")
    link.symlink_to(file)

    def broken() -> None:
        with replacing(file) as aside:
            aside.write_text("half")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        broken()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["link.csv", "x.csv"]
    assert file.read_text() == "before"
    with replacing(link) as aside:
        aside.write_text("after")
        assert file.read_text() == "before"
    assert (file.read_text(), link.is_symlink()) == ("after", True)


def test_what_is_no_place_for_a_file_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(Outside, match="no-such is not there"):
        export_table(settings, "plays", "csv", tmp_path / "no-such" / "x.csv")
    with pytest.raises(WrongCall, match="is no file"):
        export_table(settings, "plays", "csv", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_version_that_lacks_a_column_has_a_file_without_it() -> None:
    there = [name for name in PLAYS.column_names if name not in ("match", "play_id")]
    assert [c.name for c in all_columns(PLAYS, there)] == there
    assert order_of(PLAYS, there) == []


@pytest.mark.parametrize("format_", ["csv", "json", "parquet"])
def test_python_never_holds_a_table(format_: str, settings: Settings, tmp_path: Path) -> None:
    """100,000 rows as Python's objects are 30 MB."""
    with reading(settings) as lake:
        answer = lake.con.sql("select i, repeat('x', 100) || i as text from range(100_000) t(i) order by hash(i)")
        tracemalloc.start()
        write_file(answer, format_, tmp_path / "x")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (tmp_path / "x").stat().st_size > 300_000
    assert peak < 5_000_000


@pytest.mark.parametrize("format_", ["csv", "json", "parquet"])
def test_the_order_outlasts_several_threads(format_: str, settings: Settings, tmp_path: Path) -> None:
    with reading(settings) as lake:
        write_file(lake.con.sql("select i from range(500_000) t(i) order by i desc"), format_, tmp_path / "x")
        read_back = {"csv": "read_csv", "json": "read_json", "parquet": "read_parquet"}[format_]
        lake.con.execute("set preserve_insertion_order = true")
        numbers = lake.con.sql(f"select i from {read_back}('{tmp_path}/x')").to_arrow_table()["i"].to_pylist()
    assert numbers == list(range(499_999, -1, -1))
