"""The ledger: decisions only, in batches numbered without gaps. The number of its last batch is the lake's version."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.ops import LEDGER
from spotify_platform.errors import Conflict, Outside
from spotify_platform.lakehouse.engine import TRIES, Engine, Snapshot

Decision = Mapping[str, Any]
SCHEMA = {column.name: column.type for column in LEDGER.columns}


def append_batch(engine: Engine, decide: Callable[[Snapshot], Sequence[Decision]]) -> int | None:
    """Write the next batch of decisions; its number, or None where there was nothing to decide.

    `decide` is asked again after each conflict, with the ledger as it is then, so that no object is planned twice.
    """
    for _ in range(TRIES):
        ledger = engine.open(LEDGER)
        decisions = decide(ledger)
        if not decisions:
            return None
        number = ledger.holds + 1
        rows = engine.values([{**dict.fromkeys(SCHEMA), **decision, "batch": number} for decision in decisions], SCHEMA)
        try:
            engine.append(ledger, rows, number)
        except Conflict:
            continue
        return number
    raise Outside(f"{LEDGER.path}: other writers were first {TRIES} times in a row. Let them finish and run it again.")


def known(engine: Engine, ledger: Snapshot, keys: Iterable[str]) -> set[tuple[str, str]]:
    """(key, etag) of those keys that the ledger has decided on."""
    asked = sorted(set(keys))
    if not asked or not ledger.holds:
        return set()
    rows = engine.read(ledger)
    wanted = engine.values([{"key": key} for key in asked], {"key": "string"})
    # The bounds are literals: they prune files and row groups, which the semi-join alone does not.
    near = rows.filter(rows.key >= asked[0], rows.key <= asked[-1])
    found = engine.fetch(near.semi_join(wanted, "key").select("key", "etag"))
    return set(zip(found["key"].to_pylist(), found["etag"].to_pylist(), strict=True))


def last_batches(engine: Engine, ledger: Snapshot, keys: Iterable[str]) -> dict[str, int]:
    """Number of the last batch that decided on each of these keys."""
    asked = [{"key": key} for key in sorted(set(keys))]
    if not asked:
        return {}
    rows = engine.read(ledger).semi_join(engine.values(asked, {"key": "string"}), "key")
    found = engine.fetch(rows.group_by("key").aggregate(batch=rows.batch.max()))
    return dict(zip(found["key"].to_pylist(), found["batch"].to_pylist(), strict=True))


@dataclass(frozen=True, slots=True)
class Tail:
    """What the newest batches say, in short: (batch, action, Bronze table, user), each once. As long as what is pending."""

    lines: tuple[tuple[int, str, str | None, str], ...]

    def pending(self, table: Snapshot) -> list[int]:
        """Batches that concern a Bronze table and that it does not have yet, in order."""
        return sorted({batch for batch, _, name, _ in self.lines if name == table.table.name and batch > table.holds})

    def orders(self, last: int, top: int) -> tuple[bool, list[str]]:
        """Whether a rebuild was ordered after `last`, up to and with `top`; and the users who are to be restated."""
        found = [(action, user) for batch, action, _, user in self.lines if last < batch <= top]
        return any(action == "rebuild" for action, _ in found), sorted({u for action, u in found if action == "restate"})

    def users(self, last: int, top: int) -> list[str]:
        """Users whom the batches after `last`, up to and with `top`, concern."""
        return sorted({user for batch, _, _, user in self.lines if last < batch <= top})


def tail(engine: Engine, ledger: Snapshot, last: int, bronze: Sequence[Snapshot] = ()) -> Tail:
    """The batches after `last`, and those that Bronze tables have not taken: as many lines as there is work to do."""
    if ledger.holds <= min([last, *(table.holds for table in bronze)]):
        return Tail(())
    rows = engine.read(ledger)
    untaken = [(rows.bronze_table == table.table.name) & (rows.batch > table.holds) for table in bronze]
    newest = rows.filter(ibis.or_(rows.batch > last, *untaken)).select("batch", "action", "bronze_table", "user_id").distinct()
    return Tail(tuple((r["batch"], r["action"], r["bronze_table"], r["user_id"]) for r in engine.fetch(newest).to_pylist()))


def holds_of(table: Snapshot, ledger: Snapshot, newest: Tail) -> int:
    """The lake version a table holds. A Bronze table holds all up to its next pending batch, without empty commits."""
    if table.table.layer != "bronze":
        return table.holds
    waiting = newest.pending(table)
    return waiting[0] - 1 if waiting else max(ledger.holds, table.holds)


def after(engine: Engine, ledger: Snapshot, last: int, top: int | None = None) -> ir.Table:
    """Decisions of the batches after `last`, up to and with `top`."""
    rows = engine.read(ledger)
    newer = rows.filter(rows.batch > last)
    return newer if top is None else newer.filter(newer.batch <= top)


def known_users(engine: Engine, ledger: Snapshot) -> list[str]:
    """Every user the ledger has met."""
    users = engine.fetch(engine.read(ledger).select("user_id").distinct())["user_id"] if ledger.holds else None
    return sorted(users.to_pylist()) if users is not None else []


def last_days(engine: Engine, ledger: Snapshot) -> dict[str, date]:
    """For each dated root of the landing zone (`api/anna`) the day of its newest known key."""
    if not ledger.holds:
        return {}
    rows = engine.read(ledger)
    pattern = r"^([^/]+/[^/]+)/(\d{4}/\d{2}/\d{2})/"
    dated = rows.filter(rows.key.re_search(pattern)).select(
        root=rows.key.re_extract(pattern, 1), day=rows.key.re_extract(pattern, 2)
    )
    newest = engine.fetch(dated.group_by("root").aggregate(day=dated.day.max())).to_pylist()
    return {row["root"]: date(*map(int, row["day"].split("/"))) for row in newest}


def settings_hashes(engine: Engine, ledger: Snapshot) -> dict[str, str]:
    """The settings each user's plays were last made with."""
    if not ledger.holds:
        return {}
    rows = engine.read(ledger).filter(ibis._.action == "restate")
    last = rows.group_by("user_id").aggregate(sha256=rows.sha256.argmax(rows.batch))
    return {row["user_id"]: row["sha256"] for row in engine.fetch(last).to_pylist()}
