"""A zip of 250,000 extended rows → every row accounted → Gold published: seconds and peak memory of one process.

python benchmarks/import_to_gold.py [--plays 250000] [--zip FILE]
"""

import argparse
import resource
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.lakehouse.dbt import manifest_dir
from spotify_platform.pipeline.importing import import_paths
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import load_settings
from spotify_platform.simulator import simulate, write_extended_zip


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plays", type=int, default=250_000)
    parser.add_argument("--zip", type=Path, help="an export made before, so that making it does not count as memory")
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp())
    export = chosen.zip or home / "my_spotify_data.zip"
    if not export.exists():
        write_extended_zip(simulate(seed=1, plays=chosen.plays, years=10), export)
    settings = load_settings(home=home, timezone="Europe/Berlin")
    manifest_dir(home, "duckdb")  # parsed once a content, at installation
    marks = [("start", time.perf_counter())]
    import_paths(settings, [export], "me")
    with opened(settings) as platform:
        refresh(platform, told=lambda what: marks.append((what, time.perf_counter())))
        marks.append(("end", time.perf_counter()))
        accounts = platform.engine.fetch(platform.engine.read(platform.engine.open(ACCOUNTING))).to_pylist()
    for (name, begun), (_, ended) in pairwise(marks):
        print(f"{name if name != 'start' else 'import':<28} {ended - begun:6.2f} s")
    print(f"{'total':<28} {marks[-1][1] - marks[0][1]:6.2f} s")
    print(f"rows in {sum(a['rows_in'] for a in accounts):,}, new {sum(a['rows_new'] for a in accounts):,}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


if __name__ == "__main__":
    main()
