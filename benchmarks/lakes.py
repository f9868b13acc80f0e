"""Lakes of a given size, made from Bronze rows that DuckDB generates: the rest of the way is the product's own."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from spotify_platform.contracts.bronze import EXTENDED_HISTORY
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.lakehouse.delta_tables import schema_of
from spotify_platform.pipeline.gold import advance_gold
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.refresh import steps
from spotify_platform.pipeline.users import stated_now

PLAYS_A_USER = 100_000
YEARS = 10


TITLES = 5_000


def fill(platform: Platform, users: int, *, titles: int = TITLES, only_bronze: bool = False) -> None:
    """Make a lake of `users` times 100,000 plays over ten years, through to published Gold, or Bronze alone."""
    engine, table = platform.engine, EXTENDED_HISTORY.table
    now = datetime.now(UTC)
    names = [f"user{n:03d}" for n in range(users)]
    decisions = [
        {
            **_decision("load", f"inbox/{u}/2025/01/01/20250101T000000Z-{n:08x}/a.json", u, now),
            "bronze_table": table.name,
        }
        for n, u in enumerate(names)
    ]
    decisions += [_settings(platform, user, now) for user in names]
    ledger = engine.open(LEDGER)
    schema = LEDGER.types
    engine.append(ledger, engine.values([{**dict.fromkeys(schema), **d, "batch": 1} for d in decisions], schema), 1)
    own = engine.open(table)
    engine.append(own, engine.query(_bronze_sql(users, titles), schema_of(table)), 1)
    if only_bronze:
        return
    for path, step in steps().items():
        if path != LEDGER.path:
            step(platform)
    advance_gold(platform)


def _decision(action: str, key: str, user: str, now: datetime) -> dict[str, object]:
    return {
        "action": action,
        "key": key,
        "etag": "1",
        "bytes": 1,
        "sha256": _sha(user),
        "user_id": user,
        "source": "extended",
        "planned_at": now,
    }


def _settings(platform: Platform, user: str, now: datetime) -> dict[str, object]:
    stated = stated_now(platform, [user])[user]
    return {
        "action": "restate",
        "key": f"user/{user}",
        "etag": stated.sha256,
        "sha256": stated.sha256,
        "reason": stated.to_text(),
        "user_id": user,
        "planned_at": now,
    }


def _sha(user: str) -> str:
    return (user.encode().hex() * 8)[:64].ljust(64, "0")


def _bronze_sql(users: int, titles: int) -> str:
    """Rows in the order of user and time; tracks follow a power law over the titles, of 800 artists."""
    hashes = json.dumps([_sha(f"user{n:03d}") for n in range(users)]).replace('"', "'")
    values = {
        **_values(),
        "_part": "'row'",
        "_batch": "1::bigint",
        "_object": f"'inbox/user' || lpad((i // {PLAYS_A_USER})::varchar, 3, '0') || '/a.json'",
        "_sha256": f"({hashes})[i // {PLAYS_A_USER} + 1]",
        "_user": f"'user' || lpad((i // {PLAYS_A_USER})::varchar, 3, '0')",
        "_row": f"(i % {PLAYS_A_USER})::bigint",
        "_loaded_at": "now()",
    }
    header = {
        **dict.fromkeys(values, "null"),
        **{k: values[k] for k in ("_batch", "_object", "_sha256", "_user", "_loaded_at")},
    }
    header |= {"_part": "'object'", "_status": "'loaded'", "_rows_in": f"{PLAYS_A_USER}::bigint", "_bytes": "1::bigint"}
    columns = EXTENDED_HISTORY.table.types

    def select(chosen: dict[str, str], source: str) -> str:
        return (
            "select " + ", ".join(f'{_cast(chosen.get(c, "null"), t)} as "{c}"' for c, t in columns.items()) + f" from {source}"
        )

    tracks = f"({_tracks_sql(0, users * PLAYS_A_USER, titles)})"
    heads = f"(select i * {PLAYS_A_USER} as i, 0 as t from range({users}) r(i))"
    return f"{select(values, tracks)} union all {select(header, heads)}"


def plays_sql(user: int, titles: int = TITLES) -> str:
    """Plays of one user as an export tells them."""
    first = user * PLAYS_A_USER
    keys = ", ".join(f"{value} as {name}" for name, value in _values().items())
    return f"select {keys} from ({_tracks_sql(first, first + PLAYS_A_USER, titles)}) order by i"


def _tracks_sql(first: int, end: int, titles: int) -> str:
    """Numbers of plays, and of what was played: a power law over the titles."""
    return f"select i, (pow(hash(i * 3) % 1000000 / 1000000.0, 3) * {titles})::bigint as t from range({first}, {end}) r(i)"


def _values() -> dict[str, str]:
    """What is told of a play, by its number and what was played."""
    seconds = YEARS * 365 * 86_400 // PLAYS_A_USER
    return {
        "ts": f"timestamptz '2015-01-01 00:00:00+00' + to_seconds(((i % {PLAYS_A_USER}) * {seconds} + hash(i) % 60)::bigint)",
        "platform": "'android'",
        "ms_played": "(hash(i * 7) % 300000)::bigint",
        "conn_country": "'DE'",
        "master_metadata_track_name": "'Track ' || t",
        "master_metadata_album_artist_name": "'Artist ' || (t % 800)",
        "master_metadata_album_album_name": "'Album ' || (t % 2000)",
        "spotify_track_uri": "'spotify:track:' || lpad(t::varchar, 22, '0')",
        "reason_start": "'trackdone'",
        "reason_end": "case when hash(i) % 4 = 0 then 'fwdbtn' else 'trackdone' end",
        "shuffle": "hash(i) % 2 = 0",
        "skipped": "hash(i) % 4 = 0",
        "offline": "false",
        "incognito_mode": "false",
    }


def _cast(value: str, type_: str) -> str:
    sql = {"string": "varchar", "int64": "bigint", "boolean": "boolean"}.get(type_, "timestamptz")
    return f"({value})::{sql}"


def poll(landing: Path, user: str, number: int, count: int = 50) -> None:
    """Land one recently-played answer of new plays, one a day, as the platform itself would."""
    day = datetime(2025, 2, 1, 8, tzinfo=UTC) + timedelta(days=number)
    times = [day + timedelta(minutes=6 * n, milliseconds=n) for n in range(count)]
    items = [{"played_at": f"{at:%Y-%m-%dT%H:%M:%S}.{n:03d}Z", "track": _track(n), "context": None} for n, at in enumerate(times)]
    folder = landing / "api" / user / f"{day:%Y/%m/%d}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{day:%Y%m%d}T200000Z-{number:08x}.json").write_text(json.dumps({"items": items, "cursors": None}))


def _track(number: int) -> dict[str, object]:
    return {
        "id": f"{number:022d}",
        "name": f"Track {number}",
        "type": "track",
        "uri": f"spotify:track:{number:022d}",
        "duration_ms": 200_000,
        "artists": [{"name": f"Artist {number}"}],
        "album": {"name": "Album"},
    }
