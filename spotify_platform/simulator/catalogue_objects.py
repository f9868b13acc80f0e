"""Objects of the Web API as catalogue answers hold them, as of an instant: full ones, and simplified ones as they are nested."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from spotify_platform.simulator.api_objects import (
    URL,
    album_object,
    artist_object,
    fields_of_day,
    reference,
    track_object,
)
from spotify_platform.simulator.catalogue import Artist, Track
from spotify_platform.simulator.changing import ChangingCatalogue, Kind

FEATURES_UNTIL = date(2024, 11, 27)
"""From this day on, the API refuses audio features to apps as ours."""
_ONLY_FULL = ("album", "external_ids", "popularity", "linked_from")
_LISTED = 50


def object_at(catalogue: ChangingCatalogue, kind: Kind, asked_id: str, at_ms: int) -> dict[str, Any] | None:
    """The full object that the API gave for an id at an instant, milliseconds since 1970; None: it knows no such id."""
    if not catalogue.knows(kind, asked_id):
        return None
    values = catalogue.as_of(kind, asked_id, at_ms).values
    day = datetime.fromtimestamp(at_ms // 1000, UTC).date()
    if kind == "tracks":
        return _track(catalogue.tracks[asked_id], asked_id, day, is_renamed=at_ms >= catalogue.renamed_at_ms)
    if kind == "albums":
        return _album(catalogue, asked_id, values, at_ms)
    if kind == "artists":
        return _artist(catalogue.artists[asked_id], values, day)
    return _features(values)


def simplified_at(catalogue: ChangingCatalogue, kind: Kind, asked_id: str, at_ms: int) -> dict[str, Any]:
    """The simplified object: of a track as an album lists it, of an album or artist as a track nests it.

    Raises:
        KeyError: there is no such entity.
        ValueError: audio features have no simplified form.
    """
    day = datetime.fromtimestamp(at_ms // 1000, UTC).date()
    if kind == "tracks":
        full = track_object(catalogue.tracks[asked_id], day, is_renamed=at_ms >= catalogue.renamed_at_ms)
        return {field: value for field, value in full.items() if field not in _ONLY_FULL}
    if kind == "albums":
        return album_object(catalogue.albums[asked_id][0].album, day)
    if kind == "artists":
        return artist_object(catalogue.artists[asked_id])
    raise ValueError("audio features have no simplified form")


def page_keys(href: str, limit: int, offset: int, total: int) -> dict[str, Any]:
    """What stands beside the `items` of a page."""

    def page(first: int) -> str | None:
        return f"{href}?offset={first}&limit={limit}" if 0 <= first < total else None

    return {
        "href": page(offset),
        "limit": limit,
        "next": page(offset + limit),
        "offset": offset,
        "previous": page(offset - limit),
        "total": total,
    }


def _track(track: Track, asked_id: str, day: date, *, is_renamed: bool) -> dict[str, Any]:
    found = track_object(track, day, is_renamed=is_renamed)
    if asked_id != track.api_id:
        found |= {"is_playable": True, "linked_from": reference("track", asked_id)}
    return fields_of_day(found, day)


def _album(catalogue: ChangingCatalogue, album_id: str, values: Mapping[str, Any], at_ms: int) -> dict[str, Any]:
    day = datetime.fromtimestamp(at_ms // 1000, UTC).date()
    tracks = [simplified_at(catalogue, "tracks", str(track.api_id), at_ms) for track in catalogue.albums[album_id]]
    found = {
        **simplified_at(catalogue, "albums", album_id, at_ms),
        "copyrights": [{"text": f"(C) {values['release_date'][:4]} {values['label'] or values['name']}", "type": "C"}],
        "external_ids": {"upc": values["upc"]} if values["upc"] else {},
        # Of albums the API never tells any.
        "genres": [],
        "label": values["label"],
        "popularity": values["popularity"],
        "tracks": {"items": tracks, **page_keys(f"{URL}/albums/{album_id}/tracks", _LISTED, 0, len(tracks))},
    }
    return fields_of_day(found, day)


def _artist(artist: Artist, values: Mapping[str, Any], day: date) -> dict[str, Any]:
    found = {
        **artist_object(artist),
        "followers": {"href": None, "total": values["followers"]},
        "genres": values["genres"],
        "images": [
            {"height": side, "width": side, "url": f"https://i.scdn.co/image/{values['image']}-{side}"}
            for side in ((640, 320, 160) if values["image"] else ())
        ],
        "popularity": values["popularity"],
    }
    return fields_of_day(found, day)


def _features(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **values,
        "type": "audio_features",
        "uri": f"spotify:track:{values['id']}",
        "track_href": f"{URL}/tracks/{values['id']}",
        "analysis_url": f"{URL}/audio-analysis/{values['id']}",
    }
