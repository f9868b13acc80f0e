"""What answers told of artists, albums and tracks, and the versions that follow, as loops over plain dicts.

It shares no code with the transforms that it judges. A world is the good rows of Bronze, and of `silver/plays`, by table.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from typing import Any

Row = dict[str, Any]
World = Mapping[str, Sequence[Row]]
"""Rows by table: recently_played, tracks, albums, artists, plays."""

ATTRIBUTES = {
    "artist": ("name", "genres", "popularity", "follower_count", "image_url"),
    "album": (
        *("name", "artists", "album_type", "release_date", "release_date_precision", "total_tracks", "label", "upc"),
        *("popularity", "image_url"),
    ),
    "track": (
        *("name", "artists", "album_id", "duration_ms", "explicit", "disc_number", "track_number", "isrc", "popularity"),
        "relinked_to",
    ),
}
ALL = sorted({name for names in ATTRIBUTES.values() for name in names})
MOST = {"popularity": 100, "duration_ms": 7 * 24 * 3_600_000}
LANDED = re.compile(r"(\d{8}T\d{6})(\d{0,6})Z-[0-9a-f]{8}")
BEGIN = datetime(1, 1, 1, tzinfo=UTC)


def observations_of(world: World) -> list[Row]:
    """Rows of `silver/observations`: of equal tellings of a month the first on each day, with who brought it first."""
    found: dict[str, Row] = {}
    days: dict[str, dict[Any, tuple[Any, int]]] = {}
    for entity, entity_id, told, at, batch in _tellings(world):
        row = {"entity": entity, "entity_id": entity_id, "month": at.year * 100 + at.month if at else 0}
        row |= dict.fromkeys(ALL) | told
        group = json.dumps(row, sort_keys=True)
        found[group] = row
        of_group, day = days.setdefault(group, {}), at.date() if at else None
        of_group[day] = min(of_group.get(day, (at, batch)), (at, batch), key=lambda one: (one[0] or BEGIN, one[1]))
    return [row | _days(sorted(days[group].values(), key=lambda one: one[0] or BEGIN)) for group, row in found.items()]


def _days(days: Sequence[tuple[Any, int]]) -> Row:
    told = {"first_told_at": days[0][0], "last_told_at": days[-1][0], "day_count": len(days)}
    return told | {"_days": [{"at": at, "batch": batch} for at, batch in days], "_batch": max(batch for _, batch in days)}


def versions_of(observations: Iterable[Row], entity: str) -> list[Row]:
    """Rows of the entity's history: what was known after each time, as long as it stayed the same."""
    told: dict[str, dict[Any, list[Row]]] = {}
    for one in (one for one in observations if one["entity"] == entity):
        values = {name: one[name] for name in ATTRIBUTES[entity]}
        for day in one["_days"]:
            told.setdefault(one["entity_id"], {}).setdefault(day["at"], []).append(values)
    return [row for entity_id, times in told.items() for row in _versions(entity, entity_id, _best_dated(times))]


def _best_dated(times: Mapping[Any, Sequence[Row]]) -> Mapping[Any, Sequence[Row]]:
    """What is told without a time and with one too is told at that time."""
    dated = [told for at, of_time in times.items() if at for told in of_time]
    undated = [told for told in times.get(None, ()) if told not in dated]
    return {at: of_time for at, of_time in times.items() if at} | ({None: undated} if undated else {})


def _versions(entity: str, entity_id: str, times: Mapping[Any, Sequence[Row]]) -> Iterator[Row]:
    known: Row = dict.fromkeys(ATTRIBUTES[entity])
    states: list[tuple[Any, Row]] = []
    for at in sorted(times, key=lambda at: at or BEGIN):
        for told in sorted(times[at], key=_text):
            known = known | {name: value for name, value in told.items() if value is not None}
        if not states or states[-1][1] != known:
            states.append((at, known))
    for number, ((at, state), (until, _)) in enumerate(pairwise([*states, (None, {})]), 1):
        row = {f"{entity}_id": entity_id, "version": number, **state, "valid_from": at, "valid_to": until}
        yield row | {"is_current": number == len(states), "entity_bucket": bucket(entity_id)}


def bucket(key: str) -> int:
    """Bucket of an entity's key."""
    return int(sha256(key.encode()).hexdigest()[0], 16)


def _text(told: Row) -> str:
    """Canonical text: values in the order of the columns. The later by it counts."""
    return "\x1f".join(map(_spelled, told.values()))


def _spelled(value: Any) -> str:
    if isinstance(value, list):
        return "\x1e".join((one["id"] or "") + "\x1e" + (one["name"] or "") if isinstance(one, dict) else one for one in value)
    return "\x1d" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _tellings(world: World) -> Iterator[tuple[str, str, Row, Any, int]]:
    """Entity, id, attributes, time and batch of all that has an id."""
    for table, rows in world.items():
        for row in rows if table in _TOLD else ():
            at = _answered_at(row["_object"]) or row.get("played_at")
            for entity, entity_id, told in _TOLD[table](_without_empty(row)):
                if entity_id:
                    yield entity, entity_id, _without_impossible(told), at, row["_batch"]


