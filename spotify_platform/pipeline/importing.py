"""`import`: files from anywhere into the landing zone, and a receipt of what they hold. The files themselves stay."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis.expr.types as ir
import obstore
from obstore.store import LocalStore, ObjectStore

from spotify_platform.contracts.bronze import BY_TABLE
from spotify_platform.contracts.model import Source
from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse.engine import Embedded
from spotify_platform.landing.archives import ArchiveLimits
from spotify_platform.landing.arrivals import is_litter, look
from spotify_platform.landing.export_names import missing_parts
from spotify_platform.landing.inspection import CHUNK, Inspected, inspect
from spotify_platform.landing.keys import base_name, import_key
from spotify_platform.pipeline.bronze_rows import SEGMENT_BYTES
from spotify_platform.pipeline.plan import KINDS
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.reading import Framed, Planned, Reader, read_objects, segments
from spotify_platform.profiles import Profiles, is_time_zone, is_user_id, no_time_zone
from spotify_platform.settings import Settings
from spotify_platform.transforms.receipts import judged, months_covered, of_objects


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a receipt: a loose file, or a member of a zip.

    Months are written YYYY-MM; None where records have no time.
    `reason`: why it is not recognised, or what is wrong with it although it is.
    """

    name: str
    kind: str | None
    rows: int
    bad_rows: int
    first_month: str | None
    last_month: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an import took: keys in the landing zone, the documents they hold, files left alone with the reason.

    `kept_zone` is the time zone that was written into the user's profile, and that file; `unsaid_zone` the one in which days
    are told where nobody said one.
    `refused` are files that were named in the call and are not to be trusted, or broken: those make the call fail.
    """

    user: str
    keys: tuple[str, ...]
    parts: tuple[Part, ...]
    left: tuple[tuple[str, str], ...]
    refused: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    kept_zone: tuple[str, Path] | None
    unsaid_zone: str | None


def import_paths(
    settings: Settings, paths: Sequence[Path], user: str, *, dry_run: bool = False, time_zone: str | None = None
) -> Receipt:
    """Put files into the landing zone under the user's inbox; what is neither listening history nor catalogue is left and named.

    The zone that is given, or set for the platform when the user has no profile, is kept in the user's profile once
    something is taken: a later call without the setting would otherwise move all days of the history to UTC.

    Raises:
        WrongCall: a path is not there, the user's name cannot be one, or the zone is none.
    """
    if time_zone is not None and not is_time_zone(time_zone):
        raise WrongCall(f"--time-zone: {no_time_zone(time_zone)}.")
    if not is_user_id(user):
        raise WrongCall(
            f"{user!r} cannot be a user: letters, digits and . _ @ - only, at most 64, beginning with a letter or digit."
        )
    keys: list[str] = []
    parts: list[Part] = []
    left: list[tuple[str, str]] = []
    refused: list[tuple[str, str]] = []
    with _opened(settings, dry_run=dry_run) as platform:
        for file in _files(paths):
            found = _inspected(file)
            if not any(one.verdict == "load" for one in found):
                reason = next(
                    (one.reason for one in found if one.reason), "nothing in it is a listening history or of the catalogue"
                )
                is_refused = file in paths and any(one.verdict == "refuse" for one in found)
                (refused if is_refused else left).append((str(file), reason))
                continue
            parts += _parts(platform, file, found)
            if not dry_run:
                keys.append(_land(platform.landing, file, user))
    names = [base_name(part.name) for part in parts if part.kind]
    kept = _kept_zone(settings, user, time_zone) if keys else None
    unsaid = None if kept or Profiles(settings.profile_folder, "").path(user).exists() else settings.timezone
    return Receipt(user, tuple(keys), tuple(parts), tuple(left), tuple(refused), tuple(missing_parts(names)), kept, unsaid)


def _kept_zone(settings: Settings, user: str, zone: str | None) -> tuple[str, Path] | None:
    profiles = Profiles(settings.profile_folder, settings.timezone)
    if zone is None and "timezone" in settings.model_fields_set and not profiles.path(user).exists():
        zone = settings.timezone
    return (zone, profiles.keep_time_zone(user, zone)) if zone else None


@contextmanager
def _opened(settings: Settings, *, dry_run: bool) -> Iterator[Platform]:
    """The platform; for a dry run one in a folder aside, so that nothing is made in the home."""
    if not dry_run:
        with opened(settings) as platform:
            yield platform
        return
    with TemporaryDirectory() as aside:
        nowhere = settings.model_copy(update={"home": Path(aside), "landing": "", "lake": ""})
        with opened(nowhere) as platform:
            yield platform


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and not is_litter(p.relative_to(path).as_posix()))
        elif path.is_file():
            yield path
        else:
            raise WrongCall(f"{path} is neither a file nor a folder.")


def _inspected(file: Path) -> list[Inspected]:
    store = LocalStore(str(file.absolute().parent))
    arrival = look(store, file.name)
    return inspect(store, arrival, KINDS, ArchiveLimits()) if arrival else []


def _parts(platform: Platform, file: Path, found: Sequence[Inspected]) -> Iterator[Part]:
    """What a file holds: all its documents of one kind are read together, which is many times quicker than one by one."""
    for one in found:
        if one.verdict == "not_recognised":
            yield Part(_shown(file, one), None, 0, 0, None, None, one.reason)
    for kind in sorted({one.kind for one in found if one.kind and one.sha256}):
        mine = [one for one in found if one.kind == kind]
        framed = _framed(platform, file, kind, mine)
        measured = _measured(platform, kind, framed)
        for number, one in enumerate(mine):
            row = measured.get(number, {"rows": 0, "bad": 0, "first": None, "last": None})
            reason = framed.objects[number].reason
            yield Part(_shown(file, one), kind, row["rows"], int(row["bad"] or 0), row["first"], row["last"], reason)


def _shown(file: Path, found: Inspected) -> str:
    return f"{file.name}{found.key[len(file.name) :]}"


def _framed(platform: Platform, file: Path, kind: str, found: Sequence[Inspected]) -> Framed:
    # Each document as if of a user of its own: of two that are equal, both are told of here.
    planned = [Planned(one.key, one.etag, one.size, one.sha256 or "", str(n)) for n, one in enumerate(found)]
    reader = Reader(LocalStore(str(file.absolute().parent)), BY_TABLE[kind], platform.engine.embedded)
    return read_objects(reader, planned, set(), platform.work / "receipt.ndjson")


def _measured(platform: Platform, kind: str, framed: Framed) -> dict[int, dict[str, Any]]:
    """For each document, by its number: rows, unreadable rows, first and last month."""
    source = BY_TABLE[kind]
    if not framed.lines.num_rows:
        return {}
    engine = platform.engine.embedded
    counted = engine.derive(months_covered, engine.gather(_judged(engine, source, framed)))
    rows = {row["object"]: row for row in engine.fetch(counted).to_pylist()}
    engine.release()
    return rows


def _judged(engine: Embedded, source: Source, framed: Framed) -> Iterator[ir.Table]:
    for path, lines in segments(framed, SEGMENT_BYTES if source.rows_at else None):
        landed = engine.landed(path, source, framed.longest)
        rows = engine.cache(engine.derive(judged, landed, source=source), ordered=True)
        yield engine.derive(of_objects, rows, engine.arrow(lines))


def _land(store: ObjectStore, file: Path, user: str) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    key = import_key(user, file.name, digest.hexdigest(), datetime.now(UTC))
    with file.open("rb") as stream:
        obstore.put(store, key, stream)
    return key
