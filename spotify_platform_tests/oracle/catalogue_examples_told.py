"""What an owner of the data expects of versions, from a few answers each: written by hand, for oracle and product."""

from spotify_platform_tests.oracle.catalogue_words import ANN, FIRST, Example, item, time, told, track, versions, world

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
                {"name": "Loop", "popularity": 51, "duration_ms": 1, "disc_number": 0, "track_number": None},
                {"name": "Loops", "popularity": 51, "duration_ms": 1, "disc_number": 0, "track_number": None},
                {"name": "Loop", "popularity": None, "duration_ms": None, "disc_number": None, "track_number": 100},
            ],
            "albums_history": [{"name": "First", "total_tracks": None}],
            "artists_history": [{"version": 1, "name": "Ann", "popularity": None, "follower_count": None}],
        },
    ),
)
