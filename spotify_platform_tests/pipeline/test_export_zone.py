"""The CSV zone: complete, described column by column, and written only where something has changed."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import obstore
import pytest

from spotify_platform.contracts.silver import PLAYS
from spotify_platform.contracts.silver_catalogue import TRACKS
from spotify_platform.errors import WrongCall
from spotify_platform.pipeline import export_zone as zone
from spotify_platform.pipeline.export_zone import LAYERS, export_zone
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.pipeline.statistics import every_table
from spotify_platform.settings import Settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import copied
from spotify_platform_tests.pipeline.exported import fill, read, rows_of
from spotify_platform_tests.scenario import audio_features, drop, extended

TYPES = {"string", "integer", "number", "boolean", "date", "datetime", "array", "object"}


@pytest.fixture(scope="module")
def filled(make_shared: MakeSettings) -> Settings:
    """Settings of a lake with something to export."""
    made = make_shared("filled")
    fill(made)
    return made


@pytest.fixture
def settings(filled: Settings, tmp_path: Path) -> Settings:
    """Settings of a lake of one's own with that in it."""
    return copied(filled, tmp_path)


def files(folder: Path) -> dict[str, bytes]:
    """Every file of the zone."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def described(folder: Path) -> dict[str, Any]:
    """Resources of the package, by path."""
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return {resource["path"]: resource for resource in package["resources"]}


def test_every_table_has_its_file_and_every_column_its_meaning(settings: Settings) -> None:
    done = export_zone(settings)
    folder = settings.home / "exports"
    with opened(settings) as platform:
        tables = every_table(platform)
    wanted = {f"{name}/{t.name}.csv" for name, layer in LAYERS.items() for t in tables if t.layer == layer}
    assert set(done.written) == set(done.rows) == wanted
    assert set(files(folder)) == wanted | {"schema.csv", "datapackage.json"}
    lines = read(folder / "schema.csv")
    assert list(lines[0]) == ["file", "column", "type", "meaning", "position"]
    assert all(line["meaning"] for line in lines)
    for path in wanted:
        header = rows_of((folder / path).read_bytes().decode().partition("\n")[0] + "\n,\n")[0]
        mine = [line for line in lines if line["file"] == path]
        assert [line["column"] for line in mine] == [name for name in header if name]
        assert [int(line["position"]) for line in mine] == list(range(1, len(mine) + 1))


def test_the_package_keeps_the_rules_of_its_standard(settings: Settings) -> None:
    export_zone(settings)
    folder = settings.home / "exports"
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["profile"] == "tabular-data-package"
    names = [resource["name"] for resource in package["resources"]]
    assert len(names) == len(set(names))
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"])
        assert not resource["path"].startswith(("/", "."))
        assert resource["profile"] == "tabular-data-resource"
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["rowCount"] == len(read(folder / resource["path"]))
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert len(fields) == len(set(fields))
        assert {field["type"] for field in resource["schema"]["fields"]} <= TYPES
        assert set(resource["schema"].get("primaryKey", [])) <= set(fields)


def test_values_are_of_the_types_the_package_says(settings: Settings) -> None:
    export_zone(settings)
    folder = settings.home / "exports"
    patterns = {
        "integer": r"-?\d+",
        "number": r"-?\d+(\.\d+)?(e[-+]\d+)?",
        "boolean": "true|false",
        "date": r"\d{4}-\d\d-\d\d",
        "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z",
        "array": r"\[.*\]",
        "object": r"\{.*\}",
    }
    for path, resource in described(folder).items():
        rows = read(folder / path)
        for field in resource["schema"]["fields"]:
            pattern = re.compile(patterns.get(field["type"], r"(?s:.*)"))
            wrong = [row[field["name"]] for row in rows if row[field["name"]] and not pattern.fullmatch(row[field["name"]])]
            assert not wrong, (path, field)
        if key := resource["schema"].get("primaryKey"):
            assert len({tuple(row[name] for name in key) for row in rows}) == len(rows)


def test_raw_files_are_flat_and_hold_good_rows_alone(settings: Settings) -> None:
    export_zone(settings)
    raw = settings.home / "exports" / "raw"
    rows = read(raw / "recently_played.csv")
    assert [row["track.name"] for row in rows] == ["Night River"] * 2
    assert rows[0]["track.album.name"] == "First Light"
    assert json.loads(rows[0]["track.artists"])[0]["name"] == "Kala"
    extended_rows = read(raw / "extended_history.csv")
    assert len(extended_rows) == 12
    assert [name for name in extended_rows[0] if name.startswith("_")] == ["_object", "_row"]
    assert len(read(raw / "quarantine.csv")) == 1


def test_a_second_export_writes_nothing_and_a_change_only_its_tables(settings: Settings) -> None:
    export_zone(settings)
    folder = settings.home / "exports"
    before, times = files(folder), {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert export_zone(settings).written == []
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == times
    drop(settings.home / "landing", "inbox/me/more.json", [extended(90)])
    with opened(settings) as platform:
        refresh(platform)
    done = export_zone(settings)
    assert {"raw/extended_history.csv", "processed/plays.csv", "gold/fct_plays.csv"} <= set(done.written)
    assert {"raw/recently_played.csv", "gold/dim_dates.csv"} <= set(done.kept)
    assert done.rows["raw/extended_history.csv"] == 13
    changed = {path for path, content in files(folder).items() if before[path] != content}
    assert "processed/plays.csv" in changed
    assert not changed & set(done.kept)
    drop(settings.home / "landing", "inbox/me/sound.json", audio_features(7))
    with opened(settings) as platform:
        refresh(platform)
        for table in (PLAYS, TRACKS):
            platform.engine.tidy(platform.engine.open(table))  # moves versions, and no row
    of_sound = {"raw/audio_features.csv", "processed/audio_features.csv", "gold/audio_feature_distributions.csv"}
    assert set(export_zone(settings).written) == of_sound


def test_one_folder_leaves_the_others_as_they_are(settings: Settings) -> None:
    assert {path.partition("/")[0] for path in export_zone(settings, ["gold"]).written} == {"gold"}
    folder = settings.home / "exports"
    assert {path.partition("/")[0] for path in described(folder)} == {"gold"}
    export_zone(settings, ["raw"])
    assert {path.partition("/")[0] for path in described(folder)} == {"gold", "raw"}
    assert {path.partition("/")[0] for path in export_zone(settings).written} == {"processed"}


def test_a_file_that_is_not_what_was_written_is_written_again(settings: Settings) -> None:
    export_zone(settings)
    folder = settings.home / "exports"
    before = files(folder)
    (folder / "gold" / "fct_plays.csv").unlink()
    (folder / "processed" / "plays.csv").write_text("edited by hand")
    assert set(export_zone(settings).written) == {"gold/fct_plays.csv", "processed/plays.csv"}
    after = files(folder)
    assert {path for path in after if before[path] != after[path]} <= {"datapackage.json"}


def test_a_table_that_is_gone_is_removed_and_one_that_changed_is_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_zone(settings)
    own = settings.home / "exports" / "processed" / "notes.txt"
    own.write_text("mine")
    monkeypatch.setattr(zone, "every_table", lambda platform: [table for table in every_table(platform) if table != PLAYS])
    assert export_zone(settings).removed == ["processed/plays.csv"]
    assert not own.with_name("plays.csv").exists()
    assert own.read_text() == "mine"
    monkeypatch.setattr(zone, "SHAPE", zone.SHAPE + 1)
    assert export_zone(settings).kept == []
    assert export_zone(settings).written == []


def test_a_lake_that_was_made_anew_is_exported_anew(settings: Settings, make_settings: MakeSettings) -> None:
    """Its versions begin again, and may come to the same numbers."""
    export_zone(settings)
    other = make_settings("other", exports=str(settings.home / "exports"))
    fill(other)
    assert export_zone(other).kept == []


def test_an_export_that_was_killed_is_done_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are put first, the description last: what is described was written."""
    put = obstore.put

    def die(store: Any, path: str, content: Any) -> Any:
        if path == "processed/plays.csv":
            raise KeyboardInterrupt
        return put(store, path, content)

    monkeypatch.setattr(obstore, "put", die)
    with pytest.raises(KeyboardInterrupt):
        export_zone(settings)
    assert not (settings.home / "exports" / "datapackage.json").exists()
    monkeypatch.undo()
    assert export_zone(settings).kept == []


def test_another_package_is_left_alone(settings: Settings) -> None:
    folder = settings.home / "exports"
    folder.mkdir()
    for content in ('{"name": "thesis", "resources": []}', "[]", "no JSON"):
        (folder / "datapackage.json").write_text(content)
        with pytest.raises(WrongCall, match="describes something else"):
            export_zone(settings)
        assert files(folder) == {"datapackage.json": content.encode()}


def test_an_empty_lake_has_nothing_to_export(make_settings: MakeSettings) -> None:
    settings = make_settings("empty")
    with pytest.raises(WrongCall, match="spotify-platform refresh"):
        export_zone(settings)
    assert not (settings.home / "exports").exists()
