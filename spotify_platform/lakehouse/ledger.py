"""The ledger: decisions only, in batches numbered without gaps. The number of its last batch is the lake's version."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from spotify_platform.contracts.ops import LEDGER
from spotify_platform.lakehouse.engine import Engine, Snapshot
from spotify_platform.lakehouse.tries import until_committed

Decision = Mapping[str, Any]
SCHEMA = LEDGER.types


def append_batch(engine: Engine, decide: Callable[[Snapshot], Sequence[Decision]]) -> int | None:
    """Write the next batch of decisions; its number, or None where there was nothing to decide.

    `decide` is asked again after each conflict, with the ledger as it is then, so that no object is planned twice.
    """

    def attempt() -> int | None:
        ledger = engine.open(LEDGER)
        decisions = decide(ledger)
        if not decisions:
            return None
        number = ledger.holds + 1
        rows = engine.values([{**dict.fromkeys(SCHEMA), **decision, "batch": number} for decision in decisions], SCHEMA)
        engine.append(ledger, rows, number)
        return number

    return until_committed(LEDGER.path, attempt)


def known(engine: Engine, ledger: Snapshot, keys: Iterable[str]) -> set[tuple[str, str]]:
    """(key, etag) of those keys that the ledger has decided on."""
    found = engine.look_up(ledger, ["key", "etag"], among=("key", sorted(set(keys))))
    return {(row["key"], row["etag"]) for row in found}


def last_batches(engine: Engine, ledger: Snapshot, keys: Iterable[str]) -> dict[tuple[str, str], int]:
    """Number of the last batch that decided on each version, as (key, etag), of these keys."""
    found = engine.look_up(ledger, ["key", "etag", "batch"], among=("key", sorted(set(keys))))
    return {(row["key"], row["etag"]): row["batch"] for row in sorted(found, key=itemgetter("batch"))}


@dataclass(frozen=True, slots=True)
class Tail:
    """What the newest batches say, in short: (batch, action, Bronze table, user), each once. As long as what is pending."""

    lines: tuple[tuple[int, str, str | None, str], ...]

    def pending(self, table: Snapshot) -> list[int]:
        """Batches that concern a Bronze table and that it does not have yet, in order."""
        return sorted({batch for batch, _, name, _ in self.lines if name == table.table.name and batch > table.holds})

    def orders(self, last: int, top: int, *actions: str) -> bool:
        """Whether one of these actions was ordered after `last`, up to and with `top`."""
        return any(action in actions for batch, action, _, _ in self.lines if last < batch <= top)

    def restated(self, last: int, top: int) -> list[str]:
        """Users whose settings changed in these batches."""
        return sorted({user for batch, action, _, user in self.lines if last < batch <= top and action == "restate"})

    def users(self, last: int, top: int) -> list[str]:
        """Users whom the batches after `last`, up to and with `top`, concern with more than their settings."""
        return sorted({user for batch, action, _, user in self.lines if last < batch <= top and action != "restate"})


def tail(engine: Engine, ledger: Snapshot, last: int, bronze: Sequence[Snapshot] = ()) -> Tail:
    """The batches after `last`, and those that Bronze tables have not taken: as many lines as there is work to do."""
    if ledger.holds <= min([last, *(table.holds for table in bronze)]):
        return Tail(())
    untaken = [f"(bronze_table = '{table.table.name}' and batch > {table.holds})" for table in bronze]
    where = " or ".join([f"batch > {last}", *untaken])
    newest = engine.look_up(ledger, ["batch", "action", "bronze_table", "user_id"], where)
    return Tail(tuple((r["batch"], r["action"], r["bronze_table"], r["user_id"]) for r in newest))


def holds_of(table: Snapshot, ledger: Snapshot, newest: Tail) -> int:
    """The lake version a table holds. A Bronze table holds all up to its next pending batch, without empty commits."""
    if table.table.layer != "bronze":
        return table.holds
    waiting = newest.pending(table)
    return waiting[0] - 1 if waiting else max(ledger.holds, table.holds)


def decisions_of(engine: Engine, ledger: Snapshot, batch: int, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Objects that a batch wants loaded into a Bronze table, in the order of their keys."""
    found = engine.look_up(ledger, columns, f"batch = {batch} and bronze_table = '{table}' and action = 'load'")
    return sorted(found, key=itemgetter("key"))


def stated_settings(engine: Engine, ledger: Snapshot, top: int) -> dict[str, str]:
    """Every user the ledger has met up to batch `top`, with the settings that their plays are made with as of then."""
    found = engine.look_up(ledger, ["user_id", "batch", "reason"], f"action = 'restate' and batch <= {top}")
    return {row["user_id"]: row["reason"] for row in sorted(found, key=itemgetter("batch"))}


def definition_hashes(engine: Engine, ledger: Snapshot) -> dict[str, str]:
    """The definitions that all tables of a kind (`silver`, `gold`) were last made by."""
    found = engine.look_up(ledger, ["key", "batch", "sha256"], "action in ('made', 'rebuild', 'rebuild_gold')")
    return {row["key"]: row["sha256"] for row in sorted(found, key=itemgetter("batch"))}


def settings_hashes(engine: Engine, ledger: Snapshot) -> dict[str, str]:
    """The settings each user's plays were last made with: each has a row of the batch in which they were met first."""
    found = engine.look_up(ledger, ["user_id", "batch", "sha256"], "action = 'restate'")
    return {row["user_id"]: row["sha256"] for row in sorted(found, key=itemgetter("batch"))}
