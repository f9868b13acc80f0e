"""Broken and hostile files a person may drop, each with what a platform should make of it. Plain functions, no pytest.

Private texts in them (`PRIVATE`) must appear in no table, log or error.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from spotify_platform_tests import hostile_zips as zips
from spotify_platform_tests.hostile_objects import OBJECTS, PRIVATE
from spotify_platform_tests.hostile_tables import as_csv, as_parquet
from spotify_platform_tests.hostile_zips import HISTORY, Part, by_python, one, zipped

_ZIP = "my_spotify_data.zip"
_OTHER = "notes.json"


@dataclass(frozen=True)
class Expected:
    """What becomes of a file.

    Attributes:
        whole: what the object as a whole must be; None where that is left open.
        good: rows loaded, None where readers may differ.
        bad: rows quarantined, None where readers may differ.
        total: good and bad rows together, None where even that is left open.
    """

    whole: Literal["refused", "not_recognised"] | None = None
    good: int | None = 0
    bad: int | None = 0
    total: int | None = 0


@dataclass(frozen=True)
class Hostile:
    """One file: its name to drop it under, its bytes, what is expected."""

    name: str
    file_name: str
    build: Callable[[], bytes]
    expected: Expected


REFUSED = Expected("refused")
NOT_RECOGNISED = Expected("not_recognised", total=None)


def rows(good: int, bad: int = 0) -> Expected:
    """So many rows loaded and quarantined."""
    return Expected(None, good, bad, good + bad)


def either(total: int) -> Expected:
    """Readers may differ on which rows are good, never on how many there are."""
    return Expected(None, None, None, total)


def play(number: int = 0, **changes: Any) -> dict[str, Any]:
    """A row of an extended history, with all its keys."""
    books = [f"audiobook_{key}" for key in ("title", "uri", "chapter_uri", "chapter_title")]
    row: dict[str, Any] = {
        "ts": f"2021-03-04T05:06:{number % 60:02d}Z",
        "platform": "android",
        "ms_played": 40_000 + number,
        "conn_country": "DE",
        "ip_addr": PRIVATE,
        "master_metadata_track_name": f"Track {number}",
        "master_metadata_album_artist_name": "Artist",
        "master_metadata_album_album_name": "Album",
        "spotify_track_uri": f"spotify:track:{number:022d}",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        **dict.fromkeys(books),
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": False,
        "offline": False,
        "offline_timestamp": 1_614_834_000,
        "incognito_mode": False,
    }
    return row | changes


PLAYS = [play(number) for number in range(3)]
PRETTY = json.dumps(PLAYS, indent=2).encode()
LINES = "\n".join(map(json.dumps, PLAYS)).encode()


def _dump(*values: Any, **options: Any) -> bytes:
    return json.dumps(values, indent=2, **options).encode()


def _with(**changes: Any) -> bytes:
    """Two good rows and one with changes between them."""
    return _dump(play(1), play(2, **changes), play(3))


def _raw(old: str, new: bytes) -> bytes:
    """Two good rows; in the one between them a text stands that json does not write."""
    return _with(master_metadata_track_name="HERE", platform="THERE").replace(old.encode(), new)


def _wrong_types() -> bytes:
    """One row for each known key, in which it has a type it must not have; and a good one."""
    wrong = {str: 7, int: "7", bool: "yes", type(None): [1]}
    changed = [play(index, **{key: wrong[type(value)]}) for index, (key, value) in enumerate(play().items()) if key != "ip_addr"]
    return _dump(*changed, play(30))


def _cut(at: str, after: int = 0, text: bytes = PRETTY) -> bytes:
    return text[: text.rindex(at.encode()) + after]


def _account(**changes: Any) -> bytes:
    good = {"endTime": "2021-03-04 05:06", "artistName": "Artist", "trackName": "Track", "msPlayed": 1000}
    return _dump(good, good | changes)


def _macos() -> bytes:
    return by_python(
        {
            f"MyData/{HISTORY}": PRETTY,
            f"__MACOSX/MyData/._{HISTORY}": b"\0\5\x16\7",
            "MyData/.DS_Store": b"\0\0\0\1Bud1",
        }
    )


def _deep(row: bytes) -> bytes:
    return row.replace(b'"HERE"', b"[" * 10_000 + b"]" * 10_000)


def _item(number: int = 0, **changes: Any) -> dict[str, Any]:
    track = {"id": f"{number:022d}", "name": '"items": [', "uri": "spotify:track:1", "duration_ms": 1, "artists": [], "album": {}}
    return {"played_at": f"2021-03-04T05:06:{number:02d}.123Z", "track": track, "context": None} | changes


def _answer(*items: Any, **more: Any) -> bytes:
    return json.dumps({"items": items, "cursors": None, **more}, indent=2).encode()


_TWO = _answer(_item(1), _item(2))
_ANSWER = "recently-played.json"
_ACCOUNT_NAME = "StreamingHistory_music_0.json"
_SEVEN = {"7": {"8": [{"user_name": PRIVATE, "ok": [{"e-mail": PRIVATE}]}]}}

_DOCUMENTS: tuple[tuple[str, str, Callable[[], bytes], Expected], ...] = (
    ("cut inside the last row", HISTORY, lambda: _cut("ms_played", 3), rows(2, 1)),
    ("cut inside a string", HISTORY, lambda: _cut("Track 2", 3), rows(2, 1)),
    ("cut between rows", HISTORY, lambda: _cut("\n  {"), rows(2)),
    ("cut before the last bracket", HISTORY, lambda: PRETTY[:-1], rows(3)),
    ("cut after the first bracket", HISTORY, lambda: PRETTY[:1], rows(0)),
    ("cut inside an escape", HISTORY, lambda: _cut("\\u00", 4, _dump(play(1), play(2, platform="\u00e9"))), rows(1, 1)),
    ("lines cut inside the last row", HISTORY, lambda: LINES[:-5], rows(2, 1)),
    ("missing quote", HISTORY, lambda: PRETTY.replace(b'"Track 1"', b'"Track 1'), rows(2, 1)),
    ("missing brace", HISTORY, lambda: PRETTY.replace(b"\n  },", b"\n  ,", 1), rows(2, 1)),
    ("missing comma between rows", HISTORY, lambda: PRETTY.replace(b"\n  },", b"\n  }"), rows(3)),
    ("missing comma between keys", HISTORY, lambda: PRETTY.replace(b'"Track 1",', b'"Track 1"'), rows(2, 1)),
    ("trailing comma", HISTORY, lambda: PRETTY.replace(b"\n]", b",\n]"), rows(3)),
    ("text after the end", HISTORY, lambda: PRETTY + b"\nsaved by a browser", rows(3, 1)),
    ("two arrays one after the other", HISTORY, lambda: PRETTY + b"\n" + _dump(play(4)), rows(3, 1)),
    ("zeros after the end", HISTORY, lambda: PRETTY + bytes(4096), rows(3, 1)),
    ("zeros inside a row", HISTORY, lambda: PRETTY.replace(b"Track 1", bytes(512)), rows(2, 1)),
    ("line break inside a string", HISTORY, lambda: PRETTY.replace(b"Track 1", b"Track\n1"), rows(2, 1)),
    ("tab inside a string", HISTORY, lambda: PRETTY.replace(b"Track 1", b"Track\t1"), rows(2, 1)),
    ("no bracket around the rows", HISTORY, lambda: PRETTY[1:-1], rows(3)),
    ("wrong type in every key", HISTORY, _wrong_types, rows(1, 22)),
    ("objects where texts belong", HISTORY, lambda: _with(master_metadata_track_name={"name": "x"}), rows(2, 1)),
    ("30 February", HISTORY, lambda: _with(ts="2021-02-30T10:00:00Z"), rows(2, 1)),
    ("month 13", HISTORY, lambda: _with(ts="2021-13-01T10:00:00Z"), rows(2, 1)),
    ("hour 25", HISTORY, lambda: _with(ts="2021-01-01T25:00:00Z"), rows(2, 1)),
    ("year 0", HISTORY, lambda: _with(ts="0000-01-01T10:00:00Z"), rows(2, 1)),
    ("year 99999", HISTORY, lambda: _with(ts="99999-01-01T10:00:00Z"), rows(2, 1)),
    ("year 1970", HISTORY, lambda: _with(ts="1970-01-01T00:00:00Z"), rows(2, 1)),
    ("time as a number", HISTORY, lambda: _with(ts=1_614_834_000), rows(2, 1)),
    ("time is empty", HISTORY, lambda: _with(ts=""), rows(2, 1)),
    ("time with a date only", HISTORY, lambda: _with(ts="2021-03-04"), rows(2, 1)),
    ("negative ms_played", HISTORY, lambda: _with(ms_played=-1), rows(2, 1)),
    ("ms_played 1e30", HISTORY, lambda: _with(ms_played=1e30), rows(2, 1)),
    ("ms_played beyond 64 bits", HISTORY, lambda: _with(ms_played=2**64), rows(2, 1)),
    ("ms_played a fraction", HISTORY, lambda: _with(ms_played=1.5), rows(2, 1)),
    ("ms_played NaN", HISTORY, lambda: _with(ms_played=float("nan")), rows(2, 1)),
    ("ms_played Infinity", HISTORY, lambda: _with(ms_played=float("inf")), rows(2, 1)),
    ("ms_played a text", HISTORY, lambda: _with(ms_played="40000"), rows(2, 1)),
    ("ms_played with 5,000 digits", HISTORY, lambda: _with(ms_played="N").replace(b'"N"', b"9" * 5000), rows(2, 1)),
    ("rows that are no objects", HISTORY, lambda: _dump(play(), 1, "ts", None, 2.5, [1], []), rows(1, 6)),
    ("rows in an array of their own", HISTORY, lambda: json.dumps([PLAYS]).encode(), rows(0, 1)),
    ("empty objects", HISTORY, lambda: json.dumps([{}] * 100).encode(), rows(0, 100)),
    ("a key twice", HISTORY, lambda: _raw('"THERE"', b'"x", "ms_played": 5'), either(3)),
    ("10,000 levels in an unknown key", HISTORY, lambda: _deep(_with(surprise="HERE")), either(3)),
    ("10,000 levels in a known key", HISTORY, lambda: _deep(_with(platform="HERE")), rows(2, 1)),
    ("10,000 brackets", HISTORY, lambda: b"[" * 10_000, rows(0, 1)),
    ("10,000 closing brackets", HISTORY, lambda: PRETTY + b"]}" * 5_000, either(5_003)),
    ("half a surrogate pair", HISTORY, lambda: _raw("HERE", b"\\ud83d"), either(3)),
    ("escaped zero", HISTORY, lambda: _raw("HERE", b"a\\u0000b"), either(3)),
    ("bytes that are not UTF-8", HISTORY, lambda: _raw("HERE", b"\xff\xfe\xc0"), rows(2, 1)),
    ("a surrogate as UTF-8", HISTORY, lambda: _raw("HERE", b"\xed\xa0\x80"), rows(2, 1)),
    ("Latin-1", HISTORY, lambda: _raw("HERE", "Beyoncé".encode("latin-1")), rows(2, 1)),
    ("UTF-16", HISTORY, lambda: PRETTY.decode().encode("utf-16"), REFUSED),
    ("UTF-16 without a mark", HISTORY, lambda: PRETTY.decode().encode("utf-16-be"), REFUSED),
    ("byte order mark", HISTORY, lambda: b"\xef\xbb\xbf" + PRETTY, rows(3)),
    ("empty file", HISTORY, lambda: b"", rows(0)),
    ("white space only", HISTORY, lambda: b" \r\n\t\n", rows(0)),
    ("empty array", HISTORY, lambda: b"[]", rows(0)),
    ("only null", HISTORY, lambda: b"null", REFUSED),
    ("only a text", HISTORY, lambda: b'"ts, ms_played"', REFUSED),
    ("web page", HISTORY, lambda: b"<!DOCTYPE html><html><body>Log in to continue</body></html>", REFUSED),
    ("gzip", HISTORY, lambda: b"\x1f\x8b\x08\x08" + bytes(100), REFUSED),
    ("zeros", HISTORY, lambda: bytes(10_000), REFUSED),
    ("1.5 MB in one text", HISTORY, lambda: _with(master_metadata_track_name="x" * 1_500_000), rows(3)),
    (
        "keys in capitals",
        HISTORY,
        lambda: PRETTY.replace(b'"ts"', b'"TS"').replace(b'"ms_played"', b'"MS_PLAYED"'),
        Expected(None, 0, None, None),
    ),
    ("all keys null", HISTORY, lambda: _dump(dict.fromkeys(play())), rows(0, 1)),
    (
        "optional keys null",
        HISTORY,
        lambda: _dump({**dict.fromkeys(play()), "ts": "2021-03-04T05:06:07Z", "ms_played": 1}),
        rows(1),
    ),
    ("required keys only", HISTORY, lambda: _dump({"ts": "2021-03-04T05:06:07Z", "ms_played": 1}), rows(1)),
    (
        "private data in unknown keys",
        HISTORY,
        lambda: _with(Email=PRIVATE, device={"IP-Address": PRIVATE, "more": _SEVEN}),
        rows(3),
    ),
    ("private data in a known key", HISTORY, lambda: _with(platform={"ip_addr": PRIVATE}), rows(2, 1)),
    ("private data in a text of JSON", HISTORY, lambda: _with(extra=json.dumps({"ip_addr": PRIVATE})), rows(3)),
    (
        "private data in a broken row",
        HISTORY,
        lambda: _with(ip_addr="HERE").replace(b'"HERE"', f'"{PRIVATE}'.encode()),
        rows(2, 1),
    ),
    (
        "unknown keys that look like paths",
        HISTORY,
        lambda: _with(**{"a.b[0]": 1, "$": 2, "'\"; drop": 3, "~/": 4, "": 5}),
        rows(3),
    ),
    ("lines", HISTORY, lambda: LINES, rows(3)),
    ("lines ended by CR LF", HISTORY, lambda: LINES.replace(b"\n", b"\r\n") + b"\r\n", rows(3)),
    ("lines with empty ones between", HISTORY, lambda: LINES.replace(b"\n", b"\n\n \n\v\n") + b"\n\f\n", rows(3)),
    ("pretty with CR LF", HISTORY, lambda: PRETTY.replace(b"\n", b"\r\n"), rows(3)),
    ("pretty with CR", HISTORY, lambda: PRETTY.replace(b"\n", b"\r"), rows(3)),
    ("an odd name and the right keys", _OTHER, lambda: PRETTY, rows(3)),
    ("an odd name and other keys", _OTHER, lambda: b'[{"title": "x"}]', NOT_RECOGNISED),
    ("an answer", _ANSWER, lambda: _TWO, rows(2)),
    ("a list of answers", _ANSWER, lambda: b"[" + _TWO + b",\n" + _answer(_item(3)) + b"]", rows(3)),
    ("a list of items", _ANSWER, lambda: _dump(_item(1), _item(2), 3), rows(2, 1)),
    ("an answer of nothing", _ANSWER, _answer, rows(0)),
    ("an answer of things that are no items", _ANSWER, lambda: _answer(_item(1), None, 2, "[,", [_item(3)], {}), rows(1, 5)),
    ("an answer with a comma too many", _ANSWER, lambda: _TWO.replace(b"}\n  ]", b"},\n  ]"), either(2)),
    ("an answer cut off", _ANSWER, lambda: _TWO[:-3], rows(0, 1)),
    ("an answer with a missing quote", _ANSWER, lambda: _TWO.replace(b'"uri":', b'"uri:', 1), Expected(None, 0, None, None)),
    ("an answer whose items are an object", _ANSWER, lambda: b'{"items": {"items": [1, 2]}, "cursors": 0}', rows(0, 1)),
    ("an answer whose items are a text", _ANSWER, lambda: b'{"items": "[{}, {}]", "cursors": 0}', rows(0, 1)),
    ("an answer with items twice", _ANSWER, lambda: b'{"items": [1],' + _TWO[1:], Expected(None, None, None, None)),
    ("an answer with items twice, first none", _ANSWER, lambda: b'{"items": null,' + _TWO[1:], Expected(None, None, None, None)),
    ("an answer whose key is escaped", _ANSWER, lambda: _TWO.replace(b'"items": [\n', b'"\\u0069tems": [\n'), rows(2)),
    (
        "an answer with items elsewhere",
        _ANSWER,
        lambda: _answer(_item(1, items=[1, 2, 3]), _item(2), more={"items": [4, 5]}, text='{"items": [6, 7]}'),
        rows(2),
    ),
    ("account data on 30 February", _ACCOUNT_NAME, lambda: _account(endTime="2021-02-30 10:00"), rows(1, 1)),
    ("account data without a time", _ACCOUNT_NAME, lambda: _account(endTime=None), rows(1, 1)),
    ("account data with a text for msPlayed", _ACCOUNT_NAME, lambda: _account(msPlayed="1"), rows(1, 1)),
)

_CSV = as_csv(PLAYS)
_PARQUET = as_parquet(PLAYS)
_HEADER, _FIRST, _SECOND, _THIRD = _CSV.splitlines()


def _csv_with(line: bytes) -> bytes:
    """Three good rows, and a line before the last."""
    return b"\n".join((_HEADER, _FIRST, _SECOND, line, _THIRD, b""))


def _at(microseconds: int, zone: str | None = None) -> bytes:
    """Two plays, the first at that time."""
    times = {"ts": pa.timestamp("us", zone)}
    return as_parquet([play(1, ts=microseconds), play(2, ts=1_614_834_367_000_000)], times)


def _bomb() -> bytes:
    """Kilobytes that unpack to 300 MB."""
    text = "x" * 1_500_000
    return as_parquet([play(number, platform=text) for number in range(200)])


_TABLES: tuple[tuple[str, str, Callable[[], bytes], Expected], ...] = (
    ("CSV", "plays.csv", lambda: _CSV, rows(3)),
    ("CSV with semicolons and a mark", "plays.CSV", lambda: b"\xef\xbb\xbf" + as_csv(PLAYS, ";"), rows(3)),
    ("CSV with tabs", "plays.tsv", lambda: as_csv(PLAYS, "\t", "\n"), rows(3)),
    ("CSV with empty lines", "plays.csv", lambda: _csv_with(b"") + b"\n\n", rows(3)),
    ("CSV with lines that end in two ways", "plays.csv", lambda: _csv_with(b"\r"), REFUSED),
    ("CSV ended without a line's end", "plays.csv", _CSV.rstrip, rows(3)),
    ("CSV with its header alone", "plays.csv", lambda: _HEADER, rows(0)),
    ("CSV of titles with quotes", "plays.csv", lambda: as_csv([play(1, platform='7", a\nb; "x"'), play(2)]), rows(2)),
    ("CSV with a quote inside a value", "plays.csv", lambda: _CSV.replace(b"Track 1", b'Track 1 (7" mix)'), rows(3)),
    ("CSV with a value too few", "plays.csv", lambda: _csv_with(_FIRST.rpartition(b",")[0]), rows(3, 1)),
    ("CSV with a value too many", "plays.csv", lambda: _csv_with(_FIRST + b",1"), rows(3, 1)),
    ("CSV with words between", "plays.csv", lambda: _csv_with(b"and then"), rows(3, 1)),
    ("CSV with text after a quote", "plays.csv", lambda: _csv_with(b'"2021"x' + _FIRST[20:]), rows(3, 1)),
    ("CSV of no UTF-8", "plays.csv", lambda: _CSV.replace(b"Track 1", b"Beyonc\xe9"), rows(2, 1)),
    ("CSV with a number that is none", "plays.csv", lambda: _CSV.replace(b"40001", b"many"), rows(2, 1)),
    ("CSV with a whole number as 40001.0", "plays.csv", lambda: _CSV.replace(b"40001", b"40001.0"), rows(3)),
    ("CSV with a fraction", "plays.csv", lambda: _CSV.replace(b"40001", b"40001.5"), rows(2, 1)),
    ("CSV without a time", "plays.csv", lambda: as_csv([play(1), play(2, ts=None)]), rows(1, 1)),
    ("CSV whose last quote is missing", "plays.csv", lambda: _CSV + b'"2021', REFUSED),
    ("CSV of other columns", "plays.csv", lambda: b"a,b\n1,2\n", NOT_RECOGNISED),
    ("CSV without columns", "plays.csv", lambda: b"plays\n1\n", NOT_RECOGNISED),
    ("CSV of nothing", "plays.csv", lambda: b"", NOT_RECOGNISED),
    ("CSV in UTF-16", "plays.csv", lambda: _CSV.decode().encode("utf-16"), NOT_RECOGNISED),
    ("CSV that is JSON", "plays.csv", lambda: PRETTY, rows(3)),
    ("CSV with numbered rows", "plays.csv", lambda: b"\n".join((b"," + _HEADER, b"0," + _FIRST, b"1," + _SECOND)), rows(2)),
    ("CSV with a column twice", "plays.csv", lambda: _CSV.replace(b"episode_name", b"ts"), rows(3)),
    ("CSV with columns that differ in case", "plays.csv", lambda: _CSV.replace(b"episode_name", b"TS"), rows(3)),
    ("CSV whose rows are all bad", "plays.csv", lambda: _HEADER + b"\n1,2\n3\n", rows(0, 2)),
    ("CSV after an empty line", "plays.csv", lambda: b"  \n\n" + _CSV.replace(b"\r\n", b"\n"), rows(3)),
    ("CSV with a long value", "plays.csv", lambda: _CSV.replace(b"Track 1", b"x" * 500_000), rows(3)),
    ("CSV with too many columns", "plays.csv", lambda: b",".join([_HEADER] + [b"c"] * 2_000) + b"\n", NOT_RECOGNISED),
    ("CSV with a row of 200 values too many", "plays.csv", lambda: _csv_with(_FIRST + b",1" * 200), REFUSED),
    ("CSV with a zero", "plays.csv", lambda: _CSV.replace(b"Track 1", b"Track\x001"), either(3)),
    (
        "CSV with a private column over two lines",
        "plays.csv",
        lambda: as_csv([play(1) | {"my\nip_addr": PRIVATE}], end="\n"),
        rows(1),
    ),
    ("CSV in a zip", _ZIP, lambda: by_python({"MyData/plays.csv": _CSV}), rows(3)),
    ("Parquet", "plays.parquet", lambda: _PARQUET, rows(3)),
    ("Parquet by another name", "plays", lambda: _PARQUET, rows(3)),
    ("Parquet in a zip", _ZIP, lambda: by_python({"MyData/plays.parquet": _PARQUET}), rows(3)),
    ("Parquet of no rows", "plays.parquet", lambda: as_parquet([]), NOT_RECOGNISED),
    ("Parquet of other columns", "plays.parquet", lambda: as_parquet([{"a": 1}]), NOT_RECOGNISED),
    ("Parquet cut off", "plays.parquet", lambda: _PARQUET[:-100], NOT_RECOGNISED),
    ("Parquet with a broken page", "plays.parquet", lambda: _PARQUET[:4] + b"\xff" * 80 + _PARQUET[84:], Expected(total=None)),
    ("Parquet with fractions for numbers", "plays.parquet", lambda: as_parquet(PLAYS, {"ms_played": pa.float64()}), rows(3)),
    ("Parquet with columns that differ in case", "plays.parquet", lambda: as_parquet([play(1, TS="x"), play(2, Ts=1)]), rows(2)),
    ("Parquet with bytes for text", "plays.parquet", lambda: as_parquet([play(1, cover=b"\xff\xd8"), play(2)]), rows(2)),
    ("Parquet with times out of range", "plays.parquet", lambda: _at(570_000_000_000_000_000), rows(1, 1)),
    ("Parquet with times of no zone there is", "plays.parquet", lambda: _at(1_614_834_367_000_000, "Foo/Bar"), rows(2)),
    ("Parquet that unpacks to a thousandfold", "plays.parquet", _bomb, REFUSED),
    ("Parquet with texts for numbers", "plays.parquet", lambda: as_parquet(PLAYS, {"ms_played": pa.string()}), rows(0, 3)),
)

_GOOD_PART = Part(content=PRETTY)
_ZIPS: tuple[tuple[str, Callable[[], bytes], Expected], ...] = (
    ("a text named .zip", lambda: b"this is no zip", REFUSED),
    ("an empty file named .zip", lambda: b"", REFUSED),
    ("an end record and no more", lambda: zipped([]), rows(0)),
    ("cut in the middle", lambda: zipped([_GOOD_PART])[:300], REFUSED),
    ("cut in the directory", lambda: zipped([_GOOD_PART])[:-40], REFUSED),
    ("cut in the end record", lambda: zipped([_GOOD_PART])[:-5], REFUSED),
    ("begin missing", lambda: zipped([_GOOD_PART])[100:], REFUSED),
    ("text before the zip", lambda: b"#!/bin/sh\n" + zipped([_GOOD_PART]), REFUSED),
    ("text after the zip", lambda: zipped([_GOOD_PART]) + b"\n<html>", REFUSED),
    ("directory is elsewhere", lambda: zipped([Part()], end={"offset": 3}), REFUSED),
    ("more members claimed", lambda: zipped([Part()], end={"here": 2, "count": 2}), REFUSED),
    ("fewer members claimed", lambda: zipped([Part(name="a"), Part()], end={"here": 1, "count": 1}), REFUSED),
    ("one part of several", lambda: zipped([Part()], end={"disk": 1}), REFUSED),
    ("members on another disk", lambda: zipped([Part(name="a"), Part()], end={"here": 1}), REFUSED),
    ("overlapping members", zips.overlapping, REFUSED),
    ("members that share their bytes", zips.shared_header, REFUSED),
    ("member reaches into the directory", lambda: one(local={"packed": 999}, central={"packed": 999}), REFUSED),
    ("bomb", zips.bomb, REFUSED),
    ("bomb that declares 1,000 bytes", zips.hidden_bomb, REFUSED),
    ("size declared too large", lambda: one(local={"size": 60}, central={"size": 60}), REFUSED),
    ("size declared too small", lambda: one(local={"size": 9}, central={"size": 9}), REFUSED),
    ("stored size that cannot be", lambda: one(method=0, local={"size": 9}, central={"size": 9}), REFUSED),
    (
        "member of 5 GiB",
        lambda: one(extra=zips.zip64_extra(5 << 30), local={"size": 0xFFFFFFFF}, central={"size": 0xFFFFFFFF}),
        REFUSED,
    ),
    (
        "20 GiB together",
        lambda: zipped([Part(name=f"{n}.json", local={"size": 4 << 29}, central={"size": 4 << 29}) for n in range(10)]),
        REFUSED,
    ),
    ("wrong CRC", lambda: one(local={"crc": 1}, central={"crc": 1}), REFUSED),
    ("broken deflate", lambda: one(data=b"\xff" * 60), REFUSED),
    ("bytes after the deflate stream", lambda: one(data=zips.deflated(zips.CONTENT) + b"more"), REFUSED),
    ("encrypted", lambda: one(flags=1), REFUSED),
    ("encrypted in its own header only", lambda: one(local={"flags": 1}), REFUSED),
    ("encrypted by AES", lambda: one(method=99, flags=1), REFUSED),
    ("bzip2", lambda: one(method=12), REFUSED),
    ("imploded", lambda: one(method=6), REFUSED),
    ("link", lambda: one(mode=0o120777, content=b"/etc/passwd"), REFUSED),
    ("device", lambda: one(mode=0o020666), REFUSED),
    ("pipe", lambda: one(mode=0o010666), REFUSED),
    ("name leads up", lambda: one(name=f"../{HISTORY}"), REFUSED),
    ("name leads up inside", lambda: one(name=f"a/../../{HISTORY}"), REFUSED),
    ("absolute name", lambda: one(name=f"/tmp/{HISTORY}"), REFUSED),  # noqa: S108 - never written to
    ("drive letter", lambda: one(name=f"C:/{HISTORY}"), REFUSED),
    ("backslashes", lambda: one(name=f"..\\{HISTORY}"), REFUSED),
    ("zero in the name", lambda: one(name=f"{HISTORY}\0.txt"), REFUSED),
    ("line break in the name", lambda: one(name=f"a\n{HISTORY}"), REFUSED),
    ("no name", lambda: one(name=""), REFUSED),
    ("name of 2,000 bytes", lambda: one(name="x" * 2000), REFUSED),
    ("name that is not UTF-8", lambda: one(name=b"\xff.json", flags=0x800), REFUSED),
    ("a name twice", lambda: zipped([Part(), Part(content=PRETTY)]), REFUSED),
    ("a name twice but for capitals", lambda: zipped([Part(), Part(name=HISTORY.upper())]), REFUSED),
    ("other name in its own header", lambda: one(local={"name": HISTORY.upper().encode()}), REFUSED),
    ("other size in its own header", lambda: one(local={"size": 5}), REFUSED),
    ("other method in its own header", lambda: one(local={"method": 0}), REFUSED),
    ("other CRC in its own header", lambda: one(local={"crc": 5}), REFUSED),
    ("zip in the zip", lambda: one(name="inner.zip", content=zipped([Part()]), method=0), REFUSED),
    ("zip in the zip by another name", lambda: one(content=zipped([Part()])), REFUSED),
    ("7z in the zip", lambda: one(name="inner.7z"), REFUSED),
    ("gzip in the zip", lambda: one(name=f"{HISTORY}.gz", content=b"\x1f\x8b\x08"), REFUSED),
    ("zip64 sizes missing", lambda: one(local={"size": 0xFFFFFFFF}, central={"size": 0xFFFFFFFF}), REFUSED),
    (
        "zip64 offset beyond the file",
        lambda: one(extra=zips.zip64_extra(1 << 63), central={"offset": 0xFFFFFFFF}),
        REFUSED,
    ),
    ("zip64 record contradicts", lambda: zips.wide_end(count=7), REFUSED),
    ("zip64 record points elsewhere", lambda: zips.wide_end(offset=1 << 63), REFUSED),
    ("zip64 record is elsewhere", lambda: zips.wide_end(locator=1 << 63), REFUSED),
    ("zip64 record has another length", lambda: zips.wide_end(length=45), REFUSED),
    ("6,000 members", lambda: zipped(Part(name=f"{n}.json", content=b"[]", method=0) for n in range(6000)), REFUSED),
    ("zip64 record that is true", zips.wide_end, rows(1)),
    ("sizes behind the content", lambda: by_python({HISTORY: PRETTY}, streamed=True), rows(3)),
    ("as macOS packs it", _macos, rows(3)),
    (
        "with files of other kinds",
        lambda: by_python({"a/ReadMe.pdf": b"%PDF-1.7", f"a/{HISTORY}": PRETTY, "a/empty.txt": b""}),
        rows(3),
    ),
    ("with a broken document", lambda: by_python({HISTORY: PRETTY, "endsong_1.json": _with(ts=1)}), rows(5, 1)),
    ("with nothing of ours", lambda: by_python({"a.txt": b"hello", "b.json": b"{}"}), Expected(None)),
)


def _with_marks() -> bytes:
    return by_python({f"a!b/{HISTORY}": PRETTY, "endsong!1.json": _dump(play(4)), "x.zip!endsong_2.json": _dump(play(5))})


# A ! stands between a zip and its member, and in names people give.
_NAMES: tuple[tuple[str, str, Callable[[], bytes], Expected], ...] = (
    ("! in a folder's name", f"Wow! my data/{HISTORY}", lambda: PRETTY, rows(3)),
    ("! in a file's name", "endsong!1.json", lambda: PRETTY, rows(3)),
    ("! in the name of a file of another kind", "notes!.json", lambda: b'[{"title": "x"}]', NOT_RECOGNISED),
    ("! in the names of a zip and its members", "Wow! a!b.ZIP", _with_marks, rows(5)),
    ("! in the name of a broken zip", "Wow!.zip", lambda: b"PK", REFUSED),
    ("a file named as a member", f"x.zip!{HISTORY}", lambda: PRETTY, REFUSED),
    ("a folder named as a member", f"x.Zip!/{HISTORY}", lambda: PRETTY, REFUSED),
    ("a zip named as a member", "x.zip!y.zip", lambda: by_python({HISTORY: PRETTY}), REFUSED),
    ("a zip by another name", "my_spotify_data", lambda: by_python({"a.json": PRETTY}), NOT_RECOGNISED),
)

CATALOGUE: tuple[Hostile, ...] = (
    *(Hostile(*entry) for entry in _DOCUMENTS),
    *(Hostile(f"zip: {name}", _ZIP, build, expected) for name, build, expected in _ZIPS),
    *(Hostile(*entry) for entry in _NAMES),
    *(Hostile(*entry) for entry in _TABLES),
    *(Hostile(f"catalogue: {name}", file, build, rows(good, bad)) for name, file, build, good, bad in OBJECTS),
)
