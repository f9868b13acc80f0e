"""Which rows are one record: rules R0, R1 and R2 on rows written by hand, and what is kept where copies differ."""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain, permutations
from typing import Any

import pytest

from spotify_platform.contracts.bronze import ACCOUNT_HISTORY, EXTENDED_HISTORY, RECENTLY_PLAYED
from spotify_platform.contracts.model import Source
from spotify_platform.contracts.silver import PLAY_RECORDS
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.transforms.play_records import conform, distinct

USERS = [{"user_id": user, "user_bucket": n, "time_zone": "UTC"} for n, user in enumerate(("anna", "bert"))]
WEEK_MS = 7 * 24 * 3_600_000
Row = dict[str, Any]


def of(source: Source, file: str, rows: Iterable[Row], *, user: str = "anna", batch: int = 1) -> list[Row]:
    """Good Bronze rows of one file: a name for its hash, rows numbered as they stand."""
    empty = {column.name: None for column in source.table.columns}
    placed = {"_part": "row", "_sha256": file * 64, "_user": user, "_batch": batch}
    return [{**empty, **placed, "_row": n, **row} for n, row in enumerate(rows)]


def records(engine: DuckDbDelta, source: Source, rows: list[Row]) -> list[Row]:
    """Distinct records of good rows, by time and content."""
    schema = source.table.types
    users = engine.values(USERS, {"user_id": "string", "user_bucket": "int32", "time_zone": "string"})
    # A table of its own: window functions over rows that the engine reads twice must not see two orders.
    conformed = engine.cache(conform(source.source, engine.values(rows, schema), users))
    return sorted(engine.fetch(distinct(conformed)).to_pylist(), key=repr)


def extended(**changes: Any) -> Row:
    row = {
        "ts": "2024-05-05 10:00:01",
        "ms_played": 200_000,
        "master_metadata_track_name": "Night River",
        "master_metadata_album_artist_name": "Kala",
        "master_metadata_album_album_name": "First Light",
        "spotify_track_uri": "spotify:track:1111",
        "platform": "android",
    }
    return row | changes


def account(**changes: Any) -> Row:
    row = {"end_time": "2024-05-05 10:00:00", "ms_played": 200_000, "track_name": "Night River", "artist_name": "Kala"}
    return row | changes


def item(**changes: Any) -> Row:
    track = {"id": "1111", "name": "Night River", "type": "track", "uri": "spotify:track:1111", "duration_ms": 200_000}
    changed = {key: changes.pop(key) for key in list(changes) if key not in {"played_at", "context"}}
    named = {"artists": [{"name": "Kala"}, {"name": "Oru"}], "album": {"name": "First Light"}}
    return {"played_at": "2024-05-05 10:00:01.123", "track": track | named | changed} | changes


SAME = [
    pytest.param(EXTENDED_HISTORY, extended, {}, id="extended, equal"),
    pytest.param(EXTENDED_HISTORY, extended, {"platform": "ios"}, id="extended, another device"),
    pytest.param(EXTENDED_HISTORY, extended, {"master_metadata_track_name": "night river"}, id="extended, same URI"),
    pytest.param(EXTENDED_HISTORY, extended, {"ts": "2024-05-05 10:00:01.9"}, id="extended, same second"),
    pytest.param(RECENTLY_PLAYED, item, {}, id="api, equal"),
    pytest.param(RECENTLY_PLAYED, item, {"name": "Night River (Remastered)"}, id="api, same id"),
    pytest.param(RECENTLY_PLAYED, item, {"played_at": "2024-05-05 10:00:01.123999"}, id="api, same millisecond"),
    pytest.param(RECENTLY_PLAYED, item, {"context": {"uri": "spotify:album:9"}}, id="api, another context"),
]
OTHER = [
    pytest.param(EXTENDED_HISTORY, extended, {"ts": "2024-05-05 10:00:02"}, id="extended, next second"),
    pytest.param(EXTENDED_HISTORY, extended, {"ms_played": 199_999}, id="extended, heard less"),
    pytest.param(EXTENDED_HISTORY, extended, {"spotify_track_uri": "spotify:track:2222"}, id="extended, another track"),
    pytest.param(ACCOUNT_HISTORY, account, {"end_time": "2024-05-05 10:01:00"}, id="account, next minute"),
    pytest.param(ACCOUNT_HISTORY, account, {"ms_played": 199_999}, id="account, heard less"),
    pytest.param(ACCOUNT_HISTORY, account, {"track_name": "night river"}, id="account, another case"),
    pytest.param(ACCOUNT_HISTORY, account, {"artist_name": "Oru"}, id="account, another artist"),
    pytest.param(RECENTLY_PLAYED, item, {"played_at": "2024-05-05 10:00:01.124"}, id="api, next millisecond"),
    pytest.param(RECENTLY_PLAYED, item, {"id": "2222"}, id="api, another track"),
]


