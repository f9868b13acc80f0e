"""How far the sources agree, month by month, on plays written by hand."""

from typing import Any

from spotify_platform.contracts.silver import PLAYS
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.transforms.match_report import match_report

TYPES = PLAYS.types


def play(day: int, *sources: str, records: int | None = None, **changes: Any) -> dict[str, Any]:
    """A play of a day in May 2024 that counts."""
    match = "matched" if len(sources) > 1 else "single"
    count = len(sources) if records is None else records
    known = {
        "play_id": f"{day}",
        "user_id": "anna",
        "user_bucket": 1,
        "year": 2024,
        "ended_at": f"2024-05-{day:02d} 10:00:00",
        "is_counted": True,
        "is_excluded": False,
        "sources": sorted(sources),
        "match": match,
        "record_ids": [str(n) for n in range(count)],
    }
    return {**dict.fromkeys(TYPES), **known, **changes}


def report(engine: DuckDbDelta, *plays: dict[str, Any]) -> dict[str, dict[str, int]]:
    """By source, what is not zero."""
    rows = engine.fetch(engine.derive(match_report, engine.cache(engine.values(plays, TYPES)))).to_pylist()
    keys = ("user_id", "user_bucket", "year", "month_start", "source")
    found = {row["source"]: {name: n for name, n in row.items() if n and name not in keys} for row in rows}
    assert all(
        n["records"] == sum(n.get(name, 0) for name in ("matched", "ambiguous", "unmatched_in_overlap", "alone"))
        for n in found.values()
    )
    return found


def test_each_rule_is_told_by_its_sources(engine: DuckDbDelta) -> None:
    found = report(
        engine,
        play(1, "extended", "account", "api"),
        play(2, "extended", "account", records=4),
        play(3, "extended", "api"),
        play(4, "account", "api"),
    )
    assert found == {
        "extended": {"records": 3, "matched": 3, "matched_r3": 2, "matched_r4": 2},
        "account": {"records": 5, "matched": 5, "matched_r3": 4, "matched_r5": 1},
        "api": {"records": 3, "matched": 3, "matched_r4": 2, "matched_r5": 1},
    }


def test_what_another_source_should_have_is_between_its_first_and_last(engine: DuckDbDelta) -> None:
    days = [play(n, "extended") for n in (1, 3, 5, 7)]
    days[2]["is_counted"] = False
    assert report(engine, *days, play(2, "api"), play(6, "api")) == {
        "extended": {"records": 4, "unmatched_in_overlap": 1, "alone": 3},  # the API tells of nothing that does not count
        "api": {"records": 2, "unmatched_in_overlap": 2},
    }
    assert report(engine, *days, play(8, "api"))["api"] == {"records": 1, "alone": 1}
    assert report(engine, *days, play(2, "account"))["account"] == {"records": 1, "unmatched_in_overlap": 1}


def test_months_know_nothing_of_each_other(engine: DuckDbDelta) -> None:
    june = play(30, "extended", ended_at="2024-06-30 10:00:00")
    assert report(engine, play(1, "extended"), play(2, "api"), june)["api"] == {"records": 1, "alone": 1}


def test_ambiguous_ones_are_neither_matched_nor_missed(engine: DuckDbDelta) -> None:
    doubtful = play(2, "extended", "account", match="ambiguous")
    found = report(engine, doubtful, play(3, "api", match="ambiguous"))
    assert found["extended"] == found["account"] == found["api"] == {"records": 1, "ambiguous": 1}


def test_what_is_left_out_of_gold_is_left_out(engine: DuckDbDelta) -> None:
    private = play(2, "extended", is_excluded=True)
    assert report(engine, play(1, "extended"), private)["extended"] == {"records": 1, "alone": 1}
