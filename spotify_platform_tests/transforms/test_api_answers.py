"""Which time answers of recently-played cover. Where plays between them may be missing, dbt tells (stg_feed_gaps)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from spotify_platform.contracts.bronze import RECENTLY_PLAYED
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.transforms.api_answers import answers_of

START = datetime(2024, 5, 5, tzinfo=UTC)
TYPES = RECENTLY_PLAYED.table.types
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
    landed = engine.cache(engine.values([row for rows in objects for row in rows], TYPES))
    rows = engine.fetch(engine.derive(answers_of, landed, users)).to_pylist()
    return sorted(rows, key=lambda row: (row["oldest_at"], row["newest_at"]))


def test_answers_of_a_list_are_told_apart(engine: DuckDbDelta) -> None:
    rows = found(engine, items("a", (0, 60, 50), (100, 160, 20)), items("b", (30, 90, 7)))
    assert [(row["answer_id"][0], row["page"], row["item_count"], row["oldest_at"], row["newest_at"]) for row in rows] == [
        ("a", 0, 50, at(0), at(60)),
        ("b", 0, 7, at(30), at(90)),
        ("a", 1, 20, at(100), at(160)),
    ]


def test_an_unreadable_time_hides_no_answer(engine: DuckDbDelta) -> None:
    rows = items("a", (0, 60, 50), (100, 160, 50))
    rows[50] |= {"played_at": None, "_part": "bad"}
    assert [(row["page"], row["item_count"]) for row in found(engine, rows)] == [(0, 51), (1, 49)]


def test_an_answer_without_a_readable_item_covers_nothing(engine: DuckDbDelta) -> None:
    bad = [{**row, "_part": "bad"} for row in items("a", (0, 60, 50))]
    assert found(engine, bad) == []
    half = [{**row, "_part": "bad" if row["_row"] < 25 else "row"} for row in items("a", (0, 60, 50))]
    [row] = found(engine, half)
    assert (row["item_count"], row["oldest_at"]) == (50, at(0))
    assert row["newest_at"] < at(60)