def _without_empty(value: Any) -> Any:
    """An empty text says nothing: so Spotify names what it has taken away, and of that it says nothing else."""
    if isinstance(value, dict):
        return {name: _without_empty(inner) for name, inner in value.items()} | {"is_gone": value.get("name") == ""}
    if isinstance(value, list):
        return [_without_empty(inner) for inner in value]
    return None if value == "" else value


def _without_impossible(told: Row) -> Row:
    """A number that cannot be says nothing either."""
    return {name: None if _is_impossible(name, value) else value for name, value in told.items()}


def _is_impossible(name: str, value: Any) -> bool:
    return isinstance(value, int) and (value < 0 or value > MOST.get(name, value))


def _answered_at(key: str) -> datetime | None:
    """When the platform landed an object, as it wrote into its key: below year, month and day."""
    for *day, name in (key.split("/")[n : n + 4] for n in range(1, len(key.split("/")) - 3)):
        landed = LANDED.match(name)
        if landed and re.fullmatch(r"\d{4}/\d{2}/\d{2}", "/".join(day)) and name[landed.end() :][:1] in {"", "."}:
            whole = datetime.strptime(landed[1] + "+0000", "%Y%m%dT%H%M%S%z")
            return whole.replace(microsecond=int(landed[2].ljust(6, "0")))
    return None


def _of_play(row: Row) -> Iterator[tuple[str, Any, Row]]:
    if row["track"].get("type") in {None, "track"}:
        yield from _of_track(row["track"])


def _of_track(track: Row) -> Iterator[tuple[str, Any, Row]]:
    album = track.get("album") or {}
    yield "track", track["id"], _track(track, album.get("id"))
    yield from _relinked(track)
    yield "album", album.get("id"), _album(album)
    yield from _of_credits(track, album)


def _relinked(track: Row) -> Iterator[tuple[str, Any, Row]]:
    asked = (track.get("linked_from") or {}).get("id")
    if asked != track["id"] and track["id"]:
        yield "track", asked, {"relinked_to": track["id"]}


def _of_album(album: Row) -> Iterator[tuple[str, Any, Row]]:
    listed = (album.get("tracks") or {}).get("items") or []
    yield "album", album["id"], _album(album)
    for track in listed:
        yield "track", track["id"], _track(track, album["id"])
        yield from _relinked(track)
    yield from _of_credits(album, *listed)


def _of_credits(*objects: Row) -> Iterator[tuple[str, Any, Row]]:
    for artist in (artist for told in objects for artist in told.get("artists") or []):
        yield "artist", artist.get("id"), {"name": artist.get("name")}


def _of_artist(artist: Row) -> Iterator[tuple[str, Any, Row]]:
    if artist["is_gone"]:
        yield "artist", artist["id"], {}
        return
    genres = artist.get("genres")
    told = {"name": artist.get("name"), "popularity": artist.get("popularity"), "image_url": _image(artist)}
    told["genres"] = None if genres is None else sorted(filter(None, genres))
    yield "artist", artist["id"], told | {"follower_count": (artist.get("followers") or {}).get("total")}


_TOLD = {"recently_played": _of_play, "tracks": _of_track, "albums": _of_album, "artists": _of_artist}


def _track(track: Row, album_id: str | None) -> Row:
    if track.get("is_gone"):
        return {}
    told = {name: track.get(name) for name in ("name", "explicit", "popularity")}
    told |= {name: track.get(name) or None for name in ("duration_ms", "disc_number", "track_number")}  # 0 is unknown
    isrc = (track.get("external_ids") or {}).get("isrc")
    return told | {"artists": _credited(track), "album_id": album_id, "isrc": isrc}


def _album(album: Row) -> Row:
    if album.get("is_gone"):
        return {}
    told = {name: album.get(name) for name in ("name", "album_type", "label", "popularity")}
    if (album.get("release_date") or "0000")[:4] != "0000":
        told |= {name: album.get(name) for name in ("release_date", "release_date_precision")}
    upc = (album.get("external_ids") or {}).get("upc")
    told |= {"total_tracks": album.get("total_tracks") or None, "upc": upc}
    return told | {"artists": _credited(album), "image_url": _image(album)}


def _credited(told: Row) -> list[Row] | None:
    return [{"id": artist.get("id"), "name": artist.get("name")} for artist in told.get("artists") or []] or None


def _image(told: Row) -> str | None:
    """The API gives the widest first."""
    return told["images"][0]["url"] if told.get("images") else None
