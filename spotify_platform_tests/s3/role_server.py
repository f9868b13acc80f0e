"""What a container at Amazon asks for the keys of its role, on a port of this machine; they are numbered.

A process of its own: delta-rs asks while no other thread of Python may run.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

SHORT = (2, 3)
"""Numbers of the keys that end in five minutes; the others in an hour."""


class Role(HTTPServer):
    """Counts how often it was asked."""

    asked = 0


class Handler(BaseHTTPRequestHandler):
    """Gives the next keys."""

    server: Role

    def do_GET(self) -> None:
        """Answer with keys."""
        self.server.asked += 1
        ends = datetime.now(UTC) + timedelta(minutes=5 if self.server.asked in SHORT else 60)
        keys = {"AccessKeyId": f"KEY{self.server.asked}", "SecretAccessKey": "s", "Token": "t", "Expiration": f"{ends:%FT%TZ}"}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(keys).encode())


if __name__ == "__main__":
    with Role(("127.0.0.1", 0), Handler) as role:
        sys.stdout.write(f"http://127.0.0.1:{role.server_port}/\n")
        sys.stdout.flush()
        role.serve_forever()
