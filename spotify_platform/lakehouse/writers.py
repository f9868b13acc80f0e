"""Who writes the lake: one engine at a time, and with Spark one process.

Delta's log keeps writers apart only as far as they make its files in the same way. On S3 Spark's way overwrites a commit that
another engine made a moment ago, and nobody is told. So each process that writes leaves a sign in the lake before its first
commit, renews it while it lives, and takes it away at its end. The signs say the engine; one that is not renewed is of a
process that was killed. Times are those of the store alone, so that clocks do not matter.
"""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import obstore
from obstore.store import ObjectStore

from spotify_platform.errors import Outside

FOLDER = "_writers"
RENEWED_EVERY = timedelta(seconds=20)
DEAD_AFTER = timedelta(seconds=90)


class Writer:
    """This process as one that writes a lake, from `begin` to `end`."""

    def __init__(self, lake: ObjectStore, engine: str, *, alone: bool) -> None:
        """`alone`: of this engine no two processes may write at once."""
        self._lake = lake
        self._engine = engine
        self._alone = alone
        self._sign = f"{FOLDER}/{engine}-{uuid4().hex}"
        self._ended: threading.Event | None = None

    def begin(self) -> None:
        """Leave the sign, unless it is there.

        Raises:
            Outside: a process that may not write at the same time does.
        """
        if self._ended is not None:
            return
        self._put()
        # The sign first: of two that begin at once each sees the other, and at least one stops.
        seen = self._seen()
        now = seen[self._sign]
        for sign, last_seen in seen.items():
            engine = sign.removeprefix(f"{FOLDER}/").partition("-")[0]
            if sign == self._sign or (engine == self._engine and not self._alone):
                continue
            if now - last_seen > DEAD_AFTER:
                obstore.delete(self._lake, sign)
                continue
            obstore.delete(self._lake, self._sign)
            left = int((DEAD_AFTER - (now - last_seen)).total_seconds()) + 1
            raise Outside(
                f"The engine {engine!r} is writing this lake. Wait until it has ended, then run it again; "
                f"if it was killed, that is in {left} seconds."
            )
        self._ended = threading.Event()
        threading.Thread(target=self._renew, args=(self._ended,), name="sign of life", daemon=True).start()

    def end(self) -> None:
        """Take the sign away."""
        if self._ended is not None:
            self._ended.set()
            obstore.delete(self._lake, self._sign)
            self._ended = None

    def _renew(self, ended: threading.Event) -> None:
        while not ended.wait(RENEWED_EVERY.total_seconds()):
            self._put()

    def _put(self) -> None:
        obstore.put(self._lake, self._sign, json.dumps({"engine": self._engine}).encode())

    def _seen(self) -> dict[str, datetime]:
        """Signs that are there, and when each was renewed last."""
        return dict(self._listed())

    def _listed(self) -> Iterator[tuple[str, datetime]]:
        for batch in obstore.list(self._lake, FOLDER):
            for meta in batch:
                yield meta["path"], meta["last_modified"]
