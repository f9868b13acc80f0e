"""`spotify-platform …`: thin commands over the steps of `pipeline`. Errors are one or two lines and an exit code."""

import os
import signal
import sys
from types import FrameType

from spotify_platform.errors import PlatformError

INTERRUPTED = 130


def main() -> None:
    """Entry point: exit 0 done, 1 the data failed a check, 2 the call was wrong, 3 something outside failed, 130 Ctrl+C."""
    from spotify_platform.cli.app import app, console_error, is_verbose  # noqa: PLC0415 - `--help` need not load engines

    os.environ.setdefault("RUST_LOG", "error")  # without credentials delta-rs warns of each place it looked in, in raw form
    interrupted = False

    def remember(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True
        signal.default_int_handler(number, frame)

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, remember)
    try:
        app(standalone_mode=True)
    except (Exception, SystemExit) as error:
        if is_verbose() and not isinstance(error, SystemExit):
            raise
        if interrupted or _stopped(error):  # DuckDB and dbt make errors of their own of Ctrl+C, Typer an exit
            console_error("Stopped. Nothing is lost: run it again, and it goes on from there.")
            sys.exit(INTERRUPTED)
        if isinstance(error, SystemExit) and not error.code:
            return  # Databricks, which calls this as a function, takes any exit for a failure
        if (code := _told(error)) is None:
            raise
        sys.exit(code)
    finally:
        signal.signal(signal.SIGINT, before)


def _told(error: BaseException) -> int | None:
    """The exit code of an error that is told in a line or two; None for one that nobody thought of."""
    from spotify_platform.cli.app import console_error  # noqa: PLC0415 - as above

    if isinstance(error, PlatformError):
        console_error(str(error))
        return error.exit_code
    from obstore.exceptions import BaseError  # noqa: PLC0415 - only where something failed

    from spotify_platform.storage import trouble  # noqa: PLC0415

    if isinstance(error, (OSError, BaseError)):
        console_error(trouble(error))
        return 3
    if "pyspark" in sys.modules:
        from spotify_platform.lakehouse.spark_trouble import cause_of, is_of_spark  # noqa: PLC0415 - only where Spark is

        if is_of_spark(error):
            again = "Nothing is lost: run it again, it goes on from there; with --verbose it tells all."
            console_error(f"Spark failed: {cause_of(error)}. {again}")
            return 3
    return None


def _stopped(error: BaseException | None) -> bool:
    """Whether Ctrl+C is what it came from: Spark takes the signal for itself."""
    while error:
        if isinstance(error, KeyboardInterrupt) or (isinstance(error, SystemExit) and error.code == INTERRUPTED):
            return True
        error = error.__cause__ or error.__context__
    return False
