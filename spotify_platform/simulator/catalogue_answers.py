"""Answers of the catalogue: who asks for what when, a request a second, and the documents that land of it."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Literal

from spotify_platform.simulator.api_objects import URL
from spotify_platform.simulator.catalogue_objects import FEATURES_UNTIL, object_at, page_keys, simplified_at
from spotify_platform.simulator.changing import ChangingCatalogue, Kind, artists_of
from spotify_platform.simulator.clock import utc_ms
from spotify_platform.simulator.documents import Row
from spotify_platform.simulator.draw import Draw, derived_seed
from spotify_platform.simulator.history import History

LISTS_UNTIL = date(2026, 2, 11)
"""From this day on, the API refuses lists of ids to apps as ours."""
MOST_IN_A_LIST = {"tracks": 50, "albums": 20, "artists": 50, "audio_features": 100}
MOST_ON_A_PAGE = {"tracks": 50, "albums": 10}
DAYS, EVERY_DAYS, TRACKS_A_DAY = 5, 7, 3_000
Shape = Literal["single", "list", "bare", "items"]
SHAPES: tuple[Shape, ...] = ("single", "list", "bare", "items")
# Ids that the API does not know: of tracks taken down, and of typing errors.
_UNKNOWN = 0.004
_PATH = {"tracks": "albums/{}/tracks", "albums": "artists/{}/albums"}
_OBJECT = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. Object k is `object_of(asked[k])`, and tells of the entity of that id; null where there is none.

    Attributes:
        name: key in the landing zone, or the name of a loose file, which says no time.
        kind: what was asked for.
        answered_at_ms: when, milliseconds since 1970, a whole second.
        asked: ids that were asked for; the answered one is another where a track is relinked. Of a page: what it lists.
        shape: single: the object. list: `{"tracks": [...]}`. bare: `[...]`. items: a page of simplified objects.
        object_of: makes the object of an id.
        around: of a page: its keys beside `items`.
    """

    name: str
    kind: Kind
    answered_at_ms: int
    asked: Sequence[str]
    shape: Shape
    object_of: Callable[[str], Row | None]
    around: Row | None = None

    @property
    def rows(self) -> Iterator[tuple[Row | None, str]]:
        """Each object with the id it was asked for by, made as it is asked for."""
        return ((self.object_of(asked_id), asked_id) for asked_id in self.asked)

    def text(self) -> Iterator[str]:
        """The document in one line, object by object."""
        keys = {"list": f'{{"{self.kind}": [', "items": '{"items": [', "bare": "["}
        yield keys.get(self.shape, "")
        for number, (found, _) in enumerate(self.rows):
            yield (", " if number else "") + _OBJECT.encode(found)
        if self.around is not None:
            yield f"], {_OBJECT.encode(self.around)[1:]}"
        else:
            yield {"list": "]}", "bare": "]"}.get(self.shape, "")


def catalogue_answers(  # noqa: PLR0913 - who asks for what, when and how
    catalogue: ChangingCatalogue,
    kind: Kind,
    ids: Sequence[str],
    at: datetime,
    *,
    shape: Shape | None = None,
    user: str = "me",
    loose: bool = False,
) -> Iterator[Answer]:
    """Answers to one round of requests, a second apart.

    Some of the ids asked for in lists are unknown to the API; a single unknown id is refused, and nothing lands.
    Audio features are refused, and nothing lands, from FEATURES_UNTIL on.

    Args:
        catalogue: as of the second of each answer.
        kind: what is asked for.
        ids: of the entities, in their order.
        at: when the first is answered; a whole second.
        shape: as of `Answer`; default is what the API of that day allows: lists until LISTS_UNTIL, then single objects.
        user: whose landing folder the keys name.
        loose: names say no time and no user.

    Raises:
        ValueError: the time has no zone, or there are no pages of this kind.
    """
    if shape == "items" and kind not in _PATH:
        raise ValueError(f"there are pages of tracks and albums, not of {kind}")
    if kind == "audio_features" and at.date() >= FEATURES_UNTIL:
        return
    chosen = shape or ("list" if at.date() < LISTS_UNTIL else "single")
    first_ms = utc_ms(at)
    for number, (asked, around) in enumerate(_requests(catalogue, kind, ids, chosen)):
        at_ms = first_ms + number * 1000
        name = _name(catalogue.seed, kind, at_ms, asked, None if loose else user)
        yield Answer(name, kind, at_ms, asked, chosen, _maker(catalogue, kind, at_ms, chosen), around)


