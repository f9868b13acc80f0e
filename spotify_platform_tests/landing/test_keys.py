"""Keys of the landing zone: a zip's member is told from a file with a ! in its name, and nothing is both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotify_platform.landing.keys import base_name, is_zip_name, member_key, split

names = st.text(st.sampled_from("ab!/.zipZIP"), max_size=16)


@pytest.mark.parametrize(
    ("key", "object_", "member"),
    [
        ("inbox/me/endsong!1.json", "inbox/me/endsong!1.json", None),
        ("inbox/me/Wow! my data/endsong_0.json", "inbox/me/Wow! my data/endsong_0.json", None),
        ("inbox/me/a!b.zip", "inbox/me/a!b.zip", None),
        ("inbox/me/a!b.zip!c!d.json", "inbox/me/a!b.zip", "c!d.json"),
        ("inbox/me/A.ZIP!c.json", "inbox/me/A.ZIP", "c.json"),
        ("inbox/me/a.zip!b.zip!c.json", "inbox/me/a.zip", "b.zip!c.json"),
        ("inbox/me/zip!c.json", "inbox/me/zip!c.json", None),
        ("inbox/me/a.zip/!c.json", "inbox/me/a.zip/!c.json", None),
    ],
)
def test_what_a_key_names(key: str, object_: str, member: str | None) -> None:
    assert split(key) == (object_, member)


def test_the_name_is_the_last_part() -> None:
    assert base_name("inbox/me/Wow!/endsong!1.json") == "endsong!1.json"
    assert base_name("inbox/me/a!b.zip!c!/d!e.json") == "d!e.json"


@given(names, names)
def test_a_member_is_found_again(container: str, name: str) -> None:
    """For every zip that may have members: an object whose own key names a member is refused before it is opened."""
    if is_zip_name(container) and split(container)[1] is None:
        assert split(member_key(container, name)) == (container, name)
