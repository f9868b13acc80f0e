"""Users' own settings: what a profile may say, what it means, and what is said of one that is wrong."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from spotify_platform.errors import WrongCall
from spotify_platform.profiles import BEGINNING, END_OF_TIME, Period, Profile, Profiles, Stay

TOKYO = """
time_zone = "Europe/Berlin"
leave_out_incognito = true

[[stays]]
time_zone = "Asia/Tokyo"
first_day = 2024-07-01
last_day = 2024-07-14
"""


def test_a_profile_says_where_its_user_was(tmp_path: Path) -> None:
    (tmp_path / "anna.toml").write_text(TOKYO)
    profiles = Profiles(tmp_path, "America/New_York")
    stay = Stay(date(2024, 7, 1), "Asia/Tokyo", date(2024, 7, 14))
    anna, me = Profile("Europe/Berlin", (stay,), leave_out_incognito=True), Profile("America/New_York")
    assert profiles.of_all(["anna", "me"]) == {"anna": anna, "me": me}
    assert Profile.of_text(anna.to_text()) == anna


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('time_zone = "Nowhere"', "no IANA time zone"),
        ('time_zone = "localtime"', "no IANA time zone"),
        ('time_zone = "posix/Europe/Berlin"', "no IANA time zone"),
        ('[[stays]]\ntime_zone = "UTC"\nfirst_day = 2024-07-02\nlast_day = 9999-12-31', "has no last_day"),
        ('[[stays]]\ntime_zone = "Asia/Tokyo"\nfirst_day = 0001-01-01', "between 1971"),
        ("time_zone = ", "not valid TOML"),
        ('timezone = "UTC"', "timezone is no setting; there are leave_out_incognito, stays, time_zone"),
        ('leave_out_incognito = "yes"', "true or false"),
        ("stays = 3", r"\[\[stays\]\]"),
        ('[[stays]]\ntime_zone = "UTC"', "first_day"),
        ("[[stays]]\nfirst_day = 2024-07-01", "no IANA time zone"),
        ('[[stays]]\ntime_zone = "UTC"\nfirst_day = 2024-07-02\nlast_day = 2024-07-01', "no earlier last_day"),
        ('[[stays]]\ntime_zone = "UTC"\nfirst_day = 2024-07-02T10:00:00', "first_day"),
        ('[[stays]]\ntime_zone = "UTC"\nfirst_day = 2024-07-02\nuntil = 2024-07-03', "until is no setting"),
        ('[[stays]]\ntime_zone = "UTC"\nfirst_day = 2024-07-02\n' * 2, "2024-07-02"),
    ],
)
def test_what_is_wrong_with_a_profile_is_said(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "anna.toml").write_text(text)
    with pytest.raises(WrongCall, match=rf"anna\.toml.*{said}"):
        Profiles(tmp_path, "UTC").of("anna")


def test_a_profile_of_notepad_is_read(tmp_path: Path) -> None:
    (tmp_path / "anna.toml").write_bytes(b'\xef\xbb\xbftime_zone = "Asia/Tokyo"')
    assert Profiles(tmp_path, "UTC").of("anna").time_zone == "Asia/Tokyo"


def test_keeping_a_zone_leaves_the_rest_of_a_profile(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path / "profile", "UTC")
    path = profiles.keep_time_zone("anna", "Asia/Tokyo")
    assert path.read_text() == 'time_zone = "Asia/Tokyo"\n'
    path.write_text('# mine\ntime_zone = "Asia/Tokyo"  # home\nleave_out_incognito = true\n')
    profiles.keep_time_zone("anna", "Europe/Berlin")
    assert path.read_text() == '# mine\ntime_zone = "Europe/Berlin"\nleave_out_incognito = true\n'
    stay = '[[stays]]\ntime_zone = "Asia/Tokyo"\nfirst_day = 2024-07-01\n'
    path.write_text(stay)
    profiles.keep_time_zone("anna", "Europe/Berlin")
    assert path.read_text() == f'time_zone = "Europe/Berlin"\n{stay}'
    assert profiles.of("anna").time_zone == "Europe/Berlin"
    path.write_text("time_zone = ")
    with pytest.raises(WrongCall, match=r"anna\.toml"):
        profiles.keep_time_zone("anna", "Europe/Berlin")
    assert [file.name for file in path.parent.iterdir()] == ["anna.toml"]


class TestPeriods:
    """Days of a stay begin and end at midnight on its own clocks."""

    def test_without_stays_there_is_one(self) -> None:
        assert Profile("UTC").periods == (Period("UTC", BEGINNING, END_OF_TIME),)

    def test_a_journey(self) -> None:
        start, end = datetime(2024, 6, 30, 15, tzinfo=UTC), datetime(2024, 7, 14, 15, tzinfo=UTC)
        stay = Stay(date(2024, 7, 1), "Asia/Tokyo", date(2024, 7, 14))
        assert Profile("Europe/Berlin", (stay,)).periods == (
            Period("Europe/Berlin", BEGINNING, start),
            Period("Asia/Tokyo", start, end),
            Period("Europe/Berlin", end, END_OF_TIME),
        )

    def test_of_two_that_overlap_the_later_holds(self) -> None:
        moved = Stay(date(2024, 1, 1), "America/New_York")
        trip = Stay(date(2024, 7, 1), "Asia/Tokyo", date(2024, 7, 2))
        zones = [(p.time_zone, p.starts_at) for p in Profile("UTC", (moved, trip)).periods]
        assert zones == [
            ("UTC", BEGINNING),
            ("America/New_York", datetime(2024, 1, 1, 5, tzinfo=UTC)),
            ("Asia/Tokyo", datetime(2024, 6, 30, 15, tzinfo=UTC)),
            ("America/New_York", datetime(2024, 7, 2, 15, tzinfo=UTC)),
        ]

    def test_neighbours_in_one_zone_are_one(self) -> None:
        stays = (Stay(date(2024, 7, 1), "UTC", date(2024, 7, 2)), Stay(date(2024, 7, 3), "UTC", date(2024, 7, 4)))
        assert Profile("UTC", stays).periods == (Period("UTC", BEGINNING, END_OF_TIME),)
