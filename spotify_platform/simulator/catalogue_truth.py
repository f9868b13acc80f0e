"""What is true of the entities that catalogue answers tell of: their versions, which ids are one recording or relinked."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spotify_platform.simulator.api_objects import fields_of_day
from spotify_platform.simulator.catalogue import Track
from spotify_platform.simulator.catalogue_answers import Answer
from spotify_platform.simulator.changing import ChangingCatalogue, Kind, Version, artists_of
from spotify_platform.simulator.clock import utc_second
from spotify_platform.simulator.editions import SAME_LENGTH_MS
from spotify_platform.simulator.exports import write_file


@dataclass(frozen=True, slots=True)
class CatalogueTruth:
    """The truth beside some answers. Times are UTC, `2025-06-01T05:00:00Z`.

    Attributes:
        answers: by name of the document: `kind`, `answered_at` and `asked`, the id that each object was asked for by.
        objects: objects of each kind, nulls aside; nested ones are not counted.
        nulls: ids asked for that the API does not know.
        versions: of every entity asked for or nested, by kind and id (of the API), from the one of the first answer to the
            one of the last: `valid_from` (null: for ever), `valid_to` (null: none to come) and the true values. ISRC, UPC
            and label are there where the API tells them to whoever sees the whole object.
        recordings: of each track answered in full: `recording_id`, and `known_by`, what tells that it is the recording of
            another track answered in full: `isrc`; `names and length` (within 2 s, one has no ISRC); `not to be told`;
            `alone`: there is no other.
        relinked: by the id asked for: the `answered` id, and `is_told`, whether any answer says so by `linked_from`.
        namesakes: ids of the artists that share a name.
    """

    answers: Mapping[str, Mapping[str, Any]]
    objects: Mapping[str, int]
    nulls: int
    versions: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]
    recordings: Mapping[str, Mapping[str, str]]
    relinked: Mapping[str, Mapping[str, Any]]
    namesakes: Mapping[str, Sequence[str]]


def catalogue_truth(catalogue: ChangingCatalogue, answers: Iterable[Answer]) -> CatalogueTruth:
    """The truth of all that answers tell of. No object is made."""
    told = _Told(catalogue)
    for answer in answers:
        told.add(answer)
    tracks, albums, artists = told.entities()
    features = list(told.asked["audio_features"])
    ids: dict[Kind, list[str]] = {"tracks": tracks, "albums": albums, "artists": artists, "audio_features": features}
    return CatalogueTruth(
        answers=told.answers,
        objects=dict(told.objects),
        nulls=told.nulls,
        versions={kind: {one: told.versions(kind, one) for one in found} for kind, found in ids.items()},
        recordings=told.recordings(),
        relinked=told.relinked,
        namesakes=_namesakes(catalogue, artists),
    )


def write_catalogue(catalogue: ChangingCatalogue, answers: Sequence[Answer], folder: Path, truth_path: Path) -> CatalogueTruth:
    """Write answers below a folder by their names, and their truth as JSON."""
    for answer in answers:
        write_file(answer, folder)
    found = catalogue_truth(catalogue, answers)
    truth_path.parent.mkdir(parents=True, exist_ok=True)
    truth_path.write_text(json.dumps(asdict(found), ensure_ascii=False) + "\n", encoding="utf-8")
    return found


class _Told:
    """What answers tell of; sets are dicts, whose order is that of the answers."""

    def __init__(self, catalogue: ChangingCatalogue) -> None:
        self._catalogue = catalogue
        self._first_ms = self._last_ms = 0
        self.answers: dict[str, dict[str, Any]] = {}
        self.objects: dict[str, int] = defaultdict(int)
        self.nulls = 0
        self.asked: dict[Kind, dict[str, None]] = defaultdict(dict)
        # ISRC of each track answered in full, '' where none was told.
        self._isrcs: dict[str, str] = {}
        self.relinked: dict[str, dict[str, Any]] = {}

    def add(self, answer: Answer) -> None:
        at_ms = answer.answered_at_ms
        self._first_ms = min(self._first_ms or at_ms, at_ms)
        self._last_ms = max(self._last_ms, at_ms)
        self.answers[answer.name] = {"kind": answer.kind, "answered_at": _time(at_ms), "asked": list(answer.asked)}
        known = [one for one in answer.asked if self._catalogue.knows(answer.kind, one)]
        self.objects[answer.kind] += len(known)
        self.nulls += len(answer.asked) - len(known)
        self.asked[answer.kind].update(dict.fromkeys(known))
        if answer.kind == "tracks" and answer.shape != "items":
            self._add_full(known, at_ms)

    def entities(self) -> tuple[list[str], list[str], list[str]]:
        """Ids of tracks, albums and artists, asked for or nested."""
        catalogue = self._catalogue
        asked = [catalogue.tracks[one] for one in self.asked["tracks"]]
        listed = [track for album_id in self.asked["albums"] for track in catalogue.albums[album_id]]
        tracks = {str(track.api_id): track for track in (*asked, *listed)}
        albums = {str(track.album.album_id): None for track in tracks.values()} | self.asked["albums"]
        return list(tracks), list(albums), list(artists_of(tracks.values()) | self.asked["artists"])

    def versions(self, kind: Kind, entity_id: str) -> list[dict[str, Any]]:
        found = self._catalogue.versions(kind, entity_id, self._first_ms, self._last_ms)
        return [_spelled(version) for version in found]

    def recordings(self) -> dict[str, dict[str, str]]:
        by_recording: dict[str, list[str]] = defaultdict(list)
        for track_id in self._isrcs:
            by_recording[self._catalogue.recordings[track_id]].append(track_id)
        return {
            track_id: {"recording_id": recording_id, "known_by": self._known_by(track_id, ids)}
            for recording_id, ids in by_recording.items()
            for track_id in ids
        }

    def _add_full(self, known: Iterable[str], at_ms: int) -> None:
        day = datetime.fromtimestamp(at_ms // 1000, UTC).date()
        told = fields_of_day({"external_ids": None, "linked_from": None}, day)
        for asked_id in known:
            track = self._catalogue.tracks[asked_id]
            answered = str(track.api_id)
            self._isrcs[answered] = (track.isrc if "external_ids" in told else "") or self._isrcs.get(answered, "")
            if asked_id != answered:
                is_told = "linked_from" in told or self.relinked.get(asked_id, {}).get("is_told", False)
                self.relinked[asked_id] = {"answered": answered, "is_told": is_told}

    def _known_by(self, track_id: str, ids: Sequence[str]) -> str:
        others = [other for other in ids if other != track_id]
        if not others:
            return "alone"
        isrc, tracks = self._isrcs[track_id], self._catalogue.tracks
        if isrc and any(self._isrcs[other] == isrc for other in others):
            return "isrc"
        unmarked = [other for other in others if not (isrc and self._isrcs[other])]
        alike = any(_are_alike(tracks[track_id], tracks[other]) for other in unmarked)
        return "names and length" if alike else "not to be told"


def _are_alike(one: Track, other: Track) -> bool:
    is_named_alike = (one.name, one.artists) == (other.name, other.artists)
    return is_named_alike and abs(one.duration_ms - other.duration_ms) <= SAME_LENGTH_MS


def _namesakes(catalogue: ChangingCatalogue, artist_ids: Iterable[str]) -> dict[str, list[str]]:
    by_name: dict[str, list[str]] = defaultdict(list)
    for artist_id in artist_ids:
        by_name[catalogue.artists[artist_id].name].append(artist_id)
    return {name: ids for name, ids in by_name.items() if len(ids) > 1}


def _spelled(version: Version) -> dict[str, Any]:
    bounds = ((ms if ms is None else _time(ms)) for ms in (version.valid_from_ms, version.valid_to_ms))
    return {**dict(zip(("valid_from", "valid_to"), bounds, strict=True)), "values": dict(version.values)}


def _time(at_ms: int) -> str:
    return utc_second(at_ms // 1000) + "Z"
