"""Small nasty histories of one user, from a seed: true plays, told by one to three sources that do not quite agree.

Times are piled where a rule turns: at the borders of its windows, at New Year, and in nights that change the clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from spotify_platform.contracts.silver import PLAY_RECORDS
from spotify_platform_tests.oracle.rules import DEVICES

Row = dict[str, Any]

MOST_RECORDS = 14
NEW_YEAR = datetime(2025, 1, 1, tzinfo=UTC)
# Berlin puts its clocks back at 01:00 UTC on this day, so 02:30 there comes twice; then the night it puts them forward.
BACK = datetime(2024, 10, 27, 1, tzinfo=UTC)
FORWARD = datetime(2024, 3, 31, 1, tzinfo=UTC)
BEGIN, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

BORDERS_S = (0, 0, 1, 2, 4.999, 5, 5.001, 6, 30, 59, 60, 61, 120, 599.999, 600, 600.001, 620, 1200, 2400, 3590, 3610)
STEPS_S: dict[str, Sequence[float]] = {
    "mixed": BORDERS_S,
    "loop": (0, 1, 2, 5, 15, 29, 30, 60),
    "upload": (0, 0, 0, 1),
    "long": (600, 1800, 2390, 2400, 2400, 2400.001, 2460),
}
SMALL_SKEWS_S = (0, 0, 0, 0.25, 1, -1, 2, -3, 4.999, 5, -5, 5.001, -5.001)
LARGE_SKEWS_S = (6, -6, 30, 59, -60, 61, 120, -120, 599.999, -600, 600, 600.001, -600.001, 620, 700)
HEARD_MS = (0, 29_999, 30_000, 31_000, 200_000, 200_000)
DURATIONS_MS = (None, 0, 30_000, 200_000, 200_000, 3_000_000, 3_000_000)
REASONS = (None, "", "unknown", "trackdone", "endplay", "fwdbtn", "backbtn", "nextbtn")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati")
WAYS = ("mixed", "mixed", "loop", "upload", "long")
NOTHING: Row = dict.fromkeys(PLAY_RECORDS.column_names)


def content(kind: str = "track", uri: str | None = None, **names: str | None) -> Row:
    """What can be heard, in the columns of a record."""
    found: Row = {"content_type": kind, "content_uri": uri, "track_id": None, "track_name": None, "artist_name": None}
    found |= {"album_name": None, "show_name": None, **names}
    if uri and uri.startswith("spotify:track:"):
        found["track_id"] = uri.removeprefix("spotify:track:")
    return found


# One song under the ids and names it can have: relinked, renamed, a music video, another artist's, a local file.
SONG = (
    content(uri="spotify:track:x1", track_name="Loop", artist_name="Ann", album_name="First"),
    content(uri="spotify:track:x2", track_name="Loop", artist_name="Ann", album_name="Best of"),
    content(uri="spotify:track:x1", track_name="Loop (live)", artist_name="Ann"),
    content(uri="spotify:track:v1", track_name="Loop", artist_name="Ann"),
    content(uri="spotify:track:x3", track_name="Loop", artist_name="Ben", album_name="First"),
    content(uri="spotify:track:x1"),
    content(track_name="Loop", artist_name="Ann"),
    content(track_name="Loop"),
    content(uri="spotify:local:Ann:First:Loop:61", track_name="Loop", artist_name="Ann"),
)
OTHERS = (
    content(uri="spotify:track:y1", track_name="loop", artist_name="Ann", album_name="First"),
    content("episode", "spotify:episode:e1", track_name="Talk", show_name="Show"),
    content("audiobook", "spotify:episode:c1", track_name="Chapter 1", show_name="Book"),
    content("unknown"),
)


@dataclass(frozen=True, slots=True)
class History:
    """The records of one user, and what the user's settings say."""

    records: Sequence[Row]
    zones: Sequence[Row]
    leave_out_incognito: bool

    def told_to(self, user_id: str, bucket: int) -> "History":
        """The same history of a user of that name."""
        who = {"user_id": user_id, "user_bucket": bucket}
        records = [{**row, **who, "record_id": f"{user_id}-{row['record_id']}"} for row in self.records]
        return History(records, [{**zone, "user_id": user_id} for zone in self.zones], self.leave_out_incognito)


def turning_year(random: Random) -> History:
    """A history over New Year in which a record is felt as far as the rules see: up to 45 minutes, with little between."""
    return history(
        random, [NEW_YEAR - timedelta(minutes=minutes) for minutes in (0, 0, 10, 44, 45)], ("long", "long", "mixed", "loop")
    )


def history(random: Random, anchors: Sequence[datetime] = (NEW_YEAR, BACK, FORWARD), ways: Sequence[str] = WAYS) -> History:
    """A history of 1 to 14 records around one of some times.

    Of some ways to listen: mixed, a loop of one short track, an upload of what was heard offline in one second, or long
    plays of which mostly one source tells.
    """
    anchor, way = random.choice(anchors), random.choice(ways)
    cuts = {source: _cut(random, anchor) for source in SOURCES}
    found: dict[tuple[Any, ...], Row] = {}
    for heard in _heard(random, anchor, way):
        for source in random.sample(sorted(SOURCES), random.choice((1, 1, 1, 2) if way == "long" else (1, 2, 2, 3))):
            record = _told(random, source, heard)
            first, last = cuts[source]
            if not first <= record["ended_at"] < last or len(found) == MOST_RECORDS:
                continue
            # R1 and R2: who tells the same twice tells it once, from two places. R0 keeps them apart.
            again = found.setdefault((len(found), source) if source == "account" else _identity(record), record)
            if again is not record:
                again["origins"] = sorted({*again["origins"], *record["origins"]})
    if not found:
        return history(random, anchors, ways)
    return History(list(found.values()), _stays(random, anchor), random.random() < 0.5)


