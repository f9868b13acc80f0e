"""Errors that people meet. Each says what, where, why and what to do, and carries the command line's exit code."""


class PlatformError(Exception):
    """Base of all errors that are shown without a traceback."""

    exit_code = 3


class WrongCall(PlatformError):
    """The call or a setting was wrong; trying again does not help."""

    exit_code = 2


class DataFailedCheck(PlatformError):
    """A blocking check stopped the data; what is published is unchanged."""

    exit_code = 1


class Outside(PlatformError):
    """Something outside failed (network, server, disk); trying again may help."""


class Conflict(Exception):
    """Another writer was first: begin again from the start. Never shown, always handled by the one rule."""


class NotATable(DataFailedCheck):
    """A landed file is no table that can be read; the message is one sentence."""
