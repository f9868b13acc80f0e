"""Where bytes live: a folder or an `s3://bucket/prefix`, one code path through obstore.

Landing zone, lake and CSV zone are named by a URL (or a plain path) each. Credentials come from the environment in AWS' own
names and are handed to the libraries that need them; they are never printed.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obstore.store import LocalStore, ObjectStore, S3Store

from spotify_platform.errors import WrongCall


@dataclass(frozen=True, slots=True)
class Location:
    """A root: `url` is an absolute folder or `s3://bucket[/prefix]`; `endpoint` is any server that speaks S3."""

    url: str
    endpoint: str | None = None

    @classmethod
    def of(cls, root: str | Path, endpoint: str | None = None) -> "Location":
        """Normalise a folder (`~` and relative paths are resolved) or keep an S3 URL as it is.

        Raises:
            WrongCall: it is a URL of another kind.
        """
        text = str(root)
        if text.startswith("s3://"):
            return cls(text.rstrip("/"), endpoint)
        if "://" in text.removeprefix("file://"):
            places = "SPOTIFY_PLATFORM_LANDING, _LAKE or _EXPORTS"
            raise WrongCall(f"{text} is neither a folder nor s3://bucket/prefix; set {places} to one.")
        return cls(str(Path(text.removeprefix("file://")).expanduser().absolute()))

    @property
    def is_s3(self) -> bool:
        """Whether the root lies in S3."""
        return self.url.startswith("s3://")

    @property
    def bucket(self) -> str:
        """Name of the bucket of an S3 root."""
        return self.url.removeprefix("s3://").partition("/")[0]

    @property
    def prefix(self) -> str:
        """Key prefix of an S3 root, without slashes at its ends."""
        return self.url.removeprefix("s3://").partition("/")[2].strip("/")

    def join(self, path: str) -> str:
        """URL of something below the root."""
        return f"{self.url}/{path}"

    def store(self) -> ObjectStore:
        """An obstore store whose keys are relative to the root."""
        if not self.is_s3:
            return LocalStore(self.url, mkdir=True)
        options: dict[str, Any] = {key.removeprefix("aws_"): value for key, value in self.s3_options().items()}
        client: dict[str, Any] = {"allow_http": True} if options.pop("allow_http", None) else {}
        return S3Store(self.bucket, prefix=self.prefix or None, config=options, client_options=client)  # type: ignore[arg-type]

    def s3_options(self, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Options for S3 as the object-store libraries spell them; empty for a folder."""
        if not self.is_s3:
            return {}
        options = {"aws_region": region(environ)}
        for name in ("access_key_id", "secret_access_key", "session_token"):
            if value := environ.get(f"AWS_{name.upper()}"):
                options[f"aws_{name}"] = value
        if self.endpoint:
            options["aws_endpoint"] = self.endpoint
            options["aws_virtual_hosted_style_request"] = "false"
            if self.endpoint.startswith("http://"):
                options["allow_http"] = "true"
        return options


def region(environ: Mapping[str, str] = os.environ) -> str:
    """AWS region that an environment names."""
    return environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1"


_NO_CREDENTIALS = re.compile(r"169\.254\.169\.254|IMDS|loading credentials|CredentialsNotLoaded")
_RETRIES = re.compile(r" in [\d.]+ *[mµn]?s\b.*?(?=HTTP error|Server returned|$)|[, ]*after \d+ retries.*?(?= - |$)")


def trouble(error: Exception) -> str:
    """What a library says of a disk or a server that failed, in one line, and what to look at.

    The object-store libraries write a tree of causes with colours, retries and their own structures.
    """
    text = re.sub(r"\x1b\[\d*m", "", str(error))
    text, _, inner = text.partition("Debug source:")
    if _NO_CREDENTIALS.search(text):
        return "S3 refuses: no credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then run it again."
    causes = [" ".join(cause.split()).rstrip(".") for cause in text.split("\N{DOWNWARDS ARROW WITH TIP RIGHTWARDS}")]
    if not (address := re.search(r"https?://[^/\s,)]+", text)):
        return f"{': '.join(causes)}. Check the disk, the network and the settings, then run it again."
    deepest = re.findall(r'message: "([^"]+)"', inner)
    said = (deepest or [_RETRIES.sub("", causes[-1])])[-1].strip(" -:")[:200]
    return f"{address[0]} does not serve: {said}. Check SPOTIFY_PLATFORM_S3_ENDPOINT, AWS_* and the network, then run it again."