@pytest.mark.parametrize("is_same_file", [True, False], ids=["in one file", "in two"])
@pytest.mark.parametrize(("source", "made", "changes"), SAME)
def test_these_are_one_record(engine: DuckDbDelta, source: Source, made: Any, changes: Row, *, is_same_file: bool) -> None:
    both = [made(), made(**changes)]
    rows = of(source, "a", both) if is_same_file else of(source, "a", both[:1]) + of(source, "b", both[1:], batch=7)
    [record] = records(engine, source, rows)
    second = "a" * 16 + "#1" if is_same_file else "b" * 16 + "#0"
    assert record["origins"] == ["a" * 16 + "#0", second]
    assert record["_batch"] == (1 if is_same_file else 7)


@pytest.mark.parametrize(("source", "made", "changes"), OTHER)
def test_these_are_two_records(engine: DuckDbDelta, source: Source, made: Any, changes: Row) -> None:
    assert len(records(engine, source, of(source, "a", [made()]) + of(source, "b", [made(**changes)]))) == 2


@pytest.mark.parametrize(("source", "made"), [(EXTENDED_HISTORY, extended), (ACCOUNT_HISTORY, account), (RECENTLY_PLAYED, item)])
def test_two_users_never_share_a_record(engine: DuckDbDelta, source: Source, made: Any) -> None:
    found = records(engine, source, of(source, "a", [made()]) + of(source, "a", [made()], user="bert"))
    assert {(record["user_id"], record["user_bucket"]) for record in found} == {("anna", 0), ("bert", 1)}
    assert len({record["record_id"] for record in found}) == 2


class TestMinutes:
    """R0: account data knows minutes only, so equal rows of one file are that many plays."""

    @pytest.mark.parametrize(
        ("files", "plays"),
        [((1, 1), 1), ((2,), 2), ((2, 2), 2), ((1, 3, 2), 3), ((3, 1), 3)],
        ids=str,
    )
    def test_the_largest_number_that_any_file_has_wins(self, engine: DuckDbDelta, files: tuple[int, ...], plays: int) -> None:
        rows = [of(ACCOUNT_HISTORY, "abc"[n], [account()] * count) for n, count in enumerate(files)]
        for order in permutations(rows):
            found = records(engine, ACCOUNT_HISTORY, list(chain(*order)))
            assert len(found) == plays
            assert sorted(len(record["origins"]) for record in found) == sorted(
                sum(count > place for count in files) for place in range(plays)
            )

    def test_other_rows_between_them_do_not_count(self, engine: DuckDbDelta) -> None:
        first = of(ACCOUNT_HISTORY, "a", [account(), account(track_name="Else"), account()])
        found = records(engine, ACCOUNT_HISTORY, first + of(ACCOUNT_HISTORY, "b", [account(), account()]))
        assert sorted(len(record["origins"]) for record in found) == [1, 2, 2]


class TestContentWithoutUri:
    """Names stand in where there is no URI; a name that is absent equals an empty one."""

    @pytest.mark.parametrize(
        ("other", "count"),
        [({}, 1), ({"master_metadata_album_album_name": "Live"}, 2), ({"master_metadata_album_artist_name": "Oru"}, 2)],
        ids=str,
    )
    def test_all_names_decide(self, engine: DuckDbDelta, other: Row, count: int) -> None:
        rows = [extended(spotify_track_uri=None), extended(spotify_track_uri=None, **other)]
        assert len(records(engine, EXTENDED_HISTORY, of(EXTENDED_HISTORY, "a", rows))) == count

    def test_an_absent_album_equals_an_empty_one(self, engine: DuckDbDelta) -> None:
        rows = [extended(spotify_track_uri=None, master_metadata_album_album_name=name) for name in ("", None)]
        assert len(records(engine, EXTENDED_HISTORY, of(EXTENDED_HISTORY, "a", rows))) == 1

    def test_parts_of_names_do_not_run_into_each_other(self, engine: DuckDbDelta) -> None:
        names = [("AB", "C"), ("A", "BC")]
        rows = [account(track_name=track, artist_name=artist) for track, artist in names]
        assert len(records(engine, ACCOUNT_HISTORY, of(ACCOUNT_HISTORY, "a", rows))) == 2

    def test_a_local_file_of_the_api_goes_by_its_uri(self, engine: DuckDbDelta) -> None:
        rows = [item(id=None, uri=f"spotify:local:{n}") for n in (1, 1, 2)]
        assert len(records(engine, RECENTLY_PLAYED, of(RECENTLY_PLAYED, "a", rows))) == 2

    def test_a_track_of_the_api_without_id_and_uri_goes_by_its_names(self, engine: DuckDbDelta) -> None:
        rows = [item(id=None, uri=None, name=name) for name in ("x", "x", "y")]
        assert len(records(engine, RECENTLY_PLAYED, of(RECENTLY_PLAYED, "a", rows))) == 2