def daily_answers(  # noqa: PLR0913 - who asks for what, when and how
    catalogue: ChangingCatalogue,
    tracks: Sequence[str],
    begins: Iterable[datetime],
    *,
    shape: Shape | None = None,
    user: str = "me",
    loose: bool = False,
) -> Iterator[Answer]:
    """Observations of the same tracks, their albums, their artists and their audio features, from some instants on.

    Args:
        catalogue: what there is.
        tracks: ids, of the export or of the API.
        begins: when each round begins; it takes a second a request.
        shape: as of `catalogue_answers`; kinds that have no pages are asked for as the API allows.
        user: as of `catalogue_answers`.
        loose: as of `catalogue_answers`.
    """
    found = [catalogue.tracks[track] for track in tracks]
    ids: dict[Kind, list[str]] = {
        "tracks": list(tracks),
        "albums": list(dict.fromkeys(str(track.album.album_id) for track in found)),
        "artists": list(artists_of(found)),
        "audio_features": list(dict.fromkeys(str(track.api_id) for track in found)),
    }
    for at in begins:
        for kind, asked in ids.items():
            chosen = None if shape == "items" and kind not in _PATH else shape
            yield from catalogue_answers(catalogue, kind, asked, at, shape=chosen, user=user, loose=loose)


def listener_answers(  # noqa: PLR0913 - who asks for what, when and how
    history: History,
    catalogue: ChangingCatalogue,
    *,
    days: int = DAYS,
    every_days: int = EVERY_DAYS,
    tracks_a_day: int = TRACKS_A_DAY,
    until: datetime | None = None,
    shape: Shape | None = None,
    user: str = "me",
    loose: bool = False,
) -> Iterator[Answer]:
    """Answers about what a listener hears: all of the catalogue on the first day, on later ones what was heard first of all.

    Args:
        history: whose.
        catalogue: that the history was played from, see `changing_catalogue`.
        days: on how many days something is asked for.
        every_days: from one of them to the next.
        tracks_a_day: at most, on later days, with their albums and artists.
        until: when the last day's requests begin; default is when all of the history is told.
        shape: as of `daily_answers`.
        user: as of `daily_answers`.
        loose: as of `daily_answers`.
    """
    last = until or datetime.fromtimestamp(history.over_at_ms // 1000, UTC)
    begins = [last - timedelta(days=every_days * number) for number in range(days)][::-1]
    tracks = catalogue.ids("tracks")
    yield from daily_answers(catalogue, tracks, begins[:1], shape=shape, user=user, loose=loose)
    yield from daily_answers(catalogue, tracks[:tracks_a_day], begins[1:], shape=shape, user=user, loose=loose)


def _requests(
    catalogue: ChangingCatalogue, kind: Kind, ids: Sequence[str], shape: Shape
) -> Iterator[tuple[Sequence[str], Row | None]]:
    """Ids of each request; of a page, what stands around them."""
    if shape == "single":
        yield from (([one], None) for one in ids)
    elif shape == "items":
        yield from _pages(catalogue, kind, ids)
    else:
        mixed = _with_unknown(catalogue.seed, kind, ids)
        yield from ((part, None) for part in _parts(mixed, MOST_IN_A_LIST[kind]))


def _pages(catalogue: ChangingCatalogue, kind: Kind, ids: Sequence[str]) -> Iterator[tuple[Sequence[str], Row]]:
    """Pages of all tracks of these tracks' albums, or of all albums of these albums' artists."""
    children: dict[str, list[str]] = {}
    for album_id, tracks in catalogue.albums.items():
        artist_id = str(tracks[0].album.artist.artist_id)
        listed = [str(track.api_id) for track in tracks] if kind == "tracks" else [album_id]
        children.setdefault(album_id if kind == "tracks" else artist_id, []).extend(listed)
    if kind == "tracks":
        parents = dict.fromkeys(str(catalogue.tracks[one].album.album_id) for one in ids)
    else:
        parents = dict.fromkeys(str(catalogue.albums[one][0].album.artist.artist_id) for one in ids)
    for parent in parents:
        href, most = f"{URL}/{_PATH[kind].format(parent)}", MOST_ON_A_PAGE[kind]
        for number, part in enumerate(_parts(children[parent], most)):
            yield part, page_keys(href, most, number * most, len(children[parent]))


def _parts(ids: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    return (ids[first : first + most] for first in range(0, len(ids), most))


def _with_unknown(seed: int, kind: Kind, ids: Sequence[str]) -> list[str]:
    draw = Draw(derived_seed(seed, f"unknown {kind}"))
    return [one for entity_id in ids for one in ((draw.spotify_id(), entity_id) if draw.chance(_UNKNOWN) else (entity_id,))]


def _maker(catalogue: ChangingCatalogue, kind: Kind, at_ms: int, shape: Shape) -> Callable[[str], Row | None]:
    make = simplified_at if shape == "items" else object_at
    return lambda asked_id: make(catalogue, kind, asked_id, at_ms)


def _name(seed: int, kind: Kind, at_ms: int, asked: Sequence[str], user: str | None) -> str:
    mark = sha256(f"{seed} {kind} {at_ms} {asked}".encode()).hexdigest()[:8]
    if user is None:
        return f"{kind}-{mark}.json"
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"catalogue_api/{user}/{at:%Y/%m/%d}/{at:%Y%m%dT%H%M%SZ}-{mark}.json"
