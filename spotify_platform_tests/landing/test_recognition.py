"""Objects of the catalogue are told by the first record's own keys, however deep others lie in it and however little is seen."""

import json
from typing import Any

import pytest

from spotify_platform.landing.recognition import EMPTY, NOT_OURS, recognise, why_not
from spotify_platform.pipeline.plan import KINDS
from spotify_platform_tests.scenario import album, answer, artist, audio_features, extended, item, page, track

LOOK_AT = 1 << 18


def kind_of(document: Any, name: str = "x.json") -> str | None:
    head = document if isinstance(document, bytes) else json.dumps(document).encode()
    return recognise(head[:LOOK_AT], name, KINDS)


def reason_of(document: Any) -> str:
    return why_not(json.dumps(document).encode(), KINDS)


def without(record: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in keys}


ONE_OF_EACH = [(track(), "tracks"), (album(), "albums"), (artist(), "artists"), (audio_features(), "audio_features")]


@pytest.mark.parametrize(("record", "kind"), ONE_OF_EACH)
def test_every_shape_an_answer_has(record: dict[str, Any], kind: str) -> None:
    lines = b"\n".join([json.dumps(record).encode()] * 2)
    documents = [record, [record, record], [None, None, record], {kind: [record]}, {kind: [None, record]}, [{kind: [record]}]]
    assert {kind_of(document) for document in [*documents, lines, b"\xef\xbb\xbf \n" + lines]} == {kind}
    assert {kind_of({kind: nothing}) for nothing in ([], [None])} == {kind}


@pytest.mark.parametrize(("record", "kind"), ONE_OF_EACH[:3])
def test_pages(record: dict[str, Any], kind: str) -> None:
    assert {kind_of(page(record)), kind_of(page(None, record)), kind_of([page(record), page()])} == {kind}


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (without(track(), "type"), "tracks"),
        (without(track(), "type", "album", "explicit"), "tracks"),
        (without(album(), "type"), "albums"),
        (without(album(), "type", "album_type", "artists"), "albums"),
        (without(artist(genres=[]), "type"), "artists"),
        (without(artist(followers={"total": 1}, popularity=3), "type"), "artists"),
        (without(audio_features(), "type"), "audio_features"),
        ({"danceability": 0.1, "energy": 0.5, "id": "x"}, "audio_features"),
    ],
)
def test_own_keys_tell_where_no_type_does(record: dict[str, Any], kind: str) -> None:
    assert kind_of(record) == kind_of([record]) == kind


def test_lists_of_an_object_are_not_lists_of_records() -> None:
    """A track holds `artists`, an album `artists` and `tracks`, whatever order its keys have."""
    for record, kind in ONE_OF_EACH:
        assert kind_of({"artists": [artist()], "tracks": [track()]} | record) == kind


def test_a_cut_at_any_byte_tells_the_kind_or_nothing() -> None:
    """Of a whole document nothing else is told than of its begin."""
    for record, kind in ONE_OF_EACH:
        for document in (record, {kind: [record]}):
            text = json.dumps(document, indent=1).encode()
            told = [kind_of(text[:end]) for end in range(len(text))]
            # An object of which nothing but a list of others is seen looks like what wraps that list.
            assert set(told) <= {kind, None, "artists"}
            assert told[-1] == kind


def test_an_album_with_more_than_is_looked_at_is_told() -> None:
    long = album(tracks=page(*[track(n, available_markets=["DE"] * 500) for n in range(200)]))
    assert len(json.dumps(long)) > 2 * LOOK_AT
    assert kind_of({"tracks": long["tracks"]} | without(long, "tracks")) is None
    assert kind_of(long) == "albums"
    assert kind_of({"albums": [long]}) == "albums"


def test_escaped_and_repeated_keys() -> None:
    assert kind_of(rb'{"\u0069d": "x", "\u0074ype": "tr\u0061ck"}') == "tracks"
    assert kind_of(b'{"id": "x", "type": "track", "type": "album"}') == "tracks"
    assert kind_of(b'{"id": "x", "name": "\\"type\\": \\"album\\", {[", "type": "artist"}') == "artists"


def test_a_torn_record_is_told_by_what_follows_or_by_the_name() -> None:
    torn = json.dumps([track(), track(2)], indent=1).encode().replace(b'"Night River"', b'"Night River', 1)
    assert kind_of(torn) == "tracks"
    assert kind_of(b'[{"id": "x', "tracks_2.json") == "tracks"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tracks.json", "tracks"),
        ("Tracks-2024.json", "tracks"),
        ("album.json", "albums"),
        ("artists_3.json", "artists"),
        ("audio-features.json", "audio_features"),
        ("trackers.json", None),
        ("tracks.csv", None),
    ],
)
def test_the_name_tells_what_has_no_records(name: str, kind: str | None) -> None:
    assert kind_of([], name) == kind_of(page(), name) == kind


class TestListening:
    """Records of plays hold objects of the catalogue, and are plays."""

    @pytest.mark.parametrize("document", [answer(item()), answer(), [item()], [answer(item(track=track()))], item(track=track())])
    def test_answers_of_recently_played(self, document: Any) -> None:
        assert kind_of(document, "tracks.json") == "recently_played"

    def test_an_export_by_the_name_of_a_catalogue(self) -> None:
        assert kind_of([extended()], "tracks.json") == "extended_history"

    def test_a_catalogue_by_the_name_of_an_export(self) -> None:
        assert kind_of([track()], "endsong.json") == "tracks"


class TestNotRecognised:
    """What is not taken says why, and repeats nothing of what it holds."""

    @pytest.mark.parametrize("type_", ["episode", "show", "playlist", "user", "audiobook", "chapter"])
    def test_other_objects(self, type_: str) -> None:
        for document in (track(type=type_), [track(type=type_)], page(track(type=type_))):
            assert kind_of(document, "tracks.json") is None
            assert reason_of(document) == f"its records are of the type {type_}, for which there is no table"

    def test_answers_of_a_search(self) -> None:
        found = {"tracks": page(track()), "artists": page(artist())}
        assert kind_of(found, "tracks.json") is None
        assert "below artists, tracks" in reason_of(found)

    def test_several_lists(self) -> None:
        found = {"tracks": [track()], "albums": [album()]}
        assert kind_of(found, "tracks.json") is None
        assert reason_of(found) == "it holds several lists (albums, tracks): save each in a file of its own"

    def test_an_empty_page(self) -> None:
        assert kind_of(page()) is None
        assert reason_of(page()) == reason_of(page(None)) == EMPTY

    def test_the_library_of_account_data(self) -> None:
        """Its first list alone can be longer than what is looked at."""
        library = {"tracks": [{"artist": "Kala", "album": "x", "track": "y", "uri": "spotify:track:1"}] * 9000, "albums": []}
        assert kind_of(library, "YourLibrary.json") is None

    @pytest.mark.parametrize(
        "document",
        [
            {"type": "canary@example.org", "id": "x"},
            {"error": {"status": 404, "message": "canary"}},
            {"items": [{"added_at": "2024-01-01T00:00:00Z", "track": track()}]},
            {"name": "canary", "tracks": [track()]},
            {"tracks": ["canary"]},
            {"tracks": "canary"},
            ["canary"],
            [[track()]],
            [1, track()],
            {},
            [{}],
        ],
    )
    def test_anything_else(self, document: Any) -> None:
        assert kind_of(document) is None
        assert reason_of(document) == NOT_OURS
