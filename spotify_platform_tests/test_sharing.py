"""Tests that share lakes are done by one worker; all others by whichever is free."""

from spotify_platform_tests.sharing import scope


def test_only_tests_that_share_lakes_are_done_together() -> None:
    folder = "spotify_platform_tests/spark"
    shared = {scope(f"{folder}/{name}.py::test_it[{folder}/x]") for name in ("test_parity", "test_plans", "test_readers")}
    assert shared == {"spark"}
    assert scope(f"{folder}/test_killed_driver.py::test_a") == "test_killed_driver"
    assert scope("spotify_platform_tests/gold/test_marts_tops.py::test_a") == scope(
        "spotify_platform_tests/gold/test_models.py::test_b"
    )
    for other in (
        "spotify_platform_tests/test_parts.py::test_a[spark/test_plans.py]",
        "spotify_platform_tests/s3/test_s3.py::test_b",
        "spotify_platform_tests/gold/test_slices.py::test_c",
    ):
        assert scope(other) == other
