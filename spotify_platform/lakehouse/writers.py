"""Who writes the lake: one engine at a time, and with Spark one process.

Delta's log keeps writers apart only as far as they make its files in the same way. On S3 Spark's way overwrites a commit that
another engine made a moment ago, and nobody is told. So each process that writes leaves a sign in the lake before its first
commit, renews it while it lives, and takes it away at its end. The signs say the engine; one that is not renewed is of a
process that was killed. Times are those of the store, so that clocks do not matter; by its own a process knows how long it
could not renew.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from spotify_platform.errors import Outside
from spotify_platform.storage import Location

FOLDER = "_writers"
RENEWED_EVERY = timedelta(seconds=20)
BELIEVED_FOR = timedelta(seconds=45)
DEAD_AFTER = timedelta(seconds=90)


class Writer:
    """This process as one that writes a lake, from `begin` to `end`."""

    def __init__(self, lake: Location, engine: str, *, alone: bool) -> None:
        """`alone`: of this engine no two processes may write at once."""
        self._location = lake
        self._engine = engine
        self._alone = alone
        self._sign = f"{FOLDER}/{engine}-{uuid4().hex}"
        self._ended: threading.Event | None = None
        self._renewed = 0.0

    @cached_property
    def _lake(self) -> ObjectStore:
        return self._location.store()

    def begin(self) -> None:
        """Leave the sign, unless it is there and was renewed a moment ago.

        A machine that slept, or did not reach the store, may have been believed dead; so it looks again before it commits.

        Raises:
            Outside: a process that may not write at the same time does.
        """
        if self._ended is not None and self._is_believed():
            return
        now = time.time()
        self._put()
        # The sign first: of two that begin at once each sees the other, and at least one stops.
        self._make_way()
        self._renewed = now
        if self._ended is None:
            self._ended = threading.Event()
            self._thread = threading.Thread(target=self._renew, args=(self._ended,), name="sign of life", daemon=True)
            self._thread.start()

    def _make_way(self) -> None:
        """Take away signs of the dead, and stop where one is of somebody alive."""
        seen = self._seen()
        now = seen[self._sign]
        for sign, last_seen in seen.items():
            engine = sign.removeprefix(f"{FOLDER}/").partition("-")[0]
            if now - last_seen > DEAD_AFTER:
                self._take_away(sign)
                continue
            if sign == self._sign or (engine == self._engine and not self._alone):
                continue
            if self._ended is None:
                self._take_away(self._sign)
            self.end()
            left = int((DEAD_AFTER - (now - last_seen)).total_seconds()) + 1
            who = "Another process of the engine" if engine == self._engine else "The engine"
            raise Outside(
                f"{who} {engine!r} is writing this lake. Wait until it has ended, then run it again; "
                f"if it was killed, that is in {left} seconds."
            )

    def end(self) -> None:
        """Take the sign away."""
        if self._ended is not None:
            self._ended.set()
            self._thread.join()  # a sign that it is just renewing would come back
            self._take_away(self._sign)
            self._ended = None

    def _renew(self, ended: threading.Event) -> None:
        while not ended.wait(RENEWED_EVERY.total_seconds()):
            now = time.time()
            try:
                self._put()
            except (BaseError, OSError):
                continue  # as long as that goes on, `begin` does not believe this sign, and says what is wrong
            if self._is_believed():  # else somebody may have taken it for a dead one's meanwhile: `begin` is to look
                self._renewed = now

    def _is_believed(self) -> bool:
        """Whether nobody can have taken the sign for that of a dead process."""
        return abs(time.time() - self._renewed) < BELIEVED_FOR.total_seconds()

    def _put(self) -> None:
        obstore.put(self._lake, self._sign, json.dumps({"engine": self._engine}).encode())

    def _take_away(self, sign: str) -> None:
        with suppress(FileNotFoundError):  # another process took it away
            obstore.delete(self._lake, sign)

    def _seen(self) -> dict[str, datetime]:
        """Signs that are there, and when each was renewed last."""
        return dict(self._listed())

    def _listed(self) -> Iterator[tuple[str, datetime]]:
        for batch in obstore.list(self._lake, FOLDER):
            for meta in batch:
                yield meta["path"], meta["last_modified"]
