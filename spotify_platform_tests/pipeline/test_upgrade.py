"""A new version that defines tables otherwise: what is there is brought to it, without anybody dropping a table."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from spotify_platform.contracts.bronze import EXTENDED_HISTORY, RECENTLY_PLAYED
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.lakehouse import dbt_project
from spotify_platform.pipeline import plan as planning
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform_tests.homes import begun_again
from spotify_platform_tests.scenario import answer, drop, extended, item


def land(platform: Platform, name: str, *rows: object) -> None:
    drop(platform.settings.home / "landing", f"inbox/me/{name}.json", list(rows))


def test_another_dbt_project_makes_all_of_gold_anew(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    land(platform, "a", extended(1), extended(2, ts="2019-05-05T10:00:00Z"))
    refresh(platform)
    newer = tmp_path / "newer"
    shutil.copytree(dbt_project.project_dir(), newer, ignore=shutil.ignore_patterns("target"))
    model = newer / "models" / "marts" / "daily_user_stats"
    sql, yml = model.with_suffix(".sql"), model.with_suffix(".yml")
    sql.write_text(sql.read_text().replace("user_bucket,\n", "user_bucket,\n    user_id || '!' as loud,\n", 1))
    described = "      - name: loud\n        data_type: varchar\n        description: Loud\n"
    yml.write_text(yml.read_text().replace("    columns:\n", f"    columns:\n{described}", 1))
    monkeypatch.setattr(dbt_project, "project_dir", lambda: newer)
    with begun_again(platform) as upgraded:
        assert refresh(upgraded).planned == [2]
    with reading_connection(platform.settings) as con:
        assert con.sql("select distinct loud from gold.daily_user_stats").fetchall() == [("me!",)]
        assert con.sql("select count(*) from gold.daily_user_stats").fetchall() == [(2,)]
    with begun_again(platform) as upgraded:
        assert refresh(upgraded).planned == []


def test_another_contract_of_silver_makes_it_anew(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lake is given the look of an older version: one column less, one that is no more, another fingerprint."""
    land(platform, "a", extended(1), extended(2))
    with monkeypatch.context() as older:
        older.setattr(planning, "definitions", lambda: {"silver": "older", "gold": "older"})
        refresh(platform)
    own = platform.engine.open(PLAYS)
    rows = own.handle.to_pyarrow_table().drop_columns(["device_type"])
    rows = rows.append_column("gone", rows["play_id"])
    write_deltalake(own.handle, rows, mode="overwrite", schema_mode="overwrite", partition_by=list(PLAYS.partition_by))
    with begun_again(platform) as upgraded:
        assert refresh(upgraded).planned == [2]
        assert [field.name for field in upgraded.engine.open(PLAYS).handle.schema().fields] == list(PLAYS.column_names)
        assert all(one.is_equal for one in verify(upgraded))
        assert refresh(upgraded).planned == []


def test_another_version_of_what_decides_rows_orders_a_rebuild(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modules = {path.stem: path for path in Path(planning.transforms.__file__).parent.glob("*.py")}
    assert set(modules) > planning.DECIDE_NO_ROW
    newer = tmp_path / "transforms"
    shutil.copytree(Path(planning.transforms.__file__).parent, newer)
    monkeypatch.setattr(planning.transforms, "__file__", str(newer / "__init__.py"))
    before = planning.definitions()["silver"]
    seen = {name: _edited(newer / f"{name}.py", lambda: planning.definitions()["silver"]) != before for name in modules}
    assert {name for name, is_seen in seen.items() if not is_seen} == planning.DECIDE_NO_ROW


def _edited(path: Path, look: Callable[[], str]) -> str:
    """What is seen while a module is another version."""
    text = path.read_bytes()
    path.write_bytes(text + b"# newer")
    seen = look()
    path.write_bytes(text)
    return seen


def test_what_decides_no_row_is_not_used_by_what_does() -> None:
    """Else another version of it could change a row unseen."""
    for path in Path(planning.transforms.__file__).parent.glob("*.py"):
        if path.stem not in planning.DECIDE_NO_ROW:
            used = set(re.findall(r"spotify_platform\.transforms\.(\w+)", path.read_text()))
            assert not used & planning.DECIDE_NO_ROW, path.name


def test_bronze_takes_a_column_it_did_not_know(platform: Platform) -> None:
    land(platform, "a", extended(1))
    refresh(platform)
    own = platform.engine.open(EXTENDED_HISTORY.table)
    rows = own.handle.to_pyarrow_table().drop_columns(["incognito_mode"])
    write_deltalake(own.handle, rows, mode="overwrite", schema_mode="overwrite", partition_by=["_part"])
    land(platform, "b", extended(2, incognito_mode=True))
    with begun_again(platform) as upgraded:
        refresh(upgraded)
        good = upgraded.engine.read(upgraded.engine.open(EXTENDED_HISTORY.table), "_part = 'row'")
        found = upgraded.engine.fetch(good.select("ts", "incognito_mode").order_by("ts"))
        assert found["incognito_mode"].to_pylist() == [None, True]


def test_bronze_takes_a_field_inside_a_column_it_did_not_know(platform: Platform) -> None:
    """The table of an older version is opened, appended to, and read file by file and as a whole."""
    drop(platform.settings.home / "landing", "inbox/me/a.json", answer(item(1)))
    refresh(platform)
    own = platform.engine.open(RECENTLY_PLAYED.table)
    rows = own.handle.to_pyarrow_table()
    older = pa.struct([field for field in rows.schema.field("track").type if field.name != "linked_from"])
    place = rows.schema.get_field_index("track")
    rows = rows.set_column(place, "track", rows["track"].cast(older))
    write_deltalake(own.handle, rows, mode="overwrite", schema_mode="overwrite", partition_by=["_part"])
    asked = {"id": "2222222222222222222222"}
    given = item(2)["track"] | {"linked_from": asked}
    drop(platform.settings.home / "landing", "inbox/me/b.json", answer(item(2, track=given)))
    with begun_again(platform) as upgraded:
        refresh(upgraded)
        snapshot = upgraded.engine.open(RECENTLY_PLAYED.table)
        for batch, there in ((1, None), (2, asked["id"])):
            good = upgraded.engine.read(snapshot, f"_part = 'row' and _batch = {batch}")
            found = upgraded.engine.fetch(good.select(asked=good.track["linked_from"]["id"]))
            assert found["asked"].to_pylist() == [there]
        assert [one for one in verify(upgraded) if not one.is_equal] == []
        with reading_connection(upgraded.settings) as con:
            whole = con.sql("select track.linked_from.id from bronze.recently_played where _part = 'row' order by played_at")
            assert whole.fetchall() == [(None,), (asked["id"],)]
            assert con.sql(f"select rule from silver.track_aliases where alias_key = '{asked['id']}'").fetchall() == [
                ("relinked",)
            ]
