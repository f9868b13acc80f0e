"""What goes wrong with Spark, in words: the JVM's own are a hundred lines."""

import importlib.util
import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from spotify_platform.errors import Outside, WrongCall

_PORT = 15002  # of Spark Connect
_SECONDS = 5.0
_LONGEST = 300


def require_spark() -> None:
    """See that the packages of the engine are here.

    Raises:
        WrongCall: they are not.
    """
    if any(importlib.util.find_spec(name) is None for name in ("pyspark", "py4j", "dbt.adapters.spark")):
        raise WrongCall("The engine spark needs more packages: pip install -c constraints.txt -e '.[spark]'")


def is_of_spark(error: BaseException) -> bool:
    """Whether Spark raised it, here or in the JVM, from which errors of Delta and of storage come as they are."""
    from py4j.protocol import Py4JError  # noqa: PLC0415 - pyspark is there for those who use it
    from pyspark.errors import PySparkException  # noqa: PLC0415

    return isinstance(error, (PySparkException, Py4JError))


def cause_of(error: BaseException) -> str:
    """The deepest cause that an error of Spark tells, in a line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    of_jvm = [
        line.removeprefix("Caused by:").removeprefix(":").strip() for line in lines if line.startswith(("Caused by:", ": "))
    ]
    return (of_jvm or lines[:1])[-1][:_LONGEST].rstrip(".")


@contextmanager
def starting() -> Iterator[None]:
    """Tell trouble with the start of a session as what it is; Ctrl+C stays whose it was.

    Raises:
        Outside: there is none; the message says why, and where to look.
    """
    before = signal.getsignal(signal.SIGINT)
    logging.getLogger("py4j").setLevel(logging.CRITICAL)  # it raises what it logs
    try:
        yield
    except Exception as error:
        if not is_of_spark(error):
            raise
        where = "Look at JAVA_HOME (Java 17) and SPOTIFY_PLATFORM_SPARK_MASTER, _MEMORY, _CONF, then run it again."
        raise Outside(f"Spark could not be started: {cause_of(error)}. {where}") from error
    finally:
        # Spark's own handler asks the JVM to end its jobs, in the middle of another question to it, and that breaks both.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)


def require_server(remote: str) -> None:
    """See that somebody listens at a Spark Connect server's address: its client would try for ten minutes without a word.

    Raises:
        Outside: nobody does.
    """
    address = urlsplit(remote)
    try:
        socket.create_connection((address.hostname or "", address.port or _PORT), _SECONDS).close()
    except OSError as error:
        raise Outside(
            f"No Spark Connect server answers at {remote}: {error}. Start it, or mend SPOTIFY_PLATFORM_SPARK_REMOTE."
        ) from None
