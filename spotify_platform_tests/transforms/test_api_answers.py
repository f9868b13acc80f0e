"""Which time answers of recently-played cover, and between which of them plays may be missing."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from spotify_platform.contracts.bronze import RECENTLY_PLAYED
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.transforms.api_answers import answers_of, with_gaps

START = datetime(2024, 5, 5, tzinfo=UTC)
TYPES = {column.name: column.type for column in RECENTLY_PLAYED.table.columns}
Minutes = tuple[int, int, int]
"""Of an answer: minute of its oldest play, minute of its newest, number of items."""


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def items(name: str, *pages: Minutes) -> list[dict[str, Any]]:
    """Bronze rows of an object that holds these answers, the newest item of each first."""
    times = [
        at(newest) - (at(newest) - at(oldest)) * n / max(1, count - 1) for oldest, newest, count in pages for n in range(count)
    ]
    known = {"_part": "row", "_sha256": name * 64, "_user": "anna", "_batch": 1}
    return [{**dict.fromkeys(TYPES), **known, "_row": n, "played_at": time} for n, time in enumerate(times)]


def found(engine: DuckDbDelta, *objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    users = engine.values([{"user_id": "anna", "user_bucket": 1}], {"user_id": "string", "user_bucket": "int32"})
    parts = [engine.derive(answers_of, engine.cache(engine.values(rows, TYPES)), users) for rows in objects]
    rows = engine.fetch(engine.derive(with_gaps, *parts)).to_pylist()
    return sorted(rows, key=lambda row: (row["oldest_at"], row["newest_at"]))


@pytest.mark.parametrize(
    ("answers", "gaps"),
    [
        ([(0, 60, 50), (50, 110, 50)], [None, None]),
        ([(0, 60, 50), (60, 110, 50)], [None, None]),
        ([(0, 60, 50), (61, 110, 50)], [None, 60]),
        ([(0, 60, 20), (61, 110, 20)], [None, 60]),
        ([(0, 60, 50), (61, 110, 49)], [None, None]),
        ([(0, 60, 50), (61, 110, 7)], [None, None]),
        ([(0, 500, 50), (10, 20, 50), (300, 400, 50), (501, 600, 50)], [None, None, None, 500]),
    ],
    ids=["overlap", "one play in both", "apart", "apart, of twenty", "not full", "few", "within a long one"],
)
def test_full_pages_that_overlap_with_none_before_leave_a_gap(
    engine: DuckDbDelta, answers: list[Minutes], gaps: list[int | None]
) -> None:
    rows = found(engine, *(items(name, answer) for name, answer in zip("abcd", answers, strict=False)))
    assert [row["gap_since"] for row in rows] == [None if gap is None else at(gap) for gap in gaps]
    assert [row["item_count"] for row in rows] == [count for _, _, count in answers]


def test_an_answer_that_lands_later_closes_a_gap_in_any_order(engine: DuckDbDelta) -> None:
    objects = [items("a", (0, 60, 50)), items("b", (100, 160, 50)), items("c", (55, 105, 50))]
    for order in permutations(objects):
        assert {row["gap_since"] for row in found(engine, *order)} == {None}
    assert found(engine, *objects[:2])[1]["gap_since"] == at(60)


def test_answers_of_a_list_are_told_apart(engine: DuckDbDelta) -> None:
    rows = found(engine, items("a", (0, 60, 50), (100, 160, 50)))
    assert [(row["page"], row["oldest_at"], row["gap_since"]) for row in rows] == [(0, at(0), None), (1, at(100), at(60))]


def test_an_answer_without_a_readable_item_covers_nothing(engine: DuckDbDelta) -> None:
    bad = [{**row, "_part": "bad"} for row in items("a", (0, 60, 50))]
    assert found(engine, bad) == []
    half = [{**row, "_part": "bad" if row["_row"] < 25 else "row"} for row in items("a", (0, 60, 50))]
    [row] = found(engine, half)
    assert (row["item_count"], row["oldest_at"]) == (50, at(0))
    assert row["newest_at"] < at(60)
