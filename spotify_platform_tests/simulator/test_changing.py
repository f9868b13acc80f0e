"""The catalogue has the quirks of real ones as often as they do, and each change has its instant."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from spotify_platform.simulator import ChangingCatalogue, History, api_documents, changing_catalogue, large_catalogue
from spotify_platform.simulator.catalogue import Track
from spotify_platform.simulator.catalogue_objects import object_at
from spotify_platform.simulator.changing import Kind
from spotify_platform.simulator.clock import DAY_MS, utc_ms

FIRST_MS, LAST_MS = utc_ms(datetime(2021, 6, 1, tzinfo=UTC)), utc_ms(datetime(2025, 6, 1, tzinfo=UTC))
LIVE_LENGTH_MS = 20_000


@pytest.fixture(scope="module")
def large() -> ChangingCatalogue:
    """A tenth of a large one."""
    return large_catalogue(3, 800, datetime(2024, 3, 1, tzinfo=UTC))


def answered(catalogue: ChangingCatalogue) -> dict[str, Track]:
    """Tracks by the id that answers give them."""
    return {str(track.api_id): track for track in catalogue.tracks.values()}


def changed(catalogue: ChangingCatalogue, kind: Kind, field: str) -> float:
    """Share of the entities that have two values of a field within four years."""
    ids = catalogue.ids(kind)[:1500]
    values = ([version.values[field] for version in catalogue.versions(kind, one, FIRST_MS, LAST_MS)] for one in ids)
    return sum(any(before != after for before, after in pairwise(found)) for found in values) / len(ids)


def test_ids_of_one_recording(large: ChangingCatalogue) -> None:
    tracks = answered(large)
    isrcs = Counter(track.isrc for track in tracks.values())
    assert 0.1 < sum(bool(track.isrc) and isrcs[track.isrc] > 1 for track in tracks.values()) / len(tracks) < 0.14
    assert 0.01 < isrcs[""] / len(tracks) < 0.04
    assert 0.08 < sum(asked != track.api_id for asked, track in large.tracks.items()) / len(tracks) < 0.13
    assert all(large.recordings[one] == large.recordings[other] for one, other in same_isrc(tracks))


def same_isrc(tracks: dict[str, Track]) -> list[tuple[str, str]]:
    by_isrc: dict[str, list[str]] = defaultdict(list)
    for track_id, track in tracks.items():
        by_isrc[track.isrc].append(track_id)
    return [pair for isrc, ids in by_isrc.items() if isrc for pair in pairwise(ids)]


def test_names_and_length_tell_versions_from_live_recordings(large: ChangingCatalogue) -> None:
    by_name: dict[Any, list[Track]] = defaultdict(list)
    for track in answered(large).values():
        by_name[track.name, track.artists].append(track)
    pairs = [pair for tracks in by_name.values() for pair in pairwise(tracks) if not all(one.isrc for one in pair)]
    same = [large.recordings[str(one.api_id)] == large.recordings[str(other.api_id)] for one, other in pairs]
    lengths = [abs(one.duration_ms - other.duration_ms) for one, other in pairs]
    assert {True, False} == set(same)
    assert all(length <= 2_000 if is_same else length >= LIVE_LENGTH_MS for is_same, length in zip(same, lengths, strict=True))


def test_who_and_when(large: ChangingCatalogue) -> None:
    artists = Counter(artist.name for artist in large.artists.values())
    assert 0 < sum(count > 1 for count in artists.values()) < 0.01 * len(artists)
    tracks = answered(large).values()
    assert 0.08 < sum(len(track.artists) > 1 for track in tracks) / len(tracks) < 0.16
    albums = [tracks[0].album for tracks in large.albums.values()]
    assert 0.02 < sum(album.artist.name == "Various Artists" for album in albums) / len(albums) < 0.06
    assert {len(album.release_date) for album in albums} == {4, 7, 10}
    values = [large.as_of("artists", one, LAST_MS).values for one in large.ids("artists")]
    assert 0.4 < sum(not one["genres"] for one in values) / len(values) < 0.8
    upcs = [large.as_of("albums", one, LAST_MS).values["upc"] for one in large.ids("albums")]
    assert 0.01 < upcs.count(None) / len(upcs) < 0.1


def test_rates_of_change_over_four_years(large: ChangingCatalogue) -> None:
    assert 0.5 < changed(large, "tracks", "popularity") < 0.6
    assert 0.002 < changed(large, "tracks", "name") < 0.012
    assert changed(large, "artists", "followers") == 1
    assert 0.1 < changed(large, "artists", "image") < 0.5
    assert 0.02 < changed(large, "artists", "genres") < 0.4
    assert 0.01 < changed(large, "albums", "label") < 0.2


@pytest.mark.parametrize("kind", ["tracks", "albums", "artists", "audio_features"])
def test_versions_follow_each_other_and_differ(large: ChangingCatalogue, kind: Kind) -> None:
    for one in large.ids(kind)[::29]:
        versions = list(large.versions(kind, one, FIRST_MS, LAST_MS))
        assert versions[0].valid_from_ms is None or versions[0].valid_from_ms <= FIRST_MS
        assert versions[-1].valid_to_ms is None or versions[-1].valid_to_ms > LAST_MS
        for before, after in pairwise(versions):
            assert before.valid_to_ms == after.valid_from_ms is not None
            assert before.values != after.values
            assert large.as_of(kind, one, after.valid_from_ms - 1) == before
            assert large.as_of(kind, one, after.valid_from_ms) == after


def test_an_instant_does_not_depend_on_what_was_asked_before() -> None:
    one, other = (large_catalogue(5, 30, datetime(2024, 3, 1, tzinfo=UTC)) for _ in range(2))
    ids = one.ids("artists")
    times = range(FIRST_MS, LAST_MS, 90 * DAY_MS)
    forward = [one.as_of("artists", entity, at_ms) for at_ms in times for entity in ids]
    backward = [other.as_of("artists", entity, at_ms) for at_ms in times[::-1] for entity in ids[::-1]]
    assert forward == backward[::-1]


def test_polls_nest_what_the_catalogue_says(small: History) -> None:
    """The same objects at the same time, from before tracks are renamed until after."""
    catalogue, sides = changing_catalogue(small), set()
    for document in api_documents(small, every_minutes=240, last_days=40):
        at_ms = utc_ms(datetime.strptime(document.name[11:27], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
        sides.add(at_ms >= catalogue.renamed_at_ms)
        for row, _ in document.rows:
            assert row["track"] == object_at(catalogue, "tracks", row["track"]["id"], at_ms)
    assert sides == {True, False}


def test_what_was_heard_comes_first(small: History) -> None:
    catalogue = changing_catalogue(small)
    heard = {play.track.track_id for play in small.plays if play.track and play.track.track_id}
    assert heard <= set(catalogue.tracks)
    first = catalogue.ids("tracks")[: len(heard)]
    assert sum(one in heard for one in first) > 0.8 * len(first), "the others are their other ids and versions"
