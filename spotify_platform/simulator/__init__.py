"""A seeded listener with known truth, and what Spotify would hand out about them: two exports and recently-played polls.

One seed is one history, byte for byte, in every Python version: only `Random.random()` is drawn from, nothing depends on
the clock, on hashing or on the order of a set. (Bytes of the JSON documents, that is: how a zip packs them is zlib's.)
"""

from spotify_platform.simulator.exports import Written, write_account_zip, write_extended_zip, write_polls
from spotify_platform.simulator.history import History, simulate
from spotify_platform.simulator.play import Play
from spotify_platform.simulator.polls import poll_documents
from spotify_platform.simulator.rows import account_rows, extended_rows
from spotify_platform.simulator.truth import Truth, truth, write_truth

__all__ = [
    "History",
    "Play",
    "Truth",
    "Written",
    "account_rows",
    "extended_rows",
    "poll_documents",
    "simulate",
    "truth",
    "write_account_zip",
    "write_extended_zip",
    "write_polls",
    "write_truth",
]
