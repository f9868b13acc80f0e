"""Landed text to types: what is sound becomes a value, what is not says why and keeps the rest."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import pytest

from spotify_platform.contracts.bronze import ACCOUNT_HISTORY, EXTENDED_HISTORY, RECENTLY_PLAYED
from spotify_platform.contracts.bronze_catalogue import ALBUMS, ARTISTS, AUDIO_FEATURES, TRACKS
from spotify_platform.contracts.model import Field, Source
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.transforms.typing import type_rows

WEEK_MS = 7 * 24 * 3_600_000


def typed(engine: DuckDbDelta, source: Source = EXTENDED_HISTORY, /, **landed: Any) -> dict[str, Any]:
    """One landed row, typed; what is not given is absent, and the row was readable."""
    text = {field.column: field.type if field.kind in ("json", "array") else "string" for field in source.fields}
    schema = {**text, "_parsed": "boolean", "_is_null": "boolean", "_wrong": "array<string>"}
    row = {**dict.fromkeys(text), "_parsed": True, "_is_null": False, "_wrong": [], **landed}
    found: dict[str, Any] = engine.fetch(type_rows(engine.values([row], schema), source)).to_pylist()[0]
    return found


def good(engine: DuckDbDelta, **landed: Any) -> dict[str, Any]:
    """A row of the extended history that has all it must."""
    return typed(engine, **({"ts": "2024-05-05T10:00:01Z", "ms_played": "1"} | landed))


def test_a_good_row_has_its_types_and_no_reason(engine: DuckDbDelta) -> None:
    row = good(engine, ms_played="200000", skipped="true", shuffle="false", offline_timestamp="1714903200", platform="android")
    assert row["_reason"] is None
    assert row["ts"] == datetime(2024, 5, 5, 10, 0, 1, tzinfo=UTC)
    assert (row["ms_played"], row["skipped"], row["shuffle"], row["offline"]) == (200_000, True, False, None)
    assert (row["offline_timestamp"], row["platform"]) == (1_714_903_200, "android")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-05-05T10:00Z", datetime(2024, 5, 5, 10, tzinfo=UTC)),
        ("2024-05-05 10:00", datetime(2024, 5, 5, 10, tzinfo=UTC)),
        ("2024-05-05T10:00:01.123Z", datetime(2024, 5, 5, 10, 0, 1, 123_000, tzinfo=UTC)),
        ("2024-05-05T10:00:01.123456+00:00", datetime(2024, 5, 5, 10, 0, 1, 123_456, tzinfo=UTC)),
        ("2024-02-29T23:59:59Z", datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("2006-01-01T00:00:00Z", datetime(2006, 1, 1, tzinfo=UTC)),
        ("2099-12-31T23:59:59Z", datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_times_in_utc_are_read(engine: DuckDbDelta, text: str, instant: datetime) -> None:
    row = good(engine, ts=text)
    assert (row["ts"], row["_reason"]) == (instant, None)


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29T10:00:00Z",
        "2024-05-05T25:00:00Z",
        "2024-05-05T10:00:00+02:00",
        "2024-05-05T10:00:00.1234567Z",
        "05.05.2024 10:00",
        "2024-05-05",
        "2005-12-31T23:59:59Z",
        "2100-01-01T00:00:01Z",
        "",
    ],
)
def test_other_times_are_said_to_be_none(engine: DuckDbDelta, text: str) -> None:
    row = good(engine, ts=text)
    assert (row["ts"], row["_reason"]) == (None, "ts: no time between 2006-01-01 and 2100-01-01 in UTC")


@pytest.mark.parametrize(("text", "value"), [("0", 0), (str(WEEK_MS), WEEK_MS)])
def test_numbers_within_bounds_are_read(engine: DuckDbDelta, text: str, value: int) -> None:
    row = good(engine, ms_played=text)
    assert (row["ms_played"], row["_reason"]) == (value, None)


@pytest.mark.parametrize("text", ["-1", str(WEEK_MS + 1), "18446744073709551615"])
def test_numbers_out_of_bounds_are_said_to_be(engine: DuckDbDelta, text: str) -> None:
    row = good(engine, ms_played=text)
    assert (row["ms_played"], row["_reason"]) == (None, f"ms_played: not between 0 and {WEEK_MS}")


def test_a_number_without_bounds_can_still_be_too_large(engine: DuckDbDelta) -> None:
    assert good(engine, offline_timestamp="18446744073709551615")["_reason"] == "offline_timestamp: too large"


def test_required_fields_that_are_absent_are_missing(engine: DuckDbDelta) -> None:
    row = typed(engine, ACCOUNT_HISTORY, track_name="Night River")
    assert row["_reason"] == "end_time: missing; ms_played: missing"
    assert row["track_name"] == "Night River"


def test_a_field_of_another_kind_is_named_once_and_is_not_missing_too(engine: DuckDbDelta) -> None:
    row = good(engine, ms_played=None, _wrong=["ms_played", "skipped"])
    assert row["_reason"] == "ms_played: not a whole number; skipped: not true or false"
    assert row["ts"] is not None


def test_kinds_inside_a_nested_field_count(engine: DuckDbDelta) -> None:
    row = typed(engine, RECENTLY_PLAYED, played_at="2024-05-05T10:00:01.123Z", track={"name": "x"}, _wrong=["track.album"])
    assert row["_reason"] == "track.album: not an object"


def test_all_that_is_wrong_is_said(engine: DuckDbDelta) -> None:
    reason = good(engine, ts="never", ms_played="-1", _wrong=["platform"])["_reason"]
    assert reason.split("; ") == [
        "ts: no time between 2006-01-01 and 2100-01-01 in UTC",
        "platform: not text",
        f"ms_played: not between 0 and {WEEK_MS}",
    ]


def test_a_row_that_is_no_object_has_that_one_reason(engine: DuckDbDelta) -> None:
    assert typed(engine, _parsed=False)["_reason"] == "neither a JSON object nor a row that fits its header"


@pytest.mark.parametrize(("text", "value"), [("11", 11.0), ("-5.883", -5.883), ("1e-05", 1e-05), ("20", 20), ("-100", -100)])
def test_numbers_whole_or_not_are_read(engine: DuckDbDelta, text: str, value: float) -> None:
    row = typed(engine, AUDIO_FEATURES, id="x", loudness=text)
    assert (row["loudness"], row["_reason"], row["energy"]) == (value, None, None)


@pytest.mark.parametrize("text", ["NaN", "nan", "Infinity", "-inf", "1e400", "1e12", "-0.001", "1000.001", "9" * 30])
def test_numbers_that_are_none_and_those_out_of_bounds_are_said_to_be(engine: DuckDbDelta, text: str) -> None:
    row = typed(engine, AUDIO_FEATURES, id="x", tempo=text)
    assert (row["tempo"], row["_reason"]) == (None, "tempo: not between 0 and 1000")


def only(kind: Literal["integer", "number"], **bounds: int) -> Source:
    """A source of one field, `n`."""
    type_ = "int64" if kind == "integer" else "float64"
    field = Field(column="n", path="n", kind=kind, type=type_, meaning="A number", **bounds)
    return replace(ARTISTS, fields=(field,), inner_fields=())


@pytest.mark.parametrize(
    ("source", "text", "said"),
    [
        (only("integer", low=-1), "-1", None),
        (only("integer", low=-1), "-2", "less than -1, or too large"),
        (only("integer", low=0), str(2**63 - 1), None),
        (only("integer", low=0), str(2**63), "less than 0, or too large"),
        (only("integer", high=0), "0", None),
        (only("integer", high=0), "1", "more than 0, or too large"),
        (only("integer", high=0), str(-(2**63)), None),
        (only("number", low=0), "-0.5", "less than 0, or not finite"),
        (only("number", low=0), "1e308", None),
        (only("number", high=0), "0.5", "more than 0, or not finite"),
        (only("number"), "1e400", "not finite"),
        (only("number"), "9" * 30, None),
    ],
)
def test_a_bound_may_stand_alone(engine: DuckDbDelta, source: Source, text: str, said: str | None) -> None:
    row = typed(engine, source, n=text)
    assert (row["_reason"], row["n"] is None) == (said and f"n: {said}", said is not None)


@pytest.mark.parametrize(
    ("followers", "reason"),
    [({"total": 0}, None), ({"total": None}, None), (None, None), ({"total": -1}, "followers.total: less than 0, or too large")],
)
def test_bounds_inside_a_nested_field_count(engine: DuckDbDelta, followers: dict[str, Any] | None, reason: str | None) -> None:
    assert typed(engine, ARTISTS, id="x", name="y", followers=followers)["_reason"] == reason


def test_bounds_count_in_every_element_of_a_list(engine: DuckDbDelta) -> None:
    def reason(*listed: dict[str, Any] | None) -> Any:
        return typed(engine, ALBUMS, id="x", name="y", tracks={"items": list(listed)})["_reason"]

    assert reason() is None
    assert reason({"duration_ms": 0, "disc_number": 0}, None, {"duration_ms": WEEK_MS}, {}) is None
    assert reason({}, None, {"duration_ms": WEEK_MS + 1, "disc_number": 1}, {"track_number": -1}) == (
        f"tracks.items[*].duration_ms: not between 0 and {WEEK_MS}; tracks.items[*].track_number: less than 0, or too large"
    )


def test_a_value_that_is_not_accepted_is_not_kept(engine: DuckDbDelta) -> None:
    row = typed(engine, TRACKS, id="x", name="y", type="album", _wrong=["artists", "album", "popularity"])
    assert row["type"] is None
    assert row["_reason"].split("; ") == [
        "type: not track",
        "popularity: not a whole number",
        "album: not an object",
        "artists: not a list",
    ]


def test_of_an_id_that_the_api_does_not_know_it_says_so(engine: DuckDbDelta) -> None:
    unknown = {"_parsed": False, "_is_null": True}
    assert typed(engine, TRACKS, **unknown)["_reason"] == "null: the API knows nothing of this id"
    assert typed(engine, RECENTLY_PLAYED, **unknown)["_reason"] == "neither a JSON object nor a row that fits its header"
