"""The protocol of the lake as a model: what each run asks of the shared world, step by step, and the rules it keeps.

Each action is a generator. What it yields is one request that touches something shared (open a table, list, read an
object, commit); everything between two requests is private to the run. An action therefore stands, wholly, in the
answers it has got so far: that is what lets `explorer` fork it at any instruction.

A run is a row of actions; an action ends with DONE, AGAIN (once more from its start) or FAILED (the run ends).
A commit that conflicts makes its action begin again.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from spotify_platform_tests.protocol.content import CONTENTS, POISON, SOURCES, Row
from spotify_platform_tests.protocol.delta import EVERYWHERE, Commit, Version

DONE, AGAIN, FAILED = "done", "again", "failed"
MOST_ATTEMPTS = 3
TABLES = ("ledger", *SOURCES, "records", "plays", "facts", "artists", "published")


@dataclass(frozen=True)
class Rules:
    """The protocol, a rule a field: False takes the rule out. Those that start False add something to it."""

    by_handle: bool = True  # a commit is made on the handle that was opened first, never by path
    begin_again: bool = True  # on a conflict all is computed anew, never the same rows resent
    ledger_by_the_rule: bool = True  # the ledger's append carries the transaction too
    etag_in_identity: bool = True  # an object is its key and its etag
    repeat_by_headers: bool = True  # a repeat is decided in the Bronze commit, not when it is planned
    repeat_of_loaded: bool = True  # within a batch too only what was really loaded makes a repeat
    user_in_repeat: bool = True  # another user's identical file is no repeat
    one_commit: bool = True  # good rows, bad rows and headers of a batch appear together
    all_pending: bool = True  # whatever is pending is loaded, in order, whoever planned it
    gone_is_refused: bool = True  # an object that vanished gets a header, the batch goes on
    culprit_is_refused: bool = True  # a batch that keeps failing is loaded object by object
    culprit_by_own_try: bool = True  # a culprit fails in one's own hands; a mark left by somebody is no proof
    gone_is_planned_anew: bool = False  # an object refused as gone that is listed again is new
    holding: bool = True  # a Bronze table with nothing pending holds the ledger's N
    top_from_inputs: bool = True  # top is what the direct inputs hold, not what the ledger has
    bounded_by_top: bool = True  # rows above top are left for the next step
    own_first: bool = True  # the own handle is opened before the inputs
    handle_with_last: bool = True  # `last` is read from the very handle that is committed on
    none_ahead: bool = True  # Gold begins again when one of its tables is ahead of what was read
    pinned: bool = True  # readers read the versions that `published` names
    poison: bool = False  # whether tries are marked at all: without poison it would only multiply states
    batch_objects: int = 9


class Open(NamedTuple):
    """Open a table; the answer is its newest version."""

    table: str


class Listing(NamedTuple):
    """List the landing zone; the answer is a set of `Landed`."""


class Read(NamedTuple):
    """Read an object; the answer is its content, or None where it is not as it was planned."""

    key: str
    etag: str


class Mark(NamedTuple):
    """Leave a mark; the answer is how many marks of that kind there were before."""

    kind: tuple[Any, ...]


class Unmark(NamedTuple):
    """Take marks of a kind away."""

    kind: tuple[Any, ...]


class Drop(NamedTuple):
    """Drop a table and make it anew, empty."""

    table: str


class Decision(NamedTuple):
    """A row of the ledger."""

    batch: int
    action: str
    source: str
    key: str
    etag: str
    user: str


class Pins(NamedTuple):
    """A row of `published`."""

    batch: int
    facts: Version
    artists: Version


Action = Generator[Any, Any, str]


def commit(
    rules: Rules,
    own: Version,
    change: str,
    rows: Iterable[Any],
    holds: int | None,
    *,
    slices: frozenset[Any] = EVERYWHERE,
) -> Generator[Any, Any, Version]:
    """`lakehouse/commit.py: commit`. The answer None, a conflict, arrives here only where it is resent."""
    table, rows = own.table, tuple(rows)
    answer = yield Commit(table, own if rules.by_handle else None, change, rows, slices, holds)
    while answer is None:
        fresh = yield Open(table)
        answer = yield Commit(table, fresh, change, rows, slices, holds)
    return answer


def plan(rules: Rules) -> Action:
    """`lakehouse/ledger.py: append_batch`, deciding as `pipeline/plan.py: plan` does."""
    listing = yield Listing()
    ledger = yield Open("ledger")
    gone = (yield from _gone(ledger)) if rules.gone_is_planned_anew else set()
    identity = 2 if rules.etag_in_identity else 1
    known = {(d.key, d.etag)[:identity] for d in ledger.rows if (d.key, d.etag) not in gone}
    new = sorted(o for o in listing if (o.key, o.etag)[:identity] not in known)[: rules.batch_objects]
    if not new:
        return DONE
    number = ledger.holds + 1
    decisions = []
    planned = {(d.user, d.etag) for d in ledger.rows}
    for o in new:
        repeat = not rules.repeat_by_headers and (o.user, o.etag) in planned
        planned.add((o.user, o.etag))
        decisions.append(Decision(number, "repeat" if repeat else "load", CONTENTS[o.etag].source, o.key, o.etag, o.user))
    yield from commit(rules, ledger, "append", decisions, number if rules.ledger_by_the_rule else None)
    return AGAIN


def _gone(ledger: Version) -> Generator[Any, Any, set[tuple[str, str]]]:
    """Objects that were last refused as gone and are not planned again."""
    gone: set[tuple[str, str]] = set()
    for source in SOURCES:
        bronze = yield Open(source)
        last = {(row.key, row.etag): row.what for row in bronze.rows if row.part == "object"}
        waiting = {(d.key, d.etag) for d in ledger.rows if d.source == source and d.batch > bronze.holds}
        gone |= {identity for identity, status in last.items() if status == "gone"} - waiting
    return gone


def order_rebuild(rules: Rules) -> Action:
    """`pipeline/plan.py: order_rebuild`."""
    ledger = yield Open("ledger")
    number = ledger.holds + 1
    yield from commit(rules, ledger, "append", [Decision(number, "rebuild", "", "silver+gold", "", "")], number)
    return DONE


def pending(ledger: Version, bronze: Version) -> list[int]:
    """`lakehouse/ledger.py: pending`."""
    return sorted({d.batch for d in ledger.rows if d.source == bronze.table and d.batch > bronze.holds})


def holds(rules: Rules, snapshot: Version, ledger: Version) -> int:
    """`lakehouse/ledger.py: holder`: up to the next pending batch, or all of the ledger."""
    if snapshot.table not in SOURCES or not rules.holding:
        return snapshot.holds
    waiting = pending(ledger, snapshot)
    return waiting[0] - 1 if waiting else max(ledger.holds, snapshot.holds)


def load_pending(rules: Rules, source: str) -> Action:
    """`pipeline/bronze.py: load_pending`: one pending batch, in one commit of rows, bad rows and headers."""
    own = yield Open(source)
    ledger = yield Open("ledger")
    waiting = pending(ledger, own)
    if not waiting:
        return DONE
    number = waiting[0] if rules.all_pending else waiting[-1]
    tries = (yield Mark((source, number))) if rules.poison else 0
    alone = rules.culprit_is_refused and tries >= MOST_ATTEMPTS
    rows: list[Row] = []
    loaded = {_copy(rules, row) for row in own.rows if row.part == "object" and row.what == "loaded"}
    for decision in sorted(d for d in ledger.rows if d.source == source and d.batch == number):
        if decision.action == "repeat" or (rules.repeat_by_headers and _copy(rules, decision) in loaded):
            rows.append(_header(decision, "repeat"))
            continue
        status = yield from _status(rules, decision, alone=alone)
        if status == FAILED:
            return FAILED
        rows += [_header(decision, status), *_rows(decision, status)]
        if status == "loaded" or not rules.repeat_of_loaded:
            loaded.add(_copy(rules, decision))
    yield from _commit_batch(rules, own, rows, number)
    if rules.poison:
        yield Unmark((source, number))
    return AGAIN


def _commit_batch(rules: Rules, own: Version, rows: list[Row], number: int) -> Generator[Any, Any, None]:
    if not rules.one_commit:
        yield from commit(rules, own, "append", [row for row in rows if row.part != "row"], None)
        rows = [row for row in rows if row.part == "row"]
    yield from commit(rules, own, "append", rows, number)


def _status(rules: Rules, decision: Decision, *, alone: bool) -> Action:
    """`pipeline/bronze.py: _culprits`, and `pipeline/reading.py: read_objects` for one object."""
    mark = (decision.source, decision.batch, decision.key)
    if alone and not rules.culprit_by_own_try and (yield Mark(mark)):
        return "culprit"
    content = yield Read(decision.key, decision.etag)
    if alone and not rules.culprit_by_own_try:
        yield Unmark(mark)
    if content is None:
        return "gone" if rules.gone_is_refused else FAILED
    if content == POISON:
        return "culprit" if alone else FAILED
    return "loaded"


def _copy(rules: Rules, of: Row | Decision) -> tuple[str, ...]:
    return (of.etag, of.user) if rules.user_in_repeat else (of.etag,)


def _header(decision: Decision, status: str) -> Row:
    count = len(CONTENTS[decision.etag].rows) if status == "loaded" else 0
    return Row("object", decision.batch, decision.key, decision.etag, decision.user, count, status)


def _rows(decision: Decision, status: str) -> list[Row]:
    heard = CONTENTS[decision.etag].rows if status == "loaded" else ()
    place = (decision.batch, decision.key, decision.etag, decision.user)
    return [Row("row" if what else "bad", *place, index, what) for index, what in enumerate(heard)]


def ordered(ledger: Version, last: int, top: int) -> bool:
    """`lakehouse/ledger.py: orders`."""
    return any(d.action == "rebuild" and last < d.batch <= top for d in ledger.rows)
