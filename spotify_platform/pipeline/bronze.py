"""Bronze: each table takes the ledger's batches that concern it, in order, each in one commit of rows, bad rows and headers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import ibis.expr.types as ir
import obstore
from obstore.exceptions import BaseError

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.model import Source
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.errors import Outside
from spotify_platform.lakehouse.commit import Append, Turn, commit
from spotify_platform.lakehouse.engine import Embedded, Snapshot
from spotify_platform.lakehouse.ledger import decisions_of, tail
from spotify_platform.lakehouse.tries import until_committed
from spotify_platform.landing.tables import bytes_as_json
from spotify_platform.pipeline.bronze_rows import Stamp, bronze_rows
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.reading import Contents, ObjectRead, Planned, Reader, read_objects, refuse
from spotify_platform.storage import Location

MOST_ATTEMPTS = 3
"""A batch that failed so often is loaded object by object, and the one that fails again is refused."""


def load_pending(platform: Platform, source: Source) -> Turn:
    """Load every pending batch of one table.

    Post-condition: the table holds all of the ledger as it was when this was called.
    """
    engine = platform.engine
    ledger = engine.open(LEDGER)
    own = engine.open(source.table)
    waiting = tail(engine, ledger, ledger.holds, [own]).pending(own)
    done = [n for n in waiting if until_committed(source.table.path, partial(_load, platform, source, ledger, n))]
    return Turn(engine.open(source.table) if waiting else own, tuple(done))


def _load(platform: Platform, source: Source, ledger: Snapshot, number: int) -> bool:
    """One try at a batch; False where another run has loaded it."""
    own = platform.engine.open(source.table)
    if own.holds >= number:
        return False
    try:
        commit(platform.engine, own, Append(batch_rows(platform, source, own, ledger, number)), number)
    finally:
        platform.engine.release()
    _forget_attempts(platform, source, number)
    return True


def batch_rows(platform: Platform, source: Source, own: Snapshot, ledger: Snapshot, number: int) -> ir.Table:
    """Good rows, bad rows and headers of one batch, as they are committed."""
    planned = _planned(platform, source, ledger, number)
    attempts = _attempts(platform, source, number)
    culprits: dict[str, str] = {}
    if attempts >= MOST_ATTEMPTS:
        culprits = _culprits(platform, source, number, planned)
    else:
        _mark(platform, source, number, f"try-{uuid4().hex}")
    load = partial(
        loaded,
        landing=platform.settings.landing_location,
        source=source,
        there=_held(platform, own, planned),
        culprits=culprits,
        stamp=Stamp(number, datetime.now(UTC)),
    )
    return platform.engine.spread(load, same_contents(planned), source.table)


def same_contents(planned: Iterable[Planned]) -> list[tuple[list[Planned], int]]:
    """Objects that one task must load, since one may repeat another; each group with its bytes, were it JSON."""
    groups: dict[tuple[str, str], list[Planned]] = {}
    for item in planned:
        groups.setdefault((item.user_id, item.sha256), []).append(item)
    return [(group, bytes_as_json(group[0].bytes, group[0].key)) for group in groups.values()]


def loaded(  # noqa: PLR0913 - three of a batch, three of whoever does it
    engine: Embedded,
    groups: Sequence[Sequence[Planned]],
    folder: Path,
    *,
    landing: Location,
    source: Source,
    there: Contents,
    culprits: Mapping[str, str],
    stamp: Stamp,
) -> ir.Table:
    """Rows of some objects of a batch.

    Args:
        engine: of the process that does it.
        groups: the objects, those of one content together.
        folder: for files on the way.
        landing: where the objects are.
        source: what they are.
        there: contents that earlier batches loaded.
        culprits: objects that are not to be loaded, by key, with the reason.
        stamp: of the batch.
    """
    planned = sorted((item for group in groups for item in group), key=attrgetter("key"))
    sound = [item for item in planned if item.key not in culprits]
    framed = read_objects(Reader(landing.store(), source, engine), sound, there, folder / "rows.ndjson")
    refused = [refuse(ObjectRead(item, "refused"), culprits[item.key]) for item in planned if item.key in culprits]
    return bronze_rows(engine, source, framed, refused, stamp)


def _planned(platform: Platform, source: Source, ledger: Snapshot, number: int) -> list[Planned]:
    columns = ["key", "etag", "bytes", "sha256", "user_id"]
    return [Planned(**row) for row in decisions_of(platform.engine, ledger, number, source.table.name, columns)]


def _held(platform: Platform, own: Snapshot, planned: Sequence[Planned]) -> set[tuple[str, str]]:
    """Contents among the planned ones, as (user, sha256), that earlier batches really loaded."""
    loaded = "_part = 'object' and _status = 'loaded'"
    wanted = {item.sha256 for item in planned}
    found = platform.engine.look_up(own, ["_user", "_sha256"], loaded, among=("_sha256", wanted))
    return {(row["_user"], row["_sha256"]) for row in found}


def _attempts(platform: Platform, source: Source, number: int) -> int:
    """How often this batch was begun and not finished, in whatever process: a killed one leaves its mark too."""
    return sum(1 for mark in _marks(platform, source, number) if "/try-" in mark)


def _culprits(platform: Platform, source: Source, number: int, planned: Sequence[Planned]) -> dict[str, str]:
    """Objects of a failing batch that fail alone, with the reason.

    A failure counts in this process's own hands only: another run may be trying the same object at this moment. Marks
    are for objects that end the process: each try leaves one of its own, and only three of them speak against an object.
    """
    found: dict[str, str] = {}
    engine = platform.engine.embedded
    troubles: tuple[type[Exception], ...] = (*engine.troubles, BaseError, Outside)
    for item in planned:
        before = [mark for mark in _marks(platform, source, number) if f"/alone-{item.sha256}-" in mark]
        if len(before) >= MOST_ATTEMPTS:
            found[item.key] = f"loading it ended the process {MOST_ATTEMPTS} times"
            continue
        mark = _mark(platform, source, number, f"alone-{item.sha256}-{uuid4().hex}")
        try:
            with TemporaryDirectory(dir=platform.work) as folder:
                framed = read_objects(Reader(platform.landing, source, engine), [item], set(), Path(folder) / "rows.ndjson")
                engine.fetch(bronze_rows(engine, source, framed, [], Stamp(number, datetime.now(UTC))).count().as_table())
        except troubles:
            raise  # of this machine, or of what it reaches: the object is none the worse for it
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not block the lake, and it is written down
            # The type alone: a parser's message may quote the text it failed on.
            found[item.key] = f"it could not be loaded in {MOST_ATTEMPTS} tries ({type(error).__name__})"
        finally:
            obstore.delete(platform.lake, mark)
    return found


def _marks(platform: Platform, source: Source, number: int) -> list[str]:
    return [meta["path"] for batch in obstore.list(platform.lake, _folder(source, number)) for meta in batch]


def _folder(source: Source, number: int) -> str:
    return f"_attempts/{source.table.name}/{number}"


def _mark(platform: Platform, source: Source, number: int, name: str) -> str:
    key = f"{_folder(source, number)}/{name}"
    obstore.put(platform.lake, key, b"")
    return key


def forget_attempts(platform: Platform) -> None:
    """Remove the marks of batches that are loaded: a run that ended between its commit and its tidying up left them."""
    for source in SOURCES:
        holds = platform.engine.open(source.table).holds
        marks = [meta["path"] for batch in obstore.list(platform.lake, f"_attempts/{source.table.name}") for meta in batch]
        if done := [mark for mark in marks if int(mark.split("/")[2]) <= holds]:
            obstore.delete(platform.lake, done)


def _forget_attempts(platform: Platform, source: Source, number: int) -> None:
    if marks := _marks(platform, source, number):
        obstore.delete(platform.lake, marks)
