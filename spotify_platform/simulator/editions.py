"""What a catalogue has beside the tracks people play: other versions of them under other ids, and other artists of one name.

These are drawn apart from the catalogue that is listened to: no play is of them, and they do not move any draw of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from spotify_platform.simulator.catalogue import VARIOUS, Album, Artist, Track, make_albums, release_date
from spotify_platform.simulator.draw import Draw, derived_seed

SAME_LENGTH_MS = 2_000
Kind = Literal["single", "regional", "remaster", "live"]
# With the recordings that are on two albums, 12 % of the ids of a real history share their ISRC with another one.
_KINDS: tuple[Kind | None, ...] = ("single", "regional", "remaster", "live", None)
_KIND_BOUNDS = (10.0, 25.0, 32.0, 52.0, 1_000.0)
_NAMESAKE_EVERY, _NAMESAKE_FIRST = 300, 9
# Far above the numbers of the artists who are listened to, so that no ISRC is made twice.
_NAMESAKE_NUMBER = 90_000


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of a track, on a release of its own.

    Attributes:
        kind: single: the same name and ISRC. regional: the same name, about the same length, no ISRC. remaster: the same
            recording with another name and ISRC. live: another recording of the same name, of another length.
        track: as the API has it.
        recording_id: which recording it truly is.
    """

    kind: Kind
    track: Track
    recording_id: str


def editions(seed: int, tracks: Sequence[Track]) -> dict[str, Edition]:
    """Other versions of some tracks, by the id of each. A track renamed one day has none: it would not be renamed with it."""
    draw = Draw(derived_seed(seed, "editions"))
    found = {}
    for number, track in enumerate(tracks):
        kind = draw.weighted(_KINDS, _KIND_BOUNDS)
        if kind is not None and track.later_name is None:
            found[str(track.track_id)] = _edition(draw, kind, track, number)
    return found


def namesakes(seed: int, artists: Sequence[Artist]) -> list[list[Track]]:
    """Tracks of the albums of artists who are called as another one is."""
    draw = Draw(derived_seed(seed, "namesakes"))
    various = next((artist for artist in artists if artist.name == VARIOUS), Artist(draw.spotify_id(), VARIOUS))
    found: list[list[Track]] = []
    for number, artist in enumerate(artists[_NAMESAKE_FIRST::_NAMESAKE_EVERY]):
        other = Artist(draw.spotify_id(), artist.name)
        found += make_albums(draw, _NAMESAKE_NUMBER + number, other, artists, various)
    return found


def _edition(draw: Draw, kind: Kind, track: Track, number: int) -> Edition:
    name, isrc, duration_ms, recording_id = track.name, track.isrc, track.duration_ms, track.isrc
    if kind == "regional":
        isrc, duration_ms = "", duration_ms + draw.between(-SAME_LENGTH_MS, SAME_LENGTH_MS)
    elif kind == "remaster":
        name, isrc = f"{name} - {draw.between(2009, 2020)} Remaster", f"YY{number:010d}"
    elif kind == "live":
        recording_id = f"ZZ{number:010d}"
        # Half of them say nothing: only the length tells that it is another recording.
        isrc, duration_ms = recording_id if draw.chance(0.5) else "", duration_ms + draw.between(20_000, 90_000)
    track_id = draw.spotify_id()
    release = name if kind in {"single", "regional"} else f"{track.album.name} ({kind.capitalize()})"
    album = Album(draw.spotify_id(), release, track.artists[0], release_date(draw), 1)
    there = replace(track, name=name, isrc=isrc, duration_ms=duration_ms, album=album, track_number=1)
    return Edition(kind, replace(there, track_id=track_id, api_id=track_id), recording_id)
