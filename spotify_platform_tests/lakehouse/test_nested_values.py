"""What is nested in a record is taken as it is written: a value of another kind than the declared one is none, not a cast."""

import json
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import pytest

from spotify_platform.contracts.bronze import RECENTLY_PLAYED, SOURCES
from spotify_platform.contracts.bronze_catalogue import ALBUMS, ARTISTS, TRACKS
from spotify_platform.contracts.model import Source
from spotify_platform.lakehouse.engine import Embedded
from spotify_platform.transforms.typing import type_rows
from spotify_platform_tests.scenario import album, artist, item, track


@pytest.fixture
def landed(embedded: Embedded, tmp_path: Path) -> Any:
    """One record, read and typed; numbers may be written as no JSON writer would: {"HERE": "1e400"}."""

    def read(source: Source, record: dict[str, Any], **written: str) -> dict[str, Any]:
        text = json.dumps(record)
        for name, value in written.items():
            text = text.replace(f'"{name}"', value)
        path = tmp_path / "rows.ndjson"
        path.write_text(text + "\n")
        [row] = embedded.fetch(type_rows(embedded.landed(path, source, 1 << 16), source)).to_pylist()
        return row

    return read


@pytest.mark.parametrize(
    "value", ["1.5", "1.0", "1e3", "1e400", '"7"', '"long"', "true", "[1]", '{"a": 1}', "9223372036854775808"]
)
def test_whole_numbers(landed: Any, value: str) -> None:
    row = landed(RECENTLY_PLAYED, item(track={"name": "x", "popularity": "HERE", "disc_number": 2}), HERE=value)
    assert (row["track"]["popularity"], row["track"]["disc_number"], row["track"]["name"]) == (None, 2, "x")
    row = landed(ALBUMS, album(tracks={"items": [{"name": "x", "duration_ms": "HERE"}, {"duration_ms": 7}]}), HERE=value)
    assert [one["duration_ms"] for one in row["tracks"]["items"]] == [None, 7]
    assert row["_wrong"] == ["tracks.items[*].duration_ms"]


@pytest.mark.parametrize(("value", "read"), [("0", 0), ("-0", 0), ("-1", -1), ("9223372036854775807", 2**63 - 1), ("null", None)])
def test_whole_numbers_that_are_some(landed: Any, value: str, read: int | None) -> None:
    row = landed(ARTISTS, artist(followers={"total": "HERE"}), HERE=value)
    assert (row["followers"]["total"], row["_wrong"]) == (read, [])


@pytest.mark.parametrize("value", ["5", "1.5", "false", '["x"]', '{"name": "x"}'])
def test_texts(landed: Any, value: str) -> None:
    row = landed(
        TRACKS, track(artists=[{"id": "HERE", "name": "Kala"}, {"id": "b"}, None], available_markets=["DE", "HERE"]), HERE=value
    )
    assert [one and one["id"] for one in row["artists"]] == [None, "b", None]
    assert row["available_markets"] == ["DE", None]
    assert row["_wrong"] == ["artists[*].id"]


@pytest.mark.parametrize("text", ["", "5", "true", "null", 'a "b"', "\\", "é\n\t😀", "a\0b", "{}", "</x>"])
def test_texts_that_are_some(landed: Any, text: str) -> None:
    assert landed(TRACKS, track(artists=[{"name": text}]))["artists"][0]["name"] == text


@pytest.mark.parametrize(("value", "read"), [("true", True), ("false", False), ("1", None), ('"true"', None), ('"no way"', None)])
def test_yes_and_no(landed: Any, value: str, read: bool | None) -> None:
    row = landed(ALBUMS, album(tracks={"items": [{"explicit": "HERE"}]}), HERE=value)
    assert row["tracks"]["items"][0]["explicit"] is read


def test_wrong_is_said_of_each_place_once_whatever_the_lists_on_the_way(landed: Any) -> None:
    songs = [track(1, artists=[{"id": 5}, {"id": 6}]), track(2, artists=[{"name": "x"}, {"name": []}]), track(3, name=7)]
    row = landed(ALBUMS, album(tracks={"items": songs}, artists=None))
    assert row["_wrong"] == ["tracks.items[*].name", "tracks.items[*].artists[*].id", "tracks.items[*].artists[*].name"]


def test_what_is_not_there_is_not_wrong(landed: Any) -> None:
    for tracks in (None, {}, {"items": None}, {"items": []}, {"items": [None, {}]}, {"items": [{"artists": None}]}):
        assert landed(ALBUMS, album(tracks=tracks))["_wrong"] == []


NUMBERS = {"duration_ms": "long", "track_number": 1.5, "artists": [{"id": 5, "name": None}]}
TOO_SMALL = "less than 0, or too large"
LISTED = "tracks.items[*]"
SEVERAL = "; ".join(
    (
        f"{LISTED}.artists[*].id: not text",
        f"{LISTED}.duration_ms: not a whole number",
        f"{LISTED}.disc_number: {TOO_SMALL}",
        f"{LISTED}.track_number: not a whole number",
    )
)


@pytest.mark.parametrize(
    ("source", "record", "reason"),
    [
        (ALBUMS, album(total_tracks=-1), f"total_tracks: {TOO_SMALL}"),
        (TRACKS, track(disc_number=-1, track_number=2**63), f"disc_number: {TOO_SMALL}; track_number: {TOO_SMALL}"),
        (TRACKS, track(album=album(total_tracks=-1)), f"album.total_tracks: {TOO_SMALL}"),
        (ARTISTS, artist(followers={"total": -1}), f"followers.total: {TOO_SMALL}"),
        (ARTISTS, artist(followers={"total": "7"}), "followers.total: not a whole number"),
        (ALBUMS, album(tracks={"items": [{"duration_ms": -1}]}), "tracks.items[*].duration_ms: not between 0 and 604800000"),
        (ALBUMS, album(tracks={"items": [NUMBERS, {"disc_number": -1}]}), SEVERAL),
        (ALBUMS, album(popularity=101), "popularity: not between 0 and 100"),
        (RECENTLY_PLAYED, item(track=track(popularity=101, disc_number=-1, **NUMBERS)), None),
        (RECENTLY_PLAYED, item(track=track(id=5)), "track.id: not text"),
    ],
)
def test_reasons(landed: Any, source: Source, record: dict[str, Any], reason: str | None) -> None:
    """An object of the catalogue is quarantined for a number inside; a play is not, for any number of its track."""
    assert landed(source, record)["_reason"] == reason


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.table.name)
def test_inner_fields_are_of_the_nested_type(source: Source) -> None:
    """Else nothing would be demanded, and nobody would see it."""
    types = {"string": dt.String, "integer": dt.Int64, "boolean": dt.Boolean, "json": dt.Struct, "array": dt.Array}
    for inner in source.inner_fields:
        name, *steps = inner.path.split(".")
        dtype = next(ibis.dtype(field.type) for field in source.fields if field.path == name.removesuffix("[*]"))
        for step, of in zip([name, *steps], [*steps, None], strict=True):
            dtype = dtype.value_type if step.endswith("[*]") else dtype
            dtype = dtype.fields[of.removesuffix("[*]")] if of else dtype
        assert isinstance(dtype, types[inner.kind]), inner.path
