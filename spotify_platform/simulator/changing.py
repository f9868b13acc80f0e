"""A catalogue that changes: which values each track, album and artist has at an instant, and since when.

Nothing is carried from one instant to the next. A value that changes has a rhythm drawn from the seed and the entity's id,
and the number of the step that an instant falls in says the value: any instant can be asked for, in any order. What
recently-played nests of a track changes at midnights (UTC) only, because its items are made once a day.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from spotify_platform.simulator.api_objects import album_type, name_of, popularity, popularity_moves
from spotify_platform.simulator.catalogue import Album, Artist, Catalogue, Track, make_catalogue
from spotify_platform.simulator.clock import utc_ms
from spotify_platform.simulator.draw import Draw
from spotify_platform.simulator.editions import editions, namesakes
from spotify_platform.simulator.history import History
from spotify_platform.simulator.steps import Step, month_of, number_of, step_at

Kind = Literal["tracks", "albums", "artists", "audio_features"]
_GENRES = ("anatolian rock", "dream pop", "k-indie", "v-pop", "techno", "jazz", "ambient", "singer-songwriter", "folk", "metal")
_LABELS = ("Glass Records", "Echo & Sons", "Neon Müzik", "Paper Boat", "River Music Group", "Independent", "")
_UPC_DIGITS = 10**12
_SHARPNESS = 1_000.0


@dataclass(frozen=True, slots=True)
class Version:
    """What an entity truly was for a time: [valid_from_ms, valid_to_ms), milliseconds since 1970; None: since or for ever."""

    valid_from_ms: int | None
    valid_to_ms: int | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangingCatalogue:
    """What there is, and how it changes.

    Attributes:
        seed: of the changes.
        tracks: by every id that they can be asked for by: of the export, and of the API where that is another one.
        albums: tracks of each album by its id, in their order.
        artists: by id.
        recordings: true recording id of each track by its id in the API.
        renamed_at_ms: since when tracks go by their later names.
    """

    seed: int
    tracks: Mapping[str, Track]
    albums: Mapping[str, Sequence[Track]]
    artists: Mapping[str, Artist]
    recordings: Mapping[str, str]
    renamed_at_ms: int

    def ids(self, kind: Kind) -> list[str]:
        """Ids that can be asked for."""
        return list(self._by_id(kind))

    def knows(self, kind: Kind, entity_id: str) -> bool:
        """Whether there is such an entity."""
        return entity_id in self._by_id(kind)

    def as_of(self, kind: Kind, entity_id: str, at_ms: int) -> Version:
        """The true values of an entity at an instant, and how long they hold.

        Raises:
            KeyError: there is no such entity.
        """
        if kind == "tracks":
            return self._track(self.tracks[entity_id], at_ms)
        if kind == "albums":
            return self._album(self.albums[entity_id][0].album, at_ms)
        if kind == "artists":
            return self._artist(self.artists[entity_id], at_ms)
        return Version(None, None, features(self.tracks[entity_id], self.recordings[str(self.tracks[entity_id].api_id)]))

    def versions(self, kind: Kind, entity_id: str, first_ms: int, last_ms: int) -> Iterator[Version]:
        """True versions of an entity, from the one at `first_ms` to the one at `last_ms`, without a gap."""
        at_ms: int | None = first_ms
        while at_ms is not None and at_ms <= last_ms:
            version = self.as_of(kind, entity_id, at_ms)
            yield version
            at_ms = version.valid_to_ms

    def _by_id(self, kind: Kind) -> Mapping[str, object]:
        if kind == "albums":
            return self.albums
        return self.artists if kind == "artists" else self.tracks

    def _track(self, track: Track, at_ms: int) -> Version:
        day = datetime.fromtimestamp(at_ms // 1000, UTC).date()
        is_renamed = at_ms >= self.renamed_at_ms
        values = {
            "id": track.api_id,
            "name": name_of(track, is_renamed=is_renamed),
            "artist_ids": [artist.artist_id for artist in track.artists],
            "album_id": track.album.album_id,
            "track_number": track.track_number,
            "duration_ms": track.duration_ms,
            "is_explicit": track.is_explicit,
            "isrc": track.isrc or None,
            "popularity": popularity(track, day),
        }
        steps = [month_of(day)] if popularity_moves(track) else []
        if track.later_name:
            renamed_ms = self.renamed_at_ms
            steps.append(Step(1, renamed_ms, None) if is_renamed else Step(0, None, renamed_ms))
        return _version(values, steps)

    def _album(self, album: Album, at_ms: int) -> Version:
        whose = f"{self.seed}/{album.album_id}"
        label = step_at(f"{whose}/label", at_ms, 0.2, 3_000, 9_000)
        moved = step_at(f"{whose}/popularity", at_ms, 0.55, 40, 400)
        values = {
            "id": album.album_id,
            "name": album.name,
            "artist_ids": [album.artist.artist_id],
            "album_type": album_type(album),
            "release_date": album.release_date,
            "total_tracks": album.total_tracks,
            "upc": f"{number_of(whose, 'upc') % _UPC_DIGITS:012d}" if number_of(whose, "has upc") % 20 else None,
            "label": _LABELS[(number_of(whose, "label") + label.number) % len(_LABELS)],
            "popularity": number_of(whose, "popularity") % 70 + moved.number % 7,
        }
        return _version(values, [label, moved])

    def _artist(self, artist: Artist, at_ms: int) -> Version:
        whose = f"{self.seed}/{artist.artist_id}"
        followed = step_at(f"{whose}/followers", at_ms, 1.0, 2, 30)
        moved = step_at(f"{whose}/popularity", at_ms, 0.55, 40, 400)
        image = step_at(f"{whose}/image", at_ms, 0.4, 300, 1_500)
        genre = step_at(f"{whose}/genres", at_ms, 0.4, 500, 2_000)
        values = {
            "id": artist.artist_id,
            "name": artist.name,
            "genres": _genres(whose, genre.number),
            "popularity": number_of(whose, "popularity") % 70 + moved.number % 7,
            "followers": _followers(whose, followed.number),
            # One artist in twelve has no image.
            "image": f"{artist.artist_id}-{image.number}" if number_of(whose, "image") % 12 else None,
        }
        steps = [followed, moved, *([image] if values["image"] else []), *([genre] if values["genres"] else [])]
        return _version(values, steps)


def changing_catalogue(history: History) -> ChangingCatalogue:
    """The catalogue that a history was played from, what was played first."""
    heard = {play.track.track_id for play in history.plays if play.track}
    return _changing(history.seed, history.catalogue, heard, history.renamed_at_ms)


def large_catalogue(seed: int, artist_count: int, renamed_at: datetime) -> ChangingCatalogue:
    """A catalogue of so many artists, about ten tracks and two albums each, that nobody listens to.

    Raises:
        ValueError: the time has no zone.
    """
    return _changing(seed, make_catalogue(Draw(seed), artist_count), (), utc_ms(renamed_at))


def features(track: Track, recording_id: str) -> Mapping[str, Any]:
    """Audio features: the same for all ids of one recording, save the length."""
    shares = ("danceability", "energy", "speechiness", "acousticness", "instrumentalness", "liveness", "valence")
    found: dict[str, Any] = {name: number_of(recording_id, name) % 1_000 / _SHARPNESS for name in shares}
    return {
        "id": track.api_id,
        **found,
        "key": number_of(recording_id, "key") % 13 - 1,
        "loudness": -(number_of(recording_id, "loudness") % 30_000) / _SHARPNESS,
        "mode": number_of(recording_id, "mode") % 2,
        "tempo": 60 + number_of(recording_id, "tempo") % 120_000 / _SHARPNESS,
        "time_signature": 3 + number_of(recording_id, "time") % 2,
        "duration_ms": track.duration_ms,
    }


def _changing(seed: int, base: Catalogue, heard: Container[str | None], renamed_at_ms: int) -> ChangingCatalogue:
    known = [*base.tracks, *base.nights]
    others = editions(seed, known)
    strangers = namesakes(seed, list(artists_of(known).values()))
    ranked = sorted(known, key=lambda track: track.track_id not in heard)
    # Each version follows its original, so that the first so many hold both.
    pairs = ((track, others.get(str(track.track_id))) for track in ranked)
    tracks = [one for track, other in pairs for one in ((track, other.track) if other else (track,))]
    tracks += [track for album in strangers for track in album]
    listed = [*base.albums.values(), base.nights, *([other.track] for other in others.values()), *strangers]
    by_album = {str(album[0].album.album_id): album for album in listed}
    recordings = {str(track.api_id): track.isrc for track in tracks}
    return ChangingCatalogue(
        seed=seed,
        # Whoever knows the export asks by its id, whoever knows the API by that.
        tracks={str(asked): track for track in tracks for asked in (track.track_id, track.api_id)},
        albums={album_id: by_album[album_id] for album_id in (str(track.album.album_id) for track in tracks)},
        artists=artists_of(tracks),
        recordings=recordings | {str(other.track.api_id): other.recording_id for other in others.values()},
        renamed_at_ms=renamed_at_ms,
    )


def artists_of(tracks: Iterable[Track]) -> dict[str, Artist]:
    """Artists of tracks and of their albums, by id."""
    return {str(artist.artist_id): artist for track in tracks for artist in (*track.artists, track.album.artist)}


def _version(values: Mapping[str, Any], steps: Iterable[Step]) -> Version:
    """Values that hold as long as every step does."""
    begins, ends = zip(*((step.since_ms, step.until_ms) for step in steps), strict=True) if steps else ((), ())
    since_ms = max((ms for ms in begins if ms is not None), default=None)
    return Version(since_ms, min((ms for ms in ends if ms is not None), default=None), values)


def _genres(whose: str, number: int) -> list[str]:
    """Up to three; most artists have none."""
    count = max(0, number_of(whose, "genres") % 8 - 4)
    return [_GENRES[(number_of(whose, "genre") + number + 3 * place) % len(_GENRES)] for place in range(count)]


def _followers(whose: str, number: int) -> int:
    """Two steps up, one back; never the same in two steps that follow each other."""
    scale = number_of(whose, "followers")
    return int(10 ** (1 + scale % 6)) + (1 + scale % 40) * (number - 2 * (number % 3 == 2))
