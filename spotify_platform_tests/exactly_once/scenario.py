"""Example objects that land in waves, and what they make, counted here in plain Python.

A wave is of two users and all three kinds of sources: a zip, a row that cannot be loaded, a copy of a file, and rows that
the wave before has told of already.
"""

import io
import json
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from spotify_platform.contracts.bronze import QUARANTINE, SOURCES
from spotify_platform.contracts.bronze_catalogue import SOURCE as CATALOGUE
from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import ACCOUNTING, PUBLISHED
from spotify_platform.contracts.silver import PLAY_RECORDS
from spotify_platform.contracts.tables import SILVER
from spotify_platform.lakehouse.publishing import published
from spotify_platform.landing.keys import owner
from spotify_platform.pipeline.gold_build import gold_tables
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.rebuild import verify
from spotify_platform_tests.scenario import account, album, answer, artist, audio_features, drop, extended, item, track
from spotify_platform_tests.tables import rows_of

FIRST = date(2024, 12, 29)  # the waves pass the turn of a year: records touch slices on both sides of it
BAD = {"ms_played": "long"}
BATCHES = 3
"""Ledger batches that a wave makes with `SETTINGS`."""
SETTINGS = {"batch_objects": 4}


@dataclass(frozen=True)
class Wave:
    """Objects that land together: documents by key (of a zip: by member), and the keys of copies."""

    number: int

    @property
    def day(self) -> date:
        return FIRST + timedelta(days=self.number)

    def heard(self, n: int, **changes: Any) -> dict[str, Any]:
        """A row of the extended history of this wave's day."""
        return extended(master_metadata_track_name=f"Track {n}", ts=f"{self.day}T23:{n:02d}:05Z", **changes)

    @property
    def new(self) -> dict[str, Any]:
        """A row of a track that nobody heard before."""
        return self.heard(11) | {"master_metadata_track_name": f"New {self.number}"}

    def polled(self, n: int) -> dict[str, Any]:
        """An item of the API of this wave's day."""
        return item(played_at=f"{self.day}T23:{n:02d}:05.{n:03d}Z")

    @property
    def documents(self) -> dict[str, list[dict[str, Any]]]:
        """Rows by the name that Bronze knows the object by; copies left out."""
        before = Wave(self.number - 1)
        n = f"{self.number:03d}"
        told = [before.heard(3)] if self.number else []
        polled = [before.polled(7)] if self.number else []
        return {
            f"inbox/anna/{n}-history.json": [*(self.heard(i) for i in (1, 2, 3)), *told, self.heard(4, **BAD), self.new],
            f"inbox/anna/{n}-takeout.zip!MyData/StreamingHistory0.json": [
                account(endTime=f"{self.day} 23:01", trackName="Track 1"),
                account(endTime=f"{self.day} 22:10"),
                account(endTime=f"{self.day} 22:11", msPlayed="long"),
            ],
            f"inbox/anna/{n}-takeout.zip!MyData/StreamingHistory1.json": [
                account(endTime=f"{self.day} 22:{i}") for i in (20, 30)
            ],
            self.api_key: [self.polled(6), self.polled(7), *polled, item(played_at="never")],
            f"inbox/bob/{n}-history.json": [self.heard(i) for i in (8, 9)],
            **{self.told_key(second): rows for second, rows in enumerate(self.told)},
        }

    @property
    def told(self) -> list[list[dict[str, Any]]]:
        """What the catalogue tells that day: something new of each kind, in several buckets."""
        new = range(100 + 8 * self.number, 108 + 8 * self.number)
        return [
            [*map(artist, new), artist(popularity=self.number)],
            [*map(album, new), album(label=f"Label {self.number}")],
            [*(track(n, artists=[artist(n)], album=album(n, tracks=None)) for n in new), track(popularity=self.number)],
            [*map(audio_features, new)],
        ]

    def told_key(self, second: int) -> str:
        return f"catalogue_api/anna/{self.day:%Y/%m/%d}/{self.day:%Y%m%d}T23595{second}Z-{self.number:08x}.json"

    @property
    def api_key(self) -> str:
        return f"api/anna/{self.day:%Y/%m/%d}/{self.day:%Y%m%d}T235900Z-{self.number:08x}.json"

    @property
    def copied(self) -> tuple[str, str]:
        """Key of an object and of its copy, which comes after it in every order."""
        return f"inbox/anna/{self.number:03d}-history.json", f"inbox/anna/{self.number:03d}-z-copy.json"

    def land(self, landing: Path) -> None:
        """Put all of it into a landing zone that is a folder."""
        members: dict[str, dict[str, Any]] = {}
        for key, rows in self.documents.items():
            archive, _, member = key.partition("!")
            if member:
                members.setdefault(archive, {})[member] = rows
            else:
                drop(landing, key, answer(*rows) if key == self.api_key else rows)
        for archive, inside in members.items():
            drop(landing, archive, zipped(inside))
        of, copy = self.copied
        drop(landing, copy, self.documents[of])


