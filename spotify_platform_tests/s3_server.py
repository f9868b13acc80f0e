"""A local S3 and SQS server, started once, and a bucket for each test."""

import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


@dataclass(frozen=True)
class Bucket:
    """A bucket of the local server, and clients for it."""

    name: str
    endpoint: str
    s3: Any
    sqs: Any

    def put(self, key: str, body: str) -> None:
        """Land an object."""
        self.s3.put_object(Bucket=self.name, Key=f"landing/{key}", Body=body)


@pytest.fixture(scope="session")
def ministack() -> Path:
    """The program that plays S3 and SQS."""
    return Path(sys.executable).parent / "ministack"


@pytest.fixture(scope="session")
def endpoint(ministack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of MiniStack, which holds everything in memory and listens on this machine only."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Without IOT_MTLS_ENABLED=0 it opens another port on every interface.
    environment = os.environ | CREDENTIALS | {"BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "GATEWAY_PORT": str(port)}
    log = (tmp_path_factory.mktemp("ministack") / "log").open("wb")
    server = subprocess.Popen([ministack], env=environment, stdout=log, stderr=log, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    patient = Config(retries={"max_attempts": 30, "mode": "standard"}, connect_timeout=2)
    try:
        client("s3", address, config=patient).list_buckets()  # asked again until the server answers
        yield address
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        log.close()


def client(service: str, address: str, **more: Any) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    return boto3.client(service, endpoint_url=address, **keys, **more)


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A bucket of its own; the environment's credentials are the server's."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    made = Bucket(f"b-{uuid.uuid4().hex[:12]}", endpoint, client("s3", endpoint), client("sqs", endpoint))
    made.s3.create_bucket(Bucket=made.name)
    return made
