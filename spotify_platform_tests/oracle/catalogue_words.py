"""How examples of the catalogue are written: answers, plays, and the rows that are expected.

Keys that are made of names are written as these names: `name:Ann/Loop`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from spotify_platform_tests.oracle.catalogue_tellings import Row, World

ANN, BEN, VARIOUS = ({"id": f"r{n}", "name": name} for n, name in enumerate(("Ann", "Ben", "Various Artists"), 1))
SURE = {"confidence": "certain", "candidate_count": 1}
FIRST = {"id": "a1", "name": "First", "artists": [ANN]}


@dataclass(frozen=True, slots=True)
class Example:
    """Answers and plays, and of some tables all rows, by the columns that the example is about."""

    name: str
    world: World
    silver: dict[str, list[Row]]


def told(*objects: Row, at: str | None = "2024-05-05", batch: int = 1) -> list[Row]:
    """Rows of an answer at a time; of one that nobody knows the time of without."""
    when = None if at is None else time(at)
    key = f"catalogue_api/me/{when:%Y/%m/%d/%Y%m%dT%H%M%S}Z-0123abcd.json" if when else "inbox/me/dump.json"
    return [{**one, "_object": key, "_batch": batch} for one in objects]


def time(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def world(**tables: list[Row]) -> World:
    """A world of which some tables hold something."""
    return {table: tables.get(table, []) for table in ("recently_played", "tracks", "albums", "artists", "plays")}


def track(track_id: str = "t1", name: str | None = "Loop", *credited: Row, **more: Any) -> Row:
    """A track as it is answered, by Ann if nobody is named."""
    return {"id": track_id, "name": name, "artists": list(credited or [ANN]), **more}


def item(one: Row) -> Row:
    """A track as recently-played tells it, heard in 2020."""
    return {"track": one, "played_at": time("2020-02-02")}


def bare(track_id: str, duration_ms: int | None, name: str | None = "Loop") -> Row:
    """A track of some length, without an ISRC."""
    return track(track_id, name, duration_ms=duration_ms)


def coded(track_id: str, isrc: str, duration_ms: int | None = None) -> Row:
    """A track with an ISRC."""
    return bare(track_id, duration_ms) | {"external_ids": {"isrc": isrc}}


def instead(given: str, asked: str) -> Row:
    """The track that is given when another is asked for."""
    return track(given, linked_from={"id": asked})


def heard(track_name: str | None = "Loop", artist_name: str | None = "Ann", track_id: str | None = None, **more: Any) -> Row:
    """A play."""
    row: Row = {"user_bucket": 3, "year": 2024, "local_date": date(2024, 5, 5), "content_type": "track", "is_excluded": False}
    return {**row, "track_id": track_id, "track_name": track_name, "artist_name": artist_name, "album_name": None, **more}


def versions(*rows: tuple[Any, str | None, str | None], column: str = "name") -> list[Row]:
    """Versions by one attribute: value, from, to; the last is current."""
    since = [(None if one is None else time(one), None if other is None else time(other)) for _, one, other in rows]
    return [
        {"version": n, column: value, "valid_from": first, "valid_to": last, "is_current": n == len(rows)}
        for n, ((value, _, _), (first, last)) in enumerate(zip(rows, since, strict=True), 1)
    ]


def means(**keys: str) -> list[Row]:
    """Ids with the ids they mean."""
    return [
        {"alias_key": one, "track_key": other, "rule": "own id" if one == other else "relinked"} for one, other in keys.items()
    ]


def by_names(track_key: str, rule: str = "names", count: int = 1, **more: Any) -> Row:
    """What Ann's Loop is expected to mean."""
    sure = "guess" if rule == "shared names" else "likely"
    row = {"alias_key": "name:Ann/Loop", "track_key": track_key, "rule": rule, "confidence": sure, "candidate_count": count}
    return row | more


def own(*track_ids: str) -> list[Row]:
    """Ids that mean themselves."""
    return [row | SURE for row in means(**{one: one for one in track_ids})]


def recorded(**keys: tuple[str, str, int | None]) -> list[Row]:
    """Tracks with recording, rule and difference in length."""
    return [
        {"track_key": one, "recording_key": key, "rule": rule, "length_difference_ms": apart}
        for one, (key, rule, apart) in keys.items()
    ]


def credited(*rows: tuple[str, str | None, str]) -> list[Row]:
    """Artists in their order: key, name, rule."""
    return [{"position": n, "artist_key": key, "artist_name": name, "rule": rule} for n, (key, name, rule) in enumerate(rows, 1)]
