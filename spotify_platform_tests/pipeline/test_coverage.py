"""What is known from where, as `status` tells it: months of each source, gaps of the feed, parts of exports that are missing."""

from datetime import date

from spotify_platform.contracts.silver import API_ANSWERS, MATCH_REPORT
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.pipeline.state import state
from spotify_platform_tests.scenario import account, answer, drop, extended, item


def poll(day: int, *, month: int = 5) -> object:
    """A full page, an item a minute."""
    return answer(*({**item(), "played_at": f"2024-{month:02d}-{day:02d}T10:{49 - n:02d}:00.5Z"} for n in range(50)))


def test_status_tells_months_gaps_and_missing_parts(platform: Platform) -> None:
    landing = platform.settings.home / "landing"
    for month in ("2023-01", "2023-02", "2023-05"):
        row = extended(ts=f"{month}-05T10:00:00Z")
        drop(landing, f"inbox/anna/Streaming_History_Audio_2023_{int(month[-2:])}.json", [row])
    drop(landing, "inbox/anna/StreamingHistory_music_0.json", [account(endTime="2024-05-09 10:00")])
    drop(landing, "inbox/anna/a.json", poll(1))
    drop(landing, "inbox/anna/b.json", poll(4))
    refresh(platform)
    found = state(platform)
    assert found["coverage"] == [
        {"user_id": "anna", "source": "account", "records": 1, "months": [{"first": "2024-05", "last": "2024-05"}]},
        {"user_id": "anna", "source": "api", "records": 100, "months": [{"first": "2024-05", "last": "2024-05"}]},
        {
            "user_id": "anna",
            "source": "extended",
            "records": 3,
            "months": [{"first": "2023-01", "last": "2023-02"}, {"first": "2023-05", "last": "2023-05"}],
        },
    ]
    assert found["gaps"] == [{"user_id": "anna", "first_day": date(2024, 5, 1), "last_day": date(2024, 5, 4), "is_open": True}]
    [missing] = found["missing_parts"]
    assert missing == {"user_id": "anna", "archive": "", "missing": "Streaming_History_Audio parts 0, 3, 4 of 0-5"}


def test_a_gap_is_filled_by_an_export_and_closed_by_an_answer(platform: Platform) -> None:
    landing = platform.settings.home / "landing"
    drop(landing, "inbox/anna/a.json", poll(31, month=12))
    drop(landing, "inbox/anna/b.json", {**poll(3, month=1), "items": poll_next_year()})  # type: ignore[dict-item]
    refresh(platform)
    assert [(gap["first_day"], gap["last_day"], gap["is_open"]) for gap in state(platform)["gaps"]] == [
        (date(2024, 12, 31), date(2025, 1, 3), True)
    ]
    drop(landing, "inbox/anna/endsong.json", [extended(ts="2024-12-25T10:00:00Z"), extended(ts="2025-01-05T10:00:00Z")])
    refresh(platform)
    assert [gap["is_open"] for gap in state(platform)["gaps"]] == [False]
    between = answer(*({**item(), "played_at": f"2025-01-0{1 + n % 3}T0{n // 3}:00:00Z"} for n in range(29, -1, -1)))
    bridge = between["items"] + poll(31, month=12)["items"][:1]  # type: ignore[index]
    drop(
        landing, "inbox/anna/c.json", answer(*poll_next_year()[-1:], *sorted(bridge, key=lambda i: i["played_at"], reverse=True))
    )
    refresh(platform)
    assert state(platform)["gaps"] == []
    assert all(one.is_equal for one in verify(platform))


def poll_next_year() -> list[dict[str, object]]:
    return [{**item(), "played_at": f"2025-01-03T10:{49 - n:02d}:00.5Z"} for n in range(50)]


def test_a_poll_that_brings_nothing_new_adds_no_more_than_its_line(platform: Platform) -> None:
    landing = platform.settings.home / "landing"
    drop(landing, "inbox/anna/a.json", poll(1))
    refresh(platform)
    drop(landing, "inbox/anna/b.json", poll(1) | {"limit": 20})  # type: ignore[operator]
    refresh(platform)
    counts = {t.name: platform.engine.rows_in(platform.engine.open(t)) for t in (API_ANSWERS, MATCH_REPORT)}
    assert counts == {"api_answers": 2, "match_report": 1}
    assert all(one.is_equal for one in verify(platform))
