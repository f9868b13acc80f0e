"""What an owner of the data expects ids and names to mean, from a few answers and plays each: written by hand."""

from spotify_platform_tests.oracle.catalogue_words import (
    ANN,
    BEN,
    SURE,
    Example,
    bare,
    by_names,
    coded,
    heard,
    instead,
    item,
    means,
    own,
    told,
    track,
    world,
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
        "whoever tells: an answer about plays as well",
        world(recently_played=told(item(instead("t2", "t1")))),
        {"track_aliases": means(t1="t2", t2="t2")},
    ),
    Example(
        "A chain of relinked ids means its end",
        world(tracks=told(instead("t2", "t1"), instead("t3", "t2"))),
        {"track_aliases": means(t1="t3", t2="t3", t3="t3")},
    ),
    Example(
        "even one of six links",
        world(tracks=told(*(instead(f"t{n}", f"t{n - 1}") for n in range(2, 8)))),
        {"track_aliases": means(**{f"t{n}": "t7" for n in range(1, 8)})},
    ),
    Example(
        "An id stays relinked, since no answer says that it is not",
        world(tracks=told(instead("t2", "t1")) + told(track("t1"), at="2024-06-06")),
        {"track_aliases": means(t1="t2", t2="t2")},
    ),
    Example(
        "Who is relinked into a circle is none of it",
        world(tracks=told(instead("t2", "t1")) + told(instead("t3", "t2")) + told(instead("t2", "t3"))),
        {"track_aliases": means(t1="t2", t2="t2", t3="t2")},
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
