"""`spotify-platform …`: thin commands over the steps of `pipeline`. Errors are one or two lines and an exit code."""

import sys

from spotify_platform.errors import PlatformError


def main() -> None:
    """Entry point: exit 0 done, 1 the data failed a check, 2 the call was wrong, 3 something outside failed."""
    from spotify_platform.cli.app import app, console_error, is_verbose  # noqa: PLC0415 - `--help` need not load engines

    try:
        app(standalone_mode=True)
    except PlatformError as error:
        if is_verbose():
            raise
        console_error(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        if is_verbose():
            raise
        console_error(f"{error}. Check the disk, the network and the settings, then run it again.")
        sys.exit(3)
