"""A part that this machine lacks takes its tests away, by name; on CI that is an error."""

from collections.abc import Callable

import pytest

from spotify_platform_tests.conftest import HERE, SLOW, is_slow

SUITE = """
import pytest

@pytest.fixture
def chromium():
    return None

@pytest.fixture
def page(chromium):
    return None

def test_needs_it(chromium):
    pass

def test_needs_it_by_way_of_another(page):
    pass

@pytest.mark.usefixtures("chromium")
def test_says_that_it_needs_it():
    pass

def test_needs_nothing():
    pass
"""
SAID = "chromium is missing (pages in a browser, 3 tests): apt-get install chromium"


Run = Callable[..., pytest.RunResult]
IN_BOTH_WAYS = pytest.mark.parametrize("how", [(), ("-n", "1")], ids=["one process", "distributed"])


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a small suite with some options, on a machine without any program, not on CI."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("PATH", str(pytester.mkdir("empty")))
    pytester.makepyfile(SUITE)
    return lambda *options: pytester.runpytest_inprocess("-p", "spotify_platform_tests.parts", *options)


@IN_BOTH_WAYS
def test_a_missing_part_is_named_with_the_way_to_get_it(run: Run, how: tuple[str, ...]) -> None:
    result = run(*how)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"Left out: {SAID}"])
    assert result.ret is pytest.ExitCode.OK


def test_a_part_that_no_test_needs_is_not_mentioned(run: Run) -> None:
    result = run()
    assert len([line for line in result.outlines if "Left out" in line]) == 1
    result.stdout.no_fnmatch_line("*java*")


def test_a_part_that_no_chosen_test_needs_is_not_missed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = run("-k", "nothing")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("Left out*")


def test_a_part_that_is_here_takes_nothing_away(run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    there = pytester.mkdir("there") / "chromium"
    there.write_text("#!/bin/sh\n")
    there.chmod(0o755)
    monkeypatch.setenv("PATH", str(there.parent))
    monkeypatch.setenv("CI", "true")
    result = run()
    result.assert_outcomes(passed=4)
    result.stdout.no_fnmatch_line("Left out*")


@IN_BOTH_WAYS
def test_on_ci_a_missing_part_is_an_error_and_nothing_is_run(
    run: Run, monkeypatch: pytest.MonkeyPatch, how: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CI", "true")
    result = run(*how)
    assert result.ret is pytest.ExitCode.USAGE_ERROR
    assert SAID in result.stderr.str()
    assert "passed" not in result.stdout.str()


def test_on_ci_a_part_may_be_left_out_on_purpose(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = run("--without=chromium")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["Left out: --without=chromium (3 tests)"])


def test_slow_tests_are_known_by_where_they_lie(request: pytest.FixtureRequest) -> None:
    assert all((HERE / name).exists() for name in SLOW)
    assert is_slow(HERE / "exactly_once" / "test_killed.py")
    assert not is_slow(HERE / "test_parts.py")
    for item in request.session.items:
        assert (item.get_closest_marker("slow") is not None) == is_slow(item.path)
