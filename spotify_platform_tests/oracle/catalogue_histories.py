"""Small nasty worlds of a catalogue, from a seed: few ids, names, lengths and times, so that they meet all the time.

An answer is an object of a few rows; most repeat what others told, whole, cut to what a simplified object has, or changed
in one place.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from spotify_platform_tests.oracle.catalogue_tellings import Row, World

TABLES = ("recently_played", "tracks", "albums", "artists")
NAMED = ("id", "name", "isrc", "track_id", "track_name", "artist_name", "album_name")
"""Fields whose texts tell worlds apart."""

# Of one day, of two days of one month, at the border of two months, and of another year.
TIMES = (
    *(datetime(2024, 4, 30, 23, 59, 59, 999000, UTC), datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 5, 1, 12, tzinfo=UTC)),
    *(datetime(2024, 5, 1, 12, 0, 1, tzinfo=UTC), datetime(2024, 5, 9, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)),
)
TRACK_IDS, ALBUM_IDS, ARTIST_IDS = ("t1", "t2", "t3", "t4"), ("a1", "a2"), ("r1", "r2", "r3")
TITLES, ALBUM_TITLES = ("Loop", "Loop", "Loop", "Echo", ""), ("First", "First", "Best of", "")
NAMES = ("Ann", "Ann", "Ann", "Ben", "Various Artists")
WEEK_MS = 604_800_000
LENGTHS_MS = (None, -1, 0, 100_000, 102_000, 102_001, 104_000, 104_001, WEEK_MS, WEEK_MS + 1)
ISRCS = (*[None] * 5, "", "qz-1", "QZ1", "QZ2", "Q-Z-2")
DATES = (None, "0000", "1999", "1999-02", "1999-02-28", "1999-02-30", "1999-2-1", "soon")
NUMBERS = (None, -1, 0, 9, 10, 100, 101)


def named_apart(value: Any, prefix: str) -> Any:
    """The same with ids and names of a world of its own."""
    if isinstance(value, list):
        return [named_apart(one, prefix) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: prefix + inner if name in NAMED and isinstance(inner, str) and inner else named_apart(inner, prefix)
        for name, inner in value.items()
    }


def world(random: Random) -> World:
    """Up to a dozen answers of all kinds, and plays with ids, names or both."""
    pools = {
        "recently_played": [_track(random) for _ in range(2)],
        "tracks": [_track(random, full=True) for _ in range(3)],
        "albums": [_album(random, full=True) for _ in range(2)],
        "artists": [_artist(random) for _ in range(2)],
    }
    found: dict[str, list[Row]] = {table: [] for table in TABLES}
    for batch in range(1, random.randint(1, 10)):
        table = random.choice(TABLES)
        found[table] += _answer(random, table, pools[table], random.choice((1, 1, 2, 3, batch)))
    return found | {"plays": list(_plays(random))}


def _answer(random: Random, table: str, pool: list[Row], batch: int) -> Iterator[Row]:
    """The rows of one object: landed by the platform, with its time in the key, or dropped by hand."""
    at = random.choice((None, *TIMES, *TIMES))
    digits = random.choice((0, 3, 6))
    second = f"{at:%Y%m%dT%H%M%S}{f'{at:%f}'[:digits]}" if at else ""
    landed = f"me/{at:%Y/%m/%d}/{second}Z-{random.getrandbits(32):08x}" if at else "me/dump"
    key = random.choice((f"api/{landed}.json", f"inbox/{landed}/{table}.json")) if at else f"inbox/{landed}.json"
    for _ in range(random.choice((1, 1, 2))):
        told = deepcopy(random.choice(pool))
        if random.random() < 0.4:
            told = CHANGES[random.choice(list(CHANGES))](random, told)
        row = {"track": told, "played_at": random.choice(TIMES)} if table == "recently_played" else told
        yield {**row, "_object": key, "_batch": batch}


def _cut(random: Random, told: Row) -> Row:
    """What simplified objects have, or what is left of full ones since 2026."""
    gone = random.choice(
        (("popularity",), ("popularity", "external_ids", "genres", "followers", "images"), ("artists",), ("name",))
    )
    return told | {name: None for name in gone if name in told}


def _renamed(random: Random, told: Row) -> Row:
    return told | {"name": random.choice((*NAMES, *TITLES, None))}


def _rated(random: Random, told: Row) -> Row:
    return told | {"popularity": random.choice(NUMBERS)}


def _other(random: Random, told: Row) -> Row:
    return told | {"id": random.choice(TRACK_IDS[:2] if told["id"].startswith("t") else (told["id"],))}


def _nothing(_: Random, told: Row) -> Row:
    return told | {"id": None}


CHANGES: dict[str, Callable[[Random, Row], Row]] = {
    "cut": _cut,
    "renamed": _renamed,
    "rated": _rated,
    "other": _other,
    "nothing": _nothing,
}


def _track(random: Random, *, full: bool = False) -> Row:
    found = _listed(random) | {"popularity": random.choice(NUMBERS), "album": _album(random)}
    found["external_ids"] = random.choice((None, {"isrc": random.choice(ISRCS)}))
    found["linked_from"] = random.choice((None, {"id": random.choice((None, *TRACK_IDS))}))
    return found if full else found | {"type": random.choice((None, "track", "track", "episode"))}


def _listed(random: Random) -> Row:
    """A track as an album lists it."""
    numbers = {name: random.choice((None, 0, 1, 2, -1)) for name in ("disc_number", "track_number")}
    found = {"id": random.choice(TRACK_IDS), "name": random.choice(TITLES), "artists": _artists(random), **numbers}
    return found | {"duration_ms": random.choice(LENGTHS_MS), "explicit": random.choice((None, True, False))}


def _album(random: Random, *, full: bool = False) -> Row:
    found = {"id": random.choice(ALBUM_IDS), "name": random.choice(ALBUM_TITLES), "artists": _artists(random)}
    found |= {"release_date": random.choice(DATES), "release_date_precision": random.choice((None, "year", "day"))}
    found |= {"images": _images(random), "total_tracks": random.choice(NUMBERS)}
    if not full:
        return found | random.choice(({}, {"id": None}, {}))
    listed = random.choice((None, {"items": random.choice((None, [_listed(random) for _ in range(2)]))}))
    codes = random.choice((None, {"upc": random.choice((None, "1", "2"))}))
    return found | {
        "label": random.choice((None, "L")),
        "popularity": random.choice(NUMBERS),
        "external_ids": codes,
        "tracks": listed,
    }


def _artist(random: Random) -> Row:
    genres = random.choice((None, [], ["rock", "pop"], ["pop", "rock"], ["pop"]))
    followers = random.choice((None, {"total": random.choice(NUMBERS)}))
    found = {"id": random.choice(ARTIST_IDS), "name": random.choice((*NAMES, *NAMES, "")), "popularity": random.choice(NUMBERS)}
    return found | {"genres": genres, "followers": followers, "images": _images(random)}


def _artists(random: Random) -> list[Row] | None:
    credited = [{"id": random.choice((None, *ARTIST_IDS)), "name": random.choice((None, "", *NAMES, *NAMES))} for _ in range(3)]
    return random.choice((None, [], credited[:1], credited[:1], credited[:1], credited[:2], credited))


def _images(random: Random) -> list[Row] | None:
    wide, small = {"url": "wide", "height": 640, "width": 640}, {"url": "small", "height": None, "width": None}
    return random.choice((None, [], [wide, small], [small]))


def _plays(random: Random) -> Iterator[Row]:
    for _ in range(random.randint(0, 5)):
        ended_on = date(2024, 12, 31) + timedelta(days=random.choice((0, 0, 1)))
        names = {"track_name": random.choice((*TITLES, None)), "artist_name": random.choice(NAMES)}
        track_id = random.choice((None, None, *TRACK_IDS, "t9"))
        # Of a play without any name nobody could say which world it is of.
        names |= {"artist_name": random.choice((None, ""))} if names["track_name"] and random.random() < 0.1 else {}
        yield {
            **names,
            "track_id": track_id,
            "album_name": random.choice((None, *ALBUM_TITLES)),
            "user_bucket": random.choice((0, 1)),
            "year": 2024,
            "local_date": ended_on,
            "content_type": random.choice((*["track"] * 9, "episode")),
            "is_excluded": random.random() < 0.1,
        }
