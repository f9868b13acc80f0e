"""The one rule by which every table of the lake moves on. Exactly-once rests on this module and on Delta's conflicts.

Assumptions, pinned by tests of delta-rs itself:
1. A commit through a handle conflicts when anybody committed the app transaction `lake` since the handle was opened.
2. A commit is all or nothing: rows, removed rows and the transaction appear together.
3. A handle does not move by itself, and reading goes by its version.
4. Such a commit may lower the transaction. Only `Put` does that, to say of a table that it is not complete.
Never write by path, never drop and recreate a table: delta-rs then takes a stale writer's rows, and nobody is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.lakehouse.engine import Engine, Part, Snapshot
from spotify_platform.lakehouse.ledger import Tail, holds_of, tail
from spotify_platform.lakehouse.tries import until_committed


@dataclass(frozen=True, slots=True)
class Append:
    """Add rows; None moves only the version on."""

    rows: ir.Table | None


@dataclass(frozen=True, slots=True)
class Replace:
    """Put rows in the place of all rows of the slices."""

    rows: ir.Table
    slices: Sequence[Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Overwrite:
    """Put rows in the place of the whole table."""

    rows: ir.Table


@dataclass(frozen=True, slots=True)
class Put:
    """Put parts in the place of what their slices have, or of the whole table: so much that memory may not hold it."""

    parts: Sequence[Part]
    whole: bool


Change = Append | Replace | Overwrite | Put


@dataclass(frozen=True, slots=True)
class Step:
    """What a table computes its next commit from: new are the batches after `last` up to and with `top`."""

    own: Snapshot
    inputs: Mapping[str, Snapshot]
    ledger: Snapshot
    newest: Tail
    last: int
    top: int

    @property
    def rebuild(self) -> bool:
        """Whether a rebuild was ordered in these batches."""
        return self.newest.orders(self.last, self.top, "rebuild")

    @property
    def is_anew(self) -> bool:
        """Whether the whole table is to be made: it is new or not complete, or a rebuild was ordered."""
        return self.rebuild or not self.last

    def changed(self, engine: Engine) -> set[str]:
        """Names of the inputs whose rows these batches touched."""
        return {name for name, input_ in self.inputs.items() if _touched(engine, input_, self.last)}

    @property
    def restated(self) -> list[str]:
        """Users whose settings changed in these batches."""
        return self.newest.restated(self.last, self.top)

    @property
    def users(self) -> list[str]:
        """Users whom these batches concern with more than their settings."""
        return self.newest.users(self.last, self.top)


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of a table's turn: where it stands, and the batches that this turn brought into it."""

    snapshot: Snapshot
    batches: Sequence[int] = ()


def advance(
    engine: Engine,
    target: Table,
    inputs: Sequence[Table],
    compute: Callable[[Step], Change],
) -> Turn:
    """Bring a table up to what its direct inputs hold: one commit, or none where it holds that already.

    Args:
        engine: computes and commits.
        target: the table to move on.
        inputs: its direct inputs.
        compute: the change from what was opened, nothing else.

    Raises:
        Outside: other writers were first in every try.
    """

    def attempt() -> Turn:
        own = engine.open(target)
        opened = {table.name: engine.open(table) for table in inputs}
        ledger = engine.open(LEDGER)
        newest = tail(engine, ledger, own.holds, [s for s in opened.values() if s.table.layer == "bronze"])
        top = min(holds_of(snapshot, ledger, newest) for snapshot in opened.values())
        if top <= own.holds:
            return Turn(own)
        step = Step(own, opened, ledger, newest, own.holds, top)
        try:
            return Turn(commit(engine, own, compute(step), top), range(step.last + 1, top + 1))
        finally:
            engine.release()

    return until_committed(target.path, attempt)


def _touched(engine: Engine, input_: Snapshot, last: int) -> bool:
    """A Bronze table takes no batch that does not concern it."""
    return input_.holds > last if input_.table.layer == "bronze" else engine.changed_since(input_, last)


def commit(engine: Engine, own: Snapshot, change: Change, holds: int) -> Snapshot:
    """Commit a change on the handle that was opened before anything was read. Raises `Conflict`."""
    match change:
        case Append(rows):
            return engine.append(own, rows, holds)
        case Replace(rows, slices):
            return engine.replace(own, rows, slices, holds) if slices else engine.append(own, None, holds)
        case Overwrite(rows):
            return engine.overwrite(own, rows, holds)
        case Put(parts, whole):
            return engine.put(own, parts, holds, whole=whole)
