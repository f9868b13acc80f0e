"""What there is to listen to: artists, albums and tracks whose popularity follows a power law, and a few podcasts."""

from collections.abc import Sequence
from dataclasses import dataclass

from spotify_platform.simulator.draw import Draw, bounds_of

_SYLLABLES = "ka lo mi ra ve so tan del bri nor ash wyn zu fen mar il ol eth ur ana".split()  # noqa: SIM905 - easier to read
_ODD = ("Ünlü", "Đêm", "서울", "Sigur Rós", "Beyoncé", 'The "Quoted"', "Back\\slash", "AC/DC & Co.")
_WORDS = "Night River Glass Paper Echo Summer Winter Golden Silent Electric Broken Morning Last First Blue Neon".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Track:
    """One track of the catalogue; `track_id` is None for a local file."""

    track_id: str | None
    name: str
    artist: str
    artist_id: str
    album: str
    album_id: str
    duration_ms: int
    isrc: str


@dataclass(frozen=True, slots=True)
class Episode:
    """One podcast episode."""

    episode_id: str
    name: str
    show: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Tracks with the bounds of their popularity, local files, episodes."""

    tracks: Sequence[Track]
    bounds: Sequence[float]
    local_files: Sequence[Track]
    episodes: Sequence[Episode]


def make_catalogue(draw: Draw, artists: int) -> Catalogue:
    """A catalogue of so many artists, about ten tracks each."""
    tracks = [track for number in range(artists) for track in _artist(draw, number)]
    # Which tracks are loved is not a matter of when they were made: the order is shuffled by the draw.
    order = sorted((draw.between(0, 1 << 30), number) for number in range(len(tracks)))
    shuffled = [tracks[number] for _, number in order]
    weights = [1.0 / (rank + 3) for rank in range(len(shuffled))]
    local = [
        Track(None, f"Bootleg {n}", "Garage Band", "", "Home Tapes", "", draw.between(60_000, 400_000), "") for n in range(5)
    ]
    episodes = [
        Episode(draw.spotify_id(), f"Episode {n % 40 + 1}", f"{_WORDS[n // 40]} Talk", draw.between(900_000, 5_400_000))
        for n in range(160)
    ]
    return Catalogue(shuffled, bounds_of(weights), local, episodes)


def _artist(draw: Draw, number: int) -> list[Track]:
    odd = _ODD[number // 10] if number % 10 == 0 and number // 10 < len(_ODD) else None
    name = odd or "".join(draw.one_of(_SYLLABLES) for _ in range(draw.between(2, 3))).capitalize() + f" {number}"
    artist_id = draw.spotify_id()
    found = []
    for _ in range(draw.between(1, 2)):
        album, album_id = f"{draw.one_of(_WORDS)} {draw.one_of(_WORDS)}", draw.spotify_id()
        for place in range(draw.between(3, 10)):
            title = f"{draw.one_of(_WORDS)} {draw.one_of(_SYLLABLES)} {place + 1}"
            isrc = f"XX{number:05d}{place:05d}"
            found.append(Track(draw.spotify_id(), title, name, artist_id, album, album_id, draw.between(45_000, 420_000), isrc))
    return found