def zipped(members: dict[str, Any]) -> bytes:
    """A zip of documents."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, rows in members.items():
            archive.writestr(name, json.dumps(rows))
    return sink.getvalue()


def is_bad(row: dict[str, Any]) -> bool:
    """Whether a row of these examples is to be quarantined."""
    return "long" in (row.get("ms_played"), row.get("msPlayed")) or row.get("played_at") == "never"


def source_of(key: str) -> str:
    if key.startswith(f"{CATALOGUE}/"):
        return CATALOGUE
    return "api" if key.startswith("api/") else "account" if "!" in key else "extended"


def assert_counts(platform: Platform, waves: int) -> None:
    """What the lake holds after so many waves, held against counts made here. Cheap: Bronze, accounting, records."""
    documents = {key: rows for n in range(waves) for key, rows in Wave(n).documents.items()}
    copies = dict(Wave(n).copied[::-1] for n in range(waves))
    accounts = {
        (a["object"], a["user_id"], a["status"], a["rows_in"], a["rows_new"] + a["rows_repeat"], a["rows_quarantined"]): 1
        for a in rows_of(platform, ACCOUNTING)
    }
    expected = {
        (key, owner(key, "me"), "loaded", len(rows), sum(not is_bad(r) for r in rows), sum(map(is_bad, rows))): 1
        for key, rows in documents.items()
    } | {(copy, "anna", "repeat", len(documents[of]), len(documents[of]), 0): 1 for copy, of in copies.items()}
    assert accounts == expected
    assert len(rows_of(platform, ACCOUNTING)) == len(expected)

    good = Counter((r["_object"], r["_row"]) for s in SOURCES for r in rows_of(platform, s.table) if r["_part"] == "row")
    assert good == Counter((key, n) for key, rows in documents.items() for n, row in enumerate(rows) if not is_bad(row))
    bad = Counter((r["object"], r["row"]) for r in rows_of(platform, QUARANTINE))
    assert bad == Counter((key, n) for key, rows in documents.items() for n, row in enumerate(rows) if is_bad(row))

    of_plays = {key: rows for key, rows in documents.items() if source_of(key) != CATALOGUE}
    told = {(source_of(k), owner(k, "me"), json.dumps(row)) for k, rows in of_plays.items() for row in rows if not is_bad(row)}
    records = Counter((r["source"], r["user_id"]) for r in rows_of(platform, PLAY_RECORDS))
    assert records == Counter((source, user) for source, user, _ in told)
    met: Counter[tuple[str, str]] = Counter()
    for a in rows_of(platform, ACCOUNTING):
        if a["source"] != CATALOGUE:
            met[a["source"], a["user_id"]] += a["rows_new"]
    assert met == records


def assert_sound(platform: Platform) -> None:
    """Every row is accounted for, nothing is doubled, and all is equal to what Bronze makes."""
    for account_ in rows_of(platform, ACCOUNTING):
        assert account_["rows_in"] == account_["rows_new"] + account_["rows_repeat"] + account_["rows_quarantined"], account_
    for source in SOURCES:
        rows = [r for r in rows_of(platform, source.table) if r["_part"] != "object"]
        places = Counter((r["_object"], r["_sha256"], r["_row"]) for r in rows)
        assert max(places.values(), default=1) == 1
    for compared in verify(platform):
        assert compared.is_equal, compared


def state(platform: Platform) -> dict[str, list[str]]:
    """All rows of all tables in a fixed order, without the numbers of batches and the times of loading."""
    pins = published(platform.engine)
    assert pins is not None
    found = {source.table.path: plain(platform, source.table, keep=("_part", "_object", "_row", "_status")) for source in SOURCES}
    found |= {table.path: plain(platform, table) for table in (QUARANTINE, ACCOUNTING, *SILVER)}
    return found | {t.path: plain(platform, t, version=pins.versions[t.path]) for t in gold_tables(platform)}


def plain(platform: Platform, table: Table, *, keep: tuple[str, ...] = (), version: int | None = None) -> list[str]:
    kept = [name for name in table.column_names if name in keep or not (name.startswith("_") or name == "batch")]
    return sorted(repr({name: row[name] for name in kept}) for row in rows_of(platform, table, version=version))


def publications(platform: Platform) -> list[int]:
    """Batches that were published, each once."""
    return sorted(row["batch"] for row in rows_of(platform, PUBLISHED))
