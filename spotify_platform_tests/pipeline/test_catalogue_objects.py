"""Catalogue answers from the landing zone to Bronze: one row an object, each accounted for, and what is known stays known."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.bronze_catalogue import ALBUMS, ARTISTS, AUDIO_FEATURES, CATALOGUE_SOURCES, TRACKS
from spotify_platform.contracts.model import Source
from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.lakehouse.engine import Embedded
from spotify_platform.landing.elements import count_elements, key_pattern
from spotify_platform.pipeline.checks import check
from spotify_platform.pipeline.plan import order_rebuild
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform_tests.homes import begun_again
from spotify_platform_tests.scenario import album, artist, audio_features, drop, extended, page, track
from spotify_platform_tests.tables import rows_of


def land(platform: Platform, name: str, document: Any, user: str = "me") -> None:
    drop(platform.settings.home / "landing", f"inbox/{user}/{name}.json", document)


def accounted(platform: Platform) -> dict[str, tuple[Any, ...]]:
    """rows_in, rows_new, rows_repeat, rows_quarantined and status of each object, by its name."""
    names = ("rows_in", "rows_new", "rows_repeat", "rows_quarantined", "status", "source")
    return {Path(row["object"]).stem: tuple(row[name] for name in names) for row in rows_of(platform, ACCOUNTING)}


def good(platform: Platform, source: Source) -> list[dict[str, Any]]:
    rows = rows_of(platform, source.table, "_part = 'row'")
    return [{key: value for key, value in row.items() if not key.startswith("_")} for row in rows]


def test_columns_are_the_keys_of_the_api_and_what_is_absent_is_null(platform: Platform) -> None:
    for name, document in (("t", track()), ("b", album()), ("a", [artist()]), ("f", {"audio_features": [audio_features()]})):
        land(platform, name, document)
    refresh(platform)
    for source, document in ((TRACKS, track()), (ALBUMS, album()), (ARTISTS, artist()), (AUDIO_FEATURES, audio_features())):
        [row] = good(platform, source)
        assert set(document) <= set(row)
        assert {key: row[key] for key in document if not isinstance(document[key], dict | list)} == {
            key: value for key, value in document.items() if not isinstance(value, dict | list)
        }
        assert all(row[key] is None for key in row.keys() - document.keys())
    [row] = good(platform, ALBUMS)
    assert [one["id"] for one in row["tracks"]["items"]] == [track()["id"]]
    assert row["copyrights"] == [{"text": "Kala", "type": "C"}]
    assert row["external_ids"] == {"isrc": None, "ean": None, "upc": "00602435"}
    [row] = good(platform, TRACKS)
    assert row["album"]["id"] == album()["id"]
    assert row["artists"][0]["name"] == "Kala"


def test_every_object_adds_up(platform: Platform) -> None:
    land(platform, "several", {"tracks": [track(1), None, track(1), track(2, id=None), track(1, popularity=7)]})
    land(platform, "other", [track(1)])
    refresh(platform)
    assert accounted(platform) == {
        "several": (5, 2, 1, 2, "loaded", "catalogue_api"),
        "other": (1, 1, 0, 0, "loaded", "catalogue_api"),
    }
    reasons = {row["_reason"] for row in rows_of(platform, TRACKS.table, "_part = 'bad'")}
    assert reasons == {"null: the API knows nothing of this id", "id: missing"}


def test_what_is_accounted_for_stays_and_later_copies_repeat_it(platform: Platform) -> None:
    land(platform, "first", page(album(1), album(1)))
    land(platform, "plays", [extended(1)])
    refresh(platform)
    before = accounted(platform)
    assert before == {"first": (2, 1, 1, 0, "loaded", "catalogue_api"), "plays": (1, 1, 0, 0, "loaded", "extended")}
    land(platform, "copy", page(album(1), album(1)))
    land(platform, "more", [artist(1), artist(1), 3])
    land(platform, "theirs", page(album(1), album(1)), user="you")
    refresh(platform)
    after = {
        "copy": (2, 0, 2, 0, "repeat", "catalogue_api"),
        "more": (3, 1, 1, 1, "loaded", "catalogue_api"),
        "theirs": (2, 1, 1, 0, "loaded", "catalogue_api"),
    }
    assert accounted(platform) == before | after
    land(platform, "more-plays", [extended(1), extended(2)])
    refresh(platform)
    incremental = accounted(platform)
    assert {name: incremental[name] for name in after | {"first": 0}} == after | {"first": before["first"]}
    order_rebuild(platform)
    refresh(platform)
    assert accounted(platform) == incremental
    assert all(one.is_equal for one in verify(platform))


def test_a_list_that_is_too_long_to_be_read_at_once_is_refused_and_says_what_helps(platform: Platform) -> None:
    songs = [track(n, available_markets=["DE"] * 300) for n in range(1_000)]
    land(platform, "wrapped", {"tracks": songs})
    land(platform, "bare", songs)
    refresh(platform)
    assert accounted(platform) == {
        "wrapped": (0, 0, 0, 0, "refused", "catalogue_api"),
        "bare": (1000, 1000, 0, 0, "loaded", "catalogue_api"),
    }
    assert "save the records as a list, or one a line" in str(rows_of(platform, TRACKS.table, "_status = 'refused'"))


def test_a_lake_made_before_takes_them(platform: Platform) -> None:
    land(platform, "plays", [extended(1)])
    refresh(platform)
    for source in CATALOGUE_SOURCES:
        shutil.rmtree(platform.settings.home / "lake" / source.table.path)
    with begun_again(platform) as later:
        land(later, "a", artist())
        refresh(later)
        assert [row["id"] for row in good(later, ARTISTS)] == [artist()["id"]]
        assert later.engine.open(TRACKS.table).holds == 0
        assert all(one.passed for source in SOURCES for one in check(later, source.table))


names = st.sampled_from(["tracks", "items", "id", "albums"])
values = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(["x", '"tracks": [1, 2], ']),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)
# Pairs, not a dictionary: a key may stand there twice.
documents = st.lists(st.tuples(names, values), max_size=5).map(
    lambda pairs: ("{" + ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs) + "}").encode()
)


@given(lines=st.lists(documents, min_size=1, max_size=40), source=st.sampled_from(CATALOGUE_SOURCES))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_reader_counts_the_records_that_the_parser_gives(
    lines: list[bytes], source: Source, embedded: Embedded, tmp_path: Path
) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_bytes(b"\n".join(lines) + b"\n")
    landed = embedded.landed(path, source, 1 << 16)
    parsed = embedded.fetch(landed.group_by("line").aggregate(n=landed.count())).to_pylist()
    keys = [key_pattern(key) for key in source.rows_at]
    counted = {n: count_elements(line, 0, len(line), keys) for n, line in enumerate(lines)}
    assert {row["line"]: row["n"] for row in parsed} == {n: count for n, count in counted.items() if count}


@pytest.mark.parametrize("spelled", ['"tracks"', '"\\u0074racks"', '"track\\u0073"'])
def test_an_escaped_key_is_the_key(spelled: str, embedded: Embedded, tmp_path: Path) -> None:
    path = tmp_path / "rows.ndjson"
    line = f'{{"a": {{"tracks": [1]}}, {spelled}: [null, {{}}, 3]}}'.encode()
    path.write_bytes(line + b"\n")
    assert embedded.count(embedded.landed(path, TRACKS, 1 << 16)) == 3
    assert count_elements(line, 0, len(line), [key_pattern(key) for key in TRACKS.rows_at]) == 3
