"""What a container asks to see whether its process is well: `python -m justice.alive web` or `beat`. Standard library.

web: the site answers /readyz. beat: the file in which Celery's beat keeps its times was written lately.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from pathlib import Path

QUIET_FOR = 600  # seconds; beat writes its file every three minutes


def web() -> bool:
    """Over plain http from inside, under the name that people use, since other names are refused."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        return connection.getresponse().status == 200
    except OSError:
        return False


def beat() -> bool:
    kept = Path(os.environ.get("VAR_DIR", "var")).glob("beat-schedule*")
    return any(time.time() - path.stat().st_mtime < QUIET_FOR for path in kept)


if __name__ == "__main__":
    sys.exit(0 if {"web": web, "beat": beat}[sys.argv[1] if len(sys.argv) > 1 else "web"]() else 1)
