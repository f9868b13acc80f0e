"""What an owner of the data expects of versions, from a few answers each: written by hand, for oracle and product."""

from spotify_platform_tests.oracle.catalogue_words import ANN, FIRST, Example, item, time, told, track, versions, world

POPULAR, PLAIN = track(popularity=50, album=FIRST), track()
NUMBERS = {"duration_ms": 200_000, "disc_number": 1, "track_number": 3}
RELEASED = {"release_date": "2020-05", "release_date_precision": "month", "total_tracks": 9}
UNRELEASED = {"release_date": "0000", "release_date_precision": "year", "total_tracks": 0}
WHOLE = track(album=FIRST | RELEASED | {"album_type": "single"}, popularity=40, explicit=True, **NUMBERS)
GONE = track(
    *("t1", "", {"id": "r1", "name": ""}),
    album={"id": "a1", "name": "", "artists": [], "album_type": "album", **UNRELEASED},
    **dict.fromkeys(("popularity", *NUMBERS), 0),
    explicit=False,
)
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
        "One that was imported is taken to be given then, whenever it was",
        world(
            recently_played=[item(track()) | {"_object": "inbox/me/2024/05/05/20240505T101112345Z-0123abcd/a.json", "_batch": 1}]
        ),
        {"tracks_history": [{"track_id": "t1", "valid_from": time("2024-05-05T10:11:12.345")}]},
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
        "What Spotify has taken away it tells with an empty name, and of all else with zeros: nothing is forgotten for it",
        world(tracks=[*told(WHOLE, at="2024-01-01"), *told(GONE, at="2024-02-01")]),
        {
            "tracks_history": [{"version": 1, "artists": [ANN], "album_id": "a1", "popularity": 40, "explicit": True, **NUMBERS}],
            "albums_history": [{"version": 1, "name": "First", "artists": [ANN], "album_type": "single", **RELEASED}],
            "artists": [{"artist_key": "r1", "name": "Ann"}],
        },
    ),
    Example(
        "Of what is told like that alone it is known that it exists",
        world(tracks=told(GONE)),
        {
            "tracks": [{"track_key": "t1", "name": None, "artists": None, "is_in_catalogue": True, **dict.fromkeys(NUMBERS)}],
            "albums": [{"album_key": "a1", "name": None, "released_on": None, **dict.fromkeys(RELEASED)}],
            "artists": [{"artist_key": "r1", "name": None}],
        },
    ),
    Example(
        "No length, place or date is 0, whatever the name; a precision is that of the date it is told with",
        world(
            tracks=[
                *told(WHOLE, at="2024-01-01"),
                *told(WHOLE | dict.fromkeys(NUMBERS, 0) | {"album": FIRST | UNRELEASED}, at="2024-02-01"),
            ]
        ),
        {"tracks_history": [{"version": 1, **NUMBERS}], "albums_history": [{"version": 1, **RELEASED}]},
    ),
    Example(
        "An empty text is not told",
        world(tracks=told(track(album=FIRST | {"label": "", "release_date": "", "release_date_precision": "day"}))),
        {"albums_history": [{"name": "First", "label": None, "release_date": None, "release_date_precision": None}]},
    ),
    Example(
        "A number that cannot be is not told: what was known of it stays, and the rest of the answer counts",
        world(
            recently_played=[
                *told(item(track(popularity=51, duration_ms=1, disc_number=0)), at="2024-01-01"),
                *told(item(track("t1", "Loops", popularity=101, duration_ms=604_800_001, disc_number=-1)), at="2024-02-01"),
            ],
            albums=told(FIRST | {"total_tracks": -1, "tracks": {"items": [track("t2", duration_ms=-1, track_number=100)]}}),
            artists=told(ANN | {"popularity": -1, "followers": {"total": -1}}),
        ),
        {
            "tracks_history": [
                {"name": "Loop", "popularity": 51, "duration_ms": 1, "disc_number": None, "track_number": None},
                {"name": "Loops", "popularity": 51, "duration_ms": 1, "disc_number": None, "track_number": None},
                {"name": "Loop", "popularity": None, "duration_ms": None, "disc_number": None, "track_number": 100},
            ],
            "albums_history": [{"name": "First", "total_tracks": None}],
            "artists_history": [{"version": 1, "name": "Ann", "popularity": None, "follower_count": None}],
        },
    ),
)
