"""`spotify-platform …`: thin commands over the steps of `pipeline`. Errors are one or two lines and an exit code."""

import signal
import sys
from types import FrameType

from spotify_platform.errors import PlatformError

INTERRUPTED = 130


def main() -> None:
    """Entry point: exit 0 done, 1 the data failed a check, 2 the call was wrong, 3 something outside failed, 130 Ctrl+C."""
    from spotify_platform.cli.app import app, console_error, is_verbose  # noqa: PLC0415 - `--help` need not load engines

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
        if interrupted:  # DuckDB and dbt make errors of their own of Ctrl+C, Typer an exit
            console_error("Stopped. Nothing is lost: run it again, and it goes on from there.")
            sys.exit(INTERRUPTED)
        if isinstance(error, PlatformError):
            console_error(str(error))
            sys.exit(error.exit_code)
        if isinstance(error, OSError):
            console_error(f"{error}. Check the disk, the network and the settings, then run it again.")
            sys.exit(3)
        raise
    finally:
        signal.signal(signal.SIGINT, before)
