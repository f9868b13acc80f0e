"""`spotify-platform dev`: Dagster with its UI, sensor and schedule, its home under the platform's."""

import os
import shutil
import socket
import sys
from pathlib import Path

from spotify_platform.errors import Outside
from spotify_platform.settings import Settings

# The location has the name it has in a clone's workspace.yaml: Dagster keeps a sensor's state by it.
WORKSPACE = """\
load_from:
  - python_module:
      module_name: spotify_platform.definitions
      attribute: defs
      location_name: spotify_platform
"""


def run_dev(settings: Settings, *, port: int) -> None:
    """Become `dagster dev`. Does not return.

    Raises:
        Outside: the port is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Outside(f"Port {port} is taken. Run: spotify-platform dev --port {port + 1}") from None
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        shutil.copyfile(Path(__file__).parents[1] / "dagster.yaml", home / "dagster.yaml")
    (home / "workspace.yaml").write_text(WORKSPACE, encoding="utf-8")
    environment = os.environ | {"DAGSTER_HOME": str(home)}
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-w",
        str(home / "workspace.yaml"),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    os.execvpe(command[0], command, environment)  # noqa: S606 - no shell, our own arguments
