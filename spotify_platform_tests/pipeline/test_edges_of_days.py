"""The first and the last instant that Bronze accepts have their local day in every zone of the world."""

from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.transforms.typing import DAY_AFTER_LAST, FIRST_DAY
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import drop, extended


def test_first_and_last_instant_west_and_east(make_settings: MakeSettings) -> None:
    settings = make_settings()
    last = f"{int(DAY_AFTER_LAST[:4]) - 1}-12-31T23:59:59Z"
    for user, zone in (("west", "Pacific/Pago_Pago"), ("east", "Pacific/Kiritimati")):
        drop(settings.home / "profile", f"{user}.toml", f'time_zone = "{zone}"'.encode())
        drop(settings.home / "landing", f"inbox/{user}/a.json", [extended(ts=f"{FIRST_DAY}T00:00:00Z"), extended(ts=last)])
    with opened(settings) as platform:
        refresh(platform)
    with reading_connection(settings) as con:
        days = con.sql("select user_id, local_date::varchar from gold.fct_plays order by all").fetchall()
    assert days == [("east", "2006-01-01"), ("east", "2100-01-01"), ("west", "2005-12-31"), ("west", "2099-12-31")]
