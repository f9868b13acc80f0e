"""What there is to listen to: artists, albums and tracks whose popularity follows a power law, and all that is no such track."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from spotify_platform.simulator.draw import Draw, bounds_of

_SYLLABLES = "ka lo mi ra ve so tan del bri nor ash wyn zu fen mar il ol eth ur ana".split()  # noqa: SIM905 - easier to read
_WORDS = "Night River Glass Paper Echo Summer Winter Golden Silent Electric Broken Morning Last First Blue Neon".split()  # noqa: SIM905
# Names that break careless readers: other scripts, beyond the basic plane, quotes, escapes, control characters.
_ODD = ("Gönül Şükür", "Đêm", "서울", "Moon 🌙", 'The "Quoted"', "Back\\slash", "AC/DC & Co.", "Tab\tand\x07Bell")
VARIOUS = "Various Artists"
_HOUR_MS = 3_600_000
# Every ninth track by popularity goes by another id in the API: 11 % of the plays, whatever the seed loves most.
_RELINKED_EVERY, _RELINKED_FIRST = 9, 4
# 0.6 % of the tracks of a real history were renamed within four years.
_RENAMED_EVERY, _RENAMED_FIRST = 162, 7


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
    """One track; a local file has no `track_id`.

    Attributes:
        track_id: id in the export.
        name: title.
        artists: as the API credits them. The first is mostly the album's artist, whom the export names; not on compilations.
        album: that it is on.
        track_number: on the album, from 1.
        duration_ms: its length.
        is_explicit: as the API says.
        isrc: of the recording; two tracks may share it.
        api_id: id in the API: another one for the same recording where it is relinked.
        later_name: title in the API once it was renamed, or None.
    """

    track_id: str | None
    name: str
    artists: Sequence[Artist]
    album: Album
    track_number: int
    duration_ms: int
    is_explicit: bool
    isrc: str
    api_id: str | None
    later_name: str | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """One podcast episode."""

    episode_id: str
    name: str
    show: str
    duration_ms: int
    is_video: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter of an audiobook."""

    chapter_id: str
    name: str
    book_id: str
    book: str
    author: str
    duration_ms: int