def _heard(random: Random, anchor: datetime, way: str) -> Iterator[Row]:
    """True plays, one after the other or the other way round."""
    heard_ms = random.choices(HEARD_MS, k=1 if way == "loop" else 6)
    palette = [random.choice(SONG)] if way == "loop" else random.choices(SONG + OTHERS, k=random.randint(1, 3))
    durations_ms = [3_000_000] if way == "long" else DURATIONS_MS
    at = anchor + _seconds(random.choice((-1, 1)) * random.choice(BORDERS_S))
    for _ in range(random.randint(1, 7)):
        lengths = {"ms_played": random.choice(heard_ms), "duration_ms": random.choice(durations_ms)}
        yield {**random.choice(palette), **lengths, "ended_at": at}
        if way == "mixed" and random.random() < 0.3:
            at = anchor
        at += _seconds(random.choice((-1, 1, 1)) * random.choice(STEPS_S[way]))


def _told(random: Random, source: str, heard: Row) -> Row:
    """What a source makes of a play: its clock, its names and its columns."""
    told = dict(heard)
    if random.random() < 0.2:
        told |= random.choice(SONG + OTHERS)
    name = random.choice(("track_name", "artist_name", "album_name"))
    if random.random() < 0.1 and not told[name]:
        told[name] = random.choice((None, ""))
    told["ended_at"] += _skew(random, source)
    record = NOTHING | SOURCES[source](random, told)
    return record | {
        "record_id": f"{random.getrandbits(32):08x}",
        "source": source,
        "year": record["ended_at"].year,
        "origins": [f"{random.getrandbits(16):04x}#{row}" for row in range(random.choice((1, 1, 1, 2)))],
        "_batch": random.randint(1, 9),
    }


def _extended(random: Random, told: Row) -> Row:
    return told | {
        "ended_at": told["ended_at"].replace(microsecond=0),
        "duration_ms": None,
        "reason_start": random.choice(REASONS),
        "reason_end": random.choice(REASONS),
        "shuffle": random.choice((None, True, False)),
        "skipped": random.choice((None, None, True, False)),
        "offline": random.choice((None, True, False)),
        "incognito": random.choice((None, True, False)),
        "platform": random.choice(list(DEVICES)),
        "country": random.choice((None, "DE")),
    }


def _account(random: Random, told: Row) -> Row:
    """Account data knows names only: no album, no id; of an audiobook it knows the author."""
    author = random.choice((None, "Author")) if told["content_type"] == "audiobook" else told["artist_name"]
    minute = told["ended_at"].replace(second=0, microsecond=0)
    names = {name: told[name] for name in ("ms_played", "content_type", "track_name", "show_name")}
    return names | {"ended_at": minute, "artist_name": author}


def _api(random: Random, told: Row) -> Row:
    """The API knows how long a track is, not what was heard of it, and nothing of shows."""
    kind = told["content_type"] if told["content_type"] in {"track", "episode"} else "unknown"
    context = random.choice((None, "spotify:playlist:p1"))
    return told | {"content_type": kind, "ms_played": None, "show_name": None, "context_uri": context}


SOURCES = {"account": _account, "api": _api, "extended": _extended}


def _skew(random: Random, source: str) -> timedelta:
    """How far a source's clock is off: mostly the API's, by a little."""
    chance = random.random()
    if source != "api" and chance < 0.8:
        return _seconds(0)
    if chance < 0.15:
        return timedelta(milliseconds=random.randint(-6_000, 6_000))
    return _seconds(random.choice(LARGE_SKEWS_S if chance > 0.85 else SMALL_SKEWS_S))


def _cut(random: Random, anchor: datetime) -> tuple[datetime, datetime]:
    """From when to when a source tells anything: an export ends when it was asked for, polls begin one day."""
    at = anchor + _seconds(random.choice((-1, 1)) * random.choice(BORDERS_S))
    return random.choice(((BEGIN, at), (at, END), *[(BEGIN, END)] * 6))


def _stays(random: Random, anchor: datetime) -> list[Row]:
    """Where the user was: one zone, or two or three, changed near the plays."""
    turns = sorted(
        {anchor + _seconds(random.choice((-1, 1)) * random.choice(BORDERS_S)) for _ in range(random.choice((0, 0, 1, 2)))}
    )
    times = [BEGIN, *turns, END]
    return [{"time_zone": random.choice(ZONES), "starts_at": first, "ends_at": last} for first, last in pairwise(times)]


def _identity(record: Row) -> tuple[Any, ...]:
    names = [record[name] or "" for name in ("track_name", "artist_name", "album_name", "show_name")]
    known = (record["track_id"] if record["source"] == "api" else None) or record["content_uri"]
    return record["source"], record["ended_at"], known or tuple(names), record["ms_played"]


def _seconds(number: float) -> timedelta:
    return timedelta(milliseconds=round(number * 1000))
