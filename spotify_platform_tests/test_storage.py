"""What the object-store libraries say of a server, in one line."""

import pytest

from spotify_platform.storage import trouble

DELTA = """Kernel error -> Generic S3 error
          \x1b[31m\N{DOWNWARDS ARROW WITH TIP RIGHTWARDS}\x1b[0m GET http://127.0.0.1:9/b/_log in 2s, after 10 retries
           \x1b[31m\N{DOWNWARDS ARROW WITH TIP RIGHTWARDS}\x1b[0m 10, retry_timeout
            \x1b[31m\N{DOWNWARDS ARROW WITH TIP RIGHTWARDS}\x1b[0m Connection refused (os error 111)
"""
OBSTORE = """Generic S3 error: PUT http://127.0.0.1:9/b/x in 7.2s, after 10 retries  - HTTP error: error sending request

Debug source:
Generic { inner: Os { code: 111, kind: ConnectionRefused, message: "Connection refused" } }"""
REFUSED = (
    "Generic S3 error: Error performing PUT http://127.0.0.1:9/b/x in 1.5ms - Server returned non-2xx status code: 403 Forbidden"
)
NO_KEYS = "Operation not supported\n \N{DOWNWARDS ARROW WITH TIP RIGHTWARDS} an error occurred while loading credentials"


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        (DELTA, "http://127.0.0.1:9 does not serve: Connection refused (os error 111). Check"),
        (OBSTORE, "http://127.0.0.1:9 does not serve: Connection refused. Check"),
        (REFUSED, "http://127.0.0.1:9 does not serve: "),
        (NO_KEYS, "S3 refuses: no credentials were found. Set AWS_ACCESS_KEY_ID"),
        ("[Errno 28] No space left on device", "[Errno 28] No space left on device. Check the disk"),
    ],
)
def test_is_one_line_that_says_what_to_look_at(text: str, begins: str) -> None:
    said = trouble(OSError(text))
    assert said.startswith(begins)
    assert said.endswith("then run it again.")
    assert "\n" not in said
    assert "\x1b" not in said


def test_a_status_is_told() -> None:
    assert "403 Forbidden" in trouble(OSError(REFUSED))
