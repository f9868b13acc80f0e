"""A few small worlds a rule, with the rows that an owner of the data expects: written by hand, for oracle and product.

Keys that are made of names are written as these names: `name:Ann/Loop`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from spotify_platform_tests.oracle.catalogue_tellings import Row, World

ANN, BEN, VARIOUS = ({"id": f"r{n}", "name": name} for n, name in enumerate(("Ann", "Ben", "Various Artists"), 1))
SURE = {"confidence": "certain", "candidate_count": 1}
DATES = {
    **{"1999": date(1999, 1, 1), "1999-02": date(1999, 2, 1), "1999-02-03": date(1999, 2, 3), "2000-02-29": date(2000, 2, 29)},
    **dict.fromkeys(("0000", "0000-01", "0000-00-00", "1999-02-30", "1999-13", "99", "soon", "", "1999-2-3", "19990203")),
}
FIRST = {"id": "a1", "name": "First", "artists": [ANN]}


@dataclass(frozen=True, slots=True)
class Example:
    """Answers and plays, and of some tables all rows, by the columns that the example is about."""

    name: str
    world: World
    silver: dict[str, list[Row]]


def told(*objects: Row, at: str | None = "2024-05-05", batch: int = 1) -> list[Row]:
    """Rows of an answer at a time; of one that nobody knows the time of without."""
    when = None if at is None else time(at)
    key = f"catalogue_api/me/{when:%Y/%m/%d/%Y%m%dT%H%M%S}Z-0123abcd.json" if when else "inbox/me/dump.json"
    return [{**one, "_object": key, "_batch": batch} for one in objects]


def time(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def world(**tables: list[Row]) -> World:
    """A world of which some tables hold something."""
    return {table: tables.get(table, []) for table in ("recently_played", "tracks", "albums", "artists", "plays")}


def track(track_id: str = "t1", name: str | None = "Loop", *credited: Row, **more: Any) -> Row:
    """A track as it is answered, by Ann if nobody is named."""
    return {"id": track_id, "name": name, "artists": list(credited or [ANN]), **more}


def item(one: Row) -> Row:
    """A track as recently-played tells it, heard in 2020."""
    return {"track": one, "played_at": time("2020-02-02")}


def bare(track_id: str, duration_ms: int | None, name: str = "Loop") -> Row:
    """A track of some length, without an ISRC."""
    return track(track_id, name, duration_ms=duration_ms)


def coded(track_id: str, isrc: str, duration_ms: int | None = None) -> Row:
    """A track with an ISRC."""
    return bare(track_id, duration_ms) | {"external_ids": {"isrc": isrc}}


def instead(given: str, asked: str) -> Row:
    """The track that is given when another is asked for."""
    return track(given, linked_from={"id": asked})


def heard(track_name: str | None = "Loop", artist_name: str | None = "Ann", track_id: str | None = None, **more: Any) -> Row:
    """A play."""
    row: Row = {"user_bucket": 3, "year": 2024, "local_date": date(2024, 5, 5), "content_type": "track", "is_excluded": False}
    return {**row, "track_id": track_id, "track_name": track_name, "artist_name": artist_name, "album_name": None, **more}


def versions(*rows: tuple[Any, str | None, str | None], column: str = "name") -> list[Row]:
    """Versions by one attribute: value, from, to; the last is current."""
    since = [(None if one is None else time(one), None if other is None else time(other)) for _, one, other in rows]
    return [
        {"version": n, column: value, "valid_from": first, "valid_to": last, "is_current": n == len(rows)}
        for n, ((value, _, _), (first, last)) in enumerate(zip(rows, since, strict=True), 1)
    ]


def means(**keys: str) -> list[Row]:
    """Ids with the ids they mean."""
    return [
        {"alias_key": one, "track_key": other, "rule": "own id" if one == other else "relinked"} for one, other in keys.items()
    ]


def by_names(track_key: str, rule: str = "names", count: int = 1, **more: Any) -> Row:
    """What Ann's Loop is expected to mean."""
    sure = "guess" if rule == "shared names" else "likely"
    row = {"alias_key": "name:Ann/Loop", "track_key": track_key, "rule": rule, "confidence": sure, "candidate_count": count}
    return row | more


