"""Audio features of rows that an older version has let into Bronze: it had no bounds."""

from datetime import UTC, datetime
from math import copysign
from typing import Any

import ibis.expr.types as ir
import pytest

from spotify_platform.contracts.bronze_catalogue import AUDIO_FEATURES
from spotify_platform.lakehouse.engine import Engine
from spotify_platform.transforms.audio_features import features_told, latest_features

TYPES = AUDIO_FEATURES.table.types


def told(day: int, **values: Any) -> dict[str, Any]:
    """A good row of Bronze, of an answer of June 2024."""
    key = f"catalogue_api/me/2024/06/{day:02d}/202406{day:02d}T100000Z-0123abcd.json"
    known = {"_object": key, "_sha256": key, "_user": "me", "_batch": 1}
    return {**dict.fromkeys(TYPES), **known, "id": "t1", **values}


def features(engine: Engine, *rows: dict[str, Any]) -> ir.Table:
    """What these rows tell, each an object of its own."""
    headers = [
        {**dict.fromkeys(TYPES), **{name: row[name] for name in ("_object", "_sha256", "_user", "_batch")}} for row in rows
    ]
    return features_told(engine.values(headers, TYPES), engine.values(rows, TYPES))


def test_what_is_out_of_bounds_is_unknown_and_the_rest_is_kept(engine: Engine) -> None:
    rows = told(1, tempo=1e12, valence=1.5, energy=1.0, key=-2, mode=1), told(2, tempo=118.0, key=-1, time_signature=17)
    first, second = engine.fetch(features(engine, *rows).order_by("told_at")).to_pylist()
    names = ("tempo", "valence", "energy", "key", "mode", "time_signature")
    assert [first[name] for name in names] == [None, None, 1.0, None, 1, None]
    assert [second[name] for name in names] == [118.0, None, None, -1, None, None]


def test_the_last_that_was_told_is_kept(engine: Engine) -> None:
    told_twice = features(engine, told(1, tempo=120.0), told(2, tempo=1e12, energy=0.5))
    [kept] = engine.fetch(latest_features(told_twice)).to_pylist()
    assert (kept["told_at"], kept["tempo"], kept["energy"]) == (datetime(2024, 6, 2, 10, tzinfo=UTC), None, 0.5)


@pytest.mark.parametrize("values", [(1e-5, 1e-4, 0.5), (0.0001, 0.00002), (1e-7, 0.1, 1.0), (None, 1e-9)])
def test_of_one_time_the_least_is_kept_in_whatever_order(engine: Engine, values: tuple[float | None, ...]) -> None:
    """Both sound as texts do in one engine only."""
    rows = [told(1, energy=0.5, tempo=100.0 if value is None else None, speechiness=value) for value in values]
    for order in (rows, rows[::-1]):
        [kept] = engine.fetch(latest_features(features(engine, *order))).to_pylist()
        assert kept["speechiness"] == (None if None in values else min(values))  # type: ignore[type-var]


def test_zero_has_no_sign(engine: Engine) -> None:
    [row] = engine.fetch(features(engine, told(1, speechiness=-0.0, key=0))).to_pylist()
    assert (copysign(1, row["speechiness"]), row["key"]) == (1.0, 0)
