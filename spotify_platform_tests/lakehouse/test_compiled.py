"""Compiled transforms: made once a content, by whatever process, and never for another content."""

from collections.abc import Callable
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pytest

from spotify_platform.lakehouse import compiled
from spotify_platform.lakehouse.compiled import CompiledTransforms
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import answer, drop, extended, item

NUMBERS = {"n": "int64"}


def above(rows: ir.Table, *, least: int) -> ir.Table:
    return rows.filter(rows.n >= least)


def doubled(*parts: ir.Table) -> ir.Table:
    return ibis.union(*parts, *parts)


def shifted(rows: ir.Table, *, shift: Callable[[ir.Value], ir.Value]) -> ir.Table:
    return rows.mutate(n=shift(rows.n))


def one_more(value: ir.Value) -> ir.Value:
    return value + 1


@pytest.fixture
def folder(tmp_path: Path) -> tuple[Path, list[ir.Table]]:
    """A folder for compiled transforms, and what was compiled into it."""
    return tmp_path / "compiled", []


def transforms(folder: tuple[Path, list[ir.Table]], dialect: str = "duckdb") -> CompiledTransforms:
    class Watched(CompiledTransforms):
        def to_sql(self, rows: ir.Table) -> str:
            folder[1].append(rows)
            return super().to_sql(rows)

    return Watched(folder[0], dialect)


def test_a_content_is_compiled_once_for_all_processes(folder: tuple[Path, list[ir.Table]]) -> None:
    made = [transforms(folder).of(above, [ibis.schema(NUMBERS)], {"least": 3}) for _ in range(3)]
    assert len(folder[1]) == 1
    assert made[0] == made[1] == made[2]
    assert made[0].schema == ibis.schema(NUMBERS)


def test_each_engine_has_its_own_sql(folder: tuple[Path, list[ir.Table]]) -> None:
    made = [transforms(folder, dialect).of(above, [ibis.schema(NUMBERS)], {"least": 3}) for dialect in ("duckdb", "pyspark")]
    assert len(folder[1]) == 2
    assert made[0].sql != made[1].sql


def test_another_content_is_another_file(folder: tuple[Path, list[ir.Table]], monkeypatch: pytest.MonkeyPatch) -> None:
    transforms(folder).of(above, [ibis.schema(NUMBERS)], {"least": 3})
    assert "4" in transforms(folder).of(above, [ibis.schema(NUMBERS)], {"least": 4}).sql
    assert transforms(folder).of(above, [ibis.schema({"n": "int32"})], {"least": 3}).schema == ibis.schema({"n": "int32"})
    assert len(folder[1]) == 3
    monkeypatch.setattr(compiled, "fingerprint", lambda: "another version")
    transforms(folder).of(above, [ibis.schema(NUMBERS)], {"least": 3})
    assert len(folder[1]) == 4


def test_what_cannot_be_read_is_compiled_again(folder: tuple[Path, list[ir.Table]]) -> None:
    made = transforms(folder).of(above, [ibis.schema(NUMBERS)], {"least": 3})
    [path] = folder[0].rglob("*.json")
    path.write_text(path.read_text()[:20])
    assert transforms(folder).of(above, [ibis.schema(NUMBERS)], {"least": 3}) == made


def test_a_function_that_holds_values_of_its_own_is_no_transform(engine: DuckDbDelta) -> None:
    least = 3
    with pytest.raises(ValueError, match="function of a module"):
        engine.derive(lambda rows: rows.filter(rows.n >= least), engine.values([{"n": 1}], NUMBERS))


def test_derived_relations_are_what_the_functions_say(engine: DuckDbDelta) -> None:
    rows = engine.values([{"n": n} for n in range(5)], NUMBERS)
    few = engine.derive(above, rows, least=3)
    again = engine.derive(doubled, few, engine.derive(shifted, rows, shift=one_more))
    assert sorted(engine.fetch(again)["n"].to_pylist()) == [1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5]
    assert engine.count(again.filter(again.n > 3)) == 6
    kept = engine.cache(again)
    assert engine.count(engine.derive(above, kept, least=5)) == 2


def test_runs_that_differ_in_data_alone_compile_nothing(make_settings: MakeSettings) -> None:
    """What differs from run to run must be in the inputs: else each run would leave files and save nothing."""
    settings = make_settings()
    (settings.home / "cache").unlink()
    landing = settings.home / "landing"

    def landed(user: str, day: int) -> set[str]:
        drop(landing, f"inbox/{user}/{day}/endsong.json", [extended(day, ts=f"2023-05-{day:02d}T10:00:00Z"), "bad"])
        drop(landing, f"inbox/{user}/{day}/recent.json", answer(item(day)))
        with opened(settings) as platform:
            refresh(platform)
        return {path.name for path in (settings.home / "cache" / "transforms").rglob("*.json")}

    landed("anna", 1)
    landed("anna", 2)
    known = landed("bert", 3)
    assert len(known) > 20
    assert landed("carl", 4) == known
    assert landed("anna", 5) == known
