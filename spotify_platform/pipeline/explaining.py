"""Why a play is what it is: its records, the rows and objects they came in, the rules that joined them, the versions."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from spotify_platform.contracts.bronze import PLAY_SOURCES
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS, RULES
from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse.engine import Engine, Snapshot
from spotify_platform.lakehouse.publishing import published
from spotify_platform.lakehouse.slices import predicate_of
from spotify_platform.pipeline.platform import Platform
from spotify_platform.transforms.explaining import headers_of, plays_with, rule_of, rule_of_repeats

_ID = re.compile(r"[0-9a-f]{6,64}")
_AFTER_DIGITS = "g"  # comes after every hexadecimal digit
_BRONZE = {source.source: source.table for source in PLAY_SOURCES}


def explain(platform: Platform, wanted: str) -> dict[str, Any]:
    """Everything a play rests on, as plain values: what a REST endpoint would answer.

    Args:
        platform: where.
        wanted: play_id or the id of one of its records, whole or its first six digits or more.

    Returns:
        play (columns of `silver/plays`); records (columns of `silver/play_records`, whether it is kept, else by which rule it
        joined and how many milliseconds apart, and its rows); rivals (plays it may be, with `apart_ms`); rules (in words);
        versions (of every table read, and of published Gold).

    Raises:
        WrongCall: there is no such play, or there are several.
    """
    engine = platform.engine
    plays, records = engine.open(PLAYS), engine.open(PLAY_RECORDS)
    found = _record(engine, records, wanted)
    near = predicate_of([{"user_bucket": found["user_bucket"], "year": found["year"] + n} for n in (-1, 0, 1)])
    made = _plays(engine, plays, near, [found["record_id"]])
    if not made:
        raise WrongCall(f"Record {found['record_id']} is in no play yet. Run: spotify-platform refresh")
    play = made[0]
    rivals = _plays(engine, plays, near, play["ambiguous_with"]) if play["ambiguous_with"] else []
    its_records = _records(engine, records, near, play)
    bronze = {source: engine.open(_BRONZE[source]) for source in play["sources"]}
    pins = published(engine)
    return {
        "play": _without_bookkeeping(play),
        "records": [_told(engine, bronze[one["source"]], one, play, its_records) for one in its_records],
        "rivals": [_without_bookkeeping(rival) | {"apart_ms": _apart_ms(rival, play)} for rival in rivals],
        "rules": RULES,
        "versions": {
            "lake": plays.holds,
            **{s.table.path: s.version for s in (plays, records, *bronze.values())},
            **({path: version for path, version in pins.versions.items() if path.startswith("gold/")} if pins else {}),
        },
    }


def _record(engine: Engine, records: Snapshot, wanted: str) -> dict[str, Any]:
    """Where the one record with this id, or these first digits, is."""
    wanted = wanted.lower()
    if not _ID.fullmatch(wanted):
        raise WrongCall(f"{wanted!r} is no play_id: six or more of its 64 digits (0-9, a-f), as silver.plays has them.")
    where = f"record_id >= '{wanted}' and record_id < '{wanted}{_AFTER_DIGITS}'"
    found: list[dict[str, Any]] = engine.look_up(records, ["record_id", "user_bucket", "year"], where)
    if not found:
        raise WrongCall(f"There is no play or record {wanted}. Plays have names: select play_id from silver.plays where …")
    if len(found) > 1:
        named = ", ".join(sorted(row["record_id"] for row in found)[:5])
        raise WrongCall(f"{len(found)} records begin with {wanted}: {named}. Write more of its digits.")
    return found[0]


def _plays(engine: Engine, plays: Snapshot, near: str, record_ids: Collection[str]) -> list[dict[str, Any]]:
    wanted = engine.values([{"record_id": one} for one in record_ids], {"record_id": "string"})
    found: list[dict[str, Any]] = engine.fetch(engine.derive(plays_with, engine.read(plays, near), wanted)).to_pylist()
    return found


def _records(engine: Engine, records: Snapshot, near: str, play: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The records of a play, the kept one first."""
    wanted = ", ".join(f"'{record_id}'" for record_id in play["record_ids"])
    rows = engine.fetch(engine.read(records, f"({near}) and record_id in ({wanted})")).to_pylist()
    return sorted(rows, key=lambda row: (row["record_id"] != play["play_id"], row["source"], row["record_id"]))


def _told(
    engine: Engine, bronze: Snapshot, record: dict[str, Any], play: Mapping[str, Any], its_records: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A record with the rule that joined it to the kept one, and every row of every object that holds it."""
    kept = its_records[0]
    rule = rule_of(kept["source"], record["source"]) if record is not kept else None
    origins = [origin.split("#") for origin in record["origins"]]
    digests = engine.values([{"digest": digest} for digest, _ in origins], {"digest": "string"})
    where = f"_part = 'object' and _user = '{play['user_id']}'"
    headers = engine.fetch(engine.derive(headers_of, engine.read(bronze, where), digests)).to_pylist()
    rows = [
        {"object": h["_object"], "row": int(row), "batch": h["_batch"], "loaded_at": h["_loaded_at"], "sha256": h["_sha256"]}
        for digest, row in origins
        for h in headers
        if h["_sha256"].startswith(digest)
    ]
    joined = {"is_kept": rule is None, "rule": rule}
    repeated = rule_of_repeats(record["source"]) if len(rows) > 1 else None
    return (
        _without_bookkeeping(record)
        | joined
        | {
            "apart_ms": _apart_ms(record, kept) if rule else None,
            "repeated_by": repeated,
            "bronze_table": bronze.table.path,
            "rows": rows,
        }
    )


def _apart_ms(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    return int((one["ended_at"] - other["ended_at"]) / timedelta(milliseconds=1))


def _without_bookkeeping(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("_") and name not in ("user_bucket", "origins")}