Content: TypeAlias = Track | Episode | Chapter


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What there is.

    Attributes:
        tracks: the most popular first.
        bounds: their popularity, added up.
        albums: tracks of each album by its id, in their order.
        local_files: tracks that Spotify knows nothing of.
        nights: sounds to sleep to, hours long.
        episodes: of podcasts.
        chapters: of audiobooks.
        playlists: ids.
    """

    tracks: Sequence[Track]
    bounds: Sequence[float]
    albums: Mapping[str | None, Sequence[Track]]
    local_files: Sequence[Track]
    nights: Sequence[Track]
    episodes: Sequence[Episode]
    chapters: Sequence[Chapter]
    playlists: Sequence[str]


def make_catalogue(draw: Draw, artist_count: int) -> Catalogue:
    """A catalogue of so many artists, about ten tracks each."""
    artists = [Artist(draw.spotify_id(), _artist_name(draw, number)) for number in range(artist_count)]
    various = Artist(draw.spotify_id(), VARIOUS)
    albums = [album for number in range(artist_count) for album in make_albums(draw, number, artists[number], artists, various)]
    # Which tracks are loved is not a matter of when they were made.
    ranked = draw.shuffled([track for album in albums for track in album])
    tracks = [_as_in_api(draw, track, rank) for rank, track in enumerate(ranked)]
    by_id = {track.track_id: track for track in tracks}
    return Catalogue(
        tracks=tracks,
        bounds=bounds_of([1.0 / (rank + 3) for rank in range(len(tracks))]),
        albums={album[0].album.album_id: [by_id[track.track_id] for track in album] for album in albums},
        local_files=_local_files(draw),
        nights=_nights(draw),
        episodes=[_episode(draw, number) for number in range(160)],
        chapters=[chapter for number in range(3) for chapter in _chapters(draw, number)],
        playlists=[draw.spotify_id() for _ in range(12)],
    )


def _as_in_api(draw: Draw, track: Track, rank: int) -> Track:
    if rank % _RELINKED_EVERY == _RELINKED_FIRST:
        return replace(track, api_id=draw.spotify_id())
    if rank % _RENAMED_EVERY == _RENAMED_FIRST:
        return replace(track, later_name=f"{track.name} (Remastered)")
    return track


def _artist_name(draw: Draw, number: int) -> str:
    if number % 10 == 0 and number // 10 < len(_ODD):
        return _ODD[number // 10]
    return "".join(draw.one_of(_SYLLABLES) for _ in range(draw.between(2, 3))).capitalize() + f" {number}"


def make_albums(draw: Draw, number: int, artist: Artist, artists: Sequence[Artist], various: Artist) -> list[list[Track]]:
    """Tracks of one or two albums of an artist, with guests; the number makes their ISRCs."""
    found: list[list[Track]] = []
    for _ in range(draw.between(1, 2)):
        count = draw.between(3, 10)
        name = f"{draw.one_of(_WORDS)} {draw.one_of(_WORDS)}"
        album_artist = various if draw.chance(0.04) else artist
        album = Album(draw.spotify_id(), name, album_artist, release_date(draw), count)
        isrcs = [f"XX{number:05d}{len(found)}{place:04d}" for place in range(count)]
        found.append([_track(draw, album, place, artists, isrc) for place, isrc in enumerate(isrcs, start=1)])
    if len(found) > 1:
        # One recording on two albums: same name and ISRC under another id, as 12 % of the ids of a real history are.
        first, last = found[0][0], found[1][-1]
        there = {"track_id": last.track_id, "api_id": last.api_id, "album": last.album, "track_number": last.track_number}
        found[1][-1] = replace(first, **there)  # type: ignore[arg-type]
    return found


def _track(draw: Draw, album: Album, place: int, artists: Sequence[Artist], isrc: str) -> Track:
    named = draw.one_of(_ODD) if draw.chance(0.02) else draw.one_of(_WORDS)
    guest = draw.one_of(artists)
    first = draw.one_of(artists) if album.artist.name == VARIOUS else album.artist
    credited = (first, guest) if draw.chance(0.12) and guest is not first else (first,)
    # An interlude is over before it can count.
    duration_ms = draw.between(12_000, 29_000) if draw.chance(0.01) else draw.between(90_000, 420_000)
    track_id = draw.spotify_id()
    return Track(
        track_id=track_id,
        name=f"{named} {draw.one_of(_SYLLABLES)} {place}",
        # Where the guest sings, the API names the guest first.
        artists=credited[::-1] if draw.chance(0.1) else credited,
        album=album,
        track_number=place,
        duration_ms=duration_ms,
        is_explicit=draw.chance(0.1),
        isrc=isrc,
        api_id=track_id,
    )


def release_date(draw: Draw) -> str:
    """A date with the precision of a day, a month or a year."""
    full = f"{draw.between(1968, 2020)}-{draw.between(1, 12):02d}-{draw.between(1, 28):02d}"
    return full[: draw.weighted((10, 4, 7), (88.0, 98.0, 100.0))]


def _local_files(draw: Draw) -> list[Track]:
    tape = Album(None, "Home Tapes", Artist(None, "Garage Band"), "", 5)
    return [
        Track(None, f"Bootleg {n}", (tape.artist,), tape, n, draw.between(60_000, 400_000), False, "", None)  # noqa: FBT003
        for n in range(1, 6)
    ]


def _nights(draw: Draw) -> list[Track]:
    artist = Artist(draw.spotify_id(), "Sleep Sounds")
    album = Album(draw.spotify_id(), "Rain", artist, "2018", 3)
    # The longest single play of 187,660 real ones was 5.5 hours.
    ids = [draw.spotify_id() for _ in range(3)]
    return [
        Track(one, f"Rain {n}", (artist,), album, n, (2 * n - 1) * _HOUR_MS + _HOUR_MS // 2, False, f"XXRAIN{n}", one)  # noqa: FBT003
        for n, one in enumerate(ids, start=1)
    ]


def _episode(draw: Draw, number: int) -> Episode:
    name, show = f"Episode {number % 40 + 1}", f"{_WORDS[number // 40]} Talk"
    return Episode(draw.spotify_id(), name, show, draw.between(900_000, 5_400_000), is_video=number // 40 == 0)


def _chapters(draw: Draw, number: int) -> list[Chapter]:
    book_id, book, author = draw.spotify_id(), f"The {_WORDS[number]} Book", f"Author {number}"
    return [
        Chapter(draw.spotify_id(), f"Chapter {n}", book_id, book, author, draw.between(300_000, 1_800_000)) for n in range(1, 13)
    ]
