"""Each count of each check, held against rows that are wrong in just that way."""

from typing import Any

import pytest

from spotify_platform.pipeline.platform import Platform
from spotify_platform.quality.reconciliation import (
    check_accounting,
    check_bronze_rows,
    check_match_report,
    check_records_of_plays,
)

BRONZE = {"_object": "string", "_batch": "int64", "_part": "string", "_rows_in": "int64", "_status": "string"}
HEADER = {"_object": "a", "_batch": 1, "_part": "object", "_rows_in": 1, "_status": "loaded"}
ROW = HEADER | {"_part": "row", "_rows_in": None, "_status": None}


@pytest.mark.parametrize(
    ("rows", "passed"),
    [
        ([HEADER, ROW], True),
        ([HEADER, ROW | {"_part": "bad"}], True),
        ([HEADER], False),
        ([HEADER, ROW, ROW], False),
        ([ROW], False),
        ([HEADER | {"_rows_in": 0}, HEADER, ROW], False),
        ([HEADER, HEADER | {"_object": "b"}, ROW, ROW], False),
    ],
)
def test_rows_are_all_there(rows: list[dict[str, Any]], passed: bool, platform: Platform) -> None:
    assert check_bronze_rows(platform.engine, "bronze/x", platform.engine.values(rows, BRONZE)).passed is passed


@pytest.mark.parametrize(("counts", "passed"), [((3, 1, 1, 1), True), ((3, 1, 1, 0), False), ((3, 2, 1, 1), False)])
def test_accounting_adds_up(counts: tuple[int, ...], passed: bool, platform: Platform) -> None:
    names = ("rows_in", "rows_new", "rows_repeat", "rows_quarantined")
    rows = platform.engine.values([dict(zip(names, counts, strict=True))], dict.fromkeys(names, "int64"))
    assert check_accounting(platform.engine, "ops/accounting", rows).passed is passed


@pytest.mark.parametrize(
    ("records", "plays", "passed"),
    [
        (["r"], [("p", ["r"])], True),
        (["r", "s"], [("p", ["r", "s"])], True),
        (["r"], [("p", ["r"]), ("q", ["r"])], False),
        (["r", "s"], [("p", ["r"])], False),
        (["r"], [("p", ["r", "s"])], False),
    ],
)
def test_every_record_is_in_one_play(
    records: list[str], plays: list[tuple[str, list[str]]], passed: bool, platform: Platform
) -> None:
    engine = platform.engine
    known = engine.values([{"record_id": record} for record in records], {"record_id": "string"})
    made = engine.values(
        [{"play_id": play, "record_ids": ids} for play, ids in plays], {"play_id": "string", "record_ids": "array<string>"}
    )
    assert check_records_of_plays(engine, "silver/plays", (known, made), (known, made)).passed is passed


def test_a_play_and_its_record_may_lie_in_two_years(platform: Platform) -> None:
    engine = platform.engine
    ids, made = {"record_id": "string"}, {"play_id": "string", "record_ids": "array<string>"}
    play = engine.values([{"play_id": "p", "record_ids": ["old", "new"]}], made)
    no_plays, old, new = engine.values([], made), *(engine.values([{"record_id": name}], ids) for name in ("old", "new"))
    both = engine.values([{"record_id": "old"}, {"record_id": "new"}], ids)
    for changed in ((old, no_plays), (new, play)):
        assert check_records_of_plays(engine, "silver/plays", changed, (both, play)).passed
        assert not check_records_of_plays(engine, "silver/plays", changed, (new, no_plays)).passed


@pytest.mark.parametrize(
    ("told", "plays", "passed"),
    [
        ((3, 2, 1), [2, 1], True),
        ((3, 2, 0), [2, 1], False),
        ((3, 3, 1), [2, 1], False),
        ((3, 2, 1), [2], False),
        ((2, 1, 1), [2, 1], False),
    ],
)
def test_the_report_has_every_record_of_the_plays(
    told: tuple[int, int, int], plays: list[int], passed: bool, platform: Platform
) -> None:
    engine = platform.engine
    slice_ = {"user_bucket": 1, "year": 2024}
    counts = dict(zip(("records", "matched", "alone"), told, strict=True)) | {"ambiguous": 0, "unmatched_in_overlap": 0}
    types = dict.fromkeys(slice_, "int32")
    report = engine.values([slice_ | counts], types | dict.fromkeys(counts, "int64"))
    private = slice_ | {"is_excluded": True, "record_ids": ["x"]}
    made = [slice_ | {"is_excluded": False, "record_ids": [str(n) for n in range(count)]} for count in plays]
    there = engine.values([*made, private], types | {"is_excluded": "boolean", "record_ids": "array<string>"})
    assert check_match_report(engine, "silver/match_report", report, there).passed is passed
