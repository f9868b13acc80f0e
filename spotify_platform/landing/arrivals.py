"""What lies in the landing zone. Listing costs the recent days, not the history; a full sweep is for late arrivals.

A file dropped by hand is taken once it has not changed between two looks, so that a copy in progress is left alone.
What the platform lands itself appears whole and needs no second look.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import obstore
from obstore.exceptions import InvalidPathError
from obstore.store import ObjectStore

from spotify_platform.errors import WrongCall
from spotify_platform.landing.keys import dated

LOOK_BACK = timedelta(days=2)
# Litter of file managers and of downloads under way; never a listening history.
_LITTER = re.compile(r"(^|/)(\.[^/]*|~\$[^/]*|Thumbs\.db|desktop\.ini|[^/]*\.(crdownload|part|partial|tmp|download))$")


@dataclass(frozen=True, slots=True, order=True)
class Arrival:
    """One object of the landing zone, as the store lists it."""

    key: str
    etag: str
    size: int


def is_litter(key: str) -> bool:
    """Whether a key is a file manager's or a browser's own, and never a listening history."""
    return bool(_LITTER.search(key))


def sweep(store: ObjectStore) -> list[Arrival]:
    """Every object there is, in the order of the keys. Raises `WrongCall` where a file's name is none for an object."""
    with _names_are_keys():
        return sorted(_arrivals(meta for batch in obstore.list(store) for meta in batch))


def recent(store: ObjectStore, last_days: Mapping[str, date]) -> list[Arrival]:
    """Objects of recent days, and all that was dropped by hand, in the order of the keys.

    Args:
        store: the landing zone.
        last_days: for each root (`api/anna`) the day of the newest key already known; two days before it are looked
            through again. A root that is not in it is listed whole.

    Raises:
        WrongCall: a file's name is none for an object.
    """
    with _names_are_keys():
        return _recent(store, last_days)


@contextmanager
def _names_are_keys() -> Iterator[None]:
    """Tell of a file at which every listing stops, until it has another name."""
    try:
        yield
    except InvalidPathError as error:
        told = re.search(r'Path "(.*?)"', str(error), re.DOTALL)
        raise WrongCall(
            f"{told[1] if told else 'A file'!r} in the landing zone has a name that no store takes. Rename it: no control "
            "characters, and UTF-8 alone."
        ) from None


def _recent(store: ObjectStore, last_days: Mapping[str, date]) -> list[Arrival]:
    found: list[Arrival] = []
    top = obstore.list_with_delimiter(store)
    found += _arrivals(top["objects"])
    for first in top["common_prefixes"]:
        second = obstore.list_with_delimiter(store, first)
        found += _arrivals(second["objects"])
        for root in second["common_prefixes"]:
            found += _recent_below(store, root, last_days.get(root))
    return sorted(found)


def _recent_below(store: ObjectStore, root: str, last_day: date | None) -> Iterator[Arrival]:
    if last_day is None:
        yield from _all_below(store, root)
        return
    first = (last_day - LOOK_BACK).strftime("%Y/%m/%d").split("/")
    yield from _from_day(store, root, first)


def _from_day(store: ObjectStore, prefix: str, first: list[str]) -> Iterator[Arrival]:
    """Folders named by numbers (year, month, day) from the first on; other folders are hand-made and listed whole."""
    here = obstore.list_with_delimiter(store, prefix)
    yield from _arrivals(here["objects"])
    for folder in here["common_prefixes"]:
        name = folder.rpartition("/")[2]
        if not first or not (name.isdigit() and len(name) == len(first[0])):
            yield from _all_below(store, folder)
        elif name == first[0]:
            yield from _from_day(store, folder, first[1:])
        elif name > first[0]:
            yield from _all_below(store, folder)


def _all_below(store: ObjectStore, prefix: str) -> Iterator[Arrival]:
    return _arrivals(meta for batch in obstore.list(store, prefix) for meta in batch)


def _arrivals(metas: Iterable[Mapping[str, object]]) -> Iterator[Arrival]:
    for meta in metas:
        key = str(meta["path"])
        if not is_litter(key):
            yield Arrival(key, str(meta["e_tag"] or meta["last_modified"]), int(str(meta["size"])))


def settled(store: ObjectStore, arrivals: list[Arrival], pause_seconds: float) -> list[Arrival]:
    """Those that may be taken: written by the platform, or unchanged between this look and one more."""
    by_hand = [arrival for arrival in arrivals if dated(arrival.key) is None]
    if not by_hand:
        return arrivals
    time.sleep(pause_seconds)
    moving = {arrival.key for arrival in by_hand if look(store, arrival.key) != arrival}
    return [arrival for arrival in arrivals if arrival.key not in moving]


def look(store: ObjectStore, key: str) -> Arrival | None:
    """The object as it is now; None when it is gone."""
    try:
        return next(_arrivals([obstore.head(store, key)]), None)
    except FileNotFoundError:
        return None
