"""Keys of names are spelled in Silver and in Gold: both spell every pair of names alike."""

import shutil
from hashlib import sha256
from itertools import product
from pathlib import Path

import duckdb
import ibis.expr.types as ir

from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.transforms.keys import name_key

NAMES = (
    *(None, "", " ", "Kala", "kala", "Kala ", "Old Song", "name:", "null", "0"),
    *("'", "''", '"', "O'Neill; --", "\\", "%_", "{{ kala }}", "a\nb", "\t", "a\0b"),
    *("\x1f", "a\x1fb", "\x1fa", "b\x1f", "\x1e"),
    *("🎵", "👩\u200d🎤", "e\u0301", "\u00e9", "ß", "İ", "東京", "\u202eabc", "\ufeff", "x" * 5_000),
)
PAIRS = list(product(NAMES, NAMES))


def spelled(artist: str | None, title: str | None) -> str:
    """The key by hand."""
    return "name:" + sha256(f"{artist or ''}\x1f{title or ''}".encode()).hexdigest()[:22]


def keyed(names: ir.Table) -> ir.Table:
    """Names with the key that Silver gives them."""
    return names.mutate(key=name_key(names.artist_name, names.track_name))


def test_silver_and_gold_spell_keys_alike(engine: DuckDbDelta, scratch: Path, tmp_path: Path) -> None:
    rows = [{"artist_name": artist, "track_name": title} for artist, title in PAIRS]
    told = engine.fetch(engine.derive(keyed, engine.values(rows, dict.fromkeys(rows[0], "string"))))
    expected = {(artist, title): spelled(artist, title) for artist, title in PAIRS}
    assert {(row["artist_name"], row["track_name"]): row["key"] for row in told.to_pylist()} == expected

    path = shutil.copy(scratch, tmp_path / "scratch.duckdb")  # the views in it name the database
    with duckdb.connect(path) as con:
        con.executemany(
            "insert into silver.plays (content_type, is_excluded, artist_name, track_name) values ('track', false, ?, ?)", PAIRS
        )
        found = con.sql("select artist_name, track_name, track_key from staging.stg_plays").fetchall()
    assert {(artist, title): key for artist, title, key in found} == expected
