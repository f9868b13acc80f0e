"""Refresh and rebuild with progress on the terminal."""

import time
from collections.abc import Sequence
from operator import itemgetter

from rich.console import Console

from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.errors import DataFailedCheck
from spotify_platform.landing.keys import base_name, split
from spotify_platform.pipeline.maintenance import maintain
from spotify_platform.pipeline.plan import order_rebuild
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import Refreshed, refresh
from spotify_platform.settings import Settings

_NAMED = 3


def refreshed(settings: Settings, console: Console, *, full: bool = False) -> Refreshed:
    """Refresh, naming each table before its turn."""
    with opened(settings) as platform:
        return _with_progress(platform, console, full=full)


def rebuilt(settings: Settings, console: Console) -> None:
    """Order a rebuild and carry it out."""
    with opened(settings) as platform:
        if order_rebuild(platform) is None:
            console.print("The lake is empty; there is nothing to rebuild. Import something first: spotify-platform import PATH")
            return
        _with_progress(platform, console, full=False)


def verified(settings: Settings, console: Console) -> None:
    """Compare the lake with one built aside from Bronze; raises when they differ."""
    with opened(settings, compile_anew=True) as platform, console.status("building aside"):
        found = verify(platform)
    for one in found:
        said = "equal" if one.is_equal else f"{one.only_in_lake:,} rows only in the lake, {one.only_rebuilt:,} only rebuilt"
        console.print(f"{one.table:<28} {one.rows:>12,} rows   {said}", highlight=False)
    if not all(one.is_equal for one in found):
        raise DataFailedCheck("The lake is not what Bronze says. Mend it with: spotify-platform rebuild")


def maintained(settings: Settings, console: Console) -> None:
    """Tidy every table, and say what it came to."""
    with opened(settings) as platform, console.status("starting") as shown:
        done = maintain(platform, told=shown.update)
    for path, one in done.items():
        said = f"{one.files_before:>7,} files -> {one.files_after:>6,}   {one.deleted:>6,} old ones deleted"
        console.print(f"{path:<28} {said}", highlight=False)


def _with_progress(platform: Platform, console: Console, *, full: bool) -> Refreshed:
    started = time.perf_counter()
    with console.status("starting") as shown:
        done = refresh(platform, full=full, told=shown.update)
    seconds = time.perf_counter() - started
    if done.gold is None or not done.gold.top:
        console.print("Nothing has landed yet. Begin with: spotify-platform import PATH", highlight=False)
    elif done.gold.pins is None:
        console.print(f"Nothing new; what is published is up to date ({seconds:.1f} s).", highlight=False)
    else:
        console.print(f"Published version {done.gold.top} in {seconds:.1f} s; all checks passed.", highlight=False)
        if left := _left_out(platform, done.planned):
            console.print(f"Not all of it went in: {left}. See: spotify-platform status", highlight=False, markup=False)
    return done


def _left_out(platform: Platform, batches: Sequence[int]) -> str:
    """What of these batches is in no table of records: the first objects by name, and how many more there are.

    Files in a zip that are not recognised are left out: each export brings a read-me.
    """
    if not batches:
        return ""
    these = f"batch >= {min(batches)} and (rows_quarantined > 0 or status in ('not_recognised', 'refused'))"
    accounting = platform.engine.open(ACCOUNTING)
    rows = platform.engine.look_up(accounting, ["object", "status", "rows_quarantined"], these)
    named = [
        f"{base_name(row['object'])} ({row['rows_quarantined']:,} set aside)"
        if row["rows_quarantined"]
        else f"{base_name(row['object'])} ({row['status'].replace('_', ' ')})"
        for row in sorted(rows, key=itemgetter("object"))
        if row["status"] != "not_recognised" or not split(row["object"])[1]
    ]
    more = f" and {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
    return ", ".join(named[:_NAMED]) + more
