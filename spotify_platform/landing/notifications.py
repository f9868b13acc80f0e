"""Word of new objects from a queue: S3's event notifications through SQS.

A message only says that something may be new; the ledger decides. A message that is lost, doubled or late does no harm,
because the hourly sweep stands behind the queue.
"""

import json
from collections.abc import Iterable
from typing import Any, Protocol
from urllib.parse import unquote_plus

MOST_AT_ONCE = 10
"""What SQS hands out in one call."""
MOST_CALLS = 100


class Queue(Protocol):
    """The two calls of an SQS client that are used."""

    def receive_message(self, **how: Any) -> dict[str, Any]:
        """Up to ten messages."""

    def delete_message_batch(self, **how: Any) -> dict[str, Any]:
        """Forget messages."""


def announced_keys(queue: Queue, url: str) -> list[str]:
    """Keys of objects that the queue tells of, each message taken from the queue; sorted."""
    keys: set[str] = set()
    for _ in range(MOST_CALLS):
        messages = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=MOST_AT_ONCE, WaitTimeSeconds=0).get("Messages", [])
        if not messages:
            break
        keys.update(key for message in messages for key in keys_of(message["Body"]))
        entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)]
        queue.delete_message_batch(QueueUrl=url, Entries=entries)
    return sorted(keys)


def keys_of(body: str) -> Iterable[str]:
    """Keys of created objects in one notification; a message of another kind (S3's own test event) tells of none."""
    try:
        records = json.loads(body).get("Records", [])
    except (ValueError, AttributeError):
        return
    for record in records:
        if str(record.get("eventName", "")).startswith(("ObjectCreated", "s3:ObjectCreated")):
            yield unquote_plus(record["s3"]["object"]["key"])
