"""Spark's jars: fetched once by Maven, from the coordinates in spark_jars.xml, and held against spark_jars.sha256."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from spotify_platform.errors import Outside, WrongCall

_HERE = Path(__file__).parent
# Spark ships its own of these, mostly newer ones, and what is given beside it comes first.
_OF_SPARK = "io.netty,org.slf4j,org.scala-lang,org.antlr,commons-codec,commons-logging,org.apache.httpcomponents"
_LAST_LINES = 3


def checksums() -> dict[str, str]:
    """SHA-256 of each jar, by its file's name."""
    lines = (_HERE / "spark_jars.sha256").read_text(encoding="utf-8").splitlines()
    return {name: sha256 for sha256, name in (line.split() for line in lines)}


def are_there(folder: Path) -> bool:
    """Whether a folder has all jars."""
    return all((folder / name).is_file() for name in checksums())


def provision(folder: Path) -> list[str]:
    """Fetch the jars into a folder, unless it has them; names of those that are there then.

    Raises:
        WrongCall: there is no Maven.
        Outside: Maven failed, or brought something else than what is wanted.
    """
    if not are_there(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
            _fetch(Path(aside))
            for name in checksums():
                (Path(aside) / name).replace(folder / name)
    if wrong := _wrong(folder):
        raise Outside(f"{', '.join(wrong)} in {folder}: not the jar that is wanted. Remove the folder, then run it again.")
    return sorted(checksums())


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise WrongCall("Maven fetches Spark's jars, and is not here. Install it (apt-get install maven), then run it again.")
    what = ["dependency:copy-dependencies", f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
    with tempfile.TemporaryDirectory() as project:
        pom = Path(project) / "pom.xml"  # Maven writes beside it
        shutil.copyfile(_HERE / "spark_jars.xml", pom)
        command = [maven, "-q", "-B", "-f", str(pom), *what, f"-DexcludeGroupIds={_OF_SPARK}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - Maven, by its own path
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).split("\n")[:_LAST_LINES])
        raise Outside(f"Maven could not fetch Spark's jars: {said[:300]} Check JAVA_HOME and the network, then run it again.")
    if missing := sorted(name for name in checksums() if not (folder / name).is_file()):
        raise Outside(f"Maven did not bring {', '.join(missing)}.")
    if wrong := _wrong(folder):
        raise Outside(f"Maven brought another {', '.join(wrong)} than is wanted; nothing was kept.")


def _wrong(folder: Path) -> list[str]:
    """Jars that are not what they should be."""
    return [name for name, wanted in checksums().items() if hashlib.sha256((folder / name).read_bytes()).hexdigest() != wanted]
