"""Planning: which landed objects are new, what each is, and one batch of the ledger after another that says so."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from spotify_platform import transforms
from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.ops import ACCOUNTING, LEDGER
from spotify_platform.contracts.tables import SILVER
from spotify_platform.lakehouse.dbt_project import project_hash
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.lakehouse.ledger import append_batch, definition_hashes, known, last_batches, settings_hashes
from spotify_platform.landing.archives import ArchiveLimits
from spotify_platform.landing.arrivals import Arrival, recent, settled, sweep
from spotify_platform.landing.inspection import Inspected, inspect
from spotify_platform.landing.keys import owner, split
from spotify_platform.landing.recognition import Recognisable
from spotify_platform.landing.tables import bytes_as_json
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.reading import GONE
from spotify_platform.pipeline.sweeps import last_sweep, newest_days, note_sweep
from spotify_platform.pipeline.users import Stated, stated_now

KINDS = tuple(
    Recognisable(
        s.table.name,
        tuple(tuple(key.encode() for key in keys) for keys in s.signatures),
        s.file_names,
        s.record_type,
        s.record_keys,
        s.rows_at,
    )
    for s in SOURCES
)
# Another version of a transform makes all of Silver anew, but for those that decide no row of it. One that is missing here
# costs a needless rebuild; one too many would leave old rows beside new ones.
DECIDE_NO_ROW = frozenset({"bronze_rows", "explaining", "fold", "receipts", "slices", "status", "typing"})
REBUILDS = {"silver": "rebuild", "gold": "rebuild_gold"}
_SOURCE_OF = {source.table.name: source.source for source in SOURCES}


def new_arrivals(platform: Platform, *, full: bool = False) -> list[Arrival]:
    """Objects that the ledger has not decided on and that have come to rest, in the order of the keys."""
    ledger = platform.engine.open(LEDGER)
    days = {} if full else newest_days(platform, ledger, last_sweep(platform))
    listed = sweep(platform.landing) if full else recent(platform.landing, days)
    seen = known(platform.engine, ledger, (arrival.key for arrival in listed))
    back = {(split(key)[0], etag) for key, etag in lost(platform, ledger)}
    fresh = [a for a in listed if (a.key, a.etag) not in seen or (a.key, a.etag) in back]
    return settled(platform.landing, fresh, platform.settings.settle_seconds)


def lost(platform: Platform, ledger: Snapshot) -> set[tuple[str, str]]:
    """Versions, as (key, etag), that were gone when they were to be loaded, by the last decision on them.

    If one comes back as it was, it is new. Another version of the object is another matter.
    """
    gone = f"_part = 'object' and _status = 'refused' and _reason = '{GONE}'"
    gone_at: set[tuple[str, int]] = set()
    for source in SOURCES:
        table = platform.engine.open(source.table)
        found = platform.engine.look_up(table, ["_object", "_batch"], gone) if table.holds else []
        gone_at |= {(row["_object"], row["_batch"]) for row in found}
    last = last_batches(platform.engine, ledger, (key for key, _ in gone_at))
    return {(key, etag) for (key, etag), batch in last.items() if (key, batch) in gone_at}


def plan(platform: Platform, *, full: bool = False) -> list[int]:
    """Write what is new into the ledger; the numbers of the batches written.

    Args:
        platform: where.
        full: look through the whole landing zone; it is done once a day in any case.
    """
    swept = last_sweep(platform)
    full = full or swept.is_due
    numbers = []
    for decisions in _batches(platform, new_arrivals(platform, full=full)):
        number = append_batch(platform.engine, partial(_still_new, platform, decisions=decisions))
        numbers += [number] if number else []
    restated = append_batch(platform.engine, lambda ledger: _restatements(platform, ledger, set()))
    if full:
        note_sweep(platform, swept)
    return [*numbers, restated] if restated else numbers


def order_rebuild(platform: Platform) -> int | None:
    """A batch that makes every table of Silver and Gold anew, each in its turn."""
    rows = [_definition(platform, REBUILDS[kind], kind, mark) for kind, mark in definitions().items()]
    return append_batch(platform.engine, lambda ledger: rows if ledger.holds else [])


def definitions() -> dict[str, str]:
    """Fingerprints of what decides what is in the tables of Silver and of Gold, beside Bronze."""
    tables = (*SILVER, ACCOUNTING)
    # Bounds too: what is out of them is null.
    shapes = [(t.path, t.partition_by, t.sort_by, [(c.name, c.type, c.low, c.high) for c in t.columns]) for t in tables]
    silver = hashlib.sha256(repr(shapes).encode())
    for module in sorted(Path(transforms.__file__).parent.glob("*.py")):
        if module.stem not in DECIDE_NO_ROW:
            silver.update(module.read_bytes() + b"\0")
    return {"silver": silver.hexdigest(), "gold": project_hash()}


def _batches(platform: Platform, arrivals: Sequence[Arrival]) -> Iterator[list[dict[str, Any]]]:
    """Decisions in batches bounded in objects and bytes. A zip's own row comes after its last member's."""
    limits = ArchiveLimits()
    batch: list[dict[str, Any]] = []
    size = 0
    for arrival in arrivals:
        for found in inspect(platform.landing, arrival, KINDS, limits):
            weight = bytes_as_json(found.size, found.key) if found.verdict == "load" else 0
            full = len(batch) >= platform.settings.batch_objects or size + weight > platform.settings.batch_bytes
            if batch and full:
                yield batch
                batch, size = [], 0
            batch.append(_decide(platform, found))
            size += weight
    if batch:
        yield batch


def _decide(platform: Platform, found: Inspected) -> dict[str, Any]:
    row = _decision(found.verdict, found.key, found.etag, owner(found.key, platform.settings.user))
    source = _SOURCE_OF.get(found.kind or "")
    return row | {
        "bronze_table": found.kind,
        "source": source,
        "bytes": found.size,
        "sha256": found.sha256,
        "reason": found.reason,
    }


def _still_new(platform: Platform, ledger: Snapshot, *, decisions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    seen = known(platform.engine, ledger, (row["key"] for row in decisions))
    back = lost(platform, ledger)
    fresh = [row for row in decisions if (row["key"], row["etag"]) not in seen - back]
    return [*fresh, *_restatements(platform, ledger, {row["user_id"] for row in fresh})] if fresh else []


def changed_settings(platform: Platform, ledger: Snapshot, users: set[str]) -> dict[str, Stated]:
    """Users whose settings are not those their plays were last made with; of these users those met for the first time.

    Raises:
        WrongCall: a profile is wrong.
    """
    before = settings_hashes(platform.engine, ledger)
    now = stated_now(platform, sorted(users | set(before)))
    return {user: stated for user, stated in now.items() if before.get(user) != stated.sha256}


def _restatements(platform: Platform, ledger: Snapshot, users: set[str]) -> list[dict[str, Any]]:
    """What makes changed settings hold, and changed definitions."""
    rows = [
        _decision("restate", f"user/{user}", stated.sha256, user) | {"sha256": stated.sha256, "reason": stated.to_text()}
        for user, stated in changed_settings(platform, ledger, users).items()
    ]
    return rows + (_redefinitions(platform, ledger) if ledger.holds or users else [])


def _redefinitions(platform: Platform, ledger: Snapshot) -> list[dict[str, Any]]:
    """What an upgrade defines otherwise than the tables were made by is made anew, all of it."""
    before = definition_hashes(platform.engine, ledger)
    changed = {kind: mark for kind, mark in definitions().items() if before.get(kind) != mark}
    return [_definition(platform, REBUILDS[kind] if kind in before else "made", kind, mark) for kind, mark in changed.items()]


def _definition(platform: Platform, action: str, kind: str, mark: str) -> dict[str, Any]:
    return _decision(action, kind, mark, platform.settings.user) | {"sha256": mark}


def _decision(action: str, key: str, etag: str, user: str) -> dict[str, Any]:
    return {"action": action, "key": key, "etag": etag, "user_id": user, "planned_at": datetime.now(UTC)}
