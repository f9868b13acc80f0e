"""A few small histories a rule, with the plays that a reader of the rule expects: written by hand, for oracle and product."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from spotify_platform_tests.oracle.histories import BEGIN, END, NOTHING, History

Row = dict[str, Any]
SOURCES = {"acc": "account", "api": "api", "ext": "extended"}
SONG = {"track_name": "Loop", "artist_name": "Ann"}
NO_NAMES = dict.fromkeys(SONG)


@dataclass(frozen=True, slots=True)
class Example:
    """Records, and what is expected of each play by play_id: the columns that the example is about."""

    name: str
    records: tuple[Row, ...]
    plays: dict[str, Row]

    @property
    def history(self) -> History:
        """As a history of somebody in UTC."""
        return History(self.records, [{"time_zone": "UTC", "starts_at": BEGIN, "ends_at": END}], leave_out_incognito=False)


def instant(clock: str) -> datetime:
    """A time of the day on which all examples are."""
    return datetime.fromisoformat(f"2024-05-05T{clock}+00:00")


def record(record_id: str, clock: str, ms_played: int | None = 200_000, **changes: Any) -> Row:
    """A record of one song; its id tells the source: ext1, acc1, api1."""
    source = SOURCES[record_id[:3]]
    known = {"content_type": "track", **SONG}
    if source != "account":
        known |= {"track_id": "x1", "content_uri": "spotify:track:x1"}
    told = {"ended_at": instant(clock), "ms_played": None if source == "api" else ms_played, "year": 2024}
    return {**NOTHING, **known, **told, "record_id": record_id, "source": source, "origins": ["o#0"], "_batch": 1, **changes}


def made_of(*record_ids: str, match: str = "matched", **columns: Any) -> Row:
    """What is expected of a play."""
    return {"record_ids": list(record_ids), "match": match, "ambiguous_with": [], **columns}


def alone(record_id: str, **columns: Any) -> dict[str, Row]:
    """A play that is expected of one record."""
    return {record_id: made_of(record_id, match="single", **columns)}


def rivals(record_id: str, *others: str, **columns: Any) -> dict[str, Row]:
    """A play of one record that is expected not to be told from others."""
    return {record_id: made_of(record_id, match="ambiguous") | {"ambiguous_with": list(others), **columns}}


R3 = (
    Example(
        "R3: an account record of an extended one's minute, name and milliseconds is that play",
        (record("acc1", "10:00:00", _batch=7), record("ext1", "10:00:59")),
        {"ext1": made_of("acc1", "ext1", sources=["account", "extended"], ended_at=instant("10:00:59"), _batch=7)},
    ),
    Example(
        "R3: the artist is not compared",
        (record("acc1", "10:00:00", artist_name="Ben"), record("ext1", "10:00:59")),
        {"ext1": made_of("acc1", "ext1", artist_name="Ann")},
    ),
    Example(
        "R3: several account records go to several extended ones turn by turn",
        (*(record(f"acc{n}", "10:00:00") for n in (1, 2, 3)), record("ext1", "10:00:40"), record("ext2", "10:00:05")),
        {"ext1": made_of("acc1", "acc3", "ext1"), "ext2": made_of("acc2", "ext2")},
    ),
    Example(
        "R3: one millisecond more is another play",
        (record("acc1", "10:00:00", 200_001), record("ext1", "10:00:59")),
        alone("acc1", start_is_estimated=True) | alone("ext1", start_is_estimated=False),
    ),
    Example(
        "R3: what is left may be told in the next minute, then in the one before, one by one",
        (*(record(f"acc{n}", f"10:0{n}:00") for n in (1, 2)), record("ext1", "10:00:59"), record("ext2", "10:03:00")),
        {"ext1": made_of("acc1", "ext1"), "ext2": made_of("acc2", "ext2")},
    ),
    Example("R3: but no later", (record("acc1", "10:02:00"), record("ext1", "10:00:59")), alone("acc1") | alone("ext1")),
    Example(
        "R3: nor what another is told in",
        (record("acc1", "10:00:00"), record("acc2", "10:01:00"), record("ext1", "10:00:59")),
        {"ext1": made_of("acc1", "ext1")} | alone("acc2"),
    ),
    Example(
        "R3: nor what has no name",
        (record("acc1", "10:01:00", **NO_NAMES), record("ext1", "10:00:59", **NO_NAMES)),
        alone("acc1") | alone("ext1"),
    ),
)
R4 = (
    Example(
        "R4: five seconds apart is one play, with the API's ids and context, and its names where the export has none",
        (
            record("api1", "10:00:05", track_id="x2", content_uri="spotify:track:x2", context_uri="spotify:album:1"),
            record("ext1", "10:00:00", album_name="First", context_uri=None),
        ),
        {
            "ext1": made_of(
                "api1",
                "ext1",
                track_id="x2",
                content_uri="spotify:track:x2",
                context_uri="spotify:album:1",
                album_name="First",
                ms_played=200_000,
                is_counted=True,
            )
        },
    ),
    Example(
        "R4: names that the export lacks are the API's",
        (record("api1", "10:00:01", album_name="First"), record("ext1", "10:00:00", **NO_NAMES)),
        {"ext1": made_of("api1", "ext1", album_name="First", ended_at=instant("10:00:00"), **SONG)},
    ),
    Example(
        "R4: the same id goes before what is nearer",
        (record("api1", "10:00:04"), record("ext1", "10:00:04", track_id="x2"), record("ext2", "10:00:00")),
        {"ext2": made_of("api1", "ext2")} | alone("ext1"),
    ),
    Example(
        "R4: one title is enough, and both names are better",
        (
            record("api1", "10:00:00", track_id="x2"),
            record("ext1", "10:00:00", artist_name="Various Artists"),
            record("ext2", "10:00:04"),
            record("api2", "10:00:00", track_id="x3", artist_name="Ben"),
        ),
        {"ext1": made_of("api2", "ext1", artist_name="Various Artists", track_id="x3"), "ext2": made_of("api1", "ext2")},
    ),
    Example(
        "R4: another title is another play",
        (record("api1", "10:00:00", track_id="x2"), record("ext1", "10:00:00", track_name="other")),
        alone("api1") | alone("ext1"),
    ),
    Example(
        "R4: heard goes before what is nearer",
        (record("api1", "10:00:04"), record("ext1", "10:00:04", 29_999), record("ext2", "10:00:00", 30_000)),
        {"ext2": made_of("api1", "ext2")} | alone("ext1", is_counted=False),
    ),
    Example(
        "R4: at the same distance the longer one, then the smaller ids",
        (record("api1", "10:00:02"), record("ext1", "10:00:04", 30_000), record("ext2", "10:00:00", 30_001)),
        {"ext2": made_of("api1", "ext2")} | alone("ext1"),
    ),
    Example(
        "R4: what the nearest pair leaves is matched in a second round",
        (record("api1", "10:00:00"), record("api2", "10:00:01"), record("ext1", "10:00:02"), record("ext2", "10:00:04")),
        {"ext1": made_of("api2", "ext1"), "ext2": made_of("api1", "ext2")},
    ),
    Example(
        "R4: there is no third round",
        (
            *(record("ext1", "10:00:00"), record("ext2", "10:00:03"), record("ext3", "10:00:10")),
            *(record("api1", "10:00:01"), record("api2", "10:00:06"), record("api3", "10:00:15")),
        ),
        {"ext1": made_of("api1", "ext1"), "ext2": made_of("api2", "ext2")} | rivals("ext3", "api3") | rivals("api3", "ext3"),
    ),
)
R5 = (
    Example(
        "R5: an API play and an account record of one minute are one play, as long as the export says",
        (record("acc1", "10:00:00", 61_000), record("api1", "10:00:59.5", duration_ms=90_000)),
        {
            "api1": made_of(
                "acc1",
                "api1",
                ms_played=61_000,
                ms_played_estimate=None,
                started_at=instant("09:59:58.5"),
                start_is_estimated=False,
                ended_at=instant("10:00:59.5"),
            )
        },
    ),
    Example(
        "R5: within a minute the first by time is the longest",
        (*(record(f"acc{n}", "10:00:00", n * 20_000) for n in (1, 2)), record("api1", "10:00:40"), record("api2", "10:00:10")),
        {"api2": made_of("acc2", "api2", is_counted=True), "api1": made_of("acc1", "api1", is_counted=False)},
    ),
    Example(
        "R5: the minute before goes before the one after",
        (record("api1", "10:05:30"), record("acc1", "10:06:00"), record("acc2", "10:04:00")),
        {"api1": made_of("acc2", "api1")} | alone("acc1"),
    ),
    Example(
        "R5: then the minute after", (record("api1", "10:05:30"), record("acc1", "10:06:00")), {"api1": made_of("acc1", "api1")}
    ),
    Example(
        "R5: the artist goes before the minute, and need not be the same",
        (
            *(record("api1", "10:05:30"), record("api2", "10:05:40", track_id="x2")),
            *(record("acc1", "10:05:00", 90_000, artist_name="Ben"), record("acc2", "10:06:00", 80_000)),
        ),
        {"api1": made_of("acc2", "api1"), "api2": made_of("acc1", "api2", artist_name="Ann")},
    ),
    Example(
        "R5: another title is another play",
        (record("api1", "10:05:30"), record("acc1", "10:05:00", track_name="other")),
        alone("api1") | alone("acc1"),
    ),
    Example(
        "R5: what R3 took is not there any more",
        (record("acc1", "10:00:00"), record("ext1", "10:00:20"), record("api1", "10:00:50")),
        {"ext1": made_of("acc1", "ext1", match="ambiguous", is_counted=True) | {"ambiguous_with": ["api1"]}}
        | rivals("api1", "ext1", is_counted=False),
    ),
)
R6 = (
    Example(
        "R6: ten minutes apart are two plays that may be one; the API's is not counted",
        (record("ext1", "10:00:00"), record("api1", "10:10:00")),
        rivals("ext1", "api1", is_counted=True) | rivals("api1", "ext1", is_counted=False),
    ),
    Example(
        "R6: a millisecond more, and they are two",
        (record("ext1", "10:00:00"), record("api1", "10:10:00.001")),
        alone("ext1", is_counted=True) | alone("api1", is_counted=True),
    ),
    Example(
        "R6: account data too, and several",
        (record("acc1", "10:00:00"), record("api1", "09:50:00"), record("api2", "10:02:00")),
        rivals("acc1", "api1", "api2", is_counted=True) | rivals("api1", "acc1") | rivals("api2", "acc1", is_counted=False),
    ),
    Example(
        "R6: what R4 matched is told already",
        (record("ext1", "10:00:00"), record("api1", "10:00:03"), record("api2", "10:01:00")),
        {"ext1": made_of("api1", "ext1")} | alone("api2", is_counted=True),
    ),
)
LENGTH = (
    Example(
        "An unknown length is at most the time since the play before",
        (record("ext1", "10:00:00", 1_000), record("api1", "10:40:00", duration_ms=3_000_000, track_id="y1", track_name="loop")),
        alone("ext1", ms_played_estimate=None)
        | alone("api1", ms_played_estimate=2_400_000, started_at=instant("10:00:00"), start_is_estimated=True),
    ),
    Example(
        "and is the track's where that was long ago",
        (record("ext1", "10:00:00"), record("api1", "10:40:00.001", duration_ms=3_000_000)),
        alone("ext1") | alone("api1", ms_played_estimate=3_000_000),
    ),
)
EXAMPLES = R3 + R4 + R5 + R6 + LENGTH
