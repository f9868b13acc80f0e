"""Answers of the catalogue: their shapes, the fields of each era, what they are named, and their truth beside them."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from spotify_platform.landing.keys import dated, owner
from spotify_platform.simulator import (
    Answer,
    ChangingCatalogue,
    catalogue_answers,
    catalogue_truth,
    daily_answers,
    large_catalogue,
    write_catalogue,
)
from spotify_platform.simulator.changing import Kind
from spotify_platform.simulator.clock import utc_second

OLD, NEW = datetime(2024, 5, 30, 5, tzinfo=UTC), datetime(2026, 9, 1, 5, tzinfo=UTC)
# Of the answers and the truth of `pinned`. Another Python, process or machine must come to the same bytes.
PINNED = "4ca52b54551165d2f594a4a163f4ae853eb5b355f1419618be1dd567996fda2a"
TRACK = {"album", "artists", "disc_number", "duration_ms", "explicit", "external_ids", "external_urls", "href", "id"}
TRACK |= {"is_local", "name", "track_number", "type", "uri"}
ALBUM = {"album_type", "artists", "copyrights", "external_ids", "external_urls", "href", "id", "images", "name", "release_date"}
ALBUM |= {"release_date_precision", "total_tracks", "tracks", "type", "uri"}
ARTIST = {"external_urls", "href", "id", "images", "name", "type", "uri"}
ERAS: dict[tuple[Kind, datetime], set[str]] = {
    ("tracks", OLD): TRACK | {"popularity", "available_markets", "preview_url"},
    ("albums", OLD): ALBUM | {"popularity", "available_markets", "label", "genres", "album_group"},
    ("artists", OLD): ARTIST | {"popularity", "followers", "genres"},
    ("tracks", NEW): TRACK,
    ("albums", NEW): ALBUM,
    ("artists", NEW): ARTIST,
}


@pytest.fixture(scope="module")
def catalogue() -> ChangingCatalogue:
    return large_catalogue(6, 200, OLD + timedelta(days=2))


@pytest.fixture(scope="module")
def observed(catalogue: ChangingCatalogue) -> list[Answer]:
    """Three rounds, four days apart: a month ends between them, and tracks are renamed."""
    return list(daily_answers(catalogue, catalogue.ids("tracks"), [OLD + timedelta(days=days) for days in (0, 4, 8)]))


def parsed(answer: Answer) -> Any:
    return json.loads("".join(answer.text()))


@pytest.mark.parametrize(("kind", "at"), ERAS)
def test_fields_of_each_era(catalogue: ChangingCatalogue, kind: Kind, at: datetime) -> None:
    for answer in catalogue_answers(catalogue, kind, catalogue.ids(kind)[:100], at):
        found = parsed(answer)
        for one in found[kind] if at == OLD else [found]:
            assert one is None or set(one) - {"is_playable", "linked_from"} == ERAS[kind, at]


@pytest.mark.parametrize(("kind", "most"), [("tracks", 50), ("albums", 20), ("artists", 50), ("audio_features", 100)])
def test_lists_are_wrapped_and_hold_nulls(catalogue: ChangingCatalogue, kind: Kind, most: int) -> None:
    answers = list(catalogue_answers(catalogue, kind, catalogue.ids(kind), OLD))
    assert [len(answer.asked) for answer in answers[:-1]] == [most] * (len(answers) - 1)
    rows = [row for answer in answers for row in zip(parsed(answer)[kind], answer.asked, strict=True)]
    assert all((found is None) == (not catalogue.knows(kind, asked)) for found, asked in rows)
    assert kind != "tracks" or any(found is None for found, _ in rows)
    assert [asked for found, asked in rows if found] == catalogue.ids(kind)


def test_relinked_tracks_say_so_until_2026(catalogue: ChangingCatalogue) -> None:
    for at in (OLD, NEW):
        for answer in catalogue_answers(catalogue, "tracks", catalogue.ids("tracks"), at, shape="bare"):
            for found, asked in zip(parsed(answer), answer.asked, strict=True):
                if found is not None:
                    told = asked if at == OLD and asked != found["id"] else None
                    assert found.get("linked_from", {}).get("id") == told
    asked = next(one for one, track in catalogue.tracks.items() if track.api_id != one)
    assert next(catalogue_answers(catalogue, "tracks", [asked], NEW)).shape == "single"


def test_some_tracks_tell_no_isrc_and_others_do(catalogue: ChangingCatalogue) -> None:
    found = [parsed(one) for one in catalogue_answers(catalogue, "tracks", catalogue.ids("tracks"), OLD, shape="single")]
    assert {tuple(one["external_ids"]) for one in found} == {("isrc",), ()}


def test_pages_hold_simplified_objects(catalogue: ChangingCatalogue) -> None:
    tracks = list(catalogue_answers(catalogue, "tracks", catalogue.ids("tracks")[:9], OLD, shape="items"))
    for answer in tracks:
        page = parsed(answer)
        assert page["total"] == len(page["items"]) == len(answer.asked)
        assert {"album", "external_ids", "popularity"}.isdisjoint(page["items"][0])
        assert page["href"].split("/")[-2] in catalogue.albums
    for answer in catalogue_answers(catalogue, "albums", catalogue.ids("albums"), OLD, shape="items"):
        page = parsed(answer)
        assert len(page["items"]) <= 10
        assert (page["next"] is None) == (page["offset"] + len(page["items"]) == page["total"])
        assert "tracks" not in page["items"][0]
    with pytest.raises(ValueError, match="not of artists"):
        next(catalogue_answers(catalogue, "artists", [], OLD, shape="items"))


def test_audio_features_were_refused_one_day(catalogue: ChangingCatalogue) -> None:
    ids = catalogue.ids("audio_features")[:3]
    assert list(catalogue_answers(catalogue, "audio_features", ids, datetime(2024, 11, 26, tzinfo=UTC)))
    assert not list(catalogue_answers(catalogue, "audio_features", ids, datetime(2024, 11, 27, tzinfo=UTC)))


def test_keys_say_whose_and_when(catalogue: ChangingCatalogue) -> None:
    answers = list(catalogue_answers(catalogue, "artists", catalogue.ids("artists"), OLD, user="anna"))
    for number, answer in enumerate(answers):
        at = OLD + timedelta(seconds=number)
        assert answer.name.startswith(f"catalogue_api/anna/{at:%Y/%m/%d}/{at:%Y%m%dT%H%M%SZ}-")
        assert (dated(answer.name), owner(answer.name, "me")) == (("catalogue_api/anna", at.date()), "anna")
    loose = [answer.name for answer in catalogue_answers(catalogue, "artists", catalogue.ids("artists"), OLD, loose=True)]
    assert len(set(loose)) == len(answers)
    assert all(dated(name) is None and "/" not in name for name in loose)


def test_written_objects_are_those_of_the_truth(catalogue: ChangingCatalogue, observed: list[Answer], tmp_path: Path) -> None:
    """All that a reader of the written files knows: each row, by key and position, finds the version of its time."""
    write_catalogue(catalogue, observed, tmp_path, tmp_path / "truth.json")
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    seen: Counter[str] = Counter()
    for path in (tmp_path / "catalogue_api").rglob("*.json"):
        told = truth["answers"][path.relative_to(tmp_path).as_posix()]
        for found, asked in zip(json.loads(path.read_bytes())[told["kind"]], told["asked"], strict=True):
            seen[told["kind"] if found else "null"] += 1
            if found:
                assert found["id"] == truth["relinked"].get(asked, {"answered": asked})["answered"]
                assert_is(found, told["kind"], version_at(truth["versions"][told["kind"]][found["id"]], told["answered_at"]))
    assert seen == {**truth["objects"], "null": truth["nulls"]}


def version_at(versions: list[dict[str, Any]], at: str) -> dict[str, Any]:
    holds = [one for one in versions if (one["valid_from"] or "") <= at < (one["valid_to"] or "9")]
    assert len(holds) == 1
    return dict(holds[0]["values"])


def assert_is(found: dict[str, Any], kind: str, values: dict[str, Any]) -> None:
    same = {"tracks": ("name", "popularity", "duration_ms"), "albums": ("name", "label", "popularity", "release_date")}
    same |= {"artists": ("name", "genres", "popularity"), "audio_features": ("tempo", "key", "duration_ms")}
    assert all(found[field] == values[field] for field in same[kind])
    if kind == "tracks":
        assert found["external_ids"].get("isrc") == values["isrc"]
        assert (found["album"]["id"], [one["id"] for one in found["artists"]]) == (values["album_id"], values["artist_ids"])
    elif kind == "albums":
        assert found["external_ids"].get("upc") == values["upc"]
    elif kind == "artists":
        assert found["followers"]["total"] == values["followers"]
        urls = [f"https://i.scdn.co/image/{values['image']}-640"] if values["image"] else []
        assert [one["url"] for one in found["images"][:1]] == urls


def test_recordings_are_known_by_what_answers_tell(catalogue: ChangingCatalogue, observed: list[Answer]) -> None:
    told = [found for answer in observed if answer.kind == "tracks" for found in parsed(answer)["tracks"] if found]
    isrc = {one["id"]: one["external_ids"].get("isrc") for one in told}
    recordings = catalogue_truth(catalogue, observed).recordings
    assert recordings.keys() == isrc.keys()
    ids_of = Counter(one["recording_id"] for one in recordings.values())
    shared = Counter(filter(None, isrc.values()))
    for track_id, one in recordings.items():
        assert (one["known_by"] == "isrc") == (shared[isrc[track_id] or ""] > 1)
        assert (one["known_by"] == "alone") == (ids_of[one["recording_id"]] == 1)
    assert {one["known_by"] for one in recordings.values()} == {"alone", "isrc", "names and length", "not to be told"}


def test_what_no_answer_tells_is_not_known(catalogue: ChangingCatalogue) -> None:
    """For a month of 2026 no ISRC was told, and since then no relinking."""
    hidden = catalogue_truth(catalogue, daily_answers(catalogue, catalogue.ids("tracks"), [datetime(2026, 3, 1, tzinfo=UTC)]))
    assert "isrc" not in {one["known_by"] for one in hidden.recordings.values()}
    assert hidden.relinked
    assert not any(one["is_told"] for one in hidden.relinked.values())
    assert len(hidden.namesakes) == 1


def test_truth_knows_what_is_only_nested(catalogue: ChangingCatalogue) -> None:
    track = catalogue.tracks[catalogue.ids("tracks")[0]]
    truth = catalogue_truth(catalogue, catalogue_answers(catalogue, "tracks", [str(track.api_id)], OLD))
    assert list(truth.versions["albums"]) == [track.album.album_id]
    assert set(truth.versions["artists"]) == {artist.artist_id for artist in (*track.artists, track.album.artist)}
    assert truth.objects == {"tracks": 1}


def test_bytes_are_the_pinned_ones(catalogue: ChangingCatalogue, observed: list[Answer]) -> None:
    digest = sha256()
    for answer in observed:
        digest.update(f"{answer.name} {utc_second(answer.answered_at_ms // 1000)}".encode() + "".join(answer.text()).encode())
    digest.update(json.dumps(asdict(catalogue_truth(catalogue, observed))).encode())
    assert digest.hexdigest() == PINNED
