"""The examples in the documentation of the code are true."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import spotify_platform

ROOT = Path(spotify_platform.__file__).parent
SHOWING = [path.relative_to(ROOT.parent) for path in sorted(ROOT.rglob("*.py")) if ">>> " in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", SHOWING, ids=str)
def test_examples_are_true(path: Path) -> None:
    result = doctest.testmod(import_module(".".join(path.with_suffix("").parts)))
    assert result.attempted
    assert not result.failed


def test_framing_shows_an_example() -> None:
    assert Path("spotify_platform/landing/framing.py") in SHOWING