def own(*track_ids: str) -> list[Row]:
    """Ids that mean themselves."""
    return [row | SURE for row in means(**{one: one for one in track_ids})]


def recorded(**keys: tuple[str, str, int | None]) -> list[Row]:
    """Tracks with recording, rule and difference in length."""
    return [
        {"track_key": one, "recording_key": key, "rule": rule, "length_difference_ms": apart}
        for one, (key, rule, apart) in keys.items()
    ]


def credited(*rows: tuple[str, str | None, str]) -> list[Row]:
    """Artists in their order: key, name, rule."""
    return [{"position": n, "artist_key": key, "artist_name": name, "rule": rule} for n, (key, name, rule) in enumerate(rows, 1)]


POPULAR, PLAIN = track(popularity=50, album=FIRST), track()
TELLINGS = (
    Example(
        "A simplified answer between full ones is no change",
        world(
            tracks=[*told(POPULAR, at="2024-05-01"), *told(POPULAR, at="2024-07-01")],
            albums=told(FIRST | {"tracks": {"items": [PLAIN]}}, at="2024-06-01"),
        ),
        {"tracks_history": versions((50, "2024-05-01", None), column="popularity")},
    ),
    Example(
        "Popularity that is not told any more stays as it was told last",
        world(tracks=[*told(POPULAR, at="2026-01-01"), *told(PLAIN, at="2026-03-01")]),
        {"tracks_history": versions((50, "2026-01-01", None), column="popularity")},
    ),
    Example(
        "An artist that gets the old name back has three versions",
        world(artists=[row for n, name in enumerate("ABA", 1) for row in told({"id": "r1", "name": name}, at=f"2024-0{n}-01")]),
        {
            "artists_history": versions(
                ("A", "2024-01-01", "2024-02-01"), ("B", "2024-02-01", "2024-03-01"), ("A", "2024-03-01", None)
            )
        },
    ),
    Example(
        "An answer that comes late goes where it belongs",
        world(
            artists=[
                *told({"id": "r1", "name": "A"}, at="2024-01-01", batch=1),
                *told({"id": "r1", "name": "A"}, at="2024-03-01", batch=2),
                *told({"id": "r1", "name": "B"}, at="2024-02-01", batch=3),
            ]
        ),
        {
            "artists_history": versions(
                ("A", "2024-01-01", "2024-02-01"), ("B", "2024-02-01", "2024-03-01"), ("A", "2024-03-01", None)
            )
        },
    ),
    Example(
        "Of two tellings at one time the later by text counts, 9 after 10; the other fills gaps and is no version",
        world(
            artists=told(
                {"id": "r1", "name": "A", "popularity": 9}, {"id": "r1", "name": "A", "popularity": 10, "followers": {"total": 7}}
            )
        ),
        {"artists_history": [{"version": 1, "popularity": 9, "follower_count": 7}]},
    ),
    Example(
        "What nobody knows the time of comes first",
        world(artists=[*told({"id": "r1", "name": "A"}, at="2001-01-01"), *told({"id": "r1", "name": "B"}, at=None)]),
        {"artists_history": versions(("B", None, "2001-01-01"), ("A", "2001-01-01", None))},
    ),
    Example(
        "A recently-played answer that was dropped by hand is as old as its plays",
        world(recently_played=told(item(track()), at=None) + told(item(track("t2")), at="2024-05-05")),
        {"tracks_history": [{"track_id": f"t{n}", "valid_from": time(at)} for n, at in ((1, "2020-02-02"), (2, "2024-05-05"))]},
    ),
    Example(
        "Of a day the first time counts, with the batch that brought it first",
        world(
            artists=[
                row
                for batch, hour in enumerate(("12:00", "10:00", "10:00", "11:00"), 1)
                for row in told({"id": "r1", "name": "A"}, at=f"2024-05-05T{hour}", batch=batch)
            ]
        ),
        {"observations": [{"entity_id": "r1", "_days": [{"at": time("2024-05-05T10:00"), "batch": 2}], "_batch": 2}]},
    ),
    Example(
        "What came back on the day it went is seen on the next day only",
        world(
            artists=[
                row
                for name, at in (("A", "05T10:00"), ("B", "05T11:00"), ("A", "05T12:00"), ("A", "06T09:00"))
                for row in told({"id": "r1", "name": name}, at=f"2024-05-{at}")
            ]
        ),
        {
            "artists_history": versions(
                ("A", "2024-05-05T10:00", "2024-05-05T11:00"),
                ("B", "2024-05-05T11:00", "2024-05-06T09:00"),
                ("A", "2024-05-06T09:00", None),
            )
        },
    ),
    Example(
        "An episode is no track",
        world(recently_played=told(item(track("e1", type="episode")), item(track("t1", type=None)))),
        {"tracks_history": [{"track_id": "t1"}]},
    ),
    Example(
        "A local file has no id and is nobody's version",
        world(recently_played=told(item(track(None, "Demo", {"id": None, "name": "Me"}, album={"id": None, "name": "Tape"})))),  # type: ignore[arg-type]
        {"tracks_history": [], "albums_history": [], "artists_history": []},
    ),
    Example(
        "What is told as an empty text is not told: so Spotify names what it has taken away",
        world(
            tracks=[*told(track(), at="2024-01-01"), *told(track("t1", "", {"id": "r1", "name": ""}), at="2024-02-01")],
        ),
        {
            "tracks_history": [
                {"name": "Loop", "valid_from": time("2024-01-01"), "artists": [ANN]},
                {"name": "Loop", "valid_from": time("2024-02-01"), "artists": [{"id": "r1", "name": None}]},
            ],
            "artists": [{"artist_key": "r1", "name": "Ann"}],
        },
    ),
)
ALIASES = (
    Example(
        "An id that is given another track means that, and is told nothing of it",
        world(tracks=told(instead("t2", "t1"))),
        {
            "track_aliases": means(t1="t2", t2="t2"),
            "tracks": [{"track_key": "t2", "name": "Loop"}],
            "tracks_history": [
                {"track_id": "t1", "name": None, "relinked_to": "t2"},
                {"track_id": "t2", "name": "Loop", "relinked_to": None},
            ],
        },
    ),
    Example(
        "A chain of relinked ids means its end",
        world(tracks=told(instead("t2", "t1"), instead("t3", "t2"))),
        {"track_aliases": means(t1="t3", t2="t3", t3="t3")},
    ),
    Example(
        "However long it is",
        world(tracks=told(*(instead(f"t{n}", f"t{n - 1}") for n in range(2, 8)))),
        {"track_aliases": means(**{f"t{n}": "t7" for n in range(1, 8)})},
    ),
    Example(
        "Ids that are relinked in a circle mean the smallest",
        world(tracks=told(instead("t2", "t3")) + told(instead("t3", "t2"), at="2024-06-06")),
        {"track_aliases": means(t2="t2", t3="t2")},
    ),
    Example(
        "A pair of names is a track of its own as long as no id is known",
        world(plays=[heard()]),
        {
            "track_aliases": [by_names("name:Ann/Loop", "names alone")],
            "tracks": [{"track_key": "name:Ann/Loop", "track_id": None, "name": "Loop", "is_in_catalogue": False}],
        },
    ),
    Example(
        "and joins the id when it becomes known",
        world(plays=[heard()], tracks=told(track())),
        {
            "track_aliases": [*own("t1"), by_names("t1")],
            "tracks": [{"track_key": "t1", "track_id": "t1", "name": "Loop", "is_in_catalogue": True}],
        },
    ),
    Example(
        "whether the catalogue tells the names or a play with the id does",
        world(plays=[heard(), heard(track_id="t1")]),
        {"track_aliases": [*own("t1"), by_names("t1")]},
    ),
    Example(
        "Names of one recording on two albums mean the one that was played",
        world(plays=[heard(), heard(track_id="t2")], tracks=told(coded("t1", "QZ1"), coded("t2", "QZ1"))),
        {"track_aliases": [*own("t1", "t2"), by_names("t2")]},
    ),
    Example(
        "Names of two recordings are a guess: the smallest id that was played, else the smallest",
        world(
            plays=[heard(), heard(track_id="t2"), heard(track_id="t3"), heard("Echo")],
            tracks=told(*(coded(f"t{n}", f"QZ{n}") for n in (1, 2, 3)), track("t5", "Echo"), track("t4", "Echo")),
        ),
        {
            "track_aliases": [
                *own(*(f"t{n}" for n in range(1, 6))),
                by_names("t2", "shared names", 3),
                by_names("t4", "shared names", 2) | {"alias_key": "name:Ann/Echo"},
            ]
        },
    ),
    Example(
        "A track is known by its former names, and by any of its artists",
        world(
            plays=[heard(), heard("Loop 2", "Ben")], tracks=told(track()) + told(track("t1", "Loop 2", ANN, BEN), at="2024-06-06")
        ),
        {"track_aliases": [*own("t1"), by_names("t1"), by_names("t1") | {"alias_key": "name:Ben/Loop 2"}]},
    ),
    Example(
        "A track that only stands between two others makes them no one recording",
        world(
            plays=[heard()],
            tracks=told(bare("t1", 100_000), bare("t2", 102_000), bare("t3", 104_000), instead("t9", "t2") | {"name": "Echo"}),
        ),
        {
            "track_aliases": [*own("t1", "t3", "t9"), *(row | SURE for row in means(t2="t9")), by_names("t1", "shared names", 3)],
        },
    ),
    Example(
        "Names that are not told match nothing",
        world(
            plays=[heard("Loop", None), heard(None)],
            tracks=told(track("t1", None), track("t2", "Loop", {"id": "r1", "name": None})),
        ),
        {
            "track_aliases": [
                *own("t1", "t2"),
                *(by_names(key, "names alone") | {"alias_key": key} for key in ("name:Ann/", "name:/Loop")),
            ]
        },
    ),
    Example(
        "An empty name is none",
        world(plays=[heard("Echo", None), heard("Echo", "")]),
        {
            "track_aliases": [{"alias_key": "name:/Echo", "artist_name": None, "track_name": "Echo", "rule": "names alone"}],
            "artists": [],
        },
    ),
)
RECORDINGS = (
    Example(
        "An ISRC is one however it is spelled",
        world(
            tracks=told(*(coded(f"t{n}", isrc) for n, isrc in enumerate(("US-ABC-24-00001", "usabc2400001", "USABC2400002"), 1)))
        ),
        {"recordings": recorded(t1=(one := ("isrc:USABC2400001", "isrc", None)), t2=one, t3=("isrc:USABC2400002", "isrc", None))},
    ),
    Example(
        "Two seconds apart is one recording, a millisecond more is another",
        world(tracks=told(coded("t1", "QZ1", 100_000), bare("t2", 102_000), bare("t3", 97_999), coded("t4", "", 102_001))),
        {
            "recordings": recorded(
                t1=("isrc:QZ1", "isrc", None),
                t2=("isrc:QZ1", "names and length", 2_000),
                t3=("track:t3", "alone", None),
                t4=("track:t4", "alone", None),
            )
        },
    ),
    Example(
        "The nearest ISRC counts, then the smaller",
        world(
            tracks=told(coded("t1", "QZ3", 101_000), coded("t2", "QZ1", 98_000), coded("t3", "QZ2", 99_000), bare("t4", 100_000))
        ),
        {
            "recordings": recorded(
                **{f"t{n}": (f"isrc:QZ{code}", "isrc", None) for n, code in ((1, 3), (2, 1), (3, 2))},
                t4=("isrc:QZ2", "names and length", 1_000),
            )
        },
    ),
    Example(
        "Without ISRCs lengths are followed from one to the next",
        world(tracks=told(*(bare(f"t{n}", ms) for n, ms in enumerate((104_000, 100_000, 102_000, 106_001, 106_002, None), 1)))),
        {
            "recordings": recorded(
                **dict.fromkeys(("t1", "t2", "t3"), ("track:t1", "names and length", 2_000)),
                **dict.fromkeys(("t4", "t5"), ("track:t4", "names and length", 1)),
                t6=("track:t6", "alone", None),
            )
        },
    ),
)
OTHERS = (
    Example(
        "An album is known by its names until its id is",
        world(plays=[heard(album_name="First"), heard("Echo", "Ann", "t9", album_name="Second")], albums=told(FIRST)),
        {
            "albums": [
                {"album_key": "a1", "name": "First", "artist_name": "Ann", "is_in_catalogue": True},
                {"album_key": "name:Ann/Second", "name": "Second", "artist_name": "Ann", "is_in_catalogue": False},
            ],
            "tracks": [
                {"track_key": "name:Ann/Loop", "album_id": None, "album_key": "a1", "album_name": "First"},
                {"track_key": "t9", "album_id": None, "album_key": "name:Ann/Second", "album_name": "Second"},
            ],
        },
    ),
    Example(
        "Of albums of one name by one artist the smallest id counts",
        world(plays=[heard(album_name="First")], albums=told(FIRST | {"id": "a2"}, FIRST)),
        {"tracks": [{"track_key": "name:Ann/Loop", "album_key": "a1"}]},
    ),
    Example(
        "Tracks of a compilation have their own artists, the album is by Various Artists",
        world(
            tracks=told(*(track(f"t{n}", "Loop", by, album=FIRST | {"artists": [VARIOUS]}) for n, by in enumerate((ANN, BEN), 1)))
        ),
        {
            "albums": [{"album_key": "a1", "artist_name": "Various Artists"}],
            "album_artists": credited(("r3", "Various Artists", "id")),
            "tracks": [{"track_key": f"t{n}", "artist_name": name} for n, name in enumerate(("Ann", "Ben"), 1)],
        },
    ),
    Example(
        "Who is credited twice is so once, in the first place; who has neither id nor name is not",
        world(tracks=told(track("t1", "Loop", BEN, {"id": None, "name": None}, ANN, BEN, {"id": None, "name": "Ann"}))),
        {"track_artists": credited(("r2", "Ben", "id"), ("r1", "Ann", "id"))},
    ),
    Example(
        "Of namesakes the one with the most followers is meant, then the more popular, then the smaller id",
        world(
            plays=[heard("Loop", name) for name in "ABCD"],
            artists=told(
                *({"id": f"r{n}", "name": "A", "followers": {"total": total}} for n, total in ((1, 9), (2, 10), (3, None))),
                *({"id": f"r{n}", "name": "B", "popularity": told_as} for n, told_as in ((4, None), (5, 0), (6, 0))),
                {"id": "r7", "name": "C"},
            ),
        ),
        {
            "track_artists": [
                {"track_key": f"name:{name}/Loop", "artist_key": key, "rule": rule}
                for name, key, rule in (
                    *(("A", "r2", "shared name"), ("B", "r5", "shared name")),
                    *(("C", "r7", "name"), ("D", "name:D", "name alone")),
                )
            ]
        },
    ),
    Example(
        "An artist is not known by a former name",
        world(
            plays=[heard("Loop", "A")], artists=told({"id": "r1", "name": "A"}) + told({"id": "r1", "name": "B"}, at="2024-06-06")
        ),
        {
            "artists": [
                {"artist_key": "name:A", "name": "A", "artist_id": None},
                {"artist_key": "r1", "name": "B", "artist_id": "r1"},
            ]
        },
    ),
    Example(
        "A day of release is the first of what is told, and none of what is no date",
        world(albums=told(*({"id": f"a{n}", "release_date": text} for n, text in enumerate((*DATES, None))))),
        {"albums": [{"album_key": f"a{n}", "released_on": day} for n, day in enumerate((*DATES.values(), None))]},
    ),
)
EXAMPLES = TELLINGS + ALIASES + RECORDINGS + OTHERS
