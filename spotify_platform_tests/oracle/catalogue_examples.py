"""What an owner of the data expects of each rule of the catalogue: small worlds written by hand, for oracle and product."""

from datetime import date

from spotify_platform_tests.oracle.catalogue_examples_aliases import ALIASES
from spotify_platform_tests.oracle.catalogue_examples_told import TELLINGS
from spotify_platform_tests.oracle.catalogue_words import (
    ANN,
    BEN,
    FIRST,
    VARIOUS,
    Example,
    bare,
    coded,
    credited,
    heard,
    instead,
    recorded,
    told,
    track,
    world,
)

DATES = {
    "1999": date(1999, 1, 1),
    "1999-02": date(1999, 2, 1),
    "1999-02-03": date(1999, 2, 3),
    "2000-02-29": date(2000, 2, 29),
    **dict.fromkeys(("0000", "0000-01", "0000-00-00", "1999-02-30", "1999-13", "99", "soon", "", "1999-2-3", "19990203")),
}
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
    Example(
        "That a track is nobody else's is certain by its ISRC alone, and a guess where a name or the length is not known",
        world(
            plays=[heard("Echo")],
            tracks=told(
                coded("t1", "QZ1"), bare("t2", 100_000), bare("t3", None), bare("t4", 100_000, None), bare("t5", 101_000)
            ),
        ),
        {
            "recordings": [
                {"track_key": key, "rule": rule, "confidence": sure}
                for key, rule, sure in (
                    *(("t1", "isrc", "certain"), ("t3", "alone", "guess"), ("t4", "alone", "guess")),
                    *((key, "names and length", "likely") for key in ("t2", "t5")),
                    ("name:Ann/Echo", "alone", "guess"),
                )
            ]
        },
    ),
    Example(
        "and likely where both are",
        world(tracks=told(bare("t1", 100_000), bare("t2", 103_000))),
        {"recordings": [{"track_key": key, "rule": "alone", "confidence": "likely"} for key in ("t1", "t2")]},
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
        "An album that plays name with its artist stays whole when the artists of its tracks become known",
        world(
            plays=[heard(name, "Various Artists", f"t{n}", album_name="First") for n, name in enumerate(("Loop", "Echo"), 1)],
            tracks=told(track("t1", "Loop", ANN), track("t2", "Echo", BEN)),
        ),
        {
            "albums": [{"album_key": "name:Various Artists/First", "name": "First", "artist_name": "Various Artists"}],
            "tracks": [
                {"track_key": f"t{n}", "artist_name": name, "album_key": "name:Various Artists/First"}
                for n, name in enumerate(("Ann", "Ben"), 1)
            ],
        },
    ),
    Example(
        "and is the catalogue's of that artist, not one of that name by an artist of a track",
        world(
            plays=[heard("Loop", "Various Artists", "t1", album_name="First")],
            tracks=told(track("t1", "Loop", ANN)),
            albums=told(FIRST, FIRST | {"id": "a2", "artists": [VARIOUS]}),
        ),
        {"tracks": [{"track_key": "t1", "artist_name": "Ann", "album_key": "a2", "album_name": "First"}]},
    ),
    Example(
        "Of a track's artist it is where there is none of the artist whom plays name",
        world(plays=[heard("Loop", "Ann & Ben", "t1", album_name="First")], tracks=told(track()), albums=told(FIRST)),
        {"tracks": [{"track_key": "t1", "album_key": "a1"}]},
    ),
    Example(
        "A track that another is given for is on the album that the other was heard on",
        world(plays=[heard(track_id="t1", album_name="First")], tracks=told(instead("t2", "t1"))),
        {"tracks": [{"track_key": "t2", "album_key": "name:Ann/First", "heard_name": "Loop"}]},
    ),
    Example(
        "unless it was heard on one itself; what a later play leaves out is as an earlier one told it",
        world(
            plays=[
                heard(track_id="t1", album_name="First"),
                heard("Loop 2", track_id="t2", album_name="Second"),
                heard("Loop 3", track_id="t2", local_date=date(2025, 1, 1)),
            ],
            tracks=told(instead("t2", "t1")),
        ),
        {"tracks": [{"track_key": "t2", "album_key": "name:Ann/Second", "heard_name": "Loop 3"}]},
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