class TestWhatIsKept:
    """Where copies differ: the fewest nulls, then the smallest text. Arrival decides nothing."""

    @pytest.mark.parametrize(
        ("copies", "kept"),
        [
            ([{"platform": None}, {"platform": "ios"}], "ios"),
            ([{"platform": "ios"}, {"platform": "android"}], "android"),
            ([{"platform": "android", "skipped": None}, {"platform": "ios", "skipped": False}], "ios"),
            ([{"platform": "b"}, {"platform": "a"}, {"platform": "c"}], "a"),
        ],
        ids=["what is known", "the smaller text", "more known before smaller", "of three"],
    )
    def test_content_decides(self, engine: DuckDbDelta, copies: list[Row], kept: str) -> None:
        for order in permutations(copies):
            files = [of(EXTENDED_HISTORY, "abc"[n], [extended(**c)], batch=n + 1) for n, c in enumerate(order)]
            [record] = records(engine, EXTENDED_HISTORY, list(chain(*files)))
            assert (record["platform"], record["_batch"]) == (kept, len(copies))

    def test_a_row_is_kept_whole(self, engine: DuckDbDelta) -> None:
        """Values of two copies are never mixed."""
        copies = [extended(platform="z", conn_country="DE"), extended(platform="a", conn_country=None)]
        [record] = records(engine, EXTENDED_HISTORY, of(EXTENDED_HISTORY, "a", copies))
        assert (record["platform"], record["country"]) == ("z", "DE")

    def test_a_track_that_was_taken_away_does_not_take_its_name_with_it(self, engine: DuckDbDelta) -> None:
        """Later answers tell the same play with empty names and a length of 0; an empty name is the smallest text."""
        gone = item(name="", artists=[{"name": ""}], album={"name": ""}, duration_ms=0)
        [record] = records(engine, RECENTLY_PLAYED, of(RECENTLY_PLAYED, "a", [item(), gone]))
        told = ("track_name", "artist_name", "album_name", "duration_ms")
        assert tuple(record[name] for name in told) == ("Night River", "Kala", "First Light", 200_000)

    def test_merging_again_changes_nothing(self, engine: DuckDbDelta) -> None:
        rows = of(EXTENDED_HISTORY, "a", [extended(), extended(platform="ios"), extended(ms_played=1)])
        once = records(engine, EXTENDED_HISTORY, rows)
        types = PLAY_RECORDS.types
        again = engine.values(once + once, types)
        assert sorted(engine.fetch(distinct(engine.cache(again))).to_pylist(), key=repr) == once


