"""`spotify-platform demo`: a simulated listener through the whole way, in a home of its own."""

import shlex
import shutil
import sys
import tempfile
import time
from pathlib import Path

import obstore
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from spotify_platform.cli.progress import refreshed
from spotify_platform.errors import DataFailedCheck, WrongCall
from spotify_platform.pipeline.importing import import_paths
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.settings import Settings, load_settings
from spotify_platform.simulator import (
    History,
    changing_catalogue,
    listener_answers,
    simulate,
    truth,
    write_extended_zip,
    write_truth,
)

ZONE = "Europe/Berlin"
QUESTION = """"select rank, artist_name, play_count from gold.top_artists where period = 'all' order by rank limit 5\""""
USER = "demo"
ASKED = ("tracks", "artists")
MARK = ".made-by-spotify-platform-demo"


def run_demo(settings: Settings, console: Console, *, plays: int, seed: int) -> None:
    """Simulate, import, refresh, and hold what came out against the truth.

    Raises:
        WrongCall: the folder beside the home is there, and no demo made it.
    """
    home = settings.home.with_name(f"{settings.home.name}-demo")
    make_home(home)
    demo = load_settings(home=home, landing="", lake="", timezone=ZONE, settle_seconds=0, user=USER)
    started = time.perf_counter()
    console.print(f"Simulating a listener (seed {seed}) ...", highlight=False)
    history = simulate(seed=seed, plays=plays, time_zone=ZONE)
    known = truth(history)
    # An export repeats some rows, and whole sessions do not come out at any number: so neither is exactly --plays.
    console.print(f"Simulated {known.plays:,} plays; the export holds {known.extended_rows:,} rows of them.", highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        write_extended_zip(history, Path(folder) / "my_spotify_data.zip")
        import_paths(demo, [Path(folder) / "my_spotify_data.zip"], USER)
    write_truth(history, home / "truth.json")
    answers = _land_answers(demo, history)
    console.print(f"Landed {answers} answers of the catalogue about what was played.", highlight=False)
    refreshed(demo, console)
    _show(demo, console)
    _compare(demo, console, known.extended_records)
    console.print(f"Done in {time.perf_counter() - started:.1f} s. Everything lies in {home}", highlight=False)
    # Never wrapped: pasted in two lines, the command would ask the user's own home.
    program = shlex.quote(str(Path(sys.executable).with_name("spotify-platform")))
    ask = f"SPOTIFY_PLATFORM_HOME={shlex.quote(str(home))} {program} sql {QUESTION}"
    console.print(f"Ask it:\n{ask}", highlight=False, markup=False, soft_wrap=True)


def _land_answers(settings: Settings, history: History) -> int:
    """Put answers about the tracks of a history, and their artists, into the landing zone; how many."""
    count = 0
    for answer in listener_answers(history, changing_catalogue(history), days=1, user=USER):
        if answer.kind in ASKED:
            obstore.put(settings.landing_location.store(), answer.name, "".join(answer.text()).encode())
            count += 1
    return count


def make_home(home: Path) -> None:
    """An empty home, marked as a demo's; one that an earlier demo made is deleted, and nothing else ever is.

    Raises:
        WrongCall: something else lies there.
    """
    if (home / MARK).is_file() and not home.is_symlink():
        shutil.rmtree(home)
    elif home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise WrongCall(f"The demo would write to {home}, but that was not made by a demo. Move it away or delete it.")
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).touch()


ACCOUNTING = """
    select if(source = 'catalogue_api', count(*) || ' answers of the catalogue', any_value(document)) as document,
        sum(rows_in)::bigint as rows, sum(rows_new)::bigint as new, sum(rows_repeat)::bigint as repeat,
        sum(rows_quarantined)::bigint as bad, status
    from (select *, regexp_replace(object, '^.*(/|[.]zip!)', '') as document from ops.accounting)
    group by source, if(source = 'catalogue_api', '', object), status order by source, 1"""
TOP_TRACKS = """
    select rank, track_name || ' - ' || artist_name as name, play_count, listening_ms // 60000 as minutes
    from gold.top_tracks where period = 'all' order by rank limit 5"""
TOP_ARTISTS = """
    select rank, artist_name as name, play_count, listening_ms // 60000 as minutes
    from gold.top_artists where period = 'all' order by rank limit 5"""
TOP_ALBUMS = """
    select rank, album.album_name || ' - ' || album.artist_name as name, album.release_date as released, play_count,
        unique_tracks as tracks
    from gold.top_albums join gold.dim_albums as album using (album_key) where period = 'all' order by rank limit 5"""

SHOWN = {"Accounting": ACCOUNTING, "Top tracks": TOP_TRACKS, "Top artists": TOP_ARTISTS, "Top albums": TOP_ALBUMS}


def _show(settings: Settings, console: Console) -> None:
    with reading_connection(settings) as con:
        for title, query in SHOWN.items():
            _table(con, console, title, query)


def _table(con: object, console: Console, title: str, query: str) -> None:
    answer = con.sql(query)  # type: ignore[attr-defined]
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in answer.columns:
        table.add_column(column, overflow="fold")
    for row in answer.fetchall():
        table.add_row(*[f"{value:,}" if isinstance(value, int) else escape(str(value)) for value in row])
    console.print(table)


def _compare(settings: Settings, console: Console, expected: int) -> None:
    with reading_connection(settings) as con:
        row = con.sql("select count(*) from gold.fct_plays").fetchone()
    found = row[0] if row else 0
    if found != expected:
        raise DataFailedCheck(f"The demo came to {found:,} plays, the simulator knows of {expected:,}.")
    console.print(f"{found:,} plays in Gold: exactly those that the export tells apart.", highlight=False)
