"""What there is to listen to: artists, albums and tracks whose popularity follows a power law, local files, podcasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from spotify_platform.simulator.draw import Draw, bounds_of

_SYLLABLES = "ka lo mi ra ve so tan del bri nor ash wyn zu fen mar il ol eth ur ana".split()  # noqa: SIM905 - easier to read
_WORDS = "Night River Glass Paper Echo Summer Winter Golden Silent Electric Broken Morning Last First Blue Neon".split()  # noqa: SIM905
# Names that break careless readers: other scripts, beyond the basic plane, quotes, escapes, control characters.
_ODD = ("Gönül Şükür", "Đêm", "서울", "Moon 🌙", 'The "Quoted"', "Back\\slash", "AC/DC & Co.", "Tab\tand\x07Bell")


@dataclass(frozen=True, slots=True)
class Artist:
    """One artist; a local file's has no id."""

    artist_id: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Album:
    """One album. `release_date` has the precision it is known with: `2019`, `2019-03` or `2019-03-01`."""

    album_id: str | None
    name: str
    artist: Artist
    release_date: str
    total_tracks: int


@dataclass(frozen=True, slots=True)
class Track:
    """One track; a local file has no `track_id`. The first of `artists` is the album's."""

    track_id: str | None
    name: str
    artists: Sequence[Artist]
    album: Album
    track_number: int
    duration_ms: int
    is_explicit: bool
    isrc: str


@dataclass(frozen=True, slots=True)
class Episode:
    """One podcast episode."""

    episode_id: str
    name: str
    show: str
    duration_ms: int
    is_video: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Tracks with the bounds of their popularity, the tracks of each album, local files, episodes, playlists' ids."""

    tracks: Sequence[Track]
    bounds: Sequence[float]
    albums: Mapping[Album, Sequence[Track]]
    local_files: Sequence[Track]
    episodes: Sequence[Episode]
    playlists: Sequence[str]


def make_catalogue(draw: Draw, artist_count: int) -> Catalogue:
    """A catalogue of so many artists, about ten tracks each."""
    artists = [Artist(draw.spotify_id(), _artist_name(draw, number)) for number in range(artist_count)]
    albums = [album for number in range(artist_count) for album in _albums(draw, number, artists)]
    # Which tracks are loved is not a matter of when they were made.
    tracks = draw.shuffled([track for album in albums for track in album])
    tape = Album(None, "Home Tapes", Artist(None, "Garage Band"), "", 5)
    return Catalogue(
        tracks=tracks,
        bounds=bounds_of([1.0 / (rank + 3) for rank in range(len(tracks))]),
        albums={album[0].album: album for album in albums},
        local_files=[
            Track(None, f"Bootleg {n}", (tape.artist,), tape, n, draw.between(60_000, 400_000), False, "")  # noqa: FBT003
            for n in range(1, 6)
        ],
        episodes=[_episode(draw, number) for number in range(160)],
        playlists=[draw.spotify_id() for _ in range(12)],
    )


def _artist_name(draw: Draw, number: int) -> str:
    if number % 10 == 0 and number // 10 < len(_ODD):
        return _ODD[number // 10]
    return "".join(draw.one_of(_SYLLABLES) for _ in range(draw.between(2, 3))).capitalize() + f" {number}"


def _albums(draw: Draw, number: int, artists: Sequence[Artist]) -> list[list[Track]]:
    found: list[list[Track]] = []
    for _ in range(draw.between(1, 2)):
        count = draw.between(3, 10)
        name = f"{draw.one_of(_WORDS)} {draw.one_of(_WORDS)}"
        album = Album(draw.spotify_id(), name, artists[number], _release_date(draw), count)
        found.append(
            [_track(draw, album, place + 1, artists, f"XX{number:05d}{len(found)}{place:04d}") for place in range(count)]
        )
    if len(found) > 1:
        # One recording on two albums: same name and ISRC under another id, as 12 % of the ids of a real history are.
        first, last = found[0][0], found[1][-1]
        found[1][-1] = replace(first, track_id=last.track_id, album=last.album, track_number=last.track_number)
    return found


def _track(draw: Draw, album: Album, place: int, artists: Sequence[Artist], isrc: str) -> Track:
    name = f"{draw.one_of(_WORDS)} {draw.one_of(_SYLLABLES)} {place}"
    guest = draw.one_of(artists)
    credited = (album.artist, guest) if draw.chance(0.12) and guest is not album.artist else (album.artist,)
    # An interlude is over before it can count.
    duration_ms = draw.between(12_000, 29_000) if draw.chance(0.01) else draw.between(90_000, 420_000)
    return Track(draw.spotify_id(), name, credited, album, place, duration_ms, draw.chance(0.1), isrc)


def _release_date(draw: Draw) -> str:
    full = f"{draw.between(1968, 2020)}-{draw.between(1, 12):02d}-{draw.between(1, 28):02d}"
    return full[: draw.weighted((10, 4, 7), (88.0, 98.0, 100.0))]


def _episode(draw: Draw, number: int) -> Episode:
    name, show = f"Episode {number % 40 + 1}", f"{_WORDS[number // 40]} Talk"
    return Episode(draw.spotify_id(), name, show, draw.between(900_000, 5_400_000), is_video=number // 40 == 0)