class TestShape:
    """What each source tells, in one shape."""

    def test_times_are_as_exact_as_the_source(self, engine: DuckDbDelta) -> None:
        told = [
            (EXTENDED_HISTORY, extended(ts="2024-05-05 10:00:01.9"), "2024-05-05 10:00:01"),
            (ACCOUNT_HISTORY, account(end_time="2024-05-05 10:00:59"), "2024-05-05 10:00:00"),
            (RECENTLY_PLAYED, item(played_at="2024-05-05 10:00:01.123456"), "2024-05-05 10:00:01.123000"),
        ]
        for source, row, ended_at in told:
            [record] = records(engine, source, of(source, "a", [row]))
            assert record["ended_at"].replace(tzinfo=None) == datetime.fromisoformat(ended_at)
            assert record["year"] == 2024

    @pytest.mark.parametrize(
        ("source", "row", "kind"),
        [
            (EXTENDED_HISTORY, extended(), "track"),
            (EXTENDED_HISTORY, extended(spotify_track_uri=None), "track"),
            (EXTENDED_HISTORY, {"spotify_episode_uri": "spotify:episode:1"}, "episode"),
            (EXTENDED_HISTORY, {"episode_show_name": "Show"}, "episode"),
            (EXTENDED_HISTORY, {"audiobook_chapter_uri": "spotify:episode:1", "spotify_episode_uri": "x"}, "audiobook"),
            (EXTENDED_HISTORY, {"audiobook_title": "Book"}, "audiobook"),
            (EXTENDED_HISTORY, {}, "unknown"),
            (ACCOUNT_HISTORY, account(), "track"),
            (ACCOUNT_HISTORY, {"podcast_name": "Show"}, "episode"),
            (ACCOUNT_HISTORY, {"chapter_name": "One"}, "audiobook"),
            (ACCOUNT_HISTORY, {}, "unknown"),
            (RECENTLY_PLAYED, item(type=None), "track"),
            (RECENTLY_PLAYED, item(type="episode"), "episode"),
            (RECENTLY_PLAYED, item(type="advert"), "unknown"),
        ],
    )
    def test_content_type(self, engine: DuckDbDelta, source: Source, row: Row, kind: str) -> None:
        least = {"ts": "2024-05-05 10:00:01", "end_time": "2024-05-05 10:00:00", "ms_played": 1}
        known = {name: value for name, value in least.items() if name in source.table.column_names}
        [record] = records(engine, source, of(source, "a", [known | row]))
        assert record["content_type"] == kind

    def test_what_a_source_does_not_tell_is_null(self, engine: DuckDbDelta) -> None:
        [heard] = records(engine, ACCOUNT_HISTORY, of(ACCOUNT_HISTORY, "a", [account()]))
        assert {heard[name] for name in ("content_uri", "track_id", "album_name", "platform", "duration_ms")} == {None}
        [polled] = records(engine, RECENTLY_PLAYED, of(RECENTLY_PLAYED, "a", [item(duration_ms=-5)]))
        assert (polled["ms_played"], polled["duration_ms"], polled["artist_name"]) == (None, None, "Kala")

    @pytest.mark.parametrize(
        ("told", "kept"), [(-1, None), (0, None), (1, 1), (WEEK_MS, WEEK_MS), (WEEK_MS + 1, None), (2**63 - 1, None)]
    )
    def test_a_length_that_cannot_be_is_unknown(self, engine: DuckDbDelta, told: int, kept: int | None) -> None:
        """A play of unknown length is taken to have begun so much before its end: 300 million years are no time."""
        [polled] = records(engine, RECENTLY_PLAYED, of(RECENTLY_PLAYED, "a", [item(duration_ms=told)]))
        assert polled["duration_ms"] == kept

    def test_the_track_id_is_the_end_of_a_track_uri_only(self, engine: DuckDbDelta) -> None:
        for uri, track_id in (("spotify:track:1111", "1111"), ("spotify:local:x", None), ("spotify:track:", None)):
            [record] = records(engine, EXTENDED_HISTORY, of(EXTENDED_HISTORY, "a", [extended(spotify_track_uri=uri)]))
            assert (record["track_id"], record["content_uri"]) == (track_id, uri)


class TestUnknownNames:
    """Account data have a word for what they cannot name; the extended export leaves the names out."""

    @pytest.mark.parametrize(
        ("track", "artist", "kind"),
        [
            ("Unknown Track", "Unknown Artist", "unknown"),
            ("Unknown Track", "Unknown", "unknown"),
            ("Unknown Track", "Kala", "track"),
            ("Night River", "Unknown Artist", "track"),
            (None, None, "unknown"),
        ],
    )
    def test_what_cannot_be_named_is_no_track_of_that_name(
        self, engine: DuckDbDelta, track: str | None, artist: str | None, kind: str
    ) -> None:
        [found] = records(engine, ACCOUNT_HISTORY, of(ACCOUNT_HISTORY, "a", [account(track_name=track, artist_name=artist)]))
        names = (None, None) if kind == "unknown" else (track, artist)
        assert (found["content_type"], found["track_name"], found["artist_name"]) == (kind, *names)

    def test_it_is_the_play_that_the_extended_export_cannot_name(self, engine: DuckDbDelta) -> None:
        nothing = dict.fromkeys(("master_metadata_track_name", "master_metadata_album_artist_name", "spotify_track_uri"))
        [one] = records(engine, EXTENDED_HISTORY, of(EXTENDED_HISTORY, "a", [extended(**nothing)]))
        unnamed = account(track_name="Unknown Track", artist_name="Unknown Artist")
        [other] = records(engine, ACCOUNT_HISTORY, of(ACCOUNT_HISTORY, "a", [unnamed]))
        assert (one["track_name"], one["content_type"]) == (other["track_name"], other["content_type"]) == (None, "unknown")


def test_an_episode_of_the_api_has_no_track_id(engine: DuckDbDelta) -> None:
    [found] = records(engine, RECENTLY_PLAYED, of(RECENTLY_PLAYED, "a", [item(type="episode", uri="spotify:episode:1111")]))
    assert (found["content_type"], found["track_id"], found["content_uri"]) == ("episode", None, "spotify:episode:1111")
