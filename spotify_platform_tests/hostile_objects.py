"""Broken and hostile documents of the catalogue, in the words of `hostile`: name, file name, bytes, good rows, bad rows."""

import json
from collections.abc import Callable
from typing import Any

from spotify_platform_tests.scenario import album, artist, audio_features, page, track

PRIVATE = "203.0.113.77"
_NAME = "answer.json"


def _dump(document: Any) -> bytes:
    return json.dumps(document, indent=2).encode()


def _tracks(*changes: dict[str, Any]) -> bytes:
    return _dump({"tracks": [track(1), *(track(2, **changed) for changed in changes), track(3)]})


def _features(*values: bytes) -> bytes:
    """Audio features of two tracks, and of one for each value of `tempo`, as it is written."""
    rows = [audio_features(1), *(audio_features(2, tempo="HERE") for _ in values), audio_features(3)]
    text = json.dumps(rows).encode()
    for value in values:
        text = text.replace(b'"HERE"', value, 1)
    return text


_TWO = _dump({"tracks": [track(1), track(2)]})
_PRIVATE = {"owner": {"id": PRIVATE, "display_name": PRIVATE}, "e-mail": PRIVATE}

OBJECTS: tuple[tuple[str, str, Callable[[], bytes], int, int], ...] = (
    ("a track", _NAME, lambda: _dump(track()), 1, 0),
    ("an album", _NAME, lambda: _dump(album()), 1, 0),
    ("artists in lines", _NAME, lambda: b"\n".join(json.dumps(artist(n)).encode() for n in range(3)), 3, 0),
    ("a page of albums", _NAME, lambda: _dump(page(album(1), album(2))), 2, 0),
    ("a list of pages", _NAME, lambda: _dump([page(artist(1)), page(), page(artist(2), artist(3))]), 3, 0),
    ("no tracks at all", _NAME, lambda: _dump({"tracks": []}), 0, 0),
    ("ids that are not known", _NAME, lambda: _dump({"artists": [None, artist(), None]}), 1, 2),
    ("ids that are not known, in a list", _NAME, lambda: _dump([None, audio_features(), None]), 1, 2),
    ("no id that is known", _NAME, lambda: _dump({"audio_features": [None]}), 0, 1),
    ("local tracks", _NAME, lambda: _tracks({"id": None, "is_local": True}), 2, 1),
    ("an id that is a number", _NAME, lambda: _tracks({"id": 7}), 2, 1),
    ("no name", _NAME, lambda: _dump([artist(), artist(name=None), {"id": "x", "type": "artist"}]), 1, 2),
    ("popularity out of bounds", _NAME, lambda: _tracks({"popularity": 101}, {"popularity": -1}, {"popularity": 0.5}), 2, 3),
    ("lengths out of bounds", _NAME, lambda: _tracks({"duration_ms": -1}, {"duration_ms": 10**10}), 2, 2),
    ("lists where objects belong", _NAME, lambda: _tracks({"album": []}, {"external_urls": ["x"]}), 2, 2),
    ("objects where lists belong", _NAME, lambda: _tracks({"artists": {}}, {"available_markets": "DE"}), 2, 2),
    ("an album whose tracks are a list", _NAME, lambda: _dump([album(), album(2, tracks=[track()])]), 1, 1),
    ("an album whose tracks have no list", _NAME, lambda: _dump(album(tracks={"items": {"id": "x"}})), 0, 1),
    ("of several kinds", _NAME, lambda: _dump([track(), album(), artist(), audio_features()]), 1, 3),
    ("things that are no objects", _NAME, lambda: _dump({"albums": [album(), 1, "[,", [album(2)], {}, 2.5]}), 1, 5),
    ("elements of null", _NAME, lambda: _tracks({"artists": [None], "available_markets": [None]}), 3, 0),
    ("all keys null", _NAME, lambda: _dump([track(), dict.fromkeys(track())]), 1, 1),
    ("optional keys null", _NAME, lambda: _dump([album(), dict.fromkeys(album()) | {"id": "x", "name": "y"}]), 2, 0),
    ("lists below an own key", _NAME, lambda: _dump([track(tracks=[1, 2, 3]), track(2, items=[4])]), 0, 4),
    ("a key that is escaped", _NAME, lambda: _TWO.replace(b'"tracks"', b'"\\u0074racks"'), 2, 0),
    ("a comma too many", _NAME, lambda: _TWO.replace(b"}\n  ]", b"},\n  ]"), 2, 0),
    ("cut inside a track", _NAME, lambda: _TWO[:-40], 0, 1),
    ("lines cut inside a track", _NAME, lambda: json.dumps(track()).encode() + b"\n" + json.dumps(track(2)).encode()[:-9], 1, 1),
    ("cut in the first key", "tracks.json", lambda: b'[{"alb', 0, 1),
    ("nothing", "albums.json", lambda: b"[]", 0, 0),
    ("not JSON", "artists.json", lambda: b"[artist, artist]", 0, 2),
    ("numbers that are none", _NAME, lambda: _features(b"NaN", b"-Infinity", b'"118"', b"true", b"1e400"), 2, 5),
    ("numbers long and short", _NAME, lambda: _features(b"1" * 30, b"1e-300", b"-0.0", b"7"), 5, 1),
    ("followers out of bounds", _NAME, lambda: _dump([artist(followers={"total": n}) for n in (-1, 0, 2**63)]), 1, 2),
    (
        "10,000 levels",
        _NAME,
        lambda: _dump([artist(), artist(2, more="HERE")]).replace(b'"HERE"', b"[" * 10_000 + b"]" * 10_000),
        2,
        0,
    ),
    (
        "private keys",
        _NAME,
        lambda: _dump([track(**_PRIVATE, album=album(**_PRIVATE), artists=[artist(**_PRIVATE)], more=[_PRIVATE])]),
        1,
        0,
    ),
    (
        "private keys in lists of lists",
        _NAME,
        lambda: _dump(album(images=[_PRIVATE], tracks=page(track(**_PRIVATE, artists=[artist(**_PRIVATE)])), **_PRIVATE)),
        1,
        0,
    ),
    ("private texts where lists belong", _NAME, lambda: _dump([artist(), artist(2, genres=_PRIVATE)]), 1, 1),
    ("private texts in lists of texts", _NAME, lambda: _dump(artist(genres=[_PRIVATE, json.dumps(_PRIVATE)])), 1, 0),
)
